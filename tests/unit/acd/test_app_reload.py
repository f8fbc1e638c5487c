"""The engine takes changed files over: by itself, by a signal, by the API."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs
from watchfiles import awatch

from acd import app as application
from acd.app import serve
from acd.archive import BlacklistEntry
from acd.core.events import Blacklisted
from acd.routing_source import RoutingSource
from acd.storage.journal import WriteBehind
from acd.storage.store import open_archive
from config.settings import Settings
from tests.unit.acd.console.installation import Installation
from tests.unit.acd.whole import OTHER, checks, get, make_token, ring_s, until, up
from tests.unit.asterisk.node import Node
from tests.unit.config.files import text, write


async def test_a_changed_file_is_taken_over_by_itself(house: Installation) -> None:
    async with up(house) as engine:
        assert ring_s(engine) != 33
        write(house.folder, OTHER, "new.tmp").replace(house.routing)
        await until(lambda: ring_s(engine) == 33)


async def test_a_bad_file_leaves_the_running_one_and_says_so(house: Installation) -> None:
    async with up(house) as engine:
        before = engine.routing
        house.routing.write_text("nonsense")
        await until(lambda: f"{house.routing}:1:1: " in checks(engine)["routing"])
        assert engine.routing is before
        assert (await get(house, "/health/ready"))[0] == 503
        house.routing.write_text(OTHER)
        await until(lambda: ring_s(engine) == 33)
        assert checks(engine)["routing"] == engine.routing.revision


async def test_included_files_are_watched_where_they_are(house: Installation) -> None:
    part = write(house.folder, "queues:\n  side: {needs: {orders: 1}}\n", "queues/side.yaml")
    async with up(house) as engine:
        house.routing.write_text(text() + "include: [queues/*.yaml]\n")
        await until(lambda: "side" in engine.routing.queues)
        part.write_text("queues:\n  back: {needs: {orders: 1}}\n")
        await until(lambda: "back" in engine.routing.queues)


async def test_a_mistake_in_a_file_newly_included_is_waited_for(house: Installation) -> None:
    part = write(house.folder, "queues: 5\n", "queues/side.yaml")
    async with up(house) as engine:
        house.routing.write_text(text() + "include: [queues/*.yaml]\n")
        await until(lambda: "side.yaml:1:" in checks(engine)["routing"])
        part.write_text("queues:\n  side: {needs: {orders: 1}}\n")
        await until(lambda: "side" in engine.routing.queues)


async def test_a_hang_up_signal_reads_routing_and_customers_again(
    house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(application, "_watch_files", nothing)
    async with up(house) as engine:
        entry = BlacklistEntry(
            number="13800138000", reason="prank", author="boss", created_at=1.0, expires_at=None
        )
        async with open_archive(house.settings().secret("database_url")) as archive:
            await archive.put_blacklist([entry])
        house.routing.write_text(OTHER)
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: ring_s(engine) == 33)
        known = engine._directory.blacklisted("13800138000", 2.0)
        assert known == Blacklisted(reason="prank", author="boss")


@pytest.fixture
def deadly() -> Iterator[list[int]]:
    """What SIGHUP would have ended, had it not been caught before."""
    ended: list[int] = []
    before = signal.signal(signal.SIGHUP, lambda number, _: ended.append(number))
    yield ended
    signal.signal(signal.SIGHUP, before)


async def test_a_hang_up_signal_ends_it_neither_while_it_starts_nor_while_it_stops(
    house: Installation, node: Node, monkeypatch: pytest.MonkeyPatch, deadly: list[int]
) -> None:
    """It is remembered from the start on: what changed after the first reading is read then."""

    async def nothing(*_: object) -> None:
        await asyncio.get_running_loop().create_future()

    def signalled(settings: Settings) -> RoutingSource:
        os.kill(os.getpid(), signal.SIGHUP)
        return configured(settings)

    async def changed(*given: Any) -> Any:
        house.routing.write_text(OTHER)
        os.kill(os.getpid(), signal.SIGHUP)
        return await remember(*given)

    async def closed(store_journal: WriteBehind) -> None:
        os.kill(os.getpid(), signal.SIGHUP)
        await close(store_journal)

    configured, remember, close = RoutingSource.configured, application._remember, WriteBehind.close
    monkeypatch.setattr(application, "_watch_files", nothing)
    monkeypatch.setattr(RoutingSource, "configured", signalled)
    monkeypatch.setattr(application, "_remember", changed)
    monkeypatch.setattr(WriteBehind, "close", closed)
    with capture_logs() as logged:
        serving = asyncio.create_task(serve(house.settings()))
        await until(lambda: any("taken over" in entry["event"] for entry in logged))
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(30):
            await serving
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    assert deadly == []


async def test_the_api_takes_a_changed_file_over_and_new_phones_are_watched(
    house: Installation, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(application, "_watch_files", nothing)
    async with up(house) as engine:
        headers = await make_token(house)
        while not node.asked.empty():
            node.asked.get_nowait()
        agents = [f'"{agent}": {{skills: {{orders: 1}}, groups: [vip, back]}}' for agent in (1, 77)]
        house.routing.write_text(text(agents="\n  ".join(["agents:", *agents])))
        status, body = await get(house, "/api/v1/configuration/reload", method="POST", headers=headers)
        assert (status, engine.routing.revision in body) == (200, True)
        wire = await node.ask_of("applications/strowger/subscription")
        assert "deviceState:PJSIP/77" in wire["query_strings"][0]["value"]


async def test_files_that_cannot_be_watched_are_tried_again(
    house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [OSError(28, "inotify watch limit reached")]

    def failing(*given: Any, **options: Any) -> Any:
        if failures:
            raise failures.pop()
        return awatch(*given, **options)

    monkeypatch.setattr(application, "awatch", failing)
    monkeypatch.setattr(application, "WATCH_AGAIN_S", 0.01)
    with capture_logs() as logged:
        async with up(house) as engine:
            await until(lambda: not failures)
            # Whether the watching has begun again cannot be seen from outside: change until it has.
            for number in range(100):
                house.routing.write_text(OTHER + f"# {number}\n")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.5):
                        await until(lambda: ring_s(engine) == 33)
                    break
    assert ring_s(engine) == 33
    (warning,) = [entry for entry in logged if entry["log_level"] == "warning"]
    assert warning["errors"] == ["[Errno 28] inotify watch limit reached"]
