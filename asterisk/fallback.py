"""The fallback app_queue's members, kept as the agents are: whoever is logged out or paused stays so.

While the engine is away, calls fall through to a plain app_queue. Its members are paused whenever
their agents log out or pause, so that the fallback rings nobody who went home.

Told over ARI, by a dialplan function, and not over AMI: Asterisk writes out every event of every call
as text as long as anybody is logged in there, whether he wants events or not. That costs it 0.8 ms of
CPU per call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from acd.core.facts import AgentStateChanged, Fact
from acd.core.routing import Routing
from acd.core.views import AgentView
from agents.model import AgentState
from asterisk.ari import requests
from asterisk.ari.requests import Request

AWAY = frozenset({AgentState.OFFLINE, AgentState.PAUSED})


class FallbackQueues:
    """A FactSink that tells Asterisk what agents do.

    `tell` sends a request and counts its failure; `views` shows all agents, for `tell_all`.
    """

    def __init__(
        self,
        *,
        tell: Callable[[Request, str], None],
        routing: Callable[[], Routing],
        views: Callable[[], Sequence[AgentView]],
    ) -> None:
        self._tell = tell
        self._routing = routing
        self._views = views
        self._away: dict[str, bool] = {}
        """What Asterisk has been told."""

    def take(self, facts: Sequence[Fact]) -> None:
        """See acd.ports.FactSink."""
        for fact in facts:
            if type(fact) is AgentStateChanged:
                self._note(fact.agent, fact.state in AWAY)

    def tell_all(self) -> None:
        """Tell Asterisk about every agent, whatever it has been told: it may have been restarted."""
        self._away.clear()
        for view in self._views():
            self._note(view.agent, view.state in AWAY)

    def _note(self, agent: str, away: bool) -> None:
        if self._away.get(agent) is away:
            return
        profile = self._routing().agents.get(agent)
        if profile is None:
            return
        self._away[agent] = away
        # Without a queue's name it is about all queues.
        member = f"QUEUE_MEMBER(,paused,{profile.endpoint})"
        self._tell(requests.set_global_variable(member, "1" if away else "0"), "pause member")
