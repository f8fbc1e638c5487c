"""The matching's share of a decision, by itself: microseconds per event, by size.

`python -m bench.decide_matching [EVENTS]`. 200 queues over 50 skills, agents with 5 skills and a
group; as many calls wait as given, and in a second run nobody waits and half of the agents are idle.
"""

from __future__ import annotations

import gc
import sys
from random import Random
from time import perf_counter_ns

from acd.core.matching import Matching
from acd.core.routing import (
    Ending,
    NumberRoute,
    Queue,
    Routing,
    Strategy,
    Then,
    WideningStep,
)
from acd.core.ticket import Ticket
from agents.inputs import Answer, CallOver, LogIn, PhoneChanged, Reserve, Ring
from agents.model import AgentProfile, PhoneState
from agents.roster import Agent, Roster

QUEUES = 200
SKILLS = [f"skill{n}" for n in range(50)]
GROUPS = [f"group{n}" for n in range(20)]
GOODBYE = Ending(say=None, then=Then.GOODBYE)
STRATEGIES = [s for s in Strategy if s is not Strategy.RING_ALL]


def routing(random: Random, agents: int, strategies: list[Strategy]) -> Routing:
    """A centre: every queue needs one or two skills, widens once by level and once by a group."""
    profiles = {}
    for number in range(agents):
        name = str(1000 + number)
        profiles[name] = AgentProfile(
            id=name,
            name=name,
            endpoint=f"PJSIP/{name}",
            node="a",
            skills={skill: random.randint(1, 10) for skill in random.sample(SKILLS, 5)},
            groups=frozenset({random.choice(GROUPS)}),
            weight=random.randint(1, 10),
        )
    queues = {}
    for number in range(QUEUES):
        name = f"queue{number}"
        skills = sorted(random.sample(SKILLS, random.choice((1, 1, 1, 2))))
        queues[name] = Queue(
            name=name,
            label=name,
            needs=tuple((skill, random.randint(2, 6)) for skill in skills),
            widen=(
                WideningStep(after=20, needs=tuple((skill, 1) for skill in skills)),
                WideningStep(after=60, groups=frozenset({random.choice(GROUPS)})),
            ),
            strategy=strategies[number % len(strategies)],
            on_timeout=GOODBYE,
            on_nobody=GOODBYE,
            on_full=GOODBYE,
        )
    return Routing(
        revision="1",
        timezone="UTC",
        languages=("en",),
        businesses={},
        numbers={},
        default_route=NumberRoute(number=None, queue="queue0"),
        agents=profiles,
        rules=(),
        queues=queues,
    )


class Centre:
    """A running centre, of which each event is timed."""

    def __init__(self, agents: int, waiting: int, strategies: list[Strategy]) -> None:
        self.random = Random(1)
        self.now = 0.0
        made = routing(self.random, agents, strategies)
        self.roster = Roster(made.agents)
        self.matching = Matching(made, self.roster, Random(2))
        self.busy: list[Agent] = []
        self.tickets: dict[str, Ticket] = {}
        self.calls = 0
        self.wanted = waiting
        self.times: dict[str, list[int]] = {
            "arrive": [],
            "idle": [],
            "leave": [],
            "widen": [],
            "wait": [],
        }
        for agent in self.roster:
            agent.apply(PhoneChanged(phone=PhoneState.FREE), 0.0)
            agent.apply(LogIn(), 0.0)
            self.matching.log_in(agent)
            self.matching.ready(agent)
        while self.matching.waiting < waiting:
            self.arrive()

    def serve(self, agent: Agent, ticket: Ticket) -> None:
        self.tickets.pop(ticket.call, None)
        for what in (Reserve(), Ring(), Answer()):
            agent.apply(what, self.now)
        self.busy.append(agent)

    def arrive(self) -> None:
        queue = f"queue{self.random.randrange(QUEUES)}"
        self.calls += 1
        start = perf_counter_ns()
        stages = self.matching.stages(queue)
        ticket = self.matching.ticket(
            f"call{self.calls}", queue, tier=0, arrived_at=self.now, head_start=self.calls % 3 * 60.0
        )
        chosen = self.matching.place(ticket, stages[0].requirements, stages[-1].requirements)
        if chosen:
            self.matching.rivals(ticket)
        else:
            self.matching.ruled_out(ticket)
        took = perf_counter_ns() - start
        self.times["arrive" if chosen else "wait"].append(took)
        if chosen:
            self.serve(chosen[0], ticket)
        else:
            self.tickets[ticket.call] = ticket

    def leave(self) -> None:
        call = f"call{self.random.randrange(self.calls) + 1}"
        ticket = self.tickets.pop(call, None)
        if ticket is not None:
            start = perf_counter_ns()
            self.matching.hold(ticket)
            self.times["leave"].append(perf_counter_ns() - start)

    def widen(self) -> None:
        ticket = self.tickets.get(f"call{self.random.randrange(self.calls) + 1}")
        if ticket is not None:
            stages = self.matching.stages(ticket.queue)
            start = perf_counter_ns()
            chosen = self.matching.place(ticket, stages[1].requirements, stages[-1].requirements)
            self.times["widen"].append(perf_counter_ns() - start)
            if chosen:
                self.serve(chosen[0], ticket)

    def idle(self) -> None:
        place = self.random.randrange(len(self.busy))
        agent, self.busy[place] = self.busy[place], self.busy[-1]
        self.busy.pop()
        start = perf_counter_ns()
        agent.apply(CallOver(), self.now)
        ticket = self.matching.ready(agent)
        self.times["idle"].append(perf_counter_ns() - start)
        if ticket is not None:
            self.serve(agent, ticket)

    def go(self, events: int) -> None:
        half = len(self.roster) // 2
        for _ in range(events):
            self.now += 0.01
            if self.wanted:
                self.arrive() if self.matching.waiting < self.wanted or not self.busy else self.idle()
                if self.random.random() < 0.2:
                    self.leave()
                    self.widen()
            else:
                self.arrive() if len(self.busy) < half else self.idle()


def row(times: list[int]) -> str:
    if not times:
        return f"{'-':>16}"
    times.sort()
    p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
    return f"{p50 / 1000:6.1f} /{p99 / 1000:7.1f} "


def main(events: int) -> None:
    gc.disable()
    tried: tuple[list[Strategy], ...] = ([Strategy.LONGEST_IDLE], [*STRATEGIES])
    for strategies in tried:
        print(f"{'one strategy' if len(strategies) == 1 else 'all strategies'}: p50 / p99 in µs")
        for agents, waiting in ((100, 0), (100, 100), (1000, 10_000), (10_000, 0), (10_000, 100_000)):
            centre = Centre(agents, waiting, strategies)
            for times in centre.times.values():
                times.clear()
            centre.go(events)
            everything = sorted(t for times in centre.times.values() for t in times)
            print(f"{agents:6} agents {waiting:7} waiting  all {row(everything)}", end="")
            print(" ".join(f"{name} {row(times)}" for name, times in centre.times.items()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30_000)
