"""Files of callers' voices that nothing names, on a real folder."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from acd.core.message_words import Message
from acd.errors import StoreUnavailable
from acd.message_files import path_of
from acd.stray_files import EVERY_S, OLD_S, RECENT_S, SETTLE_S, clear_away, delete_strays
from tests.playbooks.test_messages import message

NOW = 1_795_000_000.0


class House:
    """A centre and a database that know some files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.messages: list[Message] = []
        self.named: set[str] = set()
        self.asked: list[str] = []
        self.away = False

    def now(self) -> float:
        return NOW

    def view_messages(self) -> Sequence[Message]:
        return self.messages

    async def files_named(self, files: Collection[str]) -> frozenset[str]:
        self.asked.extend(files)
        if self.away:
            raise StoreUnavailable
        return frozenset(self.named & set(files))

    def write(self, name: str, age: float = 2 * OLD_S) -> Path:
        path = path_of(self.folder, f"2026/11/16/{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"voice")
        os.utime(path, (NOW - age, NOW - age))
        return path

    async def swept(self, since: float | None = None) -> bool:
        return await delete_strays(self, self, self.folder, since=since)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def test_what_nothing_names_is_deleted_and_told(house: House) -> None:
    stray, kept = house.write("stray"), house.write("kept")
    house.named.add("2026/11/16/kept")
    with capture_logs() as logs:
        assert await house.swept()
    assert not stray.exists()
    assert kept.exists()
    (told,) = logs
    assert told["event"] == "recording of a caller deleted: nothing names it"
    assert told["file"] == "2026/11/16/stray"


async def test_what_the_engine_knows_need_not_be_stored_yet(house: House) -> None:
    kept = house.write("kept")
    house.messages.append(message(file="2026/11/16/kept"))
    assert await house.swept()
    assert kept.exists()
    assert house.asked == []


async def test_who_may_be_speaking_still_is_left_alone(house: House) -> None:
    young = house.write("young", age=OLD_S - 1)
    assert await house.swept()
    assert young.exists()


async def test_what_was_looked_at_before_is_not_looked_at_again(house: House) -> None:
    house.write("older", age=RECENT_S + 1)
    assert await house.swept(since=RECENT_S)
    assert house.asked == []


async def test_while_the_database_cannot_be_asked_nothing_is_deleted(house: House) -> None:
    stray, house.away = house.write("stray"), True
    with capture_logs() as logs:
        assert not await house.swept()
    assert stray.exists()
    assert logs[0]["event"] == "files that nobody knows of not looked for"


async def test_without_a_folder_there_is_nothing(house: House) -> None:
    assert await house.swept()


async def test_it_is_done_when_all_is_stored_and_again_until_it_worked_for_recent_ones(
    house: House,
) -> None:
    house.away = True
    house.write("older", age=RECENT_S + 1)
    steps: list[object] = []

    async def written() -> None:
        steps.append("written")

    async def sleep(seconds: float) -> None:
        steps.append(seconds)
        if len(steps) == 3:
            house.away, house.named = False, {"2026/11/16/older"}
        if len(steps) == 9:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await clear_away(house, house, house.folder, written=written, sleep=sleep)
    assert steps == ["written", SETTLE_S, EVERY_S] * 3
    assert house.asked == ["2026/11/16/older"] * 2
