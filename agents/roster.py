"""All agents of the centre: their profiles, what they are doing, and who has which skill or group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agents.inputs import Input
from agents.model import AgentProfile
from agents.states import Outcome, Status


class Agent:
    """An agent at run time. Mutable: `status` is replaced by `apply`, the counters grow.

    `rank` is his place in the file, from 0. `offer` and `call` name what he is reserved for, rung
    for or talking in; whoever drives the offers sets them. `talk_today` is seconds. `leaving`: the
    file no longer names him, he is still here because of a call.
    """

    __slots__ = (
        "call",
        "calls_today",
        "id",
        "leaving",
        "offer",
        "profile",
        "rank",
        "status",
        "talk_today",
    )

    def __init__(self, profile: AgentProfile, rank: int) -> None:
        self.id = profile.id
        self.profile = profile
        self.rank = rank
        self.status = Status()
        self.calls_today = 0
        self.talk_today = 0.0
        self.offer: str | None = None
        self.call: str | None = None
        self.leaving = False

    def apply(self, what: Input, now: float) -> Outcome:
        """Take `agents.states.step`; on a new Status it becomes his. Raises IllegalTransition."""
        raise NotImplementedError

    @property
    def logged_in(self) -> bool:
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChange:
    """What a new file did to the roster. `removed` agents are still found by id until `forget`."""

    added: tuple[Agent, ...]
    removed: tuple[Agent, ...]


class Roster:
    """Every agent by id, in the order of the file."""

    def __init__(self, profiles: Mapping[str, AgentProfile]) -> None: ...

    def get(self, agent_id: str) -> Agent | None:
        """The agent, leaving ones included."""
        raise NotImplementedError

    def __iter__(self) -> Iterator[Agent]:
        """Agents of the file, in its order."""
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def skilled(self, skill: str) -> Sequence[Agent]:
        """Agents of the file who have the skill at any level, in the order of the file."""
        raise NotImplementedError

    def in_group(self, group: str) -> Sequence[Agent]:
        """Members of the group, in the order of the file."""
        raise NotImplementedError

    def replace(self, profiles: Mapping[str, AgentProfile]) -> RosterChange:
        """Take a new file: profiles change in place, new agents are offline, others are leaving."""
        raise NotImplementedError

    def forget(self, agent_id: str) -> None:
        """Let go of a leaving agent for good; KeyError when he isn't leaving."""
        raise NotImplementedError

    def new_day(self) -> None:
        """Local midnight: everybody's counters begin at 0. Use `Matching.new_day`, which calls this."""
        raise NotImplementedError
