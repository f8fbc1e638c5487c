"""The core alone, without I/O: microseconds per event, by the size of the centre.

`python -m bench.decide [EVENTS]`. 200 queues over 50 skills, two widening steps each, all strategies
but ring_all; agents with 5 skills and a group; rules for a blacklist, VIPs and returning customers.
Everything is on: rules, reasons, facts. Times are CPU times of the thread, so that whatever else runs
on the machine does not count. Every event is one `Dispatcher.handle` or `expire`; the events
are those of a busy centre that holds the given number of waiting calls: arrivals, ringing, answers,
joins, hang-ups of both sides, no answers, ends of wrap-up, widening steps, abandoned calls.

Compared with the least that could be done (one heap push and one pop for each event) and with what a
scan over all waiting calls costs.
"""

from __future__ import annotations

import gc
import heapq
import sys
import tracemalloc
from random import Random
from time import thread_time_ns
from typing import Any

from acd.core.commands import (
    CancelRing,
    Command,
    ConnectCall,
    EndCall,
    ReleaseAgent,
    RingAgent,
    StartWaiting,
)
from acd.core.dispatcher import Dispatcher
from acd.core.events import (
    AgentActed,
    AgentAnswered,
    AgentHungUp,
    AgentRinging,
    CallArrived,
    CallConnected,
    CallerHungUp,
    Customer,
    Event,
    PhoneStateChanged,
    RingFailed,
    RingFailure,
)
from acd.core.routing import (
    CustomerTierIs,
    Effect,
    Ending,
    FirstTarget,
    InBlacklist,
    LastAgentWithin,
    NumberRoute,
    Queue,
    Routing,
    Rule,
    SetAside,
    Strategy,
    Then,
    WideningStep,
    WrapUp,
)
from agents.model import AgentAct, AgentProfile, PhoneState

SIZES = ((100, 100), (1_000, 10_000), (10_000, 100_000))
QUEUES = 200
SKILLS = [f"skill{n}" for n in range(50)]
GROUPS = [f"group{n}" for n in range(20)]
COLLECTOR = (50_000, 20, 50)
"""The garbage collector's thresholds, as acd.app sets them."""
CALLBACK = Ending(say="all_busy_recorded", then=Then.CALLBACK)
STRATEGIES = [each for each in Strategy if each is not Strategy.RING_ALL]

RULES = (
    Rule(name="blacklist", when=(InBlacklist(),), then=Effect(say="system_busy", end=True)),
    Rule(
        name="VIP",
        when=(CustomerTierIs(tiers=frozenset({"vip"})),),
        then=Effect(first=FirstTarget(group="group0", hold=10), head_start=600),
    ),
    Rule(
        name="returning customer",
        when=(LastAgentWithin(seconds=90 * 86_400),),
        then=Effect(first=FirstTarget(last_agent=True, hold=15), head_start=300),
    ),
)


def routing(random: Random, agents: int) -> Routing:
    """A centre of this many agents."""
    profiles = {}
    for number in range(agents):
        name = str(1000 + number)
        profiles[name] = AgentProfile(
            id=name,
            name=f"Agent {name}",
            endpoint=f"PJSIP/{name}",
            node="pbx1",
            skills={skill: random.randint(1, 10) for skill in random.sample(SKILLS, 5)},
            groups=frozenset({random.choice(GROUPS)}),
            weight=random.randint(1, 10),
        )
    return Routing(
        revision="bench",
        timezone="Asia/Shanghai",
        languages=("zh-CN", "en"),
        businesses={},
        numbers={str(n): NumberRoute(number=str(n), queue=f"queue{n}") for n in range(QUEUES)},
        default_route=NumberRoute(number=None, queue="queue0"),
        agents=profiles,
        rules=RULES,
        queues={f"queue{n}": _queue(random, n) for n in range(QUEUES)},
    )


def _queue(random: Random, number: int) -> Queue:
    skills = sorted(random.sample(SKILLS, random.choice((1, 1, 1, 2))))
    return Queue(
        name=f"queue{number}",
        label=f"Queue {number}",
        needs=tuple((skill, random.randint(2, 6)) for skill in skills),
        widen=(
            WideningStep(after=20, needs=tuple((skill, 1) for skill in skills)),
            WideningStep(after=60, groups=frozenset({random.choice(GROUPS)})),
        ),
        strategy=STRATEGIES[number % len(STRATEGIES)],
        on_timeout=CALLBACK,
        on_nobody=CALLBACK,
        on_full=CALLBACK,
        wrap_up=WrapUp(seconds=5, extend=10),
        no_answer=SetAside(rest=10),
    )


