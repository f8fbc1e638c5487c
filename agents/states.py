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

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from agents.inputs import (
    Input,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All that the table knows of an agent at a moment.

    `since`: when he entered `state`. `until`: when the state ends by itself (wrap-up, rest), else
    None. `pending`: PAUSE (with `pending_reason`) or LOG_OUT, to take effect after the call.
    `unavailable`: why he is unavailable, empty in every other state. `rest_until` outlives a pause.
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
    raise NotImplementedError
