"""Counts what waiting callers were told, and how far off it was."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from acd.core.flow_words import WaitAnnounced, WaitMeasured
from acd.metrics import families as f


class AnnouncedWaits:
    """The metrics of announced waits, by queue."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._announced = f.WAIT_ANNOUNCED.counter(registry)
        self._error = f.WAIT_ERROR.histogram(registry)
        self._over = f.WAIT_OVER.counter(registry)
        self._under = f.WAIT_UNDER.counter(registry)

    def configure(self, queue: str) -> None:
        """Let a queue's metrics exist from 0."""
        for family in (self._announced, self._error, self._over, self._under):
            family.labels(queue)

    def announced(self, fact: WaitAnnounced) -> None:
        """A caller was told something."""
        self._announced.labels(fact.queue).inc()

    def measured(self, fact: WaitMeasured) -> None:
        """A caller who had been told how long it would take was answered."""
        too_much = fact.estimate - fact.actual
        self._error.labels(fact.queue).observe(abs(too_much))
        if too_much > 0:
            self._over.labels(fact.queue).inc(too_much)
        else:
            self._under.labels(fact.queue).inc(-too_much)
