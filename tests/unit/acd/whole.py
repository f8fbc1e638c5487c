"""The whole engine, run in this process, and what is asked of it, for tests."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from acd.api.secrets import hash_secret
from acd.app import Stopping, reload_signal, running
from acd.archive import Role
from acd.runtime.engine import Engine
from acd.storage.store import open_archive
from tests.unit.acd.console.installation import Installation
from tests.unit.config.files import text

TOKEN = "a-token-for-tests"


OTHER = text(queues="queues:\n  main: {needs: {orders: 1}, groups: [vip, back], ring: 33s}")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


async def until(condition: Callable[[], bool]) -> None:
    """Let everything go on until something is so."""
    done = asyncio.Event()

    def look() -> None:
        if condition():
            done.set()
        else:
            asyncio.get_running_loop().call_later(0.002, look)

    look()
    async with asyncio.timeout(30):
        await done.wait()


@asynccontextmanager
async def up(house: Installation) -> AsyncIterator[Engine]:
    """The engine, connected."""
    stopping = Stopping(asyncio.Event())
    with reload_signal() as asked:
        async with running(house.settings(), stopping, asked) as engine:
            await until(lambda: checks(engine)["ari:pbx1"] == "connected")
            yield engine
    assert stopping.error is None


def checks(engine: Engine) -> dict[str, str]:
    return {check.name: check.detail for check in engine.checks()}


def ring_s(engine: Engine) -> float:
    return engine.routing.queues["main"].ring


async def get(house: Installation, path: str, **given: Any) -> tuple[int, str]:
    settings = house.settings()
    url = f"http://{settings.api_host}:{settings.api_port}{path}"
    async with (
        aiohttp.ClientSession() as session,
        session.request(url=url, **{"method": "GET", **given}) as answer,
    ):
        return answer.status, await answer.text()


async def make_token(house: Installation, role: Role = Role.ADMIN) -> dict[str, str]:
    async with open_archive(house.settings().secret("database_url")) as archive:
        await archive.create_token(
            name="test", role=role, agent=None, secret_hash=hash_secret(TOKEN), at=1.0
        )
    return {"Authorization": f"Bearer {TOKEN}"}
