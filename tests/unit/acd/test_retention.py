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
from acd.message_files import path_of
from acd.retention import delete_overdue, keep_to_time
from tests.playbooks.centre import centre
from tests.playbooks.test_messages import message

NOW = 10_000_000.0
DAY = 86_400.0


class House:
    """A centre with messages; what it is told to forget, it forgets."""

    def __init__(self, folder: Path, *messages: Message) -> None:
        self.messages = {each.id: each for each in messages}
        self.expired: list[tuple[str, ...]] = []
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

    def post(self, event: MessagesExpired) -> None:
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

    task = asyncio.create_task(keep_to_time(house, tmp_path, every_s=60, sleep=sleep))
    await twice.wait()
    task.cancel()
    assert slept == [60, 60]
    assert house.expired == [("a",), ("b",)]
