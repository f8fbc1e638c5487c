"""What 10,000 open callbacks cost a caller: the core alone, without I/O.

`python -m bench.callbacks [CALLS]`. Two centres of 1,000 agents in 20 queues, the same but that in one
of them 10,000 customers are owed a call: half of them are due and stand in line (a reserve keeps the
idle agents from them, so that the lines are never empty), half have their time later. In turns each
centre takes a call: CPU time of the thread from its arrival to the ring, and for what follows when
its agent becomes free.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from dataclasses import replace
from random import Random
from statistics import median
from time import thread_time_ns
from typing import Any

from acd.core.callback_words import CallbackAsked, CallbackSource
from acd.core.commands import Command, RingAgent
from acd.core.dispatcher import Dispatcher
from acd.core.events import (
    AgentActed,
    AgentAnswered,
    AgentHungUp,
    AgentRinging,
    CallArrived,
    CallConnected,
    CallerHungUp,
    Event,
    PhoneStateChanged,
)
from acd.core.routing import CallbackRule, CallingHours, NumberRoute, Queue, Trunk
from agents.model import AgentAct, PhoneState
from asterisk.lab.root import Root
from bench.decide import CALLBACK, COLLECTOR, routing
from bench.figures import Figure, Outcome, percentile

AGENTS, QUEUES, OPEN = 1_000, 20, 10_000
CALLS = 10_000
BLOCK = 100
"""So many calls of one centre, then so many of the other."""
RATIO_TARGET = 1.05
ALWAYS = CallingHours(begin=0, end=1440)


def queues() -> dict[str, Queue]:
    """Each for one skill, with callbacks that leave everybody idle."""
    rule = CallbackRule(reserve=AGENTS, hours=ALWAYS)
    return {
        f"queue{n}": Queue(
            name=f"queue{n}",
            label=f"Queue {n}",
            needs=((f"skill{n}", 3),),
            on_timeout=CALLBACK,
            on_nobody=CALLBACK,
            on_full=CALLBACK,
            callback=rule,
        )
        for n in range(QUEUES)
    }


class Centre:
    """A centre whose agents are all idle, and so many callbacks that are owed."""

    def __init__(self, owed: int) -> None:
        self.random = Random(1)
        plain = routing(self.random, AGENTS)
        made = replace(
            plain,
            queues=queues(),
            numbers={str(n): NumberRoute(number=str(n), queue=f"queue{n}") for n in range(QUEUES)},
            rules=(),
            trunks={"t": Trunk(name="t", match=(), dial="PJSIP/{number}@t")},
        )
        self.core = Dispatcher(made, Random(2))
        self.now = 1_795_000_000.0
        self.numbered = 0
        self.arrival: list[int] = []
        self.freed: list[int] = []
        for agent in made.agents:
            self.tell(PhoneStateChanged(agent=agent, phone=PhoneState.FREE))
            self.tell(AgentActed(agent=agent, act=AgentAct.LOG_IN, by="bench"))
        for n in range(owed):
            at = None if n % 2 else self.now + 80_000
            self.tell(
                CallbackAsked(
                    number=f"139{n:08}",
                    queue=f"queue{n % QUEUES}",
                    by="bench",
                    source=CallbackSource.API,
                    id=f"w{n}",
                    at=at,
                )
            )

    def tell(self, event: Event) -> list[Command]:
        self.now += 0.001
        return self.core.handle(event, self.now)

    def timed(self, event: Event, times: list[int]) -> list[Command]:
        self.now += 0.001
        began = thread_time_ns()
        said = self.core.handle(event, self.now)
        times.append(thread_time_ns() - began)
        return said

    def call(self) -> None:
        """A caller finds an agent idle, talks, and hangs up; wrap-up there is none."""
        self.numbered += 1
        call = f"c{self.numbered}"
        number = f"138{self.random.randrange(10**8):08}"
        dialled = str(self.numbered % QUEUES)
        arrived = CallArrived(call=call, node="pbx1", dialled=dialled, caller=number)
        [ring] = [each for each in self.timed(arrived, self.arrival) if isinstance(each, RingAgent)]
        self.tell(AgentRinging(offer=ring.offer))
        self.tell(AgentAnswered(offer=ring.offer))
        self.tell(CallConnected(call=call, offer=ring.offer))
        self.tell(CallerHungUp(call=call))
        self.timed(AgentHungUp(offer=ring.offer), self.freed)


def run(calls: int = CALLS) -> dict[str, Any]:
    """Both centres, in turns of a block each."""
    thresholds = gc.get_threshold()
    gc.set_threshold(*COLLECTOR)
    try:
        without, owing = Centre(0), Centre(OPEN)
        gc.collect()
        gc.freeze()
        arrivals, freed = [], []
        for block in range(calls // BLOCK):
            turns = (without, owing) if block % 2 else (owing, without)
            for centre in turns:
                centre.arrival.clear()
                centre.freed.clear()
                for _ in range(BLOCK):
                    centre.call()
            arrivals.append((list(without.arrival), list(owing.arrival)))
            freed.append((list(without.freed), list(owing.freed)))
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
    assert len(owing.core.view_callbacks()) == OPEN
    return {"arrival": _of(arrivals), "freed": _of(freed), "calls": calls, "open": OPEN}


def _of(blocks: list[tuple[list[int], list[int]]]) -> dict[str, float]:
    def both(side: Callable[[tuple[list[int], list[int]]], list[int]]) -> list[int]:
        return [each for block in blocks for each in side(block)]

    plain, owing = both(lambda block: block[0]), both(lambda block: block[1])
    return {
        "p50_us": percentile(owing, 0.5) / 1000,
        "p99_us": percentile(owing, 0.99) / 1000,
        "without_p50_us": percentile(plain, 0.5) / 1000,
        "without_p99_us": percentile(plain, 0.99) / 1000,
        "ratio": median([median(owing) / median(plain) for plain, owing in blocks]),
    }


async def measure(_root: Root, _rounds: int, say: Callable[[str], None]) -> Outcome:
    """CPU times of a thread, in turns."""
    say("callbacks: takes half a minute")
    return outcome(run())


def outcome(found: dict[str, Any]) -> Outcome:
    """A caller's way to the ring beside that of a centre where nobody is owed anything."""
    about = f"{found['open']} open callbacks, {AGENTS} agents"
    figures = []
    for key, label in (("arrival", "arrival to ring"), ("freed", "agent free")):
        of = found[key]
        figures += [
            Figure(
                key=f"{key}.p50_us",
                label=f"{label}, p50, {about}",
                value=of["p50_us"],
                unit="µs",
                compared=f"without callbacks {of['without_p50_us']:.1f} µs",
            ),
            Figure(
                key=f"{key}.ratio",
                label=f"{label}, beside none open",
                value=of["ratio"],
                unit="times",
                compared=f"p99 {of['p99_us']:.0f} µs, without {of['without_p99_us']:.0f} µs",
                target=RATIO_TARGET if key == "arrival" else None,
            ),
        ]
    return Outcome(figures=figures, raw=found)


if __name__ == "__main__":
    for figure in outcome(run(int(sys.argv[1]) if len(sys.argv) > 1 else CALLS)).figures:
        print(f"{figure.label}: {figure.value:.3f} {figure.unit} ({figure.compared}) {figure.verdict}")
