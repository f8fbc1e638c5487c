"""How long a waiting call will wait: its callers before it, its agents, and what recent calls taught.

For each stage of its queue that the call has reached or will reach, all agents who may serve it then are
one crew, and `acd.core.estimates.expected_wait` says when they come to it; a later stage not before it
begins. The smallest counts.

Where agents serve several lines of callers (see `acd.core.lines`), whoever of them becomes free takes
the earliest key. So at the moment of the call all with earlier keys are done with: those of its own line
by its crew, those of another line first of all by that line's other agents. What these leave, the common
agents must do, as far as they go; the crew is smaller for the call by as many. That gives one equation
for the moment, solved by halving.

Callers who will come later and go before it, by a head start, are not foreseen; nor are agents who will
come, go or pause.

While the call's queue has too little history, the delay of the caller served last stands for the
formula, by place: so many seconds for each place that he had before him, times the caller's place. Only
who found nobody idle says anything about that; and if the head of the line has waited longer for each
of its places by now, that counts. While nobody has waited and been served, nobody can tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import expm1
from typing import TYPE_CHECKING, Final

from acd.core.estimates import expected_wait
from acd.core.lines import Before
from acd.core.place import targets
from acd.core.rates import Rates

if TYPE_CHECKING:
    from acd.core.call import Call
    from acd.core.matching import Matching
    from acd.core.past import PastCall
    from acd.core.routing import Routing

NOBODY: Final = 0.01
"""Less of an agent than this is nobody."""

LEFT_AT_LEAST: Final = 0.001
"""Of its crew a call's own line keeps this share, whatever others need."""

PRECISION: Final = 0.02
"""Of a wait."""


def estimates_for(routing: Routing, before: Estimates | None) -> Estimates | None:
    """What is learnt under this routing; None where no queue tells its callers how long they wait."""
    if all(queue.announcements is None for queue in routing.queues.values()):
        return None
    estimates = before or Estimates()
    estimates.keep(routing.queues)
    return estimates


class Estimates:
    """What the queues' calls taught, and what it means for a caller."""

    def __init__(self, rates: type[Rates] = Rates) -> None:
        self._make = rates
        self._rates: dict[str, Rates] = {}
        self._busy: dict[str, tuple[Rates, float]] = {}

    # what happens

    def keep(self, queues: Iterable[str]) -> None:
        """A new configuration: of queues that it doesn't name nothing is remembered."""
        self._rates = {name: self._rates[name] for name in queues if name in self._rates}

    def answered(
        self, agent: str, queue: str, wait: float | None, since: float, pace: float | None = None
    ) -> None:
        """An agent answered a call of this queue after this wait; it has taken him up `since`. None: he
        waited in no queue (we had called him). `pace`: how long he waited for each place, if he found
        nobody idle."""
        rates = self._of(queue)
        self._done(agent)
        self._busy[agent] = (rates, since)
        rates.began(since)
        if wait is not None:
            rates.served(wait, pace)

    def free(self, agent: str, now: float) -> None:
        """An agent is done with whatever he did: he is free for the next call, or pauses, or leaves."""
        busy = self._done(agent)
        if busy is not None:
            busy[0].handled(now - busy[1])

    def wasted(self, queue: str, seconds: float) -> None:
        """An agent was rung for so long for a call of this queue, and did not take it."""
        self._of(queue).wasted(seconds)

    def gave_up(self, queue: str, wait: float) -> None:
        """A caller hung up while he waited in this queue."""
        self._of(queue).gave_up(wait)

    def learn(self, past: PastCall) -> None:
        """What a call of the past teaches."""
        rates = self._of(past.queue)
        if past.wait is not None and past.gave_up:
            rates.gave_up(past.wait)
        elif past.wait is not None:
            rates.served(past.wait)
        if past.handled is not None:
            rates.handled(past.handled)
        for queue, seconds in past.wasted:
            self._of(queue).wasted(seconds)

    # what it means

    def of(self, call: Call, matching: Matching, now: float, head: Call | None = None) -> float | None:
        """Seconds until this waiting call is served; None: nobody can tell. `head`: the first in its
        line."""
        rates = self._of(call.queue or "")
        assert call.ticket is not None, "who waits has a place"
        if not rates.known:
            pace = rates.pace
            if pace is not None and head is not None:
                pace = max(pace, head.pace(now) or 0.0)
            return None if pace is None else pace * matching.position(call.ticket)
        first = targets(call)
        asks = call.asks if call.queue_open else first + call.stages[call.step].requirements
        found: float | None = None
        for stage in call.stages[call.step :]:
            begins = max(0.0, call.joined_at + stage.after - now)
            if found is not None and found <= begins:
                break
            if begins:
                asks = first + stage.requirements
            agents, before = matching.before(call.ticket, asks, now)
            if agents > NOBODY:
                alike = NOBODY if begins else agents - NOBODY
                mine, others = self._told_apart(before, call.queue or "", alike, rates)
                wait = max(begins, _wait(mine, agents, others, rates, now))
                found = wait if found is None else min(found, wait)
        return found

    def _told_apart(
        self, before: list[Before], queue: str, alike: float, own: Rates
    ) -> tuple[int, list[tuple[Before, Rates]]]:
        """How many of those before the call are of its own line, and the other lines with their rates.

        Of its own line are those of its queue whose agents are its own too, at least `alike` of them:
        all, or where a later stage is looked at, some, as they will have widened by then.
        """
        mine, others = 0, []
        for each in before:
            if each.queue == queue and each.common >= alike and each.apart <= NOBODY:
                mine += each.callers
            else:
                others.append((each, self._or(each.queue, own)))
        return mine, others

    def _or(self, queue: str, own: Rates) -> Rates:
        rates = self._rates.get(queue)
        return own if rates is None or not rates.known else rates

    def _of(self, queue: str) -> Rates:
        rates = self._rates.get(queue)
        if rates is None:
            rates = self._rates[queue] = self._make()
        return rates

    def _done(self, agent: str) -> tuple[Rates, float] | None:
        busy = self._busy.pop(agent, None)
        if busy is not None:
            busy[0].over(busy[1])
        return busy


def _wait(
    ahead: int, agents: float, others: list[tuple[Before, Rates]], own: Rates, now: float
) -> float:
    """The moment at which what the others leave of the crew is done with those before the call.

    The longer it takes, the less the others need of the crew per second: so one moment fits.
    """
    service, giving_up = 1.0 / own.handling(now), own.abandonment
    low = expected_wait(ahead, agents, service, giving_up)
    if not others:
        return low
    lines = [(each, rates.handling(now), rates.abandonment) for each, rates in others]
    high = expected_wait(ahead, agents * LEFT_AT_LEAST, service, giving_up)
    while high - low > PRECISION * high:
        middle = (low + high) / 2
        left = agents - sum(_needed(each, handling, giving, middle) for each, handling, giving in lines)
        left = max(left, agents * LEFT_AT_LEAST)
        if expected_wait(ahead, left, service, giving_up) > middle:
            low = middle
        else:
            high = middle
    return high


def _needed(line: Before, handling: float, giving_up: float, within: float) -> float:
    """How many of the common agents a line needs, to be done with its callers within so many seconds:
    those whom its other agents and the callers' impatience leave."""
    work = giving_up * within
    served = 1.0 / within if work < 1e-9 else giving_up / expm1(min(work, 500.0))
    needed = line.callers * served * handling - line.apart
    return min(max(needed, 0.0), line.common)
