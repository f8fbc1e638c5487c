"""A simulated call centre around the real core, on a virtual clock: callers come, wait, give up and
talk; agents come to work, answer, talk and go home.

What callers and agents do is drawn from a seeded random; when something happens is the core's or the
draws' matter alone, so that a week takes seconds and the same seed gives the same week.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from acd.core.commands import (
    CancelRing,
    Command,
    ConnectCall,
    EndCall,
    PlayPrompt,
    Record,
    ReleaseAgent,
    RingAgent,
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
    PromptFinished,
    RingFailed,
    RingFailure,
)
from acd.core.facts import CallAnswered, CallQueued, Fact, QueueLeft
from acd.core.flow_words import WaitAnnounced
from acd.core.routing import Routing
from agents.model import AgentAct, PhoneState

NODE = "pbx1"
BEGIN = 1_794_787_200.0
"""A Monday, 0:00 UTC."""

PROMPT_S = 6.0
HOLDTIME_WEIGHT = 4
"""app_queue.c, recalc_holdtime: new = (3 * old + wait) / 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """The callers of one dialled number. `rate` is callers per second at a time of the week;
    `at_most` is above all rates. `talk` and `patience` draw seconds."""

    dialled: str
    rate: Callable[[float], float]
    at_most: float
    talk: Callable[[Random, float], float]
    patience: Callable[[Random], float]
    vip: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """An agent's time at work, in seconds of the week."""

    agent: str
    begin: float
    end: float


@dataclass(slots=True, kw_only=True)
class Told:
    """What a caller was told, what others would have told him at that moment, and what happened.

    All but `at` are seconds that he will wait still; `actual` is None while he waits.
    """

    call: str
    queue: str
    at: float
    position: int
    ours: float
    rolling: float
    head: float
    actual: float | None = None


@dataclass(slots=True)
class Rolling:
    """app_queue's announced hold time of one queue, as its source computes it."""

    holdtime: int = 0

    def answered(self, wait: float) -> None:
        """A caller was answered after this wait."""
        self.holdtime = (self.holdtime * (HOLDTIME_WEIGHT - 1) + int(wait)) // HOLDTIME_WEIGHT


