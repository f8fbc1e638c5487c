"""The fallback app_queue's members, kept as the agents are: whoever is logged out or paused stays so.

While the engine is away, calls fall through to a plain app_queue. Its members are paused over AMI
whenever their agents log out or pause, so that the fallback rings nobody who went home.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from random import Random

import structlog

from acd.core.facts import AgentStateChanged, Fact
from acd.core.routing import Routing
from acd.core.views import AgentView
from acd.errors import TelephonyError
from acd.ports import Check, RuntimeMetrics
from agents.model import AgentState
from asterisk.ami.client import AmiClient, AmiHandlers, AmiSettings
from asterisk.ami.errors import AmiError, AmiNotConnected

log = structlog.get_logger(__name__)

AWAY = frozenset({AgentState.OFFLINE, AgentState.PAUSED})


class FallbackQueues(AmiHandlers):
    """A FactSink that tells Asterisk what agents do. `views` shows them all, at a connection."""

    def __init__(
        self,
        *,
        settings: AmiSettings,
        routing: Callable[[], Routing],
        views: Callable[[], Sequence[AgentView]],
        metrics: RuntimeMetrics,
        rng: Random,
    ) -> None:
        self._client = AmiClient(settings, self, rng=rng)
        self._routing = routing
        self._views = views
        self._metrics = metrics
        self._away: dict[str, bool] = {}
        """What Asterisk has been told, or is about to be."""
        self._news: asyncio.Queue[tuple[str, bool]] = asyncio.Queue()
        self._trouble = "not connected yet"

    async def run(self) -> None:
        """Keep connected and keep telling until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._client.run())
            group.create_task(self._follow())

    def check(self) -> Check:
        """Whether the fallback follows, for readiness."""
        return Check(name="ami", healthy=not self._trouble, detail=self._trouble or "connected")

    def take(self, facts: Sequence[Fact]) -> None:
        """See acd.ports.FactSink."""
        for fact in facts:
            if type(fact) is AgentStateChanged:
                self._note(fact.agent, fact.state in AWAY)

    def _note(self, agent: str, away: bool) -> None:
        if self._trouble or self._away.get(agent) is away:
            return
        self._away[agent] = away
        self._news.put_nowait((agent, away))

    async def _follow(self) -> None:
        while True:
            agent, away = await self._news.get()
            profile = self._routing().agents.get(agent)
            if profile is None:
                continue
            try:
                await self._client.queue_pause(profile.endpoint, paused=away)
            except AmiNotConnected:
                continue  # the next connection tells everything anew
            except AmiError as error:
                # An agent of no queue is no member of any: nothing to be paused.
                self._metrics.request_failed("queue pause", 0)
                log.debug("fallback member not paused", agent=agent, error=str(error))
            except TelephonyError as error:
                log.warning("fallback member not followed", agent=agent, error=str(error))

    # What the client tells

    def on_connected(self) -> None:
        self._metrics.connected("ami", True)
        self._trouble = ""
        self._away.clear()
        for view in self._views():
            self._note(view.agent, view.state in AWAY)

    def on_disconnected(self, error: TelephonyError) -> None:
        log.warning("manager interface disconnected", error=str(error))
        self._metrics.connected("ami", False)
        self._trouble = str(error)

    def on_attempt_failed(self, error: TelephonyError, retry_in_s: float) -> None:
        log.warning("manager interface not reached", error=str(error), retry_in_s=retry_in_s)
        self._trouble = str(error)
