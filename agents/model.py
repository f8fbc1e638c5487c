"""Who an agent is: the profile that the routing YAML gives him, and the words for his states.

Pure data. How states follow one another stands in `agents.states`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

LOWEST_LEVEL = 1
HIGHEST_LEVEL = 10


class AgentState(StrEnum):
    """What an agent is doing, as supervisors and reports see it.

    `UNAVAILABLE` is logged in and not paused, yet not to be rung: the phone is unregistered or in a
    private call, or the agent rests after a call that he did not answer.
    """

    OFFLINE = "offline"
    IDLE = "idle"
    RESERVED = "reserved"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    UNAVAILABLE = "unavailable"


class PhoneState(StrEnum):
    """What the agent's phone is doing, from device-state events (never polled)."""

    UNREACHABLE = "unreachable"
    FREE = "free"
    RINGING = "ringing"
    IN_USE = "in_use"


class AgentAct(StrEnum):
    """What an agent (or a supervisor for him) can ask for, by API, console or feature code."""

    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    PAUSE = "pause"
    RESUME = "resume"
    END_WRAP_UP = "end_wrap_up"
    EXTEND_WRAP_UP = "extend_wrap_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentProfile:
    """One agent as configured; levels are already resolved (own levels before those of the grade).

    `skills` maps a skill's name to a level from 1 to 10. `weight` (>= 1) counts in the strategy
    `weighted_random` only. `endpoint` is what Asterisk dials, on the node `node`.
    """

    id: str
    name: str
    endpoint: str
    node: str
    skills: Mapping[str, int] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    grade: str | None = None
    weight: int = 1