class Centre:
    """A running centre and those who call and work in it; each decision is timed."""

    def __init__(self, agents: int, waiting: int) -> None:
        self.random = Random(1)
        self.core = Dispatcher(routing(self.random, agents), Random(2))
        self.now = 1_795_000_000.0
        self.agents = [str(1000 + n) for n in range(agents)]
        self.wanted = waiting
        self.numbered = 0
        self.waiting: dict[str, None] = {}
        self.talking: dict[str, str] = {}
        self.todo: list[Event] = []
        self.times: dict[str, list[int]] = {}
        for agent in self.agents:
            self.tell(PhoneStateChanged(agent=agent, phone=PhoneState.FREE))
            self.tell(AgentActed(agent=agent, act=AgentAct.LOG_IN, by="bench"))

    def fill(self) -> None:
        """Until so many wait as are wanted; everybody who can talks."""
        while len(self.waiting) < self.wanted:
            self.step(arrive=True)

    def run(self, events: int) -> None:
        """So many events, in the mixture of a centre that neither fills nor empties."""
        self.times.clear()
        while sum(map(len, self.times.values())) < events:
            self.step(arrive=len(self.waiting) < self.wanted)

    def step(self, *, arrive: bool) -> None:
        """A little time passes, and something happens."""
        self.now += 0.002
        due = self.core.next_deadline()
        if due is not None and due <= self.now:
            self.timed("expire", None, due)
        elif self.todo:
            self.tell(self.todo.pop(0))
        elif arrive:
            self.tell(self.arrival())
        else:
            self.leave()

    def arrival(self) -> CallArrived:
        self.numbered += 1
        number = f"138{self.random.randrange(10**8):08}"
        dice = self.random.random()
        customer = None
        if dice < 0.2:
            customer = Customer(
                number=number,
                tier="vip" if dice < 0.05 else None,
                last_agent=self.random.choice(self.agents),
                last_agent_at=self.now - 86_400,
            )
        return CallArrived(
            call=f"pbx1-{self.now:.3f}.{self.numbered}",
            node="pbx1",
            dialled=str(self.random.randrange(QUEUES)),
            caller=number,
            customer=customer,
        )

    def leave(self) -> None:
        """Mostly a talk ends, sometimes a waiting caller gives up."""
        if self.talking and self.random.random() < 0.9:
            offer, call = self.talking.popitem()
            self.tell(AgentHungUp(offer=offer) if self.numbered % 2 else CallerHungUp(call=call))
        else:
            call = next(iter(self.waiting))
            self.tell(CallerHungUp(call=call))
            self.waiting.pop(call, None)
            self.numbered += 1

    def tell(self, event: Event) -> None:
        self.timed(type(event).__name__, event, self.now)

    def timed(self, name: str, event: Event | None, now: float) -> None:
        core = self.core
        start = thread_time_ns()
        commands = core.expire(now) if event is None else core.handle(event, now)
        took = thread_time_ns() - start
        self.times.setdefault(name, []).append(took)
        for command in commands:
            self.answer(command)

    def answer(self, command: Command) -> None:
        """What telephones, callers and agents do about it."""
        todo = self.todo
        match command:
            case StartWaiting(call=call):
                self.waiting[call] = None
            case RingAgent(offer=offer, call=call):
                self.waiting.pop(call, None)
                todo.append(AgentRinging(offer=offer))
                if self.random.random() < 0.03:
                    todo.append(RingFailed(offer=offer, reason=RingFailure.NO_ANSWER))
                else:
                    todo.append(AgentAnswered(offer=offer))
            case ConnectCall(call=call, offer=offer):
                self.waiting.pop(call, None)
                self.talking[offer] = call
                todo.append(CallConnected(call=call, offer=offer))
            case EndCall(call=call):
                todo.append(CallerHungUp(call=call))
            case ReleaseAgent(offer=offer):
                todo.append(AgentHungUp(offer=offer))
            case CancelRing(offer=offer):
                todo.append(RingFailed(offer=offer, reason=RingFailure.CANCELLED))
            case _:
                pass


