"""Room for recordings, on real folders and on one that does not answer."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from threading import Event
from typing import NamedTuple

import pytest

from asterisk.room import Room

EXABYTE = 10**18


class Usage(NamedTuple):
    total: int
    used: int
    free: int


async def answer(room: Room) -> str | None:
    told: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    room.ask(told.set_result)
    return await asyncio.wait_for(told, 30)


async def test_there_is_room_or_it_is_said_how_little(tmp_path: Path) -> None:
    assert await answer(Room(tmp_path, min_free_bytes=1)) is None
    too_little = await answer(Room(tmp_path, min_free_bytes=EXABYTE))
    assert too_little is not None
    assert too_little.endswith("iB free, 931322574.6 GiB wanted")


async def test_a_folder_that_is_not_there_has_no_room(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert await answer(Room(missing, min_free_bytes=1)) == f"{missing}: No such file or directory"


async def test_without_a_minimum_nobody_looks(tmp_path: Path) -> None:
    assert await answer(Room(tmp_path / "missing", min_free_bytes=0)) is None


async def test_a_folder_that_hangs_costs_patience_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, looks = Event(), []

    def hangs(folder: Path) -> Usage:
        looks.append(folder)
        goes_on.wait(5)
        return Usage(2, 1, 1)

    monkeypatch.setattr(shutil, "disk_usage", hangs)
    room = Room(tmp_path, min_free_bytes=1, patience_s=0.01)
    told = await asyncio.gather(answer(room), answer(room))
    assert set(told) == {f"{tmp_path} does not answer"}
    asked = asyncio.ensure_future(answer(room))
    assert await asked == f"{tmp_path} does not answer"
    assert looks == [tmp_path]  # one thread hangs, not one for each talk
    patient = Room(tmp_path, min_free_bytes=1)
    waiting = asyncio.gather(answer(patient), answer(patient))
    await asyncio.sleep(0)
    goes_on.set()
    assert set(await waiting) == {None}
    assert len(looks) == 2
