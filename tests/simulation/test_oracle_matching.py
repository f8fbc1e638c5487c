"""The indexed matching against the oracle, on random streams of events, for every strategy.

20,000 events for each strategy; 1,000,000 where STROWGER_LONG is set in the environment, as
`make check-long` does.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from acd.core.matching import Matching
from acd.core.requirement import Requirement
from acd.core.routing import (
    Ending,
    Needs,
    NumberRoute,
    Queue,
    Routing,
    Strategy,
    Then,
    WideningStep,
)
from acd.core.ticket import Ticket
from agents.inputs import (
    Answer,
    CallOver,
    Decline,
    EndWrapUp,
    Input,
    LogIn,
    LogOut,
    Pause,
    PhoneChanged,
    Release,
    Reserve,
    RestOver,
    Resume,
)
from agents.model import AgentProfile, AgentState, PhoneState
from agents.roster import Agent, Roster
from agents.states import Status
from tests.simulation.matching_oracle import Oracle, Waiting

EVENTS = 1_000_000 if os.environ.get("STROWGER_LONG") else 20_000
SKILLS = ("orders", "english", "returns", "billing")
GROUPS = ("vip", "back", "night")
AGENTS = 12
QUEUES = 8
TIDES = (4, 30)
"""At most so many calls at a time, in turns, so that agents wait for calls and calls for agents."""
GOODBYE = Ending(say=None, then=Then.GOODBYE)
FREE = PhoneChanged(phone=PhoneState.FREE)
NEXT: dict[AgentState, tuple[Input, ...]] = {
    AgentState.OFFLINE: (LogIn(), FREE),
    AgentState.UNAVAILABLE: (FREE, FREE, RestOver()),
    AgentState.PAUSED: (Resume(), FREE),
    AgentState.RESERVED: (
        *[Answer()] * 4,
        Release(),
        Decline(),
        Decline(rest=5.0),
        Decline(pause_reason="no"),
    ),
    AgentState.TALKING: (CallOver(), CallOver(wrap_up=10.0)),
    AgentState.WRAP_UP: (EndWrapUp(),),
}


def some_needs(random: Random, at_most: int) -> Needs:
    skills = random.sample(SKILLS, random.randint(0, at_most))
    return tuple(sorted((skill, random.randint(1, 8)) for skill in skills))


def some_queue(random: Random, name: str, strategy: Strategy) -> Queue:
    needs = some_needs(random, 2) if random.random() < 0.85 else None
    groups = frozenset(random.sample(GROUPS, random.randint(0 if needs is not None else 1, 2)))
    lower = None if needs is None else tuple((skill, max(1, level - 3)) for skill, level in needs)
    return Queue(
        name=name,
        label=name,
        needs=needs,
        groups=groups,
        widen=(
            WideningStep(after=20, needs=lower),
            WideningStep(after=60, groups=frozenset({random.choice(GROUPS)})),
        )[: random.randint(0, 2)],
        strategy=strategy,
        order=tuple(str(n) for n in random.sample(range(AGENTS), random.choice((0, 5)))),
        on_timeout=GOODBYE,
        on_nobody=GOODBYE,
        on_full=GOODBYE,
    )


def some_routing(random: Random, strategies: list[Strategy]) -> Routing:
    profiles = {}
    for number in range(AGENTS):
        if random.random() < 0.1:
            continue
        skills = random.sample(SKILLS, random.randint(1, 4))
        groups = random.sample(GROUPS, random.randint(0, 2))
        profiles[str(number)] = AgentProfile(
            id=str(number),
            name=str(number),
            endpoint=f"PJSIP/{number}",
            node="a",
            skills={skill: random.randint(1, 10) for skill in skills},
            groups=frozenset(groups),
            weight=random.choice((1, 2, 3, 8, 100)),
        )
    queues = {
        f"q{n}": some_queue(random, f"q{n}", strategies[n % len(strategies)]) for n in range(QUEUES)
    }
    return Routing(
        revision="1",
        timezone="UTC",
        languages=("en",),
        businesses={},
        numbers={},
        default_route=NumberRoute(number=None, queue="q0"),
        agents=profiles,
        rules=(),
        queues=queues,
    )


class Run:
    """Random events, told to both, what they answer compared."""

    def __init__(self, seed: int, strategies: list[Strategy]) -> None:
        self.random = Random(seed)
        self.strategies = strategies
        self.now = 0.0
        routing = some_routing(self.random, strategies)
        self.roster = Roster(routing.agents)
        self.matching = Matching(routing, self.roster, Random(seed))
        self.oracle = Oracle(routing, self.roster)
        self.tickets: dict[str, Ticket] = {}
        self.calls = 0
        self.seen: Counter[str] = Counter()
        self.actions: list[tuple[Callable[[], None], int]] = [
            (self.call_arrives, 30),
            (self.call_ends, 12),
            (self.call_is_held, 4),
            (self.call_rejoins, 5),
            (self.call_widens, 6),
            (self.agent_goes_on, 60),
            (self.agent_acts, 12),
            (self.phone_changes, 10),
            (self.counts_agree, 8),
        ]

    def go(self, events: int) -> None:
        actions = [action for action, _ in self.actions]
        weights = [weight for _, weight in self.actions]
        for event in range(events):
            self.now += self.random.choice((0.0, 0.1, 1.0, 7.0))
            if event % 2500 == 2499:
                self.configuration_changes()
            elif event % 1000 == 999:
                self.matching.new_day()
                assert not any(agent.calls_today for agent in self.roster)
            else:
                self.random.choices(actions, weights)[0]()

    # calls

    def place(self, ticket: Ticket, requirements: tuple[Requirement, ...]) -> None:
        reach = (*requirements, *self.matching.stages(ticket.queue)[-1].requirements)
        waiting = Waiting(key=ticket.key, queue=ticket.queue, requirements=requirements, reach=reach)
        self.oracle.waiting.pop(ticket.call, None)
        expected = self.oracle.candidates(waiting)
        chosen = [agent.id for agent in self.matching.place(ticket, requirements, reach)]
        self.seen["match" if chosen else "wait"] += 1
        self.seen["choice"] += ticket.through is not None and self.matching.rivals(ticket).rows != []
        if not expected:
            assert chosen == []
            assert ticket.waiting
            self.oracle.waiting[ticket.call] = waiting
            return
        assert not ticket.waiting
        if self.oracle.routing.queues[ticket.queue].strategy is Strategy.RING_ALL:
            assert len(set(chosen)) == len(chosen)
            assert set(chosen) == set(expected[0])
        else:
            assert len(chosen) == 1
            assert chosen[0] in expected[0]
        self.rivals_agree(ticket)
        self.oracle.take(ticket.queue, chosen)
        for agent_id in chosen:
            self.agent(agent_id).apply(Reserve(), self.now)

    def rivals_agree(self, ticket: Ticket) -> None:
        if ticket.through is None:
            return
        rivals = self.matching.rivals(ticket, limit=5)
        idle = {agent.id for agent in self.oracle.idle_agents(ticket.through.requirement)}
        listed = {agent_id for agent_id, _ in rivals.rows}
        assert listed < idle
        assert len(listed) + rivals.more == len(idle) - 1

    def call_arrives(self) -> None:
        random = self.random
        while len(self.tickets) >= TIDES[self.calls // 200 % 2]:
            self.end(random.choice(list(self.tickets.values())))
        self.calls += 1
        queue = f"q{random.randrange(QUEUES)}"
        ticket = self.matching.ticket(
            f"c{self.calls}",
            queue,
            tier=random.choice((0, 0, 0, 1)),
            arrived_at=self.now,
            head_start=random.choice((0.0, 0.0, 30.0, 300.0)),
        )
        self.tickets[ticket.call] = ticket
        extra = some_needs(random, 1) if random.random() < 0.2 else ()
        stage = self.matching.stages(queue, extra)[0].requirements
        first: tuple[Requirement, ...] = ()
        if random.random() < 0.3:
            first = (Requirement(agent=str(random.randrange(AGENTS)), needs=extra),)
        elif random.random() < 0.3:
            first = (Requirement(group=random.choice(GROUPS), needs=extra),)
        self.place(ticket, first if first and random.random() < 0.5 else (*first, *stage))

    def some_ticket(self, *, waiting: bool) -> Ticket | None:
        tickets = [ticket for ticket in self.tickets.values() if ticket.waiting is waiting]
        return self.random.choice(tickets) if tickets else None

    def call_ends(self) -> None:
        ticket = self.some_ticket(waiting=self.random.random() < 0.4)
        if ticket is not None:
            self.end(ticket)

    def end(self, ticket: Ticket) -> None:
        self.matching.hold(ticket)
        del self.tickets[ticket.call]
        self.oracle.waiting.pop(ticket.call, None)

    def call_is_held(self) -> None:
        ticket = self.some_ticket(waiting=True)
        if ticket is not None:
            assert ticket.call in self.oracle.waiting
            self.matching.hold(ticket)
            self.matching.hold(ticket)
            del self.oracle.waiting[ticket.call]

    def call_rejoins(self) -> None:
        ticket = self.some_ticket(waiting=False)
        if ticket is not None:
            self.place(ticket, ticket.requirements)

    def call_widens(self) -> None:
        ticket = self.some_ticket(waiting=True)
        if ticket is not None:
            stages = self.matching.stages(ticket.queue)
            wider = self.random.choice(stages).requirements
            self.place(ticket, (*ticket.requirements, *wider)[-5:])

    # agents

    @property
    def night(self) -> bool:
        """Nobody comes to work, and they leave one by one."""
        return self.calls // 100 % 3 == 2

    def agent(self, agent_id: str) -> Agent:
        agent = self.roster.get(agent_id)
        assert agent is not None
        return agent

    def happens(self, agent: Agent, what: Input) -> None:
        """The agent's state changes and the matching hears of it, as the dispatcher would tell it."""
        before = agent.status.state
        if not isinstance(agent.apply(what, self.now), Status):
            return
        after = agent.status.state
        if before is AgentState.IDLE and after is not AgentState.IDLE:
            self.matching.unready(agent)
            self.oracle.idle.discard(agent.id)
        if before is AgentState.OFFLINE and after is not AgentState.OFFLINE:
            self.matching.log_in(agent)
            self.oracle.logged_in.add(agent.id)
        if after is AgentState.OFFLINE and before is not AgentState.OFFLINE:
            self.oracle.logged_in.discard(agent.id)
            hopeless = [ticket.call for ticket in self.matching.log_out(agent)]
            self.seen["hopeless"] += len(hopeless)
            assert hopeless == self.oracle.hopeless(agent)
        if after is AgentState.IDLE and before is not AgentState.IDLE:
            self.becomes_idle(agent)

    def becomes_idle(self, agent: Agent) -> None:
        expected = self.oracle.call_for(agent)
        ticket = self.matching.ready(agent)
        assert (ticket.call if ticket else None) == expected
        if ticket is None:
            self.oracle.idle.add(agent.id)
            return
        self.seen["served"] += 1
        assert ticket.through is not None
        assert ticket.through.requirement in ticket.requirements
        del self.oracle.waiting[ticket.call]
        self.oracle.take(ticket.queue, [agent.id])
        agent.apply(Reserve(), self.now)

    def some_agent(self) -> Agent:
        return self.random.choice(list(self.roster))

    def agent_goes_on(self) -> None:
        """Some agent who isn't idle takes the step that he is expected to take."""
        busy = [agent for agent in self.roster if agent.status.state is not AgentState.IDLE]
        if not busy:
            return
        agent = self.random.choice(busy)
        state = agent.status.state
        what = self.random.choice(NEXT[state])
        agent.calls_today += isinstance(what, Answer)
        if state is AgentState.TALKING:
            agent.talk_today += self.now - agent.status.since
        if state is not AgentState.OFFLINE or not self.night:
            self.happens(agent, what)

    def agent_acts(self) -> None:
        agent = self.some_agent()
        out: list[Input] = [LogOut()] * (12 if self.night else 2)
        acts: list[Input] = [*out, Pause(reason="lunch"), Resume(), LogIn()]
        self.happens(agent, self.random.choice(acts))

    def phone_changes(self) -> None:
        phones = (PhoneState.FREE,) * 12 + (PhoneState.IN_USE, PhoneState.UNREACHABLE)
        self.happens(self.some_agent(), PhoneChanged(phone=self.random.choice(phones)))

    # the rest

    def counts_agree(self) -> None:
        random = self.random
        queue = f"q{random.randrange(QUEUES)}"
        requirement = random.choice(
            (
                Requirement(needs=some_needs(random, 2)),
                Requirement(group=random.choice(GROUPS), needs=some_needs(random, 1)),
                Requirement(agent=str(random.randrange(AGENTS))),
                self.matching.stages(queue)[0].requirements[0],
            )
        )
        logged_in = self.oracle.count_logged_in(requirement)
        assert self.matching.idle(queue, requirement) == len(self.oracle.idle_agents(requirement))
        assert self.matching.logged_in(queue, requirement) == logged_in
        assert self.matching.anyone(queue, [requirement]) is (logged_in > 0)
        assert self.matching.waiting == len(self.oracle.waiting)
        for waiting in self.oracle.waiting.values():
            assert not self.oracle.candidates(waiting)

    def configuration_changes(self) -> None:
        routing = some_routing(self.random, self.strategies)
        if self.random.random() < 0.3:
            kept = {n: replace(a, weight=a.weight + 1) for n, a in self.oracle.routing.agents.items()}
            routing = replace(routing, agents=kept)
        waited = sorted(self.oracle.waiting.items(), key=lambda item: item[1].key)
        change = self.roster.replace(routing.agents)
        for agent in change.removed:
            self.oracle.idle.discard(agent.id)
            self.oracle.logged_in.discard(agent.id)
            self.roster.forget(agent.id)
        held = self.matching.configure(routing)
        self.oracle.routing = routing
        for name, queue in routing.queues.items():
            gone = [
                key for key in self.oracle.offered if key[0] == name and key[1] not in routing.agents
            ]
            if queue.strategy is not Strategy.ROUND_ROBIN:
                gone = [key for key in self.oracle.offered if key[0] == name]
            for key in gone:
                del self.oracle.offered[key]
        assert [ticket.call for ticket in held] == [call for call, _ in waited]
        self.oracle.waiting.clear()
        for ticket in held:
            self.place(ticket, ticket.requirements)


@pytest.mark.timeout(60 + EVENTS // 500)
@pytest.mark.parametrize("strategy", list(Strategy))
def test_agrees_with_the_oracle(strategy: Strategy) -> None:
    run = Run(seed=7, strategies=[strategy])
    run.go(EVENTS)
    assert min(run.seen[what] for what in ("match", "wait", "served")) > EVENTS // 40
    assert run.seen["choice"] > EVENTS // 60 or strategy is Strategy.RING_ALL
    assert run.seen["hopeless"] > EVENTS // 5000


@pytest.mark.timeout(60 + EVENTS // 500)
def test_agrees_with_the_oracle_on_queues_of_all_strategies() -> None:
    run = Run(seed=11, strategies=list(Strategy)[:QUEUES])
    run.go(EVENTS)
    other = Run(seed=12, strategies=list(Strategy)[-QUEUES:])
    other.go(EVENTS)
