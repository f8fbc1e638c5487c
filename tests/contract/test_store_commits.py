"""An attempt is on the disk before it is dialled, whatever the journal knows; or it is not dialled."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from acd.core.callback_words import (
    Attempt,
    AttemptCommitted,
    AttemptNotCommitted,
    Callback,
    CommitAttempt,
    RestoredCallback,
)
from acd.core.events import Event
from acd.core.facts import Fact
from acd.runtime.tasks import TaskKeeper
from acd.storage import commits as commits_module
from acd.storage.database import create_engine, database_url
from acd.storage.store import Store, open_store
from acd.storage.writers import PostgresWriter, SqliteWriter, commit_writer
from tests.contract import made_facts as made
from tests.contract.conftest import OpenStore
from tests.contract.made_facts import START
from tests.contract.postgres import ThrowAwayPostgres

MIDNIGHT = START - 3600.0
REPOSITORY = Path(__file__).parents[2]


@asynccontextmanager
async def running(store: Store) -> AsyncIterator[asyncio.Queue[Event]]:
    """The commits at work; what they report."""
    reports: asyncio.Queue[Event] = asyncio.Queue()
    task = asyncio.create_task(store.commits.run(reports.put_nowait))
    try:
        yield reports
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def committed(store: Store, attempt: Attempt, callback: Callback) -> Event:
    """What is reported of one attempt."""
    async with running(store) as reports:
        store.commits.commit(CommitAttempt(attempt=attempt, callback=callback))
        async with asyncio.timeout(20):
            return await reports.get()


async def test_an_attempt_is_stored_with_its_callback_though_the_journal_knows_neither(
    open_it: OpenStore,
) -> None:
    async with open_it() as store:
        report = await committed(store, made.attempt(), made.callback())
        assert report == AttemptCommitted(attempt="cb1-1")
    async with open_it() as store:
        restored = (await store.memory.load_open(MIDNIGHT)).callbacks
    assert restored == (RestoredCallback(callback=made.callback(attempts=1), unfinished=made.attempt()),)


@pytest.mark.parametrize("journal_first", [True, False])
async def test_commits_and_journal_may_come_in_either_order(
    open_it: OpenStore, journal_first: bool
) -> None:
    """The journal's word on time and attempts is the last; the callback is there once."""
    opened: list[Fact] = [made.missed("c1"), made.opened()]
    async with open_it() as store:
        if journal_first:
            store.journal.take(opened)
            await store.journal.flush()
        await committed(store, made.attempt(), made.callback(due_at=START + 99))
        if not journal_first:
            store.journal.take(opened)
        store.journal.take([made.attempt_ended()])
        await store.journal.flush()
    async with open_it() as store:
        (found,) = (await store.memory.load_open(MIDNIGHT)).callbacks
        (missed,) = (await store.archive.missed_calls(state=None, business=None, limit=9)).items
    assert found.unfinished is None
    assert (found.callback.id, found.callback.attempts) == ("cb1", 1)
    assert missed.callback == "cb1"


async def test_the_same_attempt_given_twice_is_one(open_it: OpenStore) -> None:
    async with open_it() as store, running(store) as reports:
        for _ in range(2):
            store.commits.commit(CommitAttempt(attempt=made.attempt(), callback=made.callback()))
        both = [await reports.get(), await reports.get()]
        store.commits.commit(CommitAttempt(attempt=made.attempt(), callback=made.callback()))
        assert {*both, await reports.get()} == {AttemptCommitted(attempt="cb1-1")}
    async with open_it() as store:
        (found,) = (await store.memory.load_open(MIDNIGHT)).callbacks
    assert (found.unfinished, found.callback.attempts) == (made.attempt(), 1)


async def test_many_at_once_are_stored_in_few_transactions(
    open_it: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    transactions: list[int] = []
    steps = commits_module._steps

    def counted(asked: list[CommitAttempt]) -> object:
        transactions.append(len(asked))
        return steps(asked)

    monkeypatch.setattr(commits_module, "_steps", counted)
    async with open_it() as store, running(store) as reports:
        for n in range(250):
            id = f"cb{n:03d}"
            asked = CommitAttempt(attempt=made.attempt(f"{id}-1", id), callback=made.callback(id))
            store.commits.commit(asked)
        told = [await reports.get() for _ in range(250)]
    assert told == [AttemptCommitted(attempt=f"cb{n:03d}-1") for n in range(250)]
    assert transactions == [100, 100, 50]


async def test_one_that_is_refused_keeps_no_other_out(store: Store) -> None:
    odd = made.attempt("odd", "cb2", number_of=2**70)
    async with running(store) as reports:
        for attempt, callback in ((made.attempt(), "cb1"), (odd, "cb2"), (made.attempt("x"), "cb1")):
            asked = CommitAttempt(attempt=attempt, callback=made.callback(callback))
            store.commits.commit(asked)
        told = {report.attempt: report async for report in taken(reports, 3)}
    assert isinstance(told["odd"], AttemptNotCommitted)
    assert told["cb1-1"] == AttemptCommitted(attempt="cb1-1")
    assert told["x"] == AttemptCommitted(attempt="x")


async def taken(
    reports: asyncio.Queue[Event], count: int
) -> AsyncIterator[AttemptCommitted | AttemptNotCommitted]:
    for _ in range(count):
        report = await reports.get()
        assert isinstance(report, AttemptCommitted | AttemptNotCommitted)
        yield report


async def test_while_the_database_is_away_nothing_is_committed_and_afterwards_it_is_again(
    tmp_path: Path, keeper: TaskKeeper
) -> None:
    server = ThrowAwayPostgres()
    try:
        await asyncio.to_thread(server.start)
        url = await server.empty_database()
        async with open_store(url, spool=tmp_path / "spool", keeper=keeper) as store:
            first = await committed(store, made.attempt(), made.callback())
            await asyncio.to_thread(server.kill)
            second = made.attempt("cb1-2", number_of=2)
            refused = await committed(store, second, made.callback())
            await asyncio.to_thread(server.start)
            again = await committed(store, second, made.callback())
            assert store.journal.depth == 0  # the spool has none of it
    finally:
        await asyncio.to_thread(server.remove)
    assert first == AttemptCommitted(attempt="cb1-1")
    assert isinstance(refused, AttemptNotCommitted)
    assert "PostgreSQL" in refused.why
    assert again == AttemptCommitted(attempt="cb1-2")


@pytest.fixture
async def sqlite_store(tmp_path: Path, keeper: TaskKeeper) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path}/acd.db"
    async with open_store(url, spool=tmp_path / "spool", keeper=keeper, interval=0.005) as store:
        yield store


