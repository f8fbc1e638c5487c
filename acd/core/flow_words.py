"""The words of IVR flows, voicemail recording, waiting announcements and the survey: events, commands
and facts. `acd.core.events`, `commands` and `facts` gather them into their unions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from acd.core.records import Reason

# --- events


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """An HTTP look-up for a call has been answered: the fields of its object as text. None: it was
    late, failed, or answered something else."""

    call: str
    values: Mapping[str, str] | None


class TapeEnd(StrEnum):
    """How the recording of a caller ended."""

    DIGIT = "digit"
    SILENCE = "silence"
    LENGTH = "length"
    STOPPED = "stopped"
    HUNG_UP = "hung_up"


class TapeFailure(StrEnum):
    """Why a caller could not be recorded."""

    NO_ROOM = "no_room"
    REFUSED = "refused"
    BROKE_OFF = "broke_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeFinished:
    """What the caller said is in `file`: so many seconds. Comes before CallerHungUp where he hung up."""

    call: str
    file: str
    seconds: float
    ended_by: TapeEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeFailed:
    """The caller is not recorded, or no longer: of what he said, `seconds` are in `file`."""

    call: str
    file: str
    failure: TapeFailure
    detail: str
    seconds: float = 0.0


# --- commands


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """Ask over HTTP (GET). Reports LookedUp, at the latest after `within` seconds."""

    call: str
    url: str
    within: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTape:
    """Answer the caller if he isn't yet, and record what he says. Reports TapeFinished or TapeFailed.

    `file` is the path in the folder of messages, without ending. `ends_with` are the digits that end
    it. `silence` and `at_most` are seconds.
    """

    call: str
    file: str
    beep: bool
    at_most: float
    silence: float
    ends_with: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTape:
    """End a recording of the caller; it reports TapeFinished still."""

    call: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTape:
    """Delete the file of a recording that nobody wants. Reports nothing."""

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DialOutside:
    """Dial an outside number for a caller (an IVR exit) and join both when it answers. Reports
    OutsideAnswered when it does, and OutsideEnded."""

    call: str
    number: str
    trunk: str
    caller_id: str | None
    ring_s: float


# --- facts


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowEntered:
    """A caller came into an IVR flow, or into the voicemail dialogue or survey of that name."""

    call: str
    at: float
    flow: str
    purpose: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLeft:
    """He left it: `exit` in words ("queue orders", "voicemail orders", "served", "caller hung up", ...),
    with the values that were collected; of a secret one a star for each digit."""

    call: str
    at: float
    flow: str
    exit: str
    collected: tuple[tuple[str, str], ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitAnnounced:
    """A waiting caller was told his position and how long he will wait (seconds; None: only that)."""

    call: str
    queue: str
    at: float
    position: int
    estimate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitMeasured:
    """How wrong an announced wait was: told at `told_at` that it would be `estimate` seconds more, it
    was `actual`. Once for each answered call to whom an estimate was told, for the first one told."""

    call: str
    queue: str
    at: float
    told_at: float
    estimate: float
    actual: float


class SurveyOutcome(StrEnum):
    """What became of a survey."""

    ANSWERED = "answered"
    """He answered the first question at least."""
    REFUSED = "refused"
    """He hung up, or pressed nothing, at the first question."""
    CUT_OFF = "cut_off"
    """The engine or his Asterisk died before he had answered anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyGoesOn:
    """A caller is asked about his call since `asked_at`: told when it begins, and again with each thing
    that he says. `satisfaction` 1 to 5, `solved`, `remark` a file; None where he has not said."""

    call: str
    at: float
    asked_at: float
    caller: str | None
    business: str | None
    queue: str | None
    agent: str | None
    satisfaction: int | None = None
    solved: bool | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyTaken:
    """A survey has come to its end, once for each: all that was said (see survey_goes_on), and whether
    he answered, refused, or was cut off."""

    call: str
    at: float
    asked_at: float
    caller: str | None
    business: str | None
    queue: str | None
    agent: str | None
    satisfaction: int | None
    solved: bool | None
    remark: str | None
    outcome: SurveyOutcome


# --- events of DialOutside


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideAnswered:
    """The outside party of an IVR exit has picked up. Told once more after each ChannelsReconciled."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideEnded:
    """The outside party of an IVR exit has hung up or was not reached."""

    call: str
    answered: bool
    cause: int
