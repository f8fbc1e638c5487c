"""Recordings of callers, looked for in a folder on the disk."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import pytest

from acd.core.tape_words import FindTape, TapeFound
from acd.runtime.tasks import TaskKeeper
from acd.tape_search import TapeSearch, length_of, newest
from recordings.naming import MESSAGES

CALL = "pbx1-1795000000.7"
SINCE = 1_795_046_300.0
"""Ten minutes before midnight (UTC)."""
WANTED = FindTape(call=CALL, box="orders desk", since=SINCE)


class Clock:
    """Ten minutes later."""

    def now(self) -> float:
        return SINCE + 600


def recorded(folder: Path, name: str, seconds: float = 3.0, *, closed: bool = True) -> None:
    """A file as Asterisk writes it. One that it could not close says of itself that it is empty."""
    path = folder / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        if closed:
            sound.writeframes(bytes(int(16_000 * seconds)))
    if not closed:
        with path.open("ab") as file:
            file.write(bytes(int(16_000 * seconds)))


def test_the_last_recording_of_the_call_is_found(tmp_path: Path) -> None:
    recorded(tmp_path, f"2026/11/18/20261118T235000Z_orders-desk_{CALL}-1", 9.0)
    recorded(tmp_path, f"2026/11/19/20261119T000100Z_orders-desk_{CALL}-2", 4.0)
    recorded(tmp_path, f"2026/11/19/20261119T000300Z_orders-desk_{CALL}-3", 2.5)
    for other in (f"orders-desk_{CALL}1-1", f"service_{CALL}-1", f"orders-desk_{CALL}-x", "talk"):
        recorded(tmp_path, f"2026/11/19/20261119T000400Z_{other}")
    assert newest(tmp_path, WANTED, SINCE + 1000) == TapeFound(
        call=CALL, file=f"2026/11/19/20261119T000300Z_orders-desk_{CALL}-3", number=3, seconds=2.5
    )
    assert newest(tmp_path, WANTED, SINCE + 10).number == 1


def test_where_nothing_was_recorded_nothing_is_found(tmp_path: Path) -> None:
    assert newest(tmp_path, WANTED, SINCE + 1000) == TapeFound(call=CALL)


def test_a_file_that_was_not_closed_is_as_long_as_it_is(tmp_path: Path) -> None:
    recorded(tmp_path, "open", 5.0, closed=False)
    assert length_of(tmp_path / "open.wav") == pytest.approx(5.0, abs=0.01)


@pytest.mark.parametrize("content", [b"", b"no sound at all"])
def test_what_is_no_sound_has_no_length(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.wav").write_bytes(content)
    assert length_of(tmp_path / "x.wav") == 0.0


async def searched(folder: Path) -> TapeFound:
    found: asyncio.Queue[TapeFound] = asyncio.Queue()
    keeper = TaskKeeper(lambda name, error: None)
    search = TapeSearch(folder, clock=Clock(), keeper=keeper, report=found.put_nowait)
    search.find(WANTED)
    async with asyncio.timeout(5):
        told = await found.get()
    await keeper.close()
    return told


async def test_what_is_found_is_told_once(tmp_path: Path) -> None:
    name = f"2026/11/18/20261118T235000Z_orders-desk_{CALL}-1"
    recorded(tmp_path / MESSAGES, name)
    told = await searched(tmp_path)
    assert (told.file, told.seconds) == (name, 3.0)


async def test_a_file_that_cannot_be_read_is_nothing(tmp_path: Path) -> None:
    folder = tmp_path / MESSAGES / "2026/11/18"
    (folder / f"20261118T235000Z_orders-desk_{CALL}-1.wav").mkdir(parents=True)
    assert await searched(tmp_path) == TapeFound(call=CALL)
