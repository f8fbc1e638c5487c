"""The journal against a database that does what the test says. Real ones: tests/contract."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acd.core.facts import Fact, RoutingTaken
from acd.errors import StoreUnavailable
from acd.runtime.tasks import TaskKeeper
from acd.storage import journal as module
from acd.storage.errors import DatabaseTooNew, FactRefused
from acd.storage.journal import WriteBehind
from acd.storage.spool import Spool, line_of
from acd.storage.statements import Step
from acd.storage.writers import Steps
from tests.contract import made_facts as made

RUN = 1000


class Database:
    """A FactWriter that keeps the revisions of RoutingTaken and how they came in transactions."""

    def __init__(self) -> None:
        self.away = False
        self.too_new = False
        self.held: asyncio.Event | None = None
        self.transactions: list[list[str]] = []
        self.last: dict[int, int] = {}
        self.closed = False
        self.writes = 0
        self.asked = asyncio.Event()
        self.goes_away_after: int | None = None
        self.gone = asyncio.Event()

    @property
    def written(self) -> list[str]:
        return [revision for transaction in self.transactions for revision in transaction]

    async def prepare(self) -> None:
        if self.too_new:
            raise DatabaseTooNew()
        await self.last_seq(RUN)

    async def last_seq(self, writer: int) -> int:
        self.asked.set()
        if self.away:
            raise StoreUnavailable()
        return self.last.get(writer, 0)

    async def write(self, steps: Steps) -> None:
        self.writes += 1
        self.asked.set()
        if self.held is not None:
            await self.held.wait()
        if len(self.transactions) == self.goes_away_after:
            self.away, self.goes_away_after = True, None
            self.gone.set()
        if self.away:
            raise StoreUnavailable()
        rows = dict(steps)
        revisions = [row[2] for row in rows.get(Step.ROUTING, [])]
        if "refuse me" in revisions:
            raise FactRefused()
        self.transactions.append(revisions)
        ((writer, last),) = rows[Step.WRITTEN]
        self.last[writer] = last

    async def close(self) -> None:
        self.closed = True


def routings(*revisions: object) -> list[Fact]:
    return [RoutingTaken(at=1.0, revision=str(revision)) for revision in revisions]


class Bench:
    """A journal, its database, its spool and its keeper."""

    def __init__(self, folder: Path, *, in_memory: int = 1000, spool_bytes: int = 1 << 20) -> None:
        self.database = Database()
        self.failures: list[str] = []
        self.keeper = TaskKeeper(on_failure=lambda name, error: self.failures.append(name))
        self.spool = Spool(folder / "spool", max_bytes=spool_bytes)
        self.journal = WriteBehind(
            self.database,
            self.spool,
            run=RUN,
            prepare=self.database.prepare,
            interval=0.001,
            most=4,
            in_memory=in_memory,
        )

    async def close(self) -> None:
        await self.journal.close()
        await self.keeper.close()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made_bench = Bench(tmp_path)
    await made_bench.journal.start(made_bench.keeper)
    yield made_bench
    await made_bench.close()
    assert made_bench.failures == []


async def test_facts_are_written_in_order_in_transactions_of_a_bounded_size(bench: Bench) -> None:
    for n in range(10):
        bench.journal.take(routings(n))
    assert bench.journal.depth == 10
    await bench.journal.flush()
    assert bench.database.transactions == [["0", "1", "2", "3"], ["4", "5", "6", "7"], ["8", "9"]]
    assert bench.database.last == {RUN: RUN + 10}
    assert (bench.journal.depth, bench.journal.healthy) == (0, True)


async def test_what_was_decided_together_is_written_together(bench: Bench) -> None:
    """A call's end without the callback that it led to would be a caller whom nobody remembers."""
    for together in ((0, 1, 2), (3, 4), (5,), (6, 7, 8, 9, 10), (11,)):
        bench.journal.take(routings(*together))
    await bench.journal.flush()
    assert bench.database.transactions == [
        ["0", "1", "2"],
        ["3", "4", "5"],
        ["6", "7", "8", "9", "10"],
        ["11"],
    ]
    assert bench.database.last == {RUN: RUN + 12}


