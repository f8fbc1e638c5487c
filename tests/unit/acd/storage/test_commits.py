"""The commits over a writer that does what the test says. Real databases: tests/contract."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from acd.core.callback_words import AttemptCommitted, AttemptNotCommitted, CommitAttempt
from acd.core.events import Event
from acd.errors import StoreUnavailable
from acd.storage.commits import DurableCommits
from acd.storage.errors import FactRefused
from acd.storage.writers import Steps
from tests.contract import made_facts as made


class Database:
    """A FactWriter: `fails` are raised one after the other, `refuses` are attempts it never takes."""

    def __init__(self) -> None:
        self.fails: list[Exception] = []
        self.refuses: set[str] = set()
        self.transactions: list[list[str]] = []
        self.held: asyncio.Event | None = None
        self.begun = asyncio.Event()
        self.closed = False

    async def last_seq(self, writer: int) -> int:
        return 0

    async def write(self, steps: Steps) -> None:
        attempts = [str(row[0]) for row in steps[-1][1]]
        self.transactions.append(attempts)
        self.begun.set()
        if self.held is not None:
            await self.held.wait()
        if self.fails:
            raise self.fails.pop(0)
        if self.refuses & set(attempts):
            raise FactRefused("no such")

    async def close(self) -> None:
        self.closed = True


class Bench:
    """Commits at work, and what they report."""

    def __init__(self) -> None:
        self.database = Database()
        self.commits = DurableCommits(self.database)
        self.reports: asyncio.Queue[Event] = asyncio.Queue()

    def ask(self, *ids: str, **given: Any) -> None:
        for id in ids:
            asked = CommitAttempt(attempt=made.attempt(id, **given), callback=made.callback())
            self.commits.commit(asked)

    async def told(self, count: int) -> list[Event]:
        async with asyncio.timeout(5):
            return [await self.reports.get() for _ in range(count)]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    task = asyncio.create_task(bench.commits.run(bench.reports.put_nowait))
    yield bench
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await bench.commits.close()
    assert bench.database.closed


async def test_what_is_asked_while_one_is_written_goes_together(bench: Bench) -> None:
    bench.database.held = asyncio.Event()
    bench.ask("a")
    await bench.database.begun.wait()
    bench.ask("b", "c")
    assert bench.reports.empty()
    bench.database.held.set()
    assert await bench.told(3) == [AttemptCommitted(attempt=each) for each in "abc"]
    assert bench.database.transactions == [["a"], ["b", "c"]]


async def test_a_broken_connection_is_tried_once_more(bench: Bench) -> None:
    bench.database.fails = [StoreUnavailable("it broke")]
    bench.ask("a")
    assert await bench.told(1) == [AttemptCommitted(attempt="a")]


async def test_a_database_that_is_away_is_told_of_each(bench: Bench) -> None:
    bench.database.fails = [StoreUnavailable("away"), StoreUnavailable("still away")]
    bench.ask("a", "b")
    assert await bench.told(2) == [AttemptNotCommitted(attempt=each, why="still away") for each in "ab"]
    bench.ask("c")
    assert await bench.told(1) == [AttemptCommitted(attempt="c")]


async def test_one_that_is_refused_keeps_no_other_out(bench: Bench) -> None:
    bench.database.refuses = {"b"}
    bench.ask("a", "b", "c")
    assert await bench.told(3) == [
        AttemptCommitted(attempt="a"),
        AttemptNotCommitted(attempt="b", why="no such"),
        AttemptCommitted(attempt="c"),
    ]


async def test_what_can_be_no_row_is_refused(bench: Bench) -> None:
    bench.ask("a", number=None)
    (report,) = await bench.told(1)
    assert isinstance(report, AttemptNotCommitted)
    assert report.why.startswith("It cannot be turned into rows: ")
    assert bench.database.transactions == []
