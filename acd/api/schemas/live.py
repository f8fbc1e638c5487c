"""What is going on now: agents, queues, calls, and why a call waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from acd.api.schemas.base import Answer, Asked, Instant, Name, Query, Seconds
from acd.core.explain import one_line, tell
from acd.core.records import Reason
from acd.core.views import WhyView
from agents.model import AgentState, PhoneState


class AgentOut(Answer):
    """An agent now."""

    agent: str
    name: str
    state: AgentState
    since: Instant
    until: Instant | None
    """When the state ends by itself."""
    reason: str | None
    """Why he is paused or unavailable."""
    pending: str | None
    """What takes effect after the call: "pause" or "log_out"."""
    phone: PhoneState
    call: str | None
    skills: dict[str, int]
    groups: tuple[str, ...]
    logged_in_at: Instant | None
    calls_today: int
    talk_today: Seconds


class PauseIn(Asked):
    """A pause that is asked for."""

    reason: Name | None = None
    """One of the configured pause reasons."""


class CallOut(Answer):
    """A call now."""

    call: str
    node: str
    state: str
    dialled: str
    caller: str | None
    """The caller's number; null where it is withheld."""
    caller_name: str | None
    customer_tier: str | None
    business: str | None
    queue: str | None
    language: str
    arrived_at: Instant
    joined_at: Instant | None
    position: int | None
    """The place among the waiting, from 1."""
    tier: int
    head_start: Seconds
    agent: str | None
    answered_at: Instant | None
    asks_for: tuple[str, ...]
    """The requirements it asks for now, in words."""


class LiveCallsQuery(Query):
    """Which live calls."""

    queue: Name | None = None


class QueueOut(Answer):
    """A queue now."""

    queue: str
    label: str
    waiting: tuple[str, ...]
    """The waiting calls, in the order of service."""
    ringing: int
    talking: int
    longest_wait: Seconds
    logged_in: int
    """Agents logged in who could serve it."""
    idle: int


class QueueDetailOut(QueueOut):
    """A queue now with its waiting calls in full."""

    calls: tuple[CallOut, ...]
    """The waiting calls, in the order of service."""


class StoryLine(Answer):
    """One step of a call's story."""

    at: Instant
    offset: Seconds
    """Since the first step."""
    code: str
    """A short constant for the kind of step."""
    arguments: tuple[Any, ...]
    text: str


def story_lines(trace: Sequence[Reason]) -> tuple[StoryLine, ...]:
    """A trace as the API tells it."""
    return tuple(
        StoryLine(
            at=line.at,
            offset=line.offset,
            code=line.code,
            arguments=tuple(reason[2:]),
            text=line.text,
        )
        for line, reason in zip(tell(trace), trace, strict=True)
    )


class CandidateOut(Answer):
    """An agent who could serve the call, and what rules him out now."""

    agent: str
    ruled_out_by: str


class WhyOut(Answer):
    """Why a call stands where it stands."""

    summary: str
    """The answer in one sentence."""
    so_far: str
    """What decided about the call until now, in one line."""
    call: CallOut
    ahead: int = Field(ge=0)
    """Waiting calls that are served before it."""
    candidates: tuple[CandidateOut, ...]
    """At most 100."""
    story: tuple[StoryLine, ...]

    @classmethod
    def of(cls, why: WhyView) -> WhyOut:
        return cls(
            summary=_summary(why),
            so_far=one_line(why.trace),
            call=CallOut.model_validate(why.call),
            ahead=why.ahead,
            candidates=tuple(CandidateOut(agent=a, ruled_out_by=w) for a, w in why.candidates),
            story=story_lines(why.trace),
        )


def _summary(why: WhyView) -> str:
    call = why.call
    if call.position is None:
        return f"The call is not waiting: it is {call.state.replace('_', ' ')}."
    asks = " or ".join(call.asks_for) or "anybody"
    shown = ", ".join(f"{agent} ({reason})" for agent, reason in why.candidates[:5])
    more = f" and {len(why.candidates) - 5} more" if len(why.candidates) > 5 else ""
    busy = f"none of them is free: {shown}{more}" if shown else "nobody who could is logged in"
    ahead = "1 call is" if why.ahead == 1 else f"{why.ahead} calls are"
    return f"It asks for {asks}; {busy}; {ahead} served before it."
