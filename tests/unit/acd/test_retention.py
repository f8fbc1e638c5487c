"""Deleting messages whose time has come, on real files."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from acd import retention
from acd.core.message_words import Message, MessagesExpired
from acd.core.routing import Routing, Voicemail
from acd.core.tapes import TapesExpired
from acd.errors import StoreUnavailable
from acd.message_files import path_of
from acd.reached import StoredTape
from acd.retention import delete_overdue, delete_overdue_tapes, keep_to_time
from tests.playbooks.centre import centre
from tests.playbooks.test_messages import message

NOW = 10_000_000.0
DAY = 86_400.0


class House:
    """A centre with messages; what it is told to forget, it forgets."""

    def __init__(self, folder: Path, *messages: Message) -> None:
        self.messages = {each.id: each for each in messages}
        self.expired: list[tuple[str, ...]] = []
        self.tapes_expired: list[tuple[str, ...]] = []
        for each in messages:
            path = path_of(folder, each.file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"voice")
        boxes = {"orders": Voicemail(name="orders", label="", keep_for=10 * DAY)}
        boxes["ever"] = Voicemail(name="ever", label="", keep_for=None)
        self._routing = centre(voicemail=boxes)

    @property
    def routing(self) -> Routing:
        return self._routing

    def now(self) -> float:
        return NOW

    def view_messages(self) -> Sequence[Message]:
        return list(self.messages.values())

    def post(self, event: MessagesExpired | TapesExpired) -> None:
        if isinstance(event, TapesExpired):
            self.tapes_expired.append(event.files)
            return
        self.expired.append(event.messages)
        for each in event.messages:
            self.messages.pop(each)


def old(id: str, days: float, box: str = "orders") -> Message:
    return message(id, box=box, left_at=NOW - days * DAY, file=f"2026/11/18/{id}")


def files(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.rglob("*.wav"))


async def test_files_go_then_the_engine_is_told(tmp_path: Path) -> None:
    house = House(tmp_path, old("a", 11), old("b", 9), old("c", 1000, "ever"), old("d", 12))
    assert await delete_overdue(house, tmp_path) == 2
    assert house.expired == [("d", "a")]
    assert files(tmp_path) == ["b", "c"]
    assert await delete_overdue(house, tmp_path) == 0
    assert house.expired == [("d", "a")]


async def test_boxes_that_are_named_no_more_keep_for_the_default(tmp_path: Path) -> None:
    house = House(tmp_path, old("a", 91, "gone"), old("b", 89, "gone"))
    await delete_overdue(house, tmp_path)
    assert house.expired == [("a",)]


async def test_a_run_that_was_interrupted_is_resumed(tmp_path: Path) -> None:
    house = House(tmp_path, old("a", 11), old("b", 12))
    path_of(tmp_path, "2026/11/18/a").unlink()
    assert await delete_overdue(house, tmp_path) == 2
    assert house.expired == [("b", "a")]


async def test_what_cannot_be_deleted_stays_and_is_told(tmp_path: Path) -> None:
    house = House(tmp_path, old("a", 11), old("b", 12), replace(old("c", 13), file="x"))
    house.messages["c"] = replace(house.messages["c"], file="../../c")
    stubborn = path_of(tmp_path, "2026/11/18/a")
    stubborn.unlink()
    stubborn.mkdir()
    with capture_logs() as logs:
        assert await delete_overdue(house, tmp_path) == 1
    assert house.expired == [("b",)]
    assert set(house.messages) == {"a", "c"}
    assert [each["message"] for each in logs if each["log_level"] == "error"] == ["c", "a"]
    stubborn.rmdir()
    assert await delete_overdue(house, tmp_path) == 1


async def test_nothing_is_told_where_nothing_could_be_deleted(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.messages["c"] = replace(old("c", 13), file="../../c")
    assert await delete_overdue(house, tmp_path) == 0
    assert house.expired == []


async def test_many_are_deleted_in_portions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    house = House(tmp_path, *(old(f"m{days}", days) for days in range(11, 16)))
    assert await delete_overdue(house, tmp_path) == 5
    assert house.expired == [("m15", "m14"), ("m13", "m12"), ("m11",)]


def tape(file: str, days: float) -> StoredTape:
    made_at = NOW - days * DAY
    return StoredTape(
        file=file, call="c1", made_at=made_at, flow="f", name="n", seconds=2.0, deleted_at=None
    )


class Shelf:
    """The store: what callers said, the oldest first."""

    def __init__(self, folder: Path, *tapes: StoredTape) -> None:
        self.tapes = sorted(tapes, key=lambda each: (each.made_at, each.file))
        self.down = False
        for each in tapes:
            path = path_of(folder, each.file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"voice")

    async def tapes_made_until(
        self, until: float, *, limit: int, after: tuple[float, str] | None = None
    ) -> Sequence[StoredTape]:
        if self.down:
            raise StoreUnavailable("no")
        due = [each for each in self.tapes if each.made_at <= until]
        return [each for each in due if after is None or (each.made_at, each.file) > after][:limit]


async def test_what_callers_said_in_flows_goes_after_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    house = House(tmp_path)
    shelf = Shelf(tmp_path, tape("a", 91), tape("b", 89), tape("c", 95), tape("d", 90))
    assert await delete_overdue_tapes(house, shelf, tmp_path) == 3
    assert house.tapes_expired == [("c", "a"), ("d",)]
    assert files(tmp_path) == ["b"]


async def test_what_callers_said_is_kept_for_good_where_the_file_says_so(tmp_path: Path) -> None:
    house = House(tmp_path)
    house._routing = replace(house._routing, keep_tapes_for=None)
    assert await delete_overdue_tapes(house, Shelf(tmp_path, tape("a", 9000)), tmp_path) == 0
    assert files(tmp_path) == ["a"]


async def test_what_callers_said_and_cannot_be_deleted_stays(tmp_path: Path) -> None:
    house, shelf = House(tmp_path), Shelf(tmp_path)
    shelf.tapes = [tape("../../c", 95)]
    with capture_logs():
        assert await delete_overdue_tapes(house, shelf, tmp_path) == 0
    shelf.down = True
    with capture_logs() as logs:
        assert await delete_overdue_tapes(house, shelf, tmp_path) == 0
    assert [each["event"] for each in logs] == ["recordings of callers not looked through"]
    assert house.tapes_expired == []


async def test_it_looks_again_and_again(tmp_path: Path) -> None:
    house = House(tmp_path, old("a", 11), old("b", 9))
    slept: list[float] = []
    twice = asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        house.messages["b"] = old("b", 11)
        if len(slept) == 2:
            twice.set()
            await asyncio.Event().wait()

    shelf = Shelf(tmp_path, tape("t", 91))
    task = asyncio.create_task(keep_to_time(house, shelf, tmp_path, every_s=60, sleep=sleep))
    await twice.wait()
    task.cancel()
    assert slept == [60, 60]
    assert house.tapes_expired == [("t",), ("t",)]  # the store has not heard of it yet
    assert house.expired == [("a",), ("b",)]
