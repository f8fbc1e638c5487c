"""The database is away, or full, and comes back: nothing lost, nothing double, no call delayed."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from acd.archive import CallFilter
from acd.core.facts import Fact
from acd.errors import StoreUnavailable
from acd.runtime.tasks import TaskKeeper
from acd.storage.store import Store, open_store
from tests.contract.made_facts import START, whole_call
from tests.contract.postgres import ThrowAwayPostgres

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def mortal() -> Iterator[ThrowAwayPostgres]:
    """A server that the tests of this module kill and start again."""
    server = ThrowAwayPostgres()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
async def mortal_url(mortal: ThrowAwayPostgres) -> str:
    return await mortal.empty_database()


@pytest.fixture
async def mortal_store(mortal_url: str, tmp_path: Path, keeper: TaskKeeper) -> AsyncIterator[Store]:
    async with open_store(mortal_url, spool=tmp_path / "spool", keeper=keeper, interval=0.005) as store:
        yield store


async def test_a_server_killed_in_mid_stream_and_back(
    mortal: ThrowAwayPostgres, mortal_store: Store
) -> None:
    calls = 60
    moments = stream(calls)
    journal = mortal_store.journal
    for n, facts in enumerate(moments):
        journal.take(facts)
        await asyncio.sleep(0)
        if n == len(moments) // 3:
            await journal.flush()
            assert journal.healthy
            await asyncio.to_thread(mortal.kill)
        if n == len(moments) // 2:
            await journal.flush()
            assert not journal.healthy
            assert journal.depth > 0
            with pytest.raises(StoreUnavailable):
                await mortal_store.archive.calls(CallFilter(), limit=1)
            await asyncio.to_thread(mortal.start)
    await journal.written()
    assert (journal.depth, journal.healthy, journal.lost, journal.refused) == (0, True, 0, 0)
    await all_whole(mortal_store, calls)


def stream(calls: int) -> list[list[Fact]]:
    """The facts of calls that go on at the same time, fact by fact in the order of time."""
    facts = [
        (fact.at, n, place, fact)
        for n in range(calls)
        for place, fact in enumerate(whole_call(f"c{n:03d}", START + n * 0.7, f"138{n:08d}"))
    ]
    facts.sort(key=lambda entry: entry[:3])
    return [[fact] for *_, fact in facts]


async def all_whole(store: Store, calls: int) -> None:
    page = await store.archive.calls(CallFilter(outcome="answered", until=START + 1000), limit=1000)
    assert len(page.items) == calls
    for n in range(calls):
        story = await store.archive.story(f"c{n:03d}")
        assert story is not None
        expected = [
            reason
            for fact in whole_call(f"c{n:03d}", START + n * 0.7)
            for reason in getattr(fact, "reasons", ())
        ]
        assert list(story.trace) == expected
        assert len(story.visits) == len(story.offers) == 2


async def test_facts_taken_while_the_database_is_away_are_written_when_it_is_back(
    mortal: ThrowAwayPostgres, mortal_store: Store
) -> None:
    await asyncio.to_thread(mortal.kill)
    try:
        moments = stream(200)
        for facts in moments:
            mortal_store.journal.take(facts)
        await mortal_store.journal.flush()
    finally:
        await asyncio.to_thread(mortal.start)
    await mortal_store.journal.written()
    await all_whole(mortal_store, 200)


ENGINE = """
import asyncio, sys
from pathlib import Path
from acd.runtime.tasks import TaskKeeper
from acd.storage.store import open_store
from tests.contract.test_store_outage import stream

