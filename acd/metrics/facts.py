"""Counts facts as they happen.

On the path from a call's arrival to the agent's ring, so every label set is looked up once and kept:
what remains per fact is a look-up and one or two additions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from prometheus_client import CollectorRegistry

from acd.core.facts import (
    AgentStateChanged,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallMissed,
    CallOutcome,
    CallQueued,
    CallWidened,
    Fact,
    MissedReason,
    OfferEnded,
    OfferOutcome,
    QueueLeft,
    RecordingEnded,
    RecordingOutcome,
    StaleEventSeen,
    VisitOutcome,
)
from acd.core.flow_words import WaitAnnounced, WaitMeasured
from acd.core.routing import Routing
from acd.metrics import families as f
from acd.metrics.announced import AnnouncedWaits
from acd.metrics.capped import OTHER, Capped
from acd.metrics.reach import ReachCounter
from agents.model import AgentState

_RESULT = {VisitOutcome.ANSWERED: "answered", VisitOutcome.ABANDONED: "abandoned"}


class _QueueMeters:
    """One queue's metrics, ready to be added to."""

    __slots__ = (
        "abandoned",
        "abandoned_short",
        "answered",
        "entered",
        "left",
        "offers",
        "ring",
        "talk",
        "wait",
        "widened",
        "within",
        "wrap_up",
    )

    def __init__(self, families: _QueueFamilies, queue: str) -> None:
        self.entered = families.entered.labels(queue).inc
        self.answered = families.answered.labels(queue).inc
        self.within = families.within.labels(queue).inc
        self.abandoned = families.abandoned.labels(queue).inc
        self.abandoned_short = families.abandoned_short.labels(queue).inc
        self.widened = families.widened.labels(queue).inc
        self.left = {o: families.left.labels(queue, o.value).inc for o in VisitOutcome}
        self.offers = {o: families.offers.labels(queue, o.value).inc for o in OfferOutcome}
        self.ring = families.ring.labels(queue).observe
        self.talk = families.talk.labels(queue).observe
        self.wrap_up = families.wrap_up.labels(queue).observe
        self.wait = {
            o: families.wait.labels(queue, _RESULT.get(o, "other")).observe for o in VisitOutcome
        }


class _QueueFamilies(dict[str, _QueueMeters]):
    """The queues' metrics by queue; those of a queue are made when it is first named."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__()
        self.entered = f.QUEUE_ENTERED.counter(registry)
        self.left = f.QUEUE_LEFT.counter(registry)
        self.answered = f.QUEUE_ANSWERED.counter(registry)
        self.within = f.QUEUE_WITHIN.counter(registry)
        self.abandoned = f.QUEUE_ABANDONED.counter(registry)
        self.abandoned_short = f.QUEUE_ABANDONED_SHORT.counter(registry)
        self.widened = f.QUEUE_WIDENED.counter(registry)
        self.wait = f.QUEUE_WAIT.histogram(registry)
        self.offers = f.OFFERS.counter(registry)
        self.ring = f.RING.histogram(registry)
        self.talk = f.TALK.histogram(registry)
        self.wrap_up = f.WRAP_UP.histogram(registry)

    def __missing__(self, queue: str) -> _QueueMeters:
        meters = self[queue] = _QueueMeters(self, queue)
        return meters


class _NumberMeters:
    """One dialled number's metrics, ready to be added to."""

    __slots__ = ("abandoned_short", "ended", "entered", "missed")

    def __init__(self, families: _NumberFamilies, number: str, business: str) -> None:
        self.entered = families.entered.labels(number, business).inc
        self.abandoned_short = families.abandoned_short.labels(number, business).inc
        self.ended = {o: families.ended.labels(number, business, o.value).inc for o in CallOutcome}
        self.missed = {r: families.missed.labels(number, business, r.value).inc for r in MissedReason}


