"""How an agent's states follow one another: one essay, one table, one pure function.

An agent is *offline* until he logs in. Logged in, he is in exactly one of three situations:

- **Not in a call of ours.** He is `paused` if he (or the system, after a call that he did not take)
  says so. Otherwise he is `idle` if he can be rung, and `unavailable` if he can't: his phone is not
  registered, his phone is in a call that isn't ours, or he rests after a call that he did not
  answer. Which of the two is never asked for: it follows from the phone and the rest (`_settle`). So
  a phone that comes back makes him idle, and a rest that ends while the phone is away does not.
- **In a call of ours.** He is chosen (`reserved`), his phone rings (`ringing`), he talks (`talking`).
  The phone is busy then because of us; what it says is noted and counts only afterwards. Nothing but
  the call takes him out of this: a pause or a log-out that is asked for meanwhile is *pending* and
  takes effect when he would otherwise be free again. The last one asked for counts; `Resume` takes
  back a pending pause, `LogIn` a pending log-out.
- **After a call** (`wrap_up`). It ends by time, by the agent, or is extended once. What was pending
  waits for its end. A pause or a log-out that is asked for now takes effect now.

`free_since` is what "longest idle" goes by. It is set when he logs in, resumes, comes from a call or
its wrap-up, or fails to take one. It is kept when an offer is withdrawn, because a caller's hanging
up is not his doing, and while his phone was away or busy. So it never goes back.

What a person asks for can be lawful and yet impossible now (resuming without a pause): then the
outcome is `Refused`, with a sentence for that person. What the table does not list is a fault of the
program and raises `IllegalTransition`. Instants are UTC seconds, durations seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from agents.inputs import (
    Answer,
    CallOver,
    Decline,
    EndWrapUp,
    ExtendWrapUp,
    Input,
    LogIn,
    LogOut,
    Pause,
    PhoneChanged,
    Release,
    Reserve,
    RestOver,
    Resume,
    Ring,
    WrapUpOver,
)
from agents.model import AgentAct, AgentState, PhoneState


class IllegalTransition(Exception):
    """An input reached an agent in a state for which the table has no row."""

    def __init__(self, state: AgentState, what: type[Input]) -> None:
        super().__init__(f"{what.__name__} in state {state}")
        self.state = state
        self.what = what


class Unavailable(StrEnum):
    """Why an agent who is logged in and not paused cannot be rung."""

    PHONE_UNREACHABLE = "phone_unreachable"
    PHONE_BUSY = "phone_busy"
    RESTING = "resting"


class Status(NamedTuple):
    """All that the table knows of an agent at a moment. A tuple, because each event makes a new one.

    `since`: when he entered `state`. `until`: when the state ends by itself (wrap-up, rest), else
    None. `pending`: PAUSE (with `pending_reason`) or LOG_OUT, to take effect after the call.
    `unavailable`: why he is unavailable, empty in every other state. `rest_until` outlives a pause.
    `extend`: by how many seconds he may extend his wrap-up (None: not at all), unless he has `extended`.
    """

    state: AgentState = AgentState.OFFLINE
    since: float = 0.0
    free_since: float = 0.0
    phone: PhoneState = PhoneState.UNREACHABLE
    logged_in_at: float | None = None
    pause_reason: str | None = None
    unavailable: tuple[Unavailable, ...] = ()
    until: float | None = None
    rest_until: float | None = None
    pending: AgentAct | None = None
    pending_reason: str | None = None
    extend: float | None = None
    extended: bool = False

    @property
    def reason(self) -> str | None:
        """The pause reason, or why he is unavailable ("phone_busy, resting"), else None."""
        return self.pause_reason or ", ".join(self.unavailable) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What was asked for cannot be now; `why` is a sentence for the person who asked."""

    why: str


Outcome: TypeAlias = Status | Refused


def step(status: Status, what: Input, now: float) -> Outcome:
    """What becomes of an agent in `status` when `what` happens at `now`.

    Returns the very same object where nothing changes. Raises IllegalTransition.
    """
    row = TABLE[status.state].get(type(what))
    if row is None:
        raise IllegalTransition(status.state, type(what))
    return row.rule(status, what, now)


