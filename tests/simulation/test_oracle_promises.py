"""Callbacks in the matching against the definition, on random streams of calls, callbacks and agents.

By definition: a callback may use an agent when more than its reserve of those who meet the requirement
are idle. An agent who becomes idle takes whatever has the earliest key of what he may be used for, calls
and callbacks; a call that arrives takes an idle agent as if there were no callbacks.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest

from acd.core.requirement import Requirement
from acd.core.routing import Strategy
from acd.core.ticket import Ticket
from agents.inputs import Reserve
from agents.roster import Agent
from tests.simulation.matching_oracle import meets
from tests.simulation.test_oracle_matching import AGENTS, QUEUES, Run

EVENTS = 500_000 if os.environ.get("STROWGER_LONG") else 8_000


@dataclass(kw_only=True)
class Promised:
    """A callback that stands in line."""

    ticket: Ticket
    requirements: tuple[Requirement, ...]
    reserve: int


class PromiseRun(Run):
    """The usual events, and callbacks."""

    def __init__(self, seed: int, strategies: list[Strategy]) -> None:
        self.promised: dict[str, Promised] = {}
        self.owed = 0
        super().__init__(seed, strategies)
        self.actions += [(self.callback_is_due, 25), (self.callback_is_dropped, 6)]

    # by definition

    def usable(self, promised: Promised, idle: set[str]) -> list[Requirement]:
        """The requirements of which more than the reserve are idle."""
        found = []
        for requirement in promised.requirements:
            able = [a for a in self.roster if a.id in idle and meets(a.profile, requirement)]
            if len(able) > promised.reserve:
                found.append(requirement)
        return found

    def due_for(self, agent: Agent, idle: set[str]) -> tuple[tuple[int, float, int], str] | None:
        """The first callback for which somebody may be used since this agent is idle."""
        keys = [
            (promised.ticket.key, callback)
            for callback, promised in self.promised.items()
            if any(meets(agent.profile, each) for each in self.usable(promised, idle))
        ]
        return min(keys) if keys else None

    def choices(self, promised: Promised, requirement: Requirement) -> list[str]:
        """Whom the strategy may choose."""
        idle = self.oracle.idle_agents(requirement)
        queue = self.oracle.routing.queues[promised.ticket.queue]
        return self.oracle.best(queue, requirement, idle)

    # what happens

    def callback_is_due(self) -> None:
        random = self.random
        self.owed += 1
        queue = f"q{random.randrange(QUEUES)}"
        asks = self.matching.stages(queue)[0].requirements
        if random.random() < 0.2:
            asks = (Requirement(agent=str(random.randrange(AGENTS))),)
        ticket = self.matching.promise_ticket(
            f"p{self.owed}",
            queue,
            behind=random.random() < 0.6,
            tier=random.choice((0, 0, 1)),
            place=self.now - random.choice((0.0, 30.0, 300.0)),
        )
        if len(self.promised) < 20:
            self.promise(Promised(ticket=ticket, requirements=asks, reserve=random.choice((0, 0, 1, 3))))

    def promise(self, promised: Promised) -> None:
        ticket = promised.ticket
        usable = self.usable(promised, self.oracle.idle)
        choices = self.choices(promised, usable[0]) if usable else []
        agent = self.matching.promise(ticket, promised.requirements, promised.reserve)
        if not usable:
            assert agent is None
            self.promised[ticket.call] = promised
            return
        assert agent is not None
        assert agent.id in choices
        self.used(ticket, agent)

    def used(self, ticket: Ticket, agent: Agent) -> None:
        self.seen["called back"] += 1
        self.promised.pop(ticket.call, None)
        self.oracle.take(ticket.queue, [agent.id])
        agent.apply(Reserve(), self.now)

    def callback_is_dropped(self) -> None:
        if self.promised:
            callback = self.random.choice(list(self.promised))
            ticket = self.promised.pop(callback).ticket
            self.matching.break_off(ticket)
            self.matching.break_off(ticket)

    def becomes_idle(self, agent: Agent) -> None:
        waiting = self.oracle.call_for(agent)
        due = self.due_for(agent, self.oracle.idle | {agent.id})
        if due is None or (waiting is not None and self.oracle.waiting[waiting].key < due[0]):
            super().becomes_idle(agent)
            return
        self.seen["before a call"] += waiting is not None
        assert self.matching.ready(agent) is None
        self.oracle.idle.add(agent.id)
        taken = self.matching.promised_to(agent)
        assert taken is not None
        ticket, chosen = taken
        assert ticket.call == due[1]
        promised = self.promised[ticket.call]
        through = [
            each for each in self.usable(promised, self.oracle.idle) if meets(agent.profile, each)
        ]
        able = {name for each in through for name in self.choices(promised, each)}
        assert chosen is agent or chosen.id in able
        self.used(ticket, chosen)
        if chosen is not agent:
            self.seen["another"] += 1
            self.matching.unready(agent)
            self.oracle.idle.discard(agent.id)
            self.becomes_idle(agent)

    def counts_agree(self) -> None:
        super().counts_agree()
        assert self.matching.promises.due == len(self.promised)
        for promised in self.promised.values():
            assert not self.usable(promised, self.oracle.idle)

    def configuration_changes(self) -> None:
        before = sorted(self.promised.values(), key=lambda each: each.ticket.key)
        self.promised.clear()
        super().configuration_changes()
        assert self.matching.promises.due == 0
        for promised in before:
            self.promise(promised)


@pytest.mark.timeout(60 + EVENTS // 300)
@pytest.mark.parametrize("strategy", list(Strategy))
def test_callbacks_agree_with_the_definition(strategy: Strategy) -> None:
    run = PromiseRun(seed=5, strategies=[strategy])
    run.go(EVENTS)
    assert run.seen["called back"] > EVENTS // 60
    assert run.seen["before a call"] > EVENTS // 2000
    assert run.seen["another"] > 0 or strategy is Strategy.RING_ALL
