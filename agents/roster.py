"""All agents of the centre: their profiles, what they are doing, and who has which skill or group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agents.inputs import Input
from agents.model import AgentProfile, AgentState
from agents.states import Outcome, Status, step


class Agent:
    """An agent at run time. Mutable: `status` is replaced by `apply`, the counters grow.

    `rank` is his place in the file, from 0. `offer` and `call` name what he is reserved for, rung
    for or talking in; whoever drives the offers sets them. `talk_today` is seconds. The counters
    change only while he isn't idle. `leaving`: the file no longer names him, he is still here
    because something about him is not over. `becomes` is what he will be as soon as his phone has
    stopped ringing, where a call that he did not take has decided that already.
    """

    __slots__ = (
        "becomes",
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
        self.becomes: AgentState | None = None

    def apply(self, what: Input, now: float) -> Outcome:
        """Take `agents.states.step`; a new Status becomes his. Raises IllegalTransition."""
        outcome = step(self.status, what, now)
        if type(outcome) is Status:
            self.status = outcome
        return outcome

    @property
    def logged_in(self) -> bool:
        return self.status.state is not AgentState.OFFLINE

    @property
    def paused(self) -> bool:
        return self.status.state is AgentState.PAUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChange:
    """What a new file did to the roster. `removed` agents are still found by id until `forget`."""

    added: tuple[Agent, ...]
    removed: tuple[Agent, ...]


class Roster:
    """Every agent by id, in the order of the file. `day` counts the days since the start."""

    def __init__(self, profiles: Mapping[str, AgentProfile]) -> None:
        self.day = 0
        self._agents: dict[str, Agent] = {}
        self._leaving: dict[str, Agent] = {}
        self._skilled: dict[str, list[Agent]] = {}
        self._groups: dict[str, list[Agent]] = {}
        self.replace(profiles)

    def get(self, agent_id: str) -> Agent | None:
        """The agent, leaving ones included."""
        return self._agents.get(agent_id) or self._leaving.get(agent_id)

    def __iter__(self) -> Iterator[Agent]:
        """Agents of the file, in its order."""
        return iter(self._agents.values())

    def __len__(self) -> int:
        return len(self._agents)

    @property
    def leaving(self) -> Sequence[Agent]:
        """Agents whom the file no longer names and who have not been forgotten."""
        return tuple(self._leaving.values())

    def skilled(self, skill: str) -> Sequence[Agent]:
        """Agents of the file who have the skill at any level, in the order of the file."""
        return self._skilled.get(skill, ())

    def in_group(self, group: str) -> Sequence[Agent]:
        """Members of the group, in the order of the file."""
        return self._groups.get(group, ())

    def replace(self, profiles: Mapping[str, AgentProfile]) -> RosterChange:
        """Take a new file: profiles change in place, new agents are offline, others are leaving.

        A leaving agent whom the new file names again stays as he is.
        """
        agents: dict[str, Agent] = {}
        added = []
        for rank, profile in enumerate(profiles.values()):
            agent = self.get(profile.id)
            if agent is None:
                agent = Agent(profile, rank)
                added.append(agent)
            agent.profile = profile
            agent.rank = rank
            agent.leaving = False
            agents[agent.id] = agent
        removed = tuple(agent for agent_id, agent in self._agents.items() if agent_id not in agents)
        for agent in removed:
            agent.leaving = True
            self._leaving[agent.id] = agent
        for agent_id in agents.keys() & self._leaving.keys():
            del self._leaving[agent_id]
        self._agents = agents
        self._index()
        return RosterChange(added=tuple(added), removed=removed)

    def keep(self, profile: AgentProfile) -> Agent:
        """Somebody whom the file doesn't name is still here: as a leaving agent, found by id."""
        agent = Agent(profile, len(self._agents) + len(self._leaving))
        agent.leaving = True
        self._leaving[agent.id] = agent
        return agent

    def forget(self, agent_id: str) -> None:
        """Let go of a leaving agent for good; KeyError when he isn't leaving."""
        del self._leaving[agent_id]

    def known_since(self, now: float) -> None:
        """Of those who did nothing yet, nothing is known from before `now`."""
        for agent in self._agents.values():
            if not agent.status.since:
                agent.status = agent.status._replace(since=now)

    def new_day(self) -> None:
        """Local midnight: everybody's counters begin at 0. Use `Matching.new_day`, which calls this."""
        self.day += 1
        for agent in (*self._agents.values(), *self._leaving.values()):
            agent.calls_today = 0
            agent.talk_today = 0.0

    def _index(self) -> None:
        self._skilled = {}
        self._groups = {}
        for agent in self._agents.values():
            for skill in agent.profile.skills:
                self._skilled.setdefault(skill, []).append(agent)
            for group in agent.profile.groups:
                self._groups.setdefault(group, []).append(agent)