def _settle(status: Status, now: float, *, free_since: float, rest_until: float | None = None) -> Status:
    """Where an agent who comes out of a call (or a pause, or from outside) finds himself."""
    if status.pending is AgentAct.LOG_OUT:
        return _offline(status, now)
    if status.pending is AgentAct.PAUSE:
        return _paused(status, now, status.pending_reason, free_since, rest_until)
    if rest_until is not None and rest_until <= now:
        rest_until = None
    why = _why_not(status.phone, rest_until)
    return Status(
        state=AgentState.UNAVAILABLE if why else AgentState.IDLE,
        since=now,
        free_since=free_since,
        phone=status.phone,
        logged_in_at=status.logged_in_at,
        unavailable=why,
        until=rest_until,
        rest_until=rest_until,
    )


def _why_not(phone: PhoneState, rest_until: float | None) -> tuple[Unavailable, ...]:
    resting = () if rest_until is None else (Unavailable.RESTING,)
    if phone is PhoneState.FREE:
        return resting
    if phone is PhoneState.UNREACHABLE:
        return (Unavailable.PHONE_UNREACHABLE, *resting)
    return (Unavailable.PHONE_BUSY, *resting)


def _offline(status: Status, now: float) -> Status:
    return Status(since=now, free_since=status.free_since, phone=status.phone)


def _paused(
    status: Status, now: float, reason: str | None, free_since: float, rest_until: float | None
) -> Status:
    return Status(
        state=AgentState.PAUSED,
        since=now,
        free_since=free_since,
        phone=status.phone,
        logged_in_at=status.logged_in_at,
        pause_reason=reason,
        rest_until=rest_until,
    )


def _in_call(
    status: Status, state: AgentState, since: float, act: AgentAct | None, why: str | None
) -> Status:
    return Status(
        state=state,
        since=since,
        free_since=status.free_since,
        phone=status.phone,
        logged_in_at=status.logged_in_at,
        pending=act,
        pending_reason=why,
    )


# --- the rules of the table: (status, what, now) -> outcome


def _log_in(status: Status, what: LogIn, now: float) -> Outcome:
    return _settle(status._replace(logged_in_at=now), now, free_since=now)


def _log_out(status: Status, what: LogOut, now: float) -> Outcome:
    return _offline(status, now)


def _pause(status: Status, what: Pause, now: float) -> Outcome:
    if status.state is AgentState.PAUSED and status.pause_reason == what.reason:
        return Refused(why=f"already paused ({what.reason})")
    return _paused(status, now, what.reason, status.free_since, status.rest_until)


def _resume(status: Status, what: Resume, now: float) -> Outcome:
    return _settle(status, now, free_since=now, rest_until=status.rest_until)


def _log_out_later(status: Status, what: LogOut, now: float) -> Outcome:
    if status.pending is AgentAct.LOG_OUT:
        return Refused(why="will be logged out after the call already")
    return status._replace(pending=AgentAct.LOG_OUT, pending_reason=None)


def _pause_later(status: Status, what: Pause, now: float) -> Outcome:
    if status.pending is AgentAct.PAUSE and status.pending_reason == what.reason:
        return Refused(why=f"will be paused ({what.reason}) after the call already")
    return status._replace(pending=AgentAct.PAUSE, pending_reason=what.reason)


def _stay_in(status: Status, what: LogIn, now: float) -> Outcome:
    if status.pending is not AgentAct.LOG_OUT:
        return _already_in(status, what, now)
    return status._replace(pending=None)


def _stay_on(status: Status, what: Resume, now: float) -> Outcome:
    if status.pending is not AgentAct.PAUSE:
        return _not_paused(status, what, now)
    return status._replace(pending=None, pending_reason=None)


def _reserve(status: Status, what: Reserve, now: float) -> Outcome:
    return _in_call(status, AgentState.RESERVED, now, None, None)


def _ring(status: Status, what: Ring, now: float) -> Outcome:
    return _in_call(status, AgentState.RINGING, now, status.pending, status.pending_reason)


