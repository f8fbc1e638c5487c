"""What can be seen of the running core at a moment, for the API and the console. Never kept."""

from __future__ import annotations

from dataclasses import dataclass

from acd.core.callback_words import Callback
from acd.core.records import Reason
from agents.model import AgentState, PhoneState


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentView:
    """An agent now. `since` and `until` are UTC seconds, `talk_today` seconds."""

    agent: str
    name: str
    state: AgentState
    since: float
    until: float | None
    reason: str | None
    pending: str | None
    """What takes effect after the call: "pause" or "log_out"."""
    phone: PhoneState
    call: str | None
    skills: dict[str, int]
    groups: tuple[str, ...]
    logged_in_at: float | None
    calls_today: int
    talk_today: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """A call now. `state` is a state of the call's table; `position` counts from 1 while waiting."""

    call: str
    node: str
    state: str
    dialled: str
    caller: str | None
    caller_name: str | None
    customer_tier: str | None
    business: str | None
    queue: str | None
    language: str
    arrived_at: float
    joined_at: float | None
    position: int | None
    tier: int
    head_start: float
    agent: str | None
    answered_at: float | None
    asks_for: tuple[str, ...]
    """The requirements it asks for now, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """A queue now: the calls that wait (in order of service) and the agents who could serve it."""

    queue: str
    label: str
    waiting: tuple[str, ...]
    ringing: int
    talking: int
    longest_wait: float
    logged_in: int
    idle: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackView:
    """An open callback now. `state` is a state of the callback's table; `attempt` and `agent` are set
    while an attempt is under way."""

    callback: Callback
    state: str
    attempt: str | None
    agent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyView:
    """Why a call stands where it stands: its story so far, and each agent who could serve it."""

    call: CallView
    trace: tuple[Reason, ...]
    candidates: tuple[tuple[str, str], ...]
    """(agent id, what rules him out now), at most 100."""
    ahead: int
