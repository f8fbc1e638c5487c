"""One Asterisk node as the core's Telephony: events in, commands out, over ARI.

Commands for one call keep their order because they go over one socket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

import structlog

from acd.core.commands import TelephonyCommand
from acd.core.events import ChannelsReconciled, Event, NodeLost, PhoneStateChanged
from acd.errors import TelephonyError
from acd.ports import Check, RuntimeMetrics
from agents.model import PhoneState
from asterisk.ari import events as ari
from asterisk.ari import requests
from asterisk.ari.client import AriClient, AriHandlers
from asterisk.ari.models import AsteriskInfo, Bridge, Channel, Endpoint
from asterisk.ari.protocol import Malformed
from asterisk.ari.requests import Request
from asterisk.ari.settings import AriSettings
from asterisk.doing import Doing
from asterisk.hearing import Hearing
from asterisk.inventory import Survey, take_inventory
from asterisk.legs import Legs
from asterisk.line import Line
from asterisk.phones import Phones

log = structlog.get_logger(__name__)

SUBSCRIBE_CHUNK = 200


class AsteriskTelephony(AriHandlers):
    """The Telephony port over one node. `phones` gives the accounts of the agents to watch."""

    def __init__(
        self,
        *,
        node: str,
        settings: AriSettings,
        phones: Callable[[], Iterable[str]],
        metrics: RuntimeMetrics,
        rng: Random,
    ) -> None:
        self.node = node
        self.on_ready: list[Callable[[], None]] = []
        """Called whenever the node has been connected and reconciled."""
        self._app = settings.app
        self._watched = phones
        self._metrics = metrics
        self._client = AriClient(settings, self, rng=rng)
        self._line = Line(node, self._client, metrics)
        self._legs = Legs()
        self._phones = Phones(self._phone_changed)
        self._hearing = Hearing(line=self._line, legs=self._legs, phones=self._phones, sink=self._tell)
        self._doing = Doing(
            app=settings.app,
            line=self._line,
            legs=self._legs,
            phones=self._phones,
            sink=self._tell,
            gone=self._hearing.gone,
        )
        self._sink: Callable[[Event], None] = lambda event: None
        self._held: list[ari.Event] | None = []
        self._startup_time: str | None = None
        self._survey = Survey()
        self._trouble = "not connected yet"

    async def run(self, sink: Callable[[Event], None]) -> None:
        """See acd.ports.Telephony."""
        self._sink = sink
        await self._client.run()

    def execute(self, command: TelephonyCommand) -> None:
        """See acd.ports.Telephony."""
        self._doing.execute(command)

    def tell(self, request: Request, what: str) -> None:
        """Send a request of somebody else's whose failure is only counted, as `what`."""
        self._line.tell(request, what)

    def check(self) -> Check:
        """Whether commands reach Asterisk now, for readiness."""
        return Check(
            name=f"ari:{self.node}", healthy=not self._trouble, detail=self._trouble or "connected"
        )

    def _tell(self, event: Event) -> None:
        self._sink(event)

    def _phone_changed(self, phone: str, state: PhoneState) -> None:
        self._sink(PhoneStateChanged(agent=phone, phone=state))

    # What the client tells

    def on_connected(self, info: AsteriskInfo) -> None:
        log.info("asterisk connected", node=self.node, version=info.system.version)
        self._metrics.connected("ari", True)
        self._trouble = "taking stock"
        restarted = self._startup_time not in (None, info.status.startup_time)
        self._startup_time = info.status.startup_time
        self._held = []
        self._survey = Survey(restarted=restarted)
        self.watch_phones()
        self._line.ask(requests.list_endpoints(), list[Endpoint], self._survey.took_endpoints)
        self._line.ask(requests.list_bridges(), list[Bridge], self._survey.took_bridges)
        self._line.ask(requests.list_channels(), list[Channel], self._reconcile)

    def on_disconnected(self, error: TelephonyError) -> None:
        log.warning("asterisk disconnected", node=self.node, error=str(error))
        self._metrics.connected("ari", False)
        self._trouble = str(error)
        self._held = []
        self._sink(NodeLost(node=self.node))

    def on_attempt_failed(self, error: TelephonyError, retry_in_s: float) -> None:
        self._trouble = str(error)
        log.warning("asterisk not reached", node=self.node, error=str(error), retry_in_s=retry_in_s)

    def on_malformed(self, malformed: Malformed) -> None:
        self._line.bad_input("malformed", what=str(malformed)[:500])

    def on_event(self, event: ari.Event) -> None:
        lag = self._client.lag_s
        if lag is not None:
            self._metrics.event_lag(lag)
        if self._held is None:
            self._hearing.translate(event)
        else:
            self._held.append(event)

    # Taking stock

    def watch_phones(self) -> None:
        """Subscribe to the device states of the agents' phones; again after a new configuration."""
        devices = [f"deviceState:PJSIP/{phone}" for phone in self._watched()]
        for start in range(0, len(devices), SUBSCRIBE_CHUNK):
            chunk = devices[start : start + SUBSCRIBE_CHUNK]
            self._line.tell(requests.subscribe(self._app, chunk), "subscribe")

    def _reconcile(self, channels: list[Channel]) -> None:
        """The last of the survey's answers is here: tell the core, then what happened meanwhile."""
        found = take_inventory(
            app=self._app, node=self.node, channels=channels, bridges=self._survey.bridges
        )
        self._legs.callers, self._legs.agents = found.callers, found.agents
        self._legs.announcing.clear()
        self._phones.reset(
            self._survey.phone_states(self._watched()),
            busy=[leg.agent for leg in found.agents.values()],
        )
        for request in found.litter:
            self._line.tell(request, "clear away")
        held, self._held = self._held or [], None
        self._trouble = ""
        self._sink(
            ChannelsReconciled(
                node=self.node,
                restarted=self._survey.restarted,
                calls=tuple(found.calls),
                offers=tuple(found.offers),
                phones=self._phones.known(),
            )
        )
        for event in held:
            self._hearing.translate(event)
        for ready in self.on_ready:
            ready()
