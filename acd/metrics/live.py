"""Gauges that are read from the running centre at the moment of a scrape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from acd.core.routing import Routing
from acd.core.views import AgentView, QueueView
from acd.metrics import families as f
from acd.metrics.capped import OTHER
from acd.metrics.family import Family
from acd.metrics.reach_families import CALLBACKS_OPEN
from agents.model import AgentState


class LiveCentre(Protocol):
    """What of `acd.ports.Centre` the metrics read."""

    def now(self) -> float: ...

    def view_agents(self) -> Sequence[AgentView]: ...

    def view_queues(self) -> Sequence[QueueView]: ...

    def open_callbacks(self) -> Mapping[str, int]:
        """By queue."""

    @property
    def routing(self) -> Routing: ...


class LiveCollector(Collector):
    """Yields the live families. `spent` is the time (seconds) of agents' states that have ended since
    `started_at` (UTC seconds); the time of their current states is added here."""

    def __init__(self, centre: LiveCentre, spent: Mapping[AgentState, float], started_at: float) -> None:
        self._centre = centre
        self._spent = spent
        self._started_at = started_at

    def describe(self) -> Iterator[Metric]:
        """The families without samples, so that registering needs no running centre."""
        return (_family(family) for family in f.ALL if family.live)

    def collect(self) -> Iterator[Metric]:
        yield from self._agents()
        yield from self._queues()
        yield from self._callbacks()
        yield from self._routing()

    def _agents(self) -> Iterator[Metric]:
        now = self._centre.now()
        count: Counter[AgentState] = Counter()
        seconds = {state: self._spent.get(state, 0.0) for state in AgentState}
        for agent in self._centre.view_agents():
            count[agent.state] += 1
            seconds[agent.state] += max(0.0, now - max(agent.since, self._started_at))
        agents, spent = _family(f.AGENTS), _family(f.AGENT_SECONDS)
        for state in AgentState:
            agents.add_metric([state.value], count[state])
            if state is not AgentState.OFFLINE:
                spent.add_metric([state.value], seconds[state])
        yield agents
        yield spent

    def _queues(self) -> Iterator[Metric]:
        waiting, ringing, talking = _family(f.WAITING), _family(f.RINGING), _family(f.TALKING)
        longest, agents = _family(f.LONGEST_WAIT), _family(f.QUEUE_AGENTS)
        for view in self._centre.view_queues():
            queue = [view.queue]
            waiting.add_metric(queue, len(view.waiting))
            ringing.add_metric(queue, view.ringing)
            talking.add_metric(queue, view.talking)
            longest.add_metric(queue, view.longest_wait)
            agents.add_metric([view.queue, "logged_in"], view.logged_in)
            agents.add_metric([view.queue, "idle"], view.idle)
        yield from (waiting, ringing, talking, longest, agents)

    def _callbacks(self) -> Iterator[Metric]:
        owed = Counter(self._centre.open_callbacks())
        waiting = _family(CALLBACKS_OPEN)
        for queue in self._centre.routing.queues:
            waiting.add_metric([queue], owed.pop(queue, 0))
        if owed:
            waiting.add_metric([OTHER], owed.total())
        yield waiting

    def _routing(self) -> Iterator[Metric]:
        routing = self._centre.routing
        threshold, target = _family(f.SERVICE_LEVEL_THRESHOLD), _family(f.SERVICE_LEVEL_TARGET)
        for queue in routing.queues.values():
            threshold.add_metric([queue.name], queue.service_level.within)
            target.add_metric([queue.name], queue.service_level.target)
        info = _family(f.ROUTING)
        info.add_metric([routing.revision], 1)
        yield from (threshold, target, info)


def _family(family: Family) -> GaugeMetricFamily | CounterMetricFamily:
    of = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
    return of(family.name, family.help, labels=family.labels)