def _answer(status: Status, what: Answer, now: float) -> Outcome:
    return _in_call(status, AgentState.TALKING, now, status.pending, status.pending_reason)


def _release(status: Status, what: Release, now: float) -> Outcome:
    return _settle(status, now, free_since=status.free_since)


def _decline(status: Status, what: Decline, now: float) -> Outcome:
    rest_until = None if what.rest is None else now + what.rest
    if what.pause_reason is not None and status.pending is None:
        return _paused(status, now, what.pause_reason, now, None)
    return _settle(status, now, free_since=now, rest_until=rest_until)


def _call_over(status: Status, what: CallOver, now: float) -> Outcome:
    if what.wrap_up <= 0:
        return _settle(status, now, free_since=now)
    return Status(
        state=AgentState.WRAP_UP,
        since=now,
        free_since=now,
        phone=status.phone,
        logged_in_at=status.logged_in_at,
        until=now + what.wrap_up,
        pending=status.pending,
        pending_reason=status.pending_reason,
        extend=what.extend,
    )


def _wrap_up_over(status: Status, what: WrapUpOver | EndWrapUp, now: float) -> Outcome:
    return _settle(status, now, free_since=now)


def _extend(status: Status, what: ExtendWrapUp, now: float) -> Outcome:
    if status.extend is None:
        return Refused(why="the wrap-up of this queue cannot be extended")
    if status.extended:
        return Refused(why="the wrap-up has been extended already")
    return status._replace(until=(status.until or now) + status.extend, extended=True)


def _phone_noted(status: Status, what: PhoneChanged, now: float) -> Outcome:
    return status if what.phone is status.phone else status._replace(phone=what.phone)


def _phone_counts(status: Status, what: PhoneChanged, now: float) -> Outcome:
    return status if what.phone is status.phone else _again(status._replace(phone=what.phone), now)


def _rest_over(status: Status, what: RestOver, now: float) -> Outcome:
    return _again(status._replace(rest_until=None), now)


def _again(status: Status, now: float) -> Status:
    """Idle or unavailable anew; who only has other reasons for it is unavailable since the first."""
    settled = _settle(status, now, free_since=status.free_since, rest_until=status.rest_until)
    return settled if settled.state is not status.state else settled._replace(since=status.since)


def _already_in(status: Status, what: LogIn, now: float) -> Outcome:
    return Refused(why="already logged in")


def _not_in(status: Status, what: Input, now: float) -> Outcome:
    return Refused(why="not logged in")


def _not_paused(status: Status, what: Resume, now: float) -> Outcome:
    return Refused(why="not paused")


def _no_wrap_up(status: Status, what: EndWrapUp | ExtendWrapUp, now: float) -> Outcome:
    return Refused(why="not in wrap-up")


class Row(NamedTuple):
    """One row: the rule, and every state that it can lead to (none: it refuses, always)."""

    rule: Callable[[Status, Any, float], Outcome]
    to: tuple[AgentState, ...]


_OFF = AgentState.OFFLINE
_IDLE = AgentState.IDLE
_RES = AgentState.RESERVED
_RING = AgentState.RINGING
_TALK = AgentState.TALKING
_WRAP = AgentState.WRAP_UP
_PAUSE = AgentState.PAUSED
_AWAY = AgentState.UNAVAILABLE