async def test_a_locked_file_takes_no_attempt(sqlite_store: Store, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "acd.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        report = await committed(sqlite_store, made.attempt(), made.callback())
        other.execute("ROLLBACK")
    other.close()
    assert isinstance(report, AttemptNotCommitted)
    report = await committed(sqlite_store, made.attempt(), made.callback())
    assert report == AttemptCommitted(attempt="cb1-1")


async def test_a_file_that_was_deleted_takes_no_attempt(sqlite_store: Store, tmp_path: Path) -> None:
    """SQLite would go on writing into it; a restarted engine would dial once more."""
    await committed(sqlite_store, made.attempt(), made.callback())
    (tmp_path / "acd.db").unlink()
    report = await committed(sqlite_store, made.attempt("x"), made.callback())
    assert isinstance(report, AttemptNotCommitted)


async def test_a_full_disk_takes_no_attempt(sqlite_store: Store, tmp_path: Path) -> None:
    """The limit of a file's size stands in for the disk's."""
    await committed(sqlite_store, made.attempt(), made.callback())
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        report = await committed(sqlite_store, made.attempt("x"), made.callback())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert isinstance(report, AttemptNotCommitted)
    report = await committed(sqlite_store, made.attempt("x"), made.callback())
    assert report == AttemptCommitted(attempt="x")


async def test_what_is_reported_committed_is_synchronised_to_the_disk(
    url: str, open_it: OpenStore
) -> None:
    """Whatever the settings of the journal or of the server are."""
    location = database_url(url)
    engine = create_engine(location)
    writer = commit_writer(location, engine)
    if isinstance(writer, SqliteWriter):
        connection = writer._connect()
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        connection.close()
    else:
        assert isinstance(writer, PostgresWriter)
        assert writer._durable
    await writer.close()
    await engine.dispose()


ENGINE = """
import asyncio, sys
from pathlib import Path
from acd.core.callback_words import CommitAttempt
from acd.runtime.tasks import TaskKeeper
from acd.storage.store import open_store
from tests.contract import made_facts as made

async def main():
    url, spool, step = sys.argv[1:]
    keeper = TaskKeeper()
    async with open_store(url, spool=Path(spool), keeper=keeper, interval=3600.0) as store:
        store.journal.take([made.entered("c1"), made.queued("c1")])
        if step != "entered":
            await store.journal.flush()
        store.journal.take([made.missed("c1"), made.opened()])  # nobody will have written these
        asked = CommitAttempt(attempt=made.attempt(), callback=made.callback())
        done = asyncio.Event()
        keeper.start("commits", store.commits.run(lambda event: (print(event, flush=True), done.set())))
        if step in ("committed", "ended"):
            store.commits.commit(asked)
            await done.wait()
        if step == "ended":
            store.journal.take([made.attempt_ended()])
        print(step, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("step", ["waiting", "committed", "ended"])
async def test_an_engine_killed_with_unwritten_facts_forgets_nobody(
    url: str, open_it: OpenStore, tmp_path: Path, step: str
) -> None:
    """Before the commit the call itself is what is remembered: it is not ended, and becomes a missed
    call when the telephone system is asked. From the commit on it is the attempt."""
    async with open_it() as _:
        pass
    engine = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ENGINE, url, str(tmp_path / "spool"), step,
        cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert engine.stdout is not None
    lines = []
    async for raw in engine.stdout:
        lines.append(raw.decode().strip())
        if lines[-1] == step:
            break
    engine.send_signal(signal.SIGKILL)
    await engine.wait()
    async with open_it() as store:
        restored = await store.memory.load_open(MIDNIGHT)
        missed = (await store.archive.missed_calls(state=None, business=None, limit=9)).items
    assert [call.arrived.call for call in restored.calls] == ["c1"]
    assert restored.calls[0].missed is None
    assert missed == []
    if step == "waiting":
        assert restored.callbacks == ()
    else:
        assert "AttemptCommitted" in lines[-2]
        assert restored.callbacks == (
            RestoredCallback(callback=made.callback(attempts=1), unfinished=made.attempt()),
        )
