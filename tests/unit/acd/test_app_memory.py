"""The engine and its database: what it remembers, and how it does without."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from acd import app as application
from acd.core.callback_words import CallbackOpened, CommitAttempt
from acd.core.facts import Fact, StaleEventSeen
from acd.errors import StoreUnavailable
from acd.reached import DoNotCallEntry
from acd.runtime.tasks import TaskKeeper
from acd.storage.store import SqlMemory, open_archive, open_store
from tests.contract import made_facts as made
from tests.unit.acd.console.installation import Installation
from tests.unit.acd.whole import checks, get, until, up


async def test_without_a_database_it_starts_knowing_nobody_and_learns_later(
    house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    load_directory = SqlMemory.load_directory

    async def no_memory(self: SqlMemory, since_day: float, **_: object) -> Any:
        raise StoreUnavailable("the database is away")

    async def directory(self: SqlMemory) -> Any:
        reads.append(len(reads))
        if len(reads) < 3:
            raise StoreUnavailable("away again")
        return await load_directory(self)

    monkeypatch.setattr(SqlMemory, "load_open", no_memory)
    monkeypatch.setattr(SqlMemory, "load_directory", directory)
    monkeypatch.setattr(application, "LEARN_AGAIN_S", 0.01)
    await owe_a_call(house)
    with capture_logs() as logged:
        async with up(house) as engine:
            await until(
                lambda: "customers, blacklist and promises read" in [entry["event"] for entry in logged]
            )
            assert engine.view_calls() == []
            assert engine.open_callbacks() == {"main": 1}
            assert engine.do_not_call == {"110"}
    said = [entry["event"] for entry in logged]
    assert "starting without memory: the database is away" in said
    assert said.count("customers and blacklist not read yet") == 2
    assert len(reads) == 3


async def owe_a_call(house: Installation) -> None:
    """An engine before this one had promised to call back, not before tomorrow; and never 110."""
    keeper = TaskKeeper()
    url = house.settings().secret("database_url")
    now = time.time()
    listed = DoNotCallEntry(number="110", reason="asked", author="boss", created_at=now)
    async with open_store(url, spool=house.settings().spool_dir, keeper=keeper) as store:
        owed = made.callback(queue="main", created_at=now - 60, due_at=now + 80_000, node="pbx1")
        store.journal.take([CallbackOpened(at=now - 60, callback=owed)])
        await store.archive.put_do_not_call([listed])
    await keeper.close()


async def test_what_was_promised_before_is_taken_up(house: Installation) -> None:
    await owe_a_call(house)
    async with up(house) as engine:
        view = engine.view_callback("cb1")
        assert view is not None
        assert (view.callback.number, view.callback.note) == ("13800000001", "was cut off")
        assert engine.do_not_call == {"110"}


class Told:
    """Hears of events that came too late."""

    def __init__(self) -> None:
        self.stale: list[str] = []

    def take(self, facts: Sequence[Fact]) -> None:
        self.stale += [fact.subject for fact in facts if isinstance(fact, StaleEventSeen)]


async def test_an_attempt_is_in_the_store_when_the_core_is_told_so(house: Installation) -> None:
    """The core knows no such attempt, and says so: that it was told is seen by that."""
    told = Told()
    async with up(house) as engine:
        engine.watch(told)
        asked = CommitAttempt(attempt=made.attempt(), callback=made.callback())
        engine._carry_out(engine.now(), None, [asked])
        await until(lambda: "cb1-1" in told.stale)
        async with open_archive(house.settings().secret("database_url")) as archive:
            story = await archive.callback("cb1")
    assert story is not None
    assert [attempt.attempt for attempt in story.attempts] == ["cb1-1"]


async def test_numbers_listed_beside_the_engine_are_known_after_a_reload(house: Installation) -> None:
    url = house.settings().secret("database_url")
    async with up(house) as engine, open_archive(url) as archive:
        entries = [
            DoNotCallEntry(number=str(n), reason="x", author="b", created_at=1.0)
            for n in range(100, 350)
        ]
        await archive.put_do_not_call(entries)
        await engine.reload()
        assert engine.do_not_call == {str(n) for n in range(100, 350)}
        await archive.delete_do_not_call("100")
        await engine.reload()
        assert engine.do_not_call == {str(n) for n in range(101, 350)}


async def test_a_database_that_is_away_is_seen_in_readiness_and_waited_for(house: Installation) -> None:
    """The file is no database at first: what cannot be opened is away."""
    data = house.folder / "var"
    data.mkdir()
    (data / "strowger.db").mkdir()
    async with up(house) as engine:
        assert "they wait in the spool" in checks(engine)["database"]
        assert (await get(house, "/health/ready"))[0] == 503
        (data / "strowger.db").rmdir()
        await until(lambda: all(check.healthy for check in engine.checks()))
        assert checks(engine)["database"] == "0 facts to write"
        assert (await get(house, "/health/ready"))[0] == 200


async def test_customers_not_read_again_are_no_reason_to_refuse_a_reload(
    house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: SqlMemory) -> Any:
        raise StoreUnavailable("the database is away")

    async with up(house) as engine:
        monkeypatch.setattr(SqlMemory, "load_directory", away)
        with capture_logs() as logged:
            result = await engine.reload()
        assert result.taken
        assert "customers and blacklist not read again" in [entry["event"] for entry in logged]