async def test_without_a_flush_they_are_written_after_the_interval(bench: Bench) -> None:
    bench.database.asked.clear()
    bench.journal.take(routings(1))
    await bench.database.asked.wait()
    await bench.journal.flush()
    assert bench.database.written == ["1"]


async def test_what_comes_during_a_write_is_written_next(bench: Bench) -> None:
    bench.database.asked.clear()
    bench.database.held = asyncio.Event()
    bench.journal.take(routings(1))
    await bench.database.asked.wait()
    bench.journal.take(routings(2, 3))
    assert bench.journal.depth == 3
    bench.database.held.set()
    await bench.journal.flush()
    assert bench.database.transactions == [["1"], ["2", "3"]]


async def test_several_may_wait_for_the_flush_and_one_may_give_up(bench: Bench) -> None:
    bench.database.held = asyncio.Event()
    bench.journal.take(routings(1))
    waiting = [asyncio.create_task(bench.journal.flush()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    bench.database.held.set()
    await asyncio.gather(waiting[0], waiting[2])
    await bench.journal.flush()
    assert bench.database.written == ["1"]


async def test_while_the_database_is_away_facts_wait_in_the_spool_in_order(bench: Bench) -> None:
    bench.journal.take(routings(1))
    await bench.journal.flush()
    bench.database.away = True
    bench.journal.take(routings(2, 3))
    await bench.journal.flush()
    bench.journal.take(routings(4))
    await bench.journal.flush()
    assert (bench.journal.depth, bench.spool.depth, bench.journal.healthy) == (3, 3, False)
    bench.database.away = False
    bench.journal.take(routings(5))
    await bench.journal.written()
    assert bench.database.written == ["1", "2", "3", "4", "5"]
    assert (bench.journal.depth, bench.journal.healthy, bench.journal.lost) == (0, True, 0)


async def test_a_database_that_goes_away_again_while_the_spool_is_written(bench: Bench) -> None:
    bench.database.away = True
    bench.journal.take(routings(*range(20)))
    await bench.journal.flush()
    assert bench.spool.depth == 20
    bench.database.goes_away_after = 2
    bench.database.away = False
    await bench.database.gone.wait()
    assert len(bench.database.transactions) == 2
    bench.database.away = False
    await bench.journal.written()
    assert bench.database.written == [str(n) for n in range(20)]


async def test_one_fact_that_the_database_refuses_does_not_take_others_with_it(
    bench: Bench, tmp_path: Path
) -> None:
    bench.journal.take(routings(1, 2, "refuse me", 3))
    await bench.journal.flush()
    assert bench.database.written == ["1", "2", "3"]
    assert (bench.journal.refused, bench.journal.depth, bench.journal.healthy) == (1, 0, True)
    assert "refuse me" in (tmp_path / "spool" / "refused.jsonl").read_text()


async def test_a_fact_that_is_nonsense_does_not_either(bench: Bench) -> None:
    nonsense = made.ended("c1", reasons=((1.0, "x", object()),))
    wrong_type = made.entered("c2", dialled=7)
    bench.journal.take([*routings(1), nonsense, wrong_type, *routings(2)])
    await bench.journal.flush()
    assert bench.database.written == ["1", "2"]
    assert bench.journal.refused == 2


async def test_what_the_database_refuses_from_the_spool_is_kept_aside_too(bench: Bench) -> None:
    bench.database.away = True
    bench.journal.take(routings(1, "refuse me", 2))
    await bench.journal.flush()
    bench.database.away = False
    await bench.journal.written()
    assert bench.database.written == ["1", "2"]
    assert (bench.journal.refused, bench.journal.depth) == (1, 0)


async def test_when_the_spool_is_full_memory_keeps_the_oldest_and_the_newest_are_lost(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path, in_memory=10, spool_bytes=500)
    await bench.journal.start(bench.keeper)
    bench.database.away = True
    for n in range(5):
        bench.journal.take(routings(n))
        await bench.journal.flush()
    assert bench.spool.depth == 5
    for n in range(5, 30):
        bench.journal.take(routings(n))
    assert bench.journal.depth == 15
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await bench.journal.flush()
    assert (bench.journal.lost, bench.journal.healthy) == (15, False)
    bench.database.away = False
    await bench.journal.written()
    assert bench.database.written == [str(n) for n in range(15)]
    bench.journal.take(routings("after"))
    await bench.journal.flush()
    assert bench.database.written[-1] == "after"
    assert bench.journal.healthy
    await bench.close()


async def test_a_full_disk_that_can_be_read_is_no_reason_to_be_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Facts that are in memory only are written before all is well again, and tries grow rarer."""
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.016)
    bench = Bench(tmp_path)
    await bench.journal.start(bench.keeper)
    seen: list[tuple[bool, float]] = []
    enough, full, write = asyncio.Event(), True, bench.database.write

    async def to_full_disk(steps: Steps) -> None:
        if not full:
            return await write(steps)
        seen.append((bench.journal.healthy, bench.journal._pause))
        if len(seen) == 6:
            enough.set()
        raise StoreUnavailable()

    def nowhere(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bench.database, "write", to_full_disk)
    with monkeypatch.context() as broken:
        broken.setattr(bench.spool, "append", nowhere)
        for n in range(6):
            bench.journal.take(routings(n))
        async with asyncio.timeout(30):
            await enough.wait()
        assert seen == [(number == 0, 0.001 * 2**number if number < 5 else 0.016) for number in range(6)]
        assert (bench.journal.healthy, bench.journal.depth) == (False, 6)
        full = False
        await bench.journal.written()
    assert bench.database.transactions == [["0", "1", "2", "3"], ["4", "5"]]
    assert bench.journal.healthy
    await bench.close()


async def test_closing_writes_what_was_taken(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    await bench.journal.start(bench.keeper)
    bench.journal.take(routings(*range(10)))
    await bench.close()
    await bench.journal.close()
    assert bench.database.written == [str(n) for n in range(10)]
    assert bench.database.closed
    assert not bench.journal.healthy


async def test_closing_while_the_database_is_away_leaves_the_facts_to_the_next_run(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path)
    bench.database.away = True
    await bench.journal.start(bench.keeper)
    assert not bench.journal.healthy
    bench.journal.take(routings(1, 2))
    await bench.close()
    later = Bench(tmp_path)
    await later.journal.start(later.keeper)
    assert later.database.written == ["1", "2"]
    assert later.database.last[RUN] == RUN + 2
    await later.close()


async def test_closing_with_nowhere_to_go_counts_the_lost(tmp_path: Path) -> None:
    bench = Bench(tmp_path, spool_bytes=0)
    bench.database.away = True
    await bench.journal.start(bench.keeper)
    bench.journal.take(routings(1, 2))
    await bench.close()
    assert bench.journal.lost == 2


async def test_when_the_writing_task_was_ended_the_facts_go_to_the_spool(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    await bench.journal.start(bench.keeper)
    await bench.keeper.close()
    bench.journal.take(routings(1, 2))
    assert not bench.journal.healthy
    await bench.journal.close()
    assert (bench.journal.lost, bench.spool.depth) == (0, 2)


async def test_a_database_too_new_is_refused_at_the_start_and_waited_for_later(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path)
    bench.database.too_new = True
    with pytest.raises(DatabaseTooNew):
        await bench.journal.start(bench.keeper)
    await bench.close()

    bench = Bench(tmp_path)
    bench.database.away = True
    await bench.journal.start(bench.keeper)
    bench.database.away, bench.database.too_new = False, True
    bench.journal.take(routings(1))
    await bench.journal.flush()
    assert (bench.journal.depth, bench.journal.healthy) == (1, False)
    bench.database.too_new = False
    await bench.journal.written()
    assert bench.database.written == ["1"]
    await bench.close()


async def test_a_fact_of_a_newer_version_in_the_spool_is_not_lost(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.open()
    spool.append(7, enumerate(routings(1, 2), 8))
    spool.close()
    (segment,) = (tmp_path / "spool").glob("*.facts")
    with segment.open("ab") as file:
        file.write(line_of(b'[7,10,"CallBeamedUp",{}]'))
    bench = Bench(tmp_path)
    await bench.journal.start(bench.keeper)
    bench.journal.take(routings(3))
    await bench.journal.flush()
    assert (bench.journal.healthy, bench.journal.depth, bench.database.written) == (False, 4, [])
    await bench.close()
    assert segment.exists()
