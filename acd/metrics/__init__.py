"""Prometheus metrics of the centre and of the engine's own health."""

from __future__ import annotations

from prometheus_client import CollectorRegistry
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from acd.metrics.facts import FactCounter
from acd.metrics.health import EngineHealth
from acd.metrics.live import LiveCentre, LiveCollector

__all__ = ["LiveCentre", "Metrics"]


class Metrics(FactCounter, EngineHealth):
    """All metrics, on a registry of their own. Implements FactSink and RuntimeMetrics of `acd.ports`.

    `started_at` (UTC seconds) is when the engine started: agents' time before it is not counted.
    """

    def __init__(self, *, started_at: float) -> None:
        self.registry = CollectorRegistry()
        FactCounter.__init__(self, self.registry, started_at)
        EngineHealth.__init__(self, self.registry)
        self._started_at = started_at
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def watch(self, centre: LiveCentre) -> None:
        """Read the live gauges from this centre at each scrape. Called once."""
        self.registry.register(LiveCollector(centre, self.agent_seconds, self._started_at))
