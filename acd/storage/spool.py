"""Facts on disk while the database is away: append-only segments of checked lines.

A line is `crc32 length json`, so that a tail torn by a crash is told from a whole fact and dropped
with a log line. Segments are removed when all of their facts are in the database; which those are the
database itself knows (`journals.last_seq`), so that dying between writing and removing doubles
nothing. One engine at a time: the folder is locked.

All methods block; the journal calls them in a thread.
"""

from __future__ import annotations

import fcntl
import os
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from acd.core.facts import Fact
from acd.errors import AcdError
from acd.storage.bounds import storable
from acd.storage.codec import decode_entry, encode, encode_entry
from acd.storage.errors import SpoolInUse, UnknownFact

log = structlog.get_logger(__name__)

MEBIBYTE = 1 << 20


class SpoolFull(AcdError):
    """The spool has reached its size limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spooled:
    """Facts read back, all of one writer, each with its seq, in their order."""

    writer: int
    facts: Sequence[tuple[int, Fact]]


class Spool:
    """The folder of segments. `depth` counts the facts in it that were not yet `advance`d over."""

    def __init__(
        self, folder: Path, *, max_bytes: int = 256 * MEBIBYTE, segment_bytes: int = 4 * MEBIBYTE
    ) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._segment_bytes = segment_bytes
        self._lock = -1
        self._segments: list[Path] = []
        self._sizes: dict[Path, int] = {}
        self._active = -1
        self._offset = 0
        self._next_offset = 0
        self._next_lines = 0
        self._next_damage: list[tuple[Path, int, bytes]] = []
        self.depth = 0
        self.damaged = 0
        """Lines that could not be read back: torn tails and bad checksums."""
        self.refused = 0
        """Facts that could be stored neither in the database nor here."""

    def open(self) -> None:
        """Lock the folder and count what an earlier run left. Raises SpoolInUse, OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            self._lock = -1
            raise SpoolInUse(f"Another engine uses the spool folder {self._folder}.") from error
        self._segments = sorted(self._folder.glob("*.facts"))
        for segment in self._segments:
            content = segment.read_bytes()
            self._sizes[segment] = len(content)
            self.depth += content.count(b"\n")

    def close(self) -> None:
        """Leave the folder to the next run; what is in it stays."""
        self._end_segment()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    @property
    def size_bytes(self) -> int:
        return sum(self._sizes.values())

    def append(self, writer: int, facts: Iterable[tuple[int, Fact]]) -> None:
        """Write the facts and make them durable, all or none. Raises SpoolFull, OSError.

        A fact that could not be read back (a time that is no number, a value that is no JSON) would
        bar the way for all after it: it is refused instead.
        """
        lines = []
        for seq, fact in facts:
            try:
                entry = encode_entry(writer, seq, fact)
                decode_entry(entry)
            except (TypeError, ValueError, OverflowError, UnknownFact) as error:
                log.error("spool: a fact is refused", seq=seq, error=str(error))
                self.refuse(writer, seq, fact)
            else:
                lines.append(line_of(entry))
        content = b"".join(lines)
        if self.size_bytes + len(content) > self._max_bytes:
            raise SpoolFull(f"The spool has reached {self._max_bytes} bytes.")
        if self._active >= 0 and self._sizes[self._segments[-1]] >= self._segment_bytes:
            self._end_segment()
        if self._active < 0:
            self._begin_segment()
        segment = self._segments[-1]
        size = self._sizes[segment]
        try:
            _write_all(self._active, content)
            os.fdatasync(self._active)
        except OSError:
            os.ftruncate(self._active, size)
            raise
        self._sizes[segment] = size + len(content)
        self.depth += len(lines)

    def read(self, limit: int) -> Spooled | None:
        """The next facts of one writer, at most `limit`; None when there are none.

        Call `advance` when they are in the database; until then the same ones are read again.
        Raises UnknownFact for what a newer version wrote.
        """
        while self._segments:
            spooled = self._read_segment(self._segments[0], limit)
            if spooled.facts:
                return spooled
            self.advance()
            self._remove_segment()
        return None

    def advance(self) -> None:
        """What was read last is dealt with."""
        self.depth -= self._next_lines
        self._offset = self._next_offset
        self._next_lines = 0
        for segment, offset, line in self._next_damage:
            self._note_damage(segment, offset, line)
        self._next_damage = []

    def refuse(self, writer: int, seq: int, fact: Fact) -> None:
        """Keep a fact that can be stored nowhere in `refused.jsonl`, for a person to look at."""
        self.refused += 1
        line = encode({"writer": writer, "seq": seq, "fact": storable(repr(fact))})
        try:
            with (self._folder / "refused.jsonl").open("ab") as file:
                file.write(line + b"\n")
        except OSError as error:
            log.critical("spool: a refused fact could not be kept", seq=seq, error=str(error))

    def _read_segment(self, segment: Path, limit: int) -> Spooled:
        writer = 0
        facts: list[tuple[int, Fact]] = []
        offset, lines = self._offset, 0
        damage: list[tuple[Path, int, bytes]] = []
        with segment.open("rb") as file:
            file.seek(offset)
            while len(facts) < limit and (line := file.readline()):
                entry = _checked(line)
                if entry is None:
                    damage.append((segment, offset, line))
                else:
                    of_writer, seq, fact = decode_entry(entry)
                    if facts and of_writer != writer:
                        break
                    writer = of_writer
                    facts.append((seq, fact))
                offset += len(line)
                lines += line.endswith(b"\n")
        self._next_offset, self._next_lines, self._next_damage = offset, lines, damage
        return Spooled(writer=writer, facts=facts)

    def _note_damage(self, segment: Path, offset: int, line: bytes) -> None:
        self.damaged += 1
        log.error(
            "spool: a damaged line is dropped",
            segment=segment.name,
            offset=offset,
            size_bytes=len(line),
            torn=not line.endswith(b"\n"),
        )

    def _begin_segment(self) -> None:
        number = int(self._segments[-1].stem) + 1 if self._segments else 1
        segment = self._folder / f"{number:012d}.facts"
        self._active = os.open(
            segment, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600
        )
        self._segments.append(segment)
        self._sizes[segment] = 0

    def _end_segment(self) -> None:
        if self._active >= 0:
            os.close(self._active)
            self._active = -1

    def _remove_segment(self) -> None:
        segment = self._segments.pop(0)
        if not self._segments:
            self._end_segment()
        segment.unlink()
        del self._sizes[segment]
        self._offset = self._next_offset = 0


def line_of(entry: bytes) -> bytes:
    """The entry with what tells it from a torn one."""
    return b"%08x %d %s\n" % (zlib.crc32(entry), len(entry), entry)


def _checked(line: bytes) -> bytes | None:
    """The entry of a line; None where the line is torn or damaged."""
    head, _, entry = line.removesuffix(b"\n").partition(b" ")
    length, _, entry = entry.partition(b" ")
    if not line.endswith(b"\n") or not length.isdigit() or int(length) != len(entry):
        return None
    return entry if head == b"%08x" % zlib.crc32(entry) else None


def _write_all(file: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]