TABLE: Mapping[AgentState, Mapping[type[Input], Row]] = {
    _OFF: {
        LogIn: Row(_log_in, (_IDLE, _AWAY)),
        LogOut: Row(_not_in, ()),
        Pause: Row(_not_in, ()),
        Resume: Row(_not_in, ()),
        EndWrapUp: Row(_not_in, ()),
        ExtendWrapUp: Row(_not_in, ()),
        PhoneChanged: Row(_phone_noted, (_OFF,)),
    },
    _IDLE: {
        LogIn: Row(_already_in, ()),
        LogOut: Row(_log_out, (_OFF,)),
        Pause: Row(_pause, (_PAUSE,)),
        Resume: Row(_not_paused, ()),
        EndWrapUp: Row(_no_wrap_up, ()),
        ExtendWrapUp: Row(_no_wrap_up, ()),
        Reserve: Row(_reserve, (_RES,)),
        PhoneChanged: Row(_phone_counts, (_IDLE, _AWAY)),
    },
    _AWAY: {
        LogIn: Row(_already_in, ()),
        LogOut: Row(_log_out, (_OFF,)),
        Pause: Row(_pause, (_PAUSE,)),
        Resume: Row(_not_paused, ()),
        EndWrapUp: Row(_no_wrap_up, ()),
        ExtendWrapUp: Row(_no_wrap_up, ()),
        RestOver: Row(_rest_over, (_IDLE, _AWAY)),
        PhoneChanged: Row(_phone_counts, (_IDLE, _AWAY)),
    },
    _PAUSE: {
        LogIn: Row(_already_in, ()),
        LogOut: Row(_log_out, (_OFF,)),
        Pause: Row(_pause, (_PAUSE,)),
        Resume: Row(_resume, (_IDLE, _AWAY)),
        EndWrapUp: Row(_no_wrap_up, ()),
        ExtendWrapUp: Row(_no_wrap_up, ()),
        PhoneChanged: Row(_phone_noted, (_PAUSE,)),
    },
    _RES: {
        LogIn: Row(_stay_in, (_RES,)),
        LogOut: Row(_log_out_later, (_RES,)),
        Pause: Row(_pause_later, (_RES,)),
        Resume: Row(_stay_on, (_RES,)),
        EndWrapUp: Row(_no_wrap_up, ()),
        ExtendWrapUp: Row(_no_wrap_up, ()),
        Ring: Row(_ring, (_RING,)),
        Answer: Row(_answer, (_TALK,)),
        Release: Row(_release, (_IDLE, _AWAY, _PAUSE, _OFF)),
        Decline: Row(_decline, (_IDLE, _AWAY, _PAUSE, _OFF)),
        PhoneChanged: Row(_phone_noted, (_RES,)),
    },
    _RING: {
        LogIn: Row(_stay_in, (_RING,)),
        LogOut: Row(_log_out_later, (_RING,)),
        Pause: Row(_pause_later, (_RING,)),
        Resume: Row(_stay_on, (_RING,)),
        EndWrapUp: Row(_no_wrap_up, ()),
        ExtendWrapUp: Row(_no_wrap_up, ()),
        Answer: Row(_answer, (_TALK,)),
        Release: Row(_release, (_IDLE, _AWAY, _PAUSE, _OFF)),
        Decline: Row(_decline, (_IDLE, _AWAY, _PAUSE, _OFF)),
        PhoneChanged: Row(_phone_noted, (_RING,)),
    },
    _TALK: {
        LogIn: Row(_stay_in, (_TALK,)),
        LogOut: Row(_log_out_later, (_TALK,)),
        Pause: Row(_pause_later, (_TALK,)),
        Resume: Row(_stay_on, (_TALK,)),
        EndWrapUp: Row(_no_wrap_up, ()),
        ExtendWrapUp: Row(_no_wrap_up, ()),
        Release: Row(_release, (_IDLE, _AWAY, _PAUSE, _OFF)),
        Decline: Row(_decline, (_IDLE, _AWAY, _PAUSE, _OFF)),
        CallOver: Row(_call_over, (_WRAP, _IDLE, _AWAY, _PAUSE, _OFF)),
        PhoneChanged: Row(_phone_noted, (_TALK,)),
    },
    _WRAP: {
        LogIn: Row(_stay_in, (_WRAP,)),
        LogOut: Row(_log_out, (_OFF,)),
        Pause: Row(_pause, (_PAUSE,)),
        Resume: Row(_stay_on, (_WRAP,)),
        EndWrapUp: Row(_wrap_up_over, (_IDLE, _AWAY, _PAUSE, _OFF)),
        ExtendWrapUp: Row(_extend, (_WRAP,)),
        WrapUpOver: Row(_wrap_up_over, (_IDLE, _AWAY, _PAUSE, _OFF)),
        PhoneChanged: Row(_phone_noted, (_WRAP,)),
    },
}
