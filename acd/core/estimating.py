"""How long a waiting call will wait: its callers before it, its agents, and what recent calls taught.

For each stage of its queue that the call has reached or will reach, all agents who may serve it then are
one crew, and `acd.core.estimates.expected_wait` says when they come to it; a later stage not before it
begins. The smallest counts.

Where agents serve several queues, those before the call are all with earlier keys for whom some of its
crew are asked (see `acd.core.lines`), each with his own queue's handling time. Callers of another line
who would keep the agents whom they share with the call busy for longer than the call waits for the
others don't hold it up: they are left out, with these agents.

Callers who will come later and go before it, by a head start, are not foreseen; nor are agents who will
come, go or pause. While the call's queue has too little history, the delay of the caller served last
stands for his.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from acd.core.estimates import expected_wait
from acd.core.lines import SMALL, Before
from acd.core.place import targets
from acd.core.rates import Rates

if TYPE_CHECKING:
    from acd.core.call import Call
    from acd.core.matching import Matching
    from acd.core.routing import Routing


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
        self._busy: dict[str, tuple[str, float]] = {}

    # what happens

    def keep(self, queues: Iterable[str]) -> None:
        """A new configuration: of queues that it doesn't name nothing is remembered."""
        self._rates = {name: self._rates[name] for name in queues if name in self._rates}

    def answered(self, agent: str, queue: str, wait: float, since: float) -> None:
        """An agent answered a call of this queue after this wait; it has taken him up `since`."""
        self._busy[agent] = (queue, since)
        self._of(queue).served(wait)

    def free(self, agent: str, now: float) -> None:
        """An agent is done with whatever he did: he is free for the next call, or pauses, or leaves."""
        busy = self._busy.pop(agent, None)
        if busy is not None:
            self._of(busy[0]).handled(now - busy[1])

    def wasted(self, queue: str, seconds: float) -> None:
        """An agent was rung for so long for a call of this queue, and did not take it."""
        self._of(queue).wasted(seconds)

    def gave_up(self, queue: str, wait: float) -> None:
        """A caller hung up while he waited in this queue."""
        self._of(queue).gave_up(wait)

    # what it means

    def of(self, call: Call, matching: Matching, now: float) -> float | None:
        """Seconds until this waiting call is served; None: nobody can tell."""
        rates = self._of(call.queue or "")
        if not rates.known:
            last = rates.last_delay
            return None if last is None else max(0.0, last - (now - call.joined_at))
        assert call.ticket is not None, "who waits has a place"
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
            if agents > SMALL:
                wait = max(begins, self._wait(agents, before, rates))
                found = wait if found is None else min(found, wait)
        return found

    def _wait(self, agents: float, before: list[Before], own: Rates) -> float:
        """Left out are lines that would hold up their agents for longer, as long as others remain."""
        found = self._until(agents, before, own)
        while True:
            some = [each for each in before if each.agents < agents - SMALL]
            slow = [each for each in some if self._held(each, own) > found]
            left = agents - sum(each.agents for each in slow)
            if not slow or left <= SMALL:
                return found
            agents, before = left, [each for each in before if each not in slow]
            sooner = self._until(agents, before, own)
            if sooner >= found:
                return found
            found = sooner

    def _until(self, agents: float, before: list[Before], own: Rates) -> float:
        """When this crew has served all these and has somebody free again."""
        ahead = sum(each.callers for each in before)
        work, giving_up = own.handling, own.abandonment
        for each in before:
            rates = self._or(each.queue, own)
            work += each.callers * rates.handling
            giving_up += each.callers * rates.abandonment
        return expected_wait(ahead, agents, (ahead + 1.0) / work, giving_up / (ahead + 1.0))

    def _held(self, line: Before, own: Rates) -> float:
        """For how long the callers of a line keep busy the agents whom they share."""
        rates = self._or(line.queue, own)
        return expected_wait(line.callers, line.agents, 1.0 / rates.handling, rates.abandonment)

    def _or(self, queue: str, own: Rates) -> Rates:
        rates = self._rates.get(queue)
        return own if rates is None or not rates.known else rates

    def _of(self, queue: str) -> Rates:
        rates = self._rates.get(queue)
        if rates is None:
            rates = self._rates[queue] = self._make()
        return rates