class _NumberFamilies:
    """The metrics by dialled number: the configured ones, and one for all others."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.entered = f.CALLS_ENTERED.counter(registry)
        self.abandoned_short = f.CALLS_ABANDONED_SHORT.counter(registry)
        self.ended = f.CALLS_ENDED.counter(registry)
        self.missed = f.CALLS_MISSED.counter(registry)
        self._other: _NumberMeters | None = None
        self._known: dict[str, _NumberMeters] = {}

    def configure(self, routing: Routing) -> None:
        self._known = {
            number: _NumberMeters(self, number, route.business or "")
            for number, route in routing.numbers.items()
        }
        self._other = _NumberMeters(self, OTHER, routing.default_route.business or "")

    def __getitem__(self, dialled: str) -> _NumberMeters:
        known = self._known.get(dialled, self._other)
        if known is None:
            known = self._other = _NumberMeters(self, OTHER, OTHER)
        return known


class FactCounter:
    """Implements FactSink of `acd.ports`.

    `agent_seconds` is the time that agents have spent in states that have ended, since the start.
    """

    def __init__(self, registry: CollectorRegistry, started_at: float) -> None:
        self.agent_seconds = dict.fromkeys(AgentState, 0.0)
        self._since_start = started_at
        self._queues = _QueueFamilies(registry)
        self._waits = AnnouncedWaits(registry)
        self._reach = ReachCounter(registry)
        self._numbers = _NumberFamilies(registry)
        recordings = f.RECORDINGS.counter(registry)
        self._recordings = {o: recordings.labels(o.value).inc for o in RecordingOutcome}
        self._stale = Capped(f.STALE_EVENTS.counter(registry), 1)
        self._entering: dict[str, _NumberMeters] = {}
        """By call: those that may still turn out to be blacklisted."""
        self._dialled: set[str] = set()
        """Calls that we make: they have not reached the centre, and count in none of its rates."""
        self._queue_of: dict[str, str] = {}
        """By agent: the queue of the call that he answered last, whose wrap-up follows."""
        self._count: dict[type, Callable[[Any], None]] = {
            CallEntered: self._call_entered,
            CallQueued: self._call_queued,
            CallWidened: self._call_widened,
            QueueLeft: self._queue_left,
            OfferEnded: self._offer_ended,
            CallAnswered: self._call_answered,
            CallEnded: self._call_ended,
            CallMissed: self._call_missed,
            AgentStateChanged: self._agent_changed,
            RecordingEnded: self._recording_ended,
            StaleEventSeen: self._stale_seen,
            WaitAnnounced: self._waits.announced,
            WaitMeasured: self._waits.measured,
            **self._reach.count,
        }

    def configure(self, routing: Routing) -> None:
        """Let everything configured exist from 0; call at the start and after each reload."""
        self._numbers.configure(routing)
        for queue in routing.queues:
            self._queues[queue]
            self._waits.configure(queue)
        self._reach.configure(routing)

    def take(self, facts: Sequence[Fact]) -> None:
        """Count them. What no metric is about passes."""
        count = self._count
        for fact in facts:
            counter = count.get(type(fact))
            if counter is not None:
                counter(fact)

    def _call_entered(self, fact: CallEntered) -> None:
        if fact.callback is None:
            self._entering[fact.call] = self._numbers[fact.dialled]
        else:
            self._dialled.add(fact.call)

    def _call_queued(self, fact: CallQueued) -> None:
        self._queues[fact.placement.queue].entered()
        entering = self._entering.pop(fact.call, None)
        if entering is not None:
            entering.entered()

    def _call_widened(self, fact: CallWidened) -> None:
        self._queues[fact.queue].widened()

    def _queue_left(self, fact: QueueLeft) -> None:
        meters = self._queues[fact.queue]
        meters.left[fact.outcome]()
        meters.wait[fact.outcome](fact.wait)

    def _offer_ended(self, fact: OfferEnded) -> None:
        meters = self._queues[fact.queue]
        meters.offers[fact.outcome]()
        if fact.ring > 0:
            meters.ring(fact.ring)

    def _call_answered(self, fact: CallAnswered) -> None:
        self._queue_of[fact.agent] = fact.queue
        if fact.callback is not None:
            return
        meters = self._queues[fact.queue]
        meters.answered()
        if fact.within_service_level:
            meters.within()

    def _call_ended(self, fact: CallEnded) -> None:
        if fact.call in self._dialled:
            self._dialled.remove(fact.call)
            if fact.queue is not None and fact.outcome is CallOutcome.ANSWERED:
                self._queues[fact.queue].talk(fact.talk)
            return
        number = self._numbers[fact.dialled]
        number.ended[fact.outcome]()
        entering = self._entering.pop(fact.call, None)
        if entering is not None and fact.outcome is not CallOutcome.BLACKLISTED:
            entering.entered()
        if fact.outcome is CallOutcome.ABANDONED and fact.short:
            number.abandoned_short()
        if fact.queue is None:
            return
        if fact.outcome is CallOutcome.ANSWERED:
            self._queues[fact.queue].talk(fact.talk)
        elif fact.outcome is CallOutcome.ABANDONED:
            meters = self._queues[fact.queue]
            (meters.abandoned_short if fact.short else meters.abandoned)()

    def _call_missed(self, fact: CallMissed) -> None:
        self._numbers[fact.dialled].missed[fact.reason]()

    def _agent_changed(self, fact: AgentStateChanged) -> None:
        spent = fact.at - max(fact.since, self._since_start)
        if spent > 0:
            self.agent_seconds[fact.previous] += spent
        if fact.previous is AgentState.WRAP_UP:
            queue = self._queue_of.get(fact.agent)
            if queue is not None:
                self._queues[queue].wrap_up(fact.at - fact.since)

    def _recording_ended(self, fact: RecordingEnded) -> None:
        self._recordings[fact.outcome]()

    def _stale_seen(self, fact: StaleEventSeen) -> None:
        self._stale[fact.what,].inc()