def heap_floor(waiting: int, events: int) -> float:
    """Median µs of one push and one pop: the least that a priority queue can cost."""
    random = Random(3)
    heap = [(random.random(), n) for n in range(waiting)]
    heapq.heapify(heap)
    times = []
    for n in range(events):
        start = thread_time_ns()
        heapq.heappush(heap, (random.random(), n))
        heapq.heappop(heap)
        times.append(thread_time_ns() - start)
    return percentile(sorted(times), 50)


def scan_cost(waiting: int) -> float:
    """Median µs of looking at every waiting call for the first that one agent may serve."""
    random = Random(4)
    calls = [(random.random(), random.randrange(50), random.randint(1, 10)) for _ in range(waiting)]
    levels = {random.randrange(50): random.randint(1, 10) for _ in range(5)}
    times = []
    for _ in range(9):
        start = thread_time_ns()
        min((call for call in calls if levels.get(call[1], 0) >= call[2]), default=None)
        times.append(thread_time_ns() - start)
    return percentile(sorted(times), 50)


def percentile(times: list[int], percent: float) -> float:
    """In µs, of sorted nanoseconds."""
    return times[min(len(times) - 1, int(len(times) * percent / 100))] / 1000


def measure(agents: int, waiting: int, events: int) -> dict[str, Any]:
    """One size: µs per event, over all events and by kind."""
    centre = Centre(agents, waiting)
    centre.fill()
    gc.collect()
    gc.freeze()
    before = gc.get_threshold()
    gc.set_threshold(*COLLECTOR)
    centre.run(events)
    gc.set_threshold(*before)
    gc.unfreeze()
    everything = sorted(each for times in centre.times.values() for each in times)
    return {
        "agents": agents,
        "waiting": waiting,
        "events": len(everything),
        "p50_us": percentile(everything, 50),
        "p99_us": percentile(everything, 99),
        "max_us": percentile(everything, 100),
        "heap_us": heap_floor(waiting, 20_000),
        "scan_us": scan_cost(waiting),
        "kinds": {
            name: {
                "n": len(times),
                "p50_us": percentile(sorted(times), 50),
                "p99_us": percentile(sorted(times), 99),
            }
            for name, times in sorted(centre.times.items())
        },
    }


def bytes_per_waiting_call(waiting: int = 10_000) -> float:
    """What one more waiting call costs the core, everything that belongs to it included."""
    centre = Centre(1_000, waiting // 10)
    centre.fill()
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    had = len(centre.waiting)
    centre.wanted = waiting
    centre.fill()
    centre.times.clear()
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / (len(centre.waiting) - had)


def run(events: int = 100_000) -> dict[str, Any]:
    """All sizes; prints a table and returns what bench/results.json keeps under `decide`."""
    print("decide: the core alone, µs per event")
    print(f"{'agents':>8}{'waiting':>9}{'p50':>8}{'p99':>8}{'max':>10}{'heap':>8}{'scan':>10}")
    rows = []
    for agents, waiting in SIZES:
        row = measure(agents, waiting, events)
        rows.append(row)
        print(
            f"{agents:>8}{waiting:>9}{row['p50_us']:>8.1f}{row['p99_us']:>8.1f}{row['max_us']:>10.0f}"
            f"{row['heap_us']:>8.1f}{row['scan_us']:>10.0f}"
        )
    growth = rows[-1]["p50_us"] / rows[0]["p50_us"]
    memory = bytes_per_waiting_call()
    largest = rows[-1]
    _verdict("p50 at the largest", largest["p50_us"], 25, "µs")
    _verdict("p99 at the largest", largest["p99_us"], 100, "µs")
    _verdict("growth of p50", growth, 3, "times")
    _verdict("memory per waiting call, core only", memory, 8192, "bytes")
    for name, kind in largest["kinds"].items():
        print(f"  {name:<20}{kind['n']:>8}{kind['p50_us']:>8.1f}{kind['p99_us']:>8.1f}")
    return {"sizes": rows, "growth": growth, "core_bytes_per_waiting_call": memory}


def _verdict(what: str, got: float, wanted: float, unit: str) -> None:
    word = "reached" if got <= wanted else "MISSED"
    print(f"  {what}: {got:.1f} {unit}, to reach {wanted:g}: {word}")


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