async def main():
    url, spool = sys.argv[1:]
    async with open_store(url, spool=Path(spool), keeper=TaskKeeper(), interval=0.005) as store:
        for facts in stream(20):
            store.journal.take(facts)
        await store.journal.flush()
        print(store.journal.depth, store.journal.healthy, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_an_engine_killed_while_the_database_was_away_loses_nothing(
    mortal: ThrowAwayPostgres, mortal_url: str, tmp_path: Path, keeper: TaskKeeper
) -> None:
    spool = tmp_path / "spool"
    await asyncio.to_thread(mortal.kill)
    try:
        engine = await asyncio.create_subprocess_exec(
            sys.executable, "-c", ENGINE, mortal_url, str(spool),
            cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert engine.stdout is not None
        lines = [line async for line in until_ready(engine.stdout)]
        assert lines[-1] == f"{20 * len(whole_call('c'))} False"
        engine.send_signal(signal.SIGKILL)
        await engine.wait()
    finally:
        await asyncio.to_thread(mortal.start)
    async with open_store(mortal_url, spool=spool, keeper=keeper) as store:
        assert (store.journal.depth, store.journal.healthy) == (0, True)
        await all_whole(store, 20)


async def until_ready(output: asyncio.StreamReader) -> AsyncIterator[str]:
    """Lines up to the one that the engine prints when it is ready to be killed."""
    async for raw in output:
        line = raw.decode().strip()
        yield line
        if line.endswith(("True", "False")):
            return


@pytest.fixture
async def sqlite_store(tmp_path: Path, keeper: TaskKeeper) -> AsyncIterator[Store]:
    async with open_store(
        f"sqlite:///{tmp_path}/acd.db", spool=tmp_path / "spool", keeper=keeper, interval=0.005
    ) as store:
        yield store


async def test_a_locked_file_and_its_release(sqlite_store: Store, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "acd.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        for facts in stream(5):
            sqlite_store.journal.take(facts)
        await sqlite_store.journal.flush()
        assert not sqlite_store.journal.healthy
        assert sqlite_store.journal.depth == 5 * len(whole_call("c"))
        assert await sqlite_store.archive.story("c000") is None
        other.execute("ROLLBACK")
    other.close()
    await sqlite_store.journal.written()
    await all_whole(sqlite_store, 5)


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_file_deleted_or_replaced_while_it_is_open(
    sqlite_store: Store, tmp_path: Path, replaced: bool
) -> None:
    """What is taken afterwards is in the file that is at the path, and readiness falls meanwhile."""
    journal, file = sqlite_store.journal, tmp_path / "acd.db"
    backup = tmp_path / "backup.db"
    with sqlite3.connect(file) as source, sqlite3.connect(backup) as copy:
        source.backup(copy)
    source.close()
    copy.close()
    journal.take(whole_call("before", START))
    await journal.flush()
    assert await sqlite_store.archive.story("before") is not None
    if replaced:
        backup.replace(file)
    else:
        file.unlink()
    journal.take(whole_call("after", START + 100))
    await journal.flush()
    assert not journal.healthy
    await journal.written()
    assert (journal.depth, journal.healthy, journal.lost, journal.refused) == (0, True, 0, 0)
    journal.take(whole_call("later", START + 200))
    await journal.flush()
    assert journal.healthy
    for call, known in (("before", False), ("after", True), ("later", True)):
        assert (await sqlite_store.archive.story(call) is not None) is known
    with sqlite3.connect(file) as other:
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert other.execute("SELECT count(*) FROM calls").fetchone() == (2,)
    other.close()


async def test_a_disk_full_under_database_and_spool_and_room_again(
    sqlite_store: Store, tmp_path: Path
) -> None:
    """The limit of a file's size stands in for the disk's: writes fail part-way, with an error."""
    journal = sqlite_store.journal
    journal.take(whole_call("first", START + 2000))
    await journal.flush()
    assert journal.healthy
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (os.stat(tmp_path / "acd.db").st_size, hard))
    try:
        for facts in stream(400):
            journal.take(facts)
        with pytest.raises(TimeoutError):  # neither database nor spool takes them
            async with asyncio.timeout(1.0):
                await journal.flush()
        assert (journal.healthy, journal.lost) == (False, 0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    await journal.written()
    assert (journal.depth, journal.healthy, journal.lost, journal.refused) == (0, True, 0, 0)
    assert await sqlite_store.archive.story("first") is not None
    await all_whole(sqlite_store, 400)
