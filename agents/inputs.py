"""What can happen to an agent: the closed union of inputs to `agents.states.step`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from agents.model import PhoneState


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """He (or somebody for him) asks to log in, or takes back a pending log-out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOut:
    """He asks to log out; in a call: after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """He asks for a pause; in a call: after it. Whether the reason is a configured one is checked
    by whoever hands this in."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """He asks to end his pause, or takes back a pending one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndWrapUp:
    """He has finished his after-call work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendWrapUp:
    """He asks for more of after-call work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """He is chosen for a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """His phone rings for the call that he is reserved for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """He picked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The offer is withdrawn and it is not his doing: the caller is gone, another was quicker, or the
    two could not be joined. No wrap-up follows, and he keeps his place among the idle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """He did not take the call: no answer, refused, hung up before he was joined with the caller, or (a
    callback) heard whom he would call and did not want to. He is paused with the reason, or rests so
    many seconds; with neither he is free again at once."""

    pause_reason: str | None = None
    rest: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOver:
    """His call ended; `wrap_up` seconds of after-call work follow (0: none), which he may extend once
    by `extend` seconds (None: not at all)."""

    wrap_up: float = 0.0
    extend: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpOver:
    """The time for the after-call work is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestOver:
    """The rest after a call that he did not take is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChanged:
    """His phone says what it is doing: lost, back, ringing, in use."""

    phone: PhoneState


Input: TypeAlias = (
    LogIn
    | LogOut
    | Pause
    | Resume
    | EndWrapUp
    | ExtendWrapUp
    | Reserve
    | Ring
    | Answer
    | Release
    | Decline
    | CallOver
    | WrapUpOver
    | RestOver
    | PhoneChanged
)
