"""The matching by definition: it looks at everybody and everything, each time, and keeps no index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from acd.core.requirement import Requirement
from acd.core.routing import Queue, Routing, Strategy
from agents.model import AgentProfile
from agents.roster import Agent, Roster


def meets(profile: AgentProfile, requirement: Requirement) -> bool:
    """Whether all of the requirement holds, spelled out."""
    if requirement.agent is not None and requirement.agent != profile.id:
        return False
    if requirement.group is not None and requirement.group not in profile.groups:
        return False
    for skill, level in requirement.needs:
        if skill not in profile.skills or profile.skills[skill] < level:
            return False
    return True


@dataclass(kw_only=True)
class Waiting:
    """A call that waits."""

    key: tuple[int, float, int]
    queue: str
    requirements: tuple[Requirement, ...]
    reach: tuple[Requirement, ...]

    def asks(self, agent: Agent) -> bool:
        return any(meets(agent.profile, requirement) for requirement in self.requirements)

    def could_be_served_by(self, agent: Agent) -> bool:
        return any(meets(agent.profile, requirement) for requirement in self.reach)


class Oracle:
    """Who is idle, who waits, and whose turn it is."""

    def __init__(self, routing: Routing, roster: Roster) -> None:
        self.routing = routing
        self.roster = roster
        self.idle: set[str] = set()
        self.logged_in: set[str] = set()
        self.waiting: dict[str, Waiting] = {}
        self.offered: dict[tuple[str, str], int] = {}
        self.turns = 0

    def idle_agents(self, requirement: Requirement) -> list[Agent]:
        return [a for a in self.roster if a.id in self.idle and meets(a.profile, requirement)]

    def count_logged_in(self, requirement: Requirement) -> int:
        return sum(a.id in self.logged_in and meets(a.profile, requirement) for a in self.roster)

    def candidates(self, waiting: Waiting) -> list[list[str]]:
        """The agents of whom the call gets any one, in a list; with ring_all it gets them all."""
        queue = self.routing.queues[waiting.queue]
        if queue.strategy is Strategy.RING_ALL:
            everybody = [a for a in self.roster if a.id in self.idle and waiting.asks(a)]
            return [[agent.id for agent in everybody]] if everybody else []
        for requirement in waiting.requirements:
            idle = self.idle_agents(requirement)
            if idle:
                return [self.best(queue, requirement, idle)]
        return []

    def best(self, queue: Queue, requirement: Requirement, idle: list[Agent]) -> list[str]:
        """The agents whom the strategy may choose: one, unless it is a random one."""
        if queue.strategy in (Strategy.RANDOM, Strategy.WEIGHTED_RANDOM):
            return [agent.id for agent in idle]
        return [min(idle, key=lambda agent: self.key(queue, requirement, agent)).id]

    def key(self, queue: Queue, requirement: Requirement, agent: Agent) -> tuple[float, ...]:
        since = agent.status.free_since
        order = [*queue.order, *(a.id for a in self.roster if a.id not in queue.order)]
        levels = sum(agent.profile.skills[skill] for skill, _ in requirement.needs)
        if requirement.agent is not None:
            return ()
        match queue.strategy:
            case Strategy.MOST_SKILLED:
                return (-levels, since, agent.rank)
            case Strategy.LEAST_SKILLED:
                return (levels, since, agent.rank)
            case Strategy.FEWEST_CALLS:
                return (agent.calls_today, since, agent.rank)
            case Strategy.LEAST_TALK_TIME:
                return (agent.talk_today, since, agent.rank)
            case Strategy.ROUND_ROBIN:
                return (self.offered.get((queue.name, agent.id), 0), order.index(agent.id))
            case Strategy.FIXED_ORDER:
                return (order.index(agent.id),)
            case _:
                return (since, agent.rank)

    def take(self, queue: str, agents: Iterable[str]) -> None:
        for agent in agents:
            self.turns += 1
            self.offered[queue, agent] = self.turns
            self.idle.discard(agent)

    def call_for(self, agent: Agent) -> str | None:
        """The waiting call that an agent who becomes idle is to take."""
        fitting = [(waiting.key, call) for call, waiting in self.waiting.items() if waiting.asks(agent)]
        return min(fitting)[1] if fitting else None

    def hopeless(self, without: Agent) -> list[str]:
        """Waiting calls that `without` could have served and nobody who is logged in ever can."""
        left = [agent for agent in self.roster if agent.id in self.logged_in]
        calls = [
            (waiting.key, call)
            for call, waiting in self.waiting.items()
            if waiting.could_be_served_by(without)
            and not any(waiting.could_be_served_by(agent) for agent in left)
        ]
        return [call for _, call in sorted(calls)]
