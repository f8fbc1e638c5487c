"""A small centre for the tests of the matching: agents by a line each, queues by their differences."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from acd.core.matching import Matching
from acd.core.requirement import Requirement
from acd.core.routing import Ending, NumberRoute, Queue, Routing, Then
from acd.core.ticket import Ticket
from agents.inputs import LogIn, LogOut, PhoneChanged, Reserve
from agents.model import AgentProfile, AgentState, PhoneState
from agents.roster import Agent, Roster

GOODBYE = Ending(say=None, then=Then.GOODBYE)


def profile(
    agent_id: str, skills: Mapping[str, int] | None = None, groups: str = "", weight: int = 1
) -> AgentProfile:
    return AgentProfile(
        id=agent_id,
        name=agent_id,
        endpoint=f"PJSIP/{agent_id}",
        node="a",
        skills=skills or {},
        groups=frozenset(groups.split()),
        weight=weight,
    )


def queue(name: str = "q", **changes: Any) -> Queue:
    """A queue whom anyone may serve, but for the changes."""
    needs = changes.pop("needs", ())
    return Queue(
        name=name,
        label=name,
        needs=needs,
        on_timeout=GOODBYE,
        on_nobody=GOODBYE,
        on_full=GOODBYE,
        **changes,
    )


def routing(agents: list[AgentProfile], *queues: Queue) -> Routing:
    return Routing(
        revision="1",
        timezone="UTC",
        languages=("en",),
        businesses={},
        numbers={},
        default_route=NumberRoute(number=None, queue=queues[0].name),
        agents={agent.id: agent for agent in agents},
        rules=(),
        queues={each.name: each for each in queues},
    )


class Room:
    """The matching with its roster; agents come to work at the time of `at`."""

    def __init__(self, agents: list[AgentProfile], *queues: Queue, seed: int = 1) -> None:
        self.now = 0.0
        self.calls = 0
        made = routing(agents, *queues)
        self.roster = Roster(made.agents)
        self.matching = Matching(made, self.roster, Random(seed))

    def agent(self, agent_id: str) -> Agent:
        agent = self.roster.get(agent_id)
        assert agent is not None
        return agent

    def comes(self, *agent_ids: str) -> list[str | None]:
        """They log in and become idle one after another, a second apart: the calls they take."""
        taken = []
        for agent_id in agent_ids:
            self.now += 1.0
            agent = self.agent(agent_id)
            agent.apply(PhoneChanged(phone=PhoneState.FREE), self.now)
            agent.apply(LogIn(), self.now)
            self.matching.log_in(agent)
            taken.append(self.idle(agent_id))
        return taken

    def idle(self, agent_id: str) -> str | None:
        """He is idle (again): the call that he takes."""
        self.now += 1.0
        agent = self.agent(agent_id)
        agent.status = agent.status._replace(state=AgentState.IDLE, since=self.now, free_since=self.now)
        ticket = self.matching.ready(agent)
        if ticket is not None:
            agent.apply(Reserve(), self.now)
        return ticket.call if ticket else None

    def goes(self, agent_id: str) -> list[str]:
        """He logs out: the calls that nobody can serve any more."""
        agent = self.agent(agent_id)
        self.matching.unready(agent)
        agent.apply(LogOut(), self.now)
        return [ticket.call for ticket in self.matching.log_out(agent)]

    def ticket(self, queue: str = "q", tier: int = 0, head_start: float = 0.0) -> Ticket:
        self.now += 1.0
        self.calls += 1
        return self.matching.ticket(
            f"c{self.calls}", queue, tier=tier, arrived_at=self.now, head_start=head_start
        )

    def asks(self, ticket: Ticket, *requirements: Requirement) -> list[str]:
        """The call asks for these, or for what its queue asks for at first: the agents it gets."""
        stages = self.matching.stages(ticket.queue)
        asked = requirements or stages[0].requirements
        chosen = self.matching.place(ticket, asked, requirements or stages[-1].requirements)
        for agent in chosen:
            agent.apply(Reserve(), self.now)
        return [agent.id for agent in chosen]

    def arrives(self, queue: str = "q", tier: int = 0, head_start: float = 0.0) -> list[str]:
        """A call arrives: the agents it gets."""
        return self.asks(self.ticket(queue, tier, head_start))
