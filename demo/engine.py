"""The engine as a process of its own, as an operator runs it, and its API as a client sees it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import aiohttp
import msgspec

READY_S = 60.0
LOOK_S = 0.05


class EngineTrouble(Exception):
    """The engine did not do what the demonstration needs; the message holds the end of its log."""


class EngineProcess:
    """`acd run`, its log in `folder`. Start it, kill it, start it again: same settings."""

    def __init__(self, folder: Path, routing: Path, settings: Mapping[str, str], api_port: int) -> None:
        self.log = folder / "engine.log"
        self.api_url = f"http://127.0.0.1:{api_port}"
        self._routing = routing
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("STROWGER_")},
            **settings,
            "STROWGER_DATA_DIR": str(folder),
            "STROWGER_API_PORT": str(api_port),
            "STROWGER_ROUTING_FILE": str(routing),
        }
        self._process: asyncio.subprocess.Process | None = None

    async def acd(self, *arguments: str) -> str:
        """Run a command of `acd` with the engine's settings; what it printed."""
        code, printed, complaint = await self.command(*arguments)
        if code:
            raise EngineTrouble(f"acd {' '.join(arguments)}: {complaint}")
        return printed

    async def command(self, *arguments: str, **more: str) -> tuple[int, str, str]:
        """The same, however it ends: exit code, what it printed, what it complained of. `more` is
        added to its environment."""
        process = await asyncio.create_subprocess_exec(
            *self._argv(*arguments),
            env=self._environment | more,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        printed, complaint = await process.communicate()
        code = await process.wait()
        return code, printed.decode(errors="replace"), complaint.decode(errors="replace")

    async def start(self) -> None:
        """Start it and return when it is ready: connected to Asterisk, with its database."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._argv("run", str(self._routing)),
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            async with asyncio.timeout(READY_S), aiohttp.ClientSession() as session:
                while True:
                    if await self._ready(session):
                        return
                    await asyncio.sleep(LOOK_S)
        except TimeoutError as late:
            raise EngineTrouble(f"not ready within {READY_S:g} s\n{self.tail()}") from late

    async def _ready(self, session: aiohttp.ClientSession) -> bool:
        if self._process is None or self._process.returncode is not None:
            raise EngineTrouble(f"the engine ended\n{self.tail()}")
        try:
            async with session.get(f"{self.api_url}/health/ready") as answer:
                return answer.status == 200
        except aiohttp.ClientConnectionError:
            return False

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise EngineTrouble("the engine does not run")
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        if self._process is None:
            raise EngineTrouble("the engine does not run")
        self._process.send_signal(number)

    async def ended(self) -> None:
        """Return when it has ended, by whatever cause."""
        if self._process is not None:
            await self._process.wait()

    async def kill(self) -> None:
        """End it as a crash does."""
        self.signal(signal.SIGKILL)
        await self._ended()

    async def stop(self) -> None:
        """End it as an operator does; nothing where it does not run."""
        if self._process is not None and self._process.returncode is None:
            self.signal(signal.SIGTERM)
            await self._ended()

    async def _ended(self) -> None:
        if self._process is not None:
            await self._process.wait()
            self._process = None

    def tail(self, lines: int = 30) -> str:
        """The end of its log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def _argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "acd", *arguments]


class Api:
    """The engine's HTTP API with one token."""

    def __init__(self, url: str, token: str) -> None:
        self._session = aiohttp.ClientSession(base_url=url, headers={"Authorization": f"Bearer {token}"})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, path: str, **query: str) -> Any:
        return await self._ask("GET", path, query, None)

    async def post(self, path: str, body: object = None) -> Any:
        return await self._ask("POST", path, {}, body)

    async def put(self, path: str, body: object) -> Any:
        return await self._ask("PUT", path, {}, body)

    async def delete(self, path: str) -> Any:
        return await self._ask("DELETE", path, {}, None)

    async def _ask(self, method: str, path: str, query: Mapping[str, str], body: object) -> Any:
        async with self._session.request(method, f"/api/v1/{path}", params=query, json=body) as answer:
            text = await answer.read()
            if answer.status >= 400:
                raise EngineTrouble(f"{method} {path}: {answer.status} {text.decode()[:500]}")
            return msgspec.json.decode(text) if text else None

    async def events(self) -> aiohttp.ClientWebSocketResponse:
        return await self._session.ws_connect("/api/v1/events", max_msg_size=0)


class Facts:
    """What the engine told since the stream began; await what is still to come."""

    def __init__(self, stream: aiohttp.ClientWebSocketResponse) -> None:
        self.seen: list[dict[str, Any]] = []
        self._stream = stream
        self._news = asyncio.Condition()

    async def read(self) -> None:
        """Read until the stream ends. To be run beside the scenarios. One that broke off with its engine
        is closed, too."""
        try:
            async for message in self._stream:
                content = msgspec.json.decode(message.data)
                if content["type"] == "changes":
                    async with self._news:
                        self.seen += content["changes"]
                        self._news.notify_all()
        finally:
            await self._stream.close()

    def find(self, kind: str, since: int = 0, **fields: object) -> dict[str, Any] | None:
        """The first fact of a kind with these fields, from the `since`-th fact on."""
        for fact in self.seen[since:]:
            if fact["type"] == kind and all(fact.get(key) == value for key, value in fields.items()):
                return fact
        return None

    async def first(
        self, kind: str, *, since: int = 0, within_s: float = 15.0, **fields: object
    ) -> dict[str, Any]:
        """The same, waited for."""
        try:
            async with asyncio.timeout(within_s), self._news:
                while (fact := self.find(kind, since, **fields)) is None:
                    await self._news.wait()
                return fact
        except TimeoutError as late:
            kinds = [fact["type"] for fact in self.seen[since:]]
            raise EngineTrouble(
                f"no {kind} {fields} within {within_s:g} s; there were {kinds}"
            ) from late
