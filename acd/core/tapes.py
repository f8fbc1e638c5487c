"""What callers said to a flow's `record` step, or as a remark in a survey: files that are listened to,
and deleted when their time has come. Voicemail messages are the matter of `acd.core.messages`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acd.core.floor import Floor


# --- events


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeListened:
    """Somebody (`by`) listens to what a caller said in a flow or survey."""

    file: str
    call: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TapesExpired:
    """The files of these recordings of callers are deleted: their time had come."""

    files: tuple[str, ...]


# --- facts


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeMade:
    """A caller was recorded by a step of a flow, or left a remark in a survey: `seconds` of sound in
    `file`, a path in the folder of messages. One that nobody needs is deleted without a word."""

    file: str
    call: str
    at: float
    flow: str
    name: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeHeard:
    """Somebody listened to such a recording."""

    file: str
    call: str
    at: float
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeDeleted:
    """The file of such a recording was deleted: its time had come."""

    file: str
    at: float


class Tapes:
    """Records what becomes of callers' recordings. It knows none of them: the store does."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def made(self, call: str, file: str, *, flow: str, name: str, seconds: float) -> None:
        """A caller has been recorded."""
        floor = self._floor
        floor.record(TapeMade(file=file, call=call, at=floor.now, flow=flow, name=name, seconds=seconds))

    def listened(self, event: TapeListened) -> None:
        """Who listened is remembered."""
        self._floor.record(TapeHeard(file=event.file, call=event.call, at=self._floor.now, by=event.by))

    def expired(self, event: TapesExpired) -> None:
        """Their files are gone."""
        for file in event.files:
            self._floor.record(TapeDeleted(file=file, at=self._floor.now))
