"""What callers said to a voicemail box while no engine was there, looked for on the disk."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Callable
from pathlib import Path

import structlog

from acd.core.tape_words import FindTape, TapeFound
from acd.ports import Clock
from acd.runtime.tasks import TaskKeeper
from recordings.naming import FORMAT, MESSAGES, folders_of_messages, number_of_message

log = structlog.get_logger(__name__)


class TapeSearch:
    """Carries out FindTape. Every one reports TapeFound once: a folder that cannot be read holds
    nothing."""

    def __init__(
        self,
        recordings_dir: Path,
        *,
        clock: Clock,
        keeper: TaskKeeper,
        report: Callable[[TapeFound], None],
    ) -> None:
        self._folder = recordings_dir / MESSAGES
        self._clock = clock
        self._keeper = keeper
        self._report = report

    def find(self, command: FindTape) -> None:
        """Look. Returns at once."""
        self._keeper.start("tape search", self._run(command))

    async def _run(self, command: FindTape) -> None:
        found = TapeFound(call=command.call)
        try:
            found = await asyncio.to_thread(newest, self._folder, command, self._clock.now())
        except OSError as error:
            log.error("folder of messages not searched", call=command.call, error=str(error))
        self._report(found)


def newest(folder: Path, command: FindTape, now: float) -> TapeFound:
    """The last recording of a call in the folder of messages. Raises OSError where that, or the file,
    cannot be read."""
    for day in folders_of_messages(command.since, now):
        names = [path.stem for path in (folder / day).glob(f"*.{FORMAT}")]
        numbers = {name: number_of_message(name, box=command.box, call=command.call) for name in names}
        ours = {name: number for name, number in numbers.items() if number is not None}
        if ours:
            name = max(ours)
            seconds = length_of(folder / day / f"{name}.{FORMAT}")
            return TapeFound(call=command.call, file=f"{day}/{name}", number=ours[name], seconds=seconds)
    return TapeFound(call=command.call)


def length_of(path: Path) -> float:
    """The seconds of a recording by its size: one that Asterisk could not close does not say itself how
    long it is. 0 where it is none. Raises OSError."""
    try:
        with path.open("rb") as file, wave.open(file) as sound:
            bytes_per_s: int = sound.getframerate() * sound.getnchannels() * sound.getsampwidth()
            size: int = path.stat().st_size - file.tell()
            return size / max(1, bytes_per_s)
    except (wave.Error, EOFError):
        return 0.0
