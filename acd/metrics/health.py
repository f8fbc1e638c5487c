"""The engine's own health as numbers."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry

from acd.metrics import families as f
from acd.metrics.capped import Capped


class EngineHealth:
    """Implements RuntimeMetrics of `acd.ports`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._decision = Capped(f.DECISION.histogram(registry), 1)
        self._lag = f.EVENT_LAG.histogram(registry)
        self._mailbox = f.MAILBOX.gauge(registry)
        self._journal = f.JOURNAL.gauge(registry)
        self._spooling = f.SPOOLING.gauge(registry)
        self._connected = f.CONNECTED.gauge(registry)
        self._reloads = f.RELOADS.counter(registry)
        self._reload_ok = f.RELOAD_OK.gauge(registry)
        self._reload_time = f.RELOAD_TIME.gauge(registry)
        self._bad_input = Capped(f.BAD_INPUT.counter(registry), 2)
        self._failed = Capped(f.REQUESTS_FAILED.counter(registry), 2)
        for result in ("taken", "refused"):
            self._reloads.labels(result)
        self._reload_ok.set(1)

    def decided(self, kind: str, seconds: float) -> None:
        self._decision[kind,].observe(seconds)

    def event_lag(self, seconds: float) -> None:
        self._lag.observe(seconds)

    def mailbox_depth(self, depth: int) -> None:
        self._mailbox.set(depth)

    def journal_depth(self, depth: int) -> None:
        self._journal.set(depth)

    def spooling(self, active: bool) -> None:
        self._spooling.set(active)

    def watch_journal(self, depth: Callable[[], int], spooling: Callable[[], bool]) -> None:
        """Read these two at each scrape, in the place of what was told. Called once."""
        self._journal.set_function(depth)
        self._spooling.set_function(spooling)

    def connected(self, what: str, up: bool) -> None:
        self._connected.labels(what).set(up)

    def reloaded(self, taken: bool, at: float) -> None:
        self._reloads.labels("taken" if taken else "refused").inc()
        self._reload_ok.set(taken)
        if taken:
            self._reload_time.set(at)

    def bad_input(self, source: str, kind: str) -> None:
        self._bad_input[source, kind].inc()

    def request_failed(self, what: str, status: int) -> None:
        self._failed[what, str(status)].inc()