@dataclass
class Centre:
    """The world around a core. `told` is the first estimate that each caller was told."""

    routing: Routing
    demands: Sequence[Demand]
    shifts: Sequence[Shift]
    seed: int
    ring: tuple[float, float] = (2.0, 6.0)
    unanswered: float = 0.0
    told: dict[str, Told] = field(default_factory=dict)
    arrived: int = 0
    answered: int = 0

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._core = Dispatcher(self.routing, Random(self.seed + 1))
        self._now = BEGIN
        self._numbered = 0
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._callers: dict[str, Demand] = {}
        self._talks: dict[str, str] = {}
        self._rung: set[str] = set()
        self._waiting: dict[str, dict[str, float]] = {name: {} for name in self.routing.queues}
        self._rolling = {name: Rolling() for name in self.routing.queues}

    def run(self, seconds: float) -> None:
        """Let so much time pass from the beginning of the week."""
        for shift in self.shifts:
            self._at(BEGIN + shift.begin, self._comes(shift.agent))
            self._at(BEGIN + shift.end, self._goes(shift.agent))
        for demand in self.demands:
            self._next_arrival(demand)
        until = BEGIN + seconds
        while True:
            due = self._core.next_deadline()
            coming = self._coming[0][0] if self._coming else until
            if min(coming, due if due is not None else until) >= until:
                return
            if due is not None and due <= coming:
                self._now = max(self._now, due)
                self._hear(self._core.expire(self._now))
            else:
                self._now, _, happens = heapq.heappop(self._coming)
                happens()

    # the clock

    def _at(self, when: float, happens: Callable[[], None]) -> None:
        self._numbered += 1
        heapq.heappush(self._coming, (when, self._numbered, happens))

    def _tell(self, event: Event) -> None:
        self._hear(self._core.handle(event, self._now))

    def _later(self, seconds: float, event: Event) -> None:
        self._at(self._now + seconds, lambda: self._tell(event))

    # people

    def _comes(self, agent: str) -> Callable[[], None]:
        def happens() -> None:
            self._tell(PhoneStateChanged(agent=agent, phone=PhoneState.FREE))
            self._tell(AgentActed(agent=agent, act=AgentAct.LOG_IN, by="bench"))

        return happens

    def _goes(self, agent: str) -> Callable[[], None]:
        return lambda: self._tell(AgentActed(agent=agent, act=AgentAct.LOG_OUT, by="bench"))

    def _next_arrival(self, demand: Demand) -> None:
        """The next caller of an uneven stream: candidates of an even one, some of which don't come."""
        at = self._now
        while True:
            at += self._random.expovariate(demand.at_most)
            if self._random.random() * demand.at_most < demand.rate(at - BEGIN):
                break
            if at - BEGIN > 8 * 86_400:
                return
        self._at(at, lambda: self._arrives(demand))

    def _arrives(self, demand: Demand) -> None:
        self.arrived += 1
        call = f"c{self.arrived}"
        self._callers[call] = demand
        vip = self._random.random() < demand.vip
        customer = Customer(number=call, tier="vip") if vip else None
        self._at(self._now + demand.patience(self._random), lambda: self._gives_up(call))
        self._tell(
            CallArrived(call=call, node=NODE, dialled=demand.dialled, caller=call, customer=customer)
        )
        self._next_arrival(demand)

    def _gives_up(self, call: str) -> None:
        if call in self._callers and call not in self._talks:
            del self._callers[call]
            self._tell(CallerHungUp(call=call))

    def _answers(self, offer: str) -> None:
        if offer in self._rung:
            self._rung.remove(offer)
            self._tell(AgentAnswered(offer=offer))

    # what the core says

    def _hear(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, Record):
                self._remember(command.fact)
            else:
                self._obey(command)

    def _obey(self, command: Command) -> None:
        """What is foretold already (the end of a prompt that is cut off) comes all the same, stale."""
        match command:
            case RingAgent(offer=offer):
                self._rung.add(offer)
                self._later(0.0, AgentRinging(offer=offer))
                if self._random.random() >= self.unanswered:
                    rings = self._random.uniform(*self.ring)
                    self._at(self._now + rings, lambda: self._answers(offer))
            case CancelRing(offer=offer):
                if offer in self._rung:
                    self._rung.remove(offer)
                    self._later(0.0, RingFailed(offer=offer, reason=RingFailure.CANCELLED))
            case ConnectCall(call=call, offer=offer):
                if call in self._callers:
                    self._connected(call, offer)
            case ReleaseAgent(offer=offer):
                self._later(0.0, AgentHungUp(offer=offer))
            case EndCall(call=call):
                self._callers.pop(call, None)
                self._talks.pop(call, None)
                self._later(0.0, CallerHungUp(call=call))
            case PlayPrompt(call=call, prompt=prompt):
                self._later(PROMPT_S, PromptFinished(call=call, prompt=prompt))
            case _:
                pass

    def _connected(self, call: str, offer: str) -> None:
        self._talks[call] = offer
        demand = self._callers[call]
        self._later(0.0, CallConnected(call=call, offer=offer))
        talk = demand.talk(self._random, self._now - BEGIN)
        self._at(self._now + talk, lambda: self._tell(AgentHungUp(offer=offer)))

    # what is compared

    def _remember(self, fact: Fact) -> None:
        match fact:
            case CallQueued(call=call, placement=placement):
                self._waiting[placement.queue][call] = self._now
            case QueueLeft(call=call, queue=queue):
                self._waiting[queue].pop(call, None)
            case CallAnswered(call=call, queue=queue, wait=wait, at=at):
                self.answered += 1
                self._rolling[queue].answered(wait)
                if call in self.told:
                    self.told[call].actual = at - self.told[call].at
            case WaitAnnounced(call=call, queue=queue, position=position, estimate=ours):
                if ours is not None and call not in self.told:
                    self.told[call] = self._compare(call, queue, position, ours)
            case _:
                pass

    def _compare(self, call: str, queue: str, position: int, ours: float) -> Told:
        waiting = self._waiting[queue]
        waited = self._now - waiting[call]
        return Told(
            call=call,
            queue=queue,
            at=self._now,
            position=position,
            ours=ours,
            rolling=max(0.0, self._rolling[queue].holdtime - waited),
            head=max(0.0, self._now - next(iter(waiting.values()))),
        )
