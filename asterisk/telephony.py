"""One Asterisk node as the core's Telephony: events in, commands out, over ARI.

Commands for one call keep their order because they go over one socket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from random import Random

import structlog

from acd.core.commands import TelephonyCommand
from acd.core.events import ChannelsReconciled, Event, NodeLost, PhoneStateChanged
from acd.core.routing import Trunk
from acd.errors import TelephonyError
from acd.ports import Check, RuntimeMetrics
from agents.model import PhoneState
from asterisk.ari import events as ari
from asterisk.ari import requests
from asterisk.ari.client import AriClient, AriHandlers
from asterisk.ari.errors import AriClosed
from asterisk.ari.models import Application, AsteriskInfo, Bridge, Channel, Endpoint
from asterisk.ari.protocol import Malformed
from asterisk.ari.requests import Request
from asterisk.ari.settings import AriSettings
from asterisk.ari.timestamps import epoch_s
from asterisk.callers import Callers
from asterisk.doing import Doing
from asterisk.hang_up import HangUps
from asterisk.hearing import Hearing
from asterisk.inventory import Survey, phone_states, take_inventory
from asterisk.lamps import Lamps
from asterisk.legs import Legs
from asterisk.line import Line
from asterisk.outbound import Outbound
from asterisk.phones import Phones
from asterisk.playing import Playing
from asterisk.room import Room
from asterisk.tapes import Tapes
from asterisk.taping import Taping

log = structlog.get_logger(__name__)

SUBSCRIBE_CHUNK = 200
TAKE_STOCK_AGAIN_S = 1.0


class AsteriskTelephony(AriHandlers):
    """The Telephony port over one node. `phones` gives the accounts of the agents to watch, `room` says
    whether a talk can be recorded."""

    def __init__(
        self,
        *,
        node: str,
        settings: AriSettings,
        phones: Callable[[], Iterable[str]],
        room: Room,
        metrics: RuntimeMetrics,
        rng: Random,
        trunks: Callable[[], Mapping[str, Trunk]] = dict,
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
        self._callers = Callers(app=settings.app, line=self._line, legs=self._legs)
        self._taping = Taping(
            app=settings.app,
            line=self._line,
            room=room,
            sink=self._tell,
            channel_of=self._legs.channel_of,
        )
        self._tapes = Tapes(line=self._line, callers=self._callers, room=room, sink=self._tell)
        self._lamps = Lamps(self._line)
        playing = Playing(line=self._line, legs=self._legs, callers=self._callers, sink=self._tell)
        hang_ups = HangUps(self._line, _later)
        self._outbound = Outbound(
            app=settings.app,
            allowed=settings.allowed,
            line=self._line,
            legs=self._legs,
            callers=self._callers,
            hang_ups=hang_ups,
            trunks=trunks,
            sink=self._tell,
            later=_later,
        )
        self._hearing = Hearing(
            line=self._line,
            legs=self._legs,
            callers=self._callers,
            phones=self._phones,
            taping=self._taping,
            tapes=self._tapes,
            playing=playing,
            outbound=self._outbound,
            sink=self._tell,
        )
        self._doing = Doing(
            app=settings.app,
            line=self._line,
            legs=self._legs,
            callers=self._callers,
            phones=self._phones,
            taping=self._taping,
            tapes=self._tapes,
            playing=playing,
            outbound=self._outbound,
            lamps=self._lamps,
            hang_ups=hang_ups,
            sink=self._tell,
            gone=self._hearing.gone,
        )
        self._sink: Callable[[Event], None] = lambda event: None
        self._held: list[ari.Event] | None = []
        self._startup_time: str | None = None
        """Of the Asterisk whose calls the core knows; the one that is connected may be another."""
        self._connected_to: str | None = None
        self._met: set[str] = set()
        """The agents whose phones the core has been told of, or will be once Asterisk answers."""
        self._unmet: set[str] = set()
        self._survey = Survey()
        self._trouble = "not connected yet"

    async def run(self, sink: Callable[[Event], None]) -> None:
        """See acd.ports.Telephony."""
        self._sink = sink
        self._metrics.connected("ari", False)  # until it is: a connection that never came up is seen
        await self._client.run()

    def execute(self, command: TelephonyCommand) -> None:
        """See acd.ports.Telephony."""
        self._doing.execute(command)

    def flush(self) -> None:
        """See acd.ports.Telephony."""
        self._client.flush()

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
        self._connected_to = info.status.startup_time
        self._held = []
        self.watch_phones()
        self._take_stock()

    def on_disconnected(self, error: TelephonyError) -> None:
        if isinstance(error, AriClosed):
            log.info("asterisk connection closed", node=self.node)
        else:
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
        if self._held is None:
            self._hearing.translate(event)
        else:
            self._held.append(event)

    def on_handled(self, lag_s: float) -> None:
        self._metrics.event_lag(lag_s)

    # Taking stock

    def watch_phones(self) -> None:
        """Subscribe to the device states of the agents' phones; again after a new configuration."""
        watched = set(self._watched())
        self._unmet |= watched - self._met
        self._met = watched
        devices = [f"deviceState:PJSIP/{phone}" for phone in self._watched()]
        for start in range(0, len(devices), SUBSCRIBE_CHUNK):
            chunk = devices[start : start + SUBSCRIBE_CHUNK]
            self._line.tell(requests.subscribe(self._app, chunk), "subscribe")
        if self._held is None:
            self._line.ask(requests.list_endpoints(), list[Endpoint], self._meet)

    def _meet(self, endpoints: list[Endpoint]) -> None:
        """What new agents' phones are: a subscription tells only what changes."""
        new, self._unmet = self._unmet & self._met, set()
        for phone, state in phone_states(endpoints, sorted(new)):
            self._phones.meet(phone, state)

    def _take_stock(self) -> None:
        restarted = self._startup_time not in (None, self._connected_to)
        survey = self._survey = Survey(restarted=restarted)
        failed = partial(self._survey_failed, survey)
        self._line.ask(requests.list_endpoints(), list[Endpoint], survey.took_endpoints, failed)
        self._line.ask(requests.get_application(self._app), Application, survey.took_application, failed)
        self._line.ask(requests.list_bridges(), list[Bridge], survey.took_bridges, failed)
        self._line.ask(requests.list_channels(), list[Channel], partial(self._reconcile, survey), failed)

    def _survey_failed(self, survey: Survey) -> None:
        """An answer cannot be had. The others alone are no use: all is asked anew, a little later."""
        if survey is not self._survey:
            return
        self._survey = Survey()
        self._trouble = "cannot take stock"
        again = partial(self._ask_again, self._survey)
        asyncio.get_running_loop().call_later(TAKE_STOCK_AGAIN_S, again)

    def _ask_again(self, survey: Survey) -> None:
        if survey is self._survey and self._client.connected:
            self._take_stock()

    def _reconcile(self, survey: Survey, channels: list[Channel]) -> None:
        """The last of the survey's answers is here: tell the core, then what happened meanwhile."""
        if survey is not self._survey:
            return
        found = take_inventory(
            app=survey.application, node=self.node, channels=channels, bridges=survey.bridges
        )
        self._legs.callers, self._legs.agents = found.callers, found.agents
        self._legs.customers, self._legs.outside = found.customers, found.outside
        self._legs.announcing.clear()
        self._taping.found(found.tapes)
        self._tapes.found()
        self._outbound.found()
        if survey.restarted:
            self._lamps.show_again()
        self._met, self._unmet = set(self._watched()), set()
        self._phones.reset(
            phone_states(survey.endpoints, self._watched()),
            busy=[leg.agent for leg in found.agents.values()],
        )
        for request in found.litter:
            self._line.tell(request, "clear away")
        held, self._held = self._held or [], None
        self._startup_time = self._connected_to
        self._trouble = ""
        self._sink(
            ChannelsReconciled(
                node=self.node,
                restarted=survey.restarted,
                asterisk_started_at=self._started_at(),
                calls=tuple(found.calls),
                offers=tuple(found.offers),
                phones=self._phones.known(),
                outside=tuple(leg.call for leg in found.outside.values()),
            )
        )
        self._outbound.tell_answered()
        calls, offers = len(found.calls), len(found.offers)
        log.info("asterisk taken stock of", node=self.node, calls=calls, offers=offers)
        for event in held:
            self._hearing.translate(event)
        for ready in self.on_ready:
            ready()

    def _started_at(self) -> float | None:
        try:
            return epoch_s(self._connected_to or "")
        except ValueError as error:
            self._line.bad_input("malformed", what=str(error)[:500])
            return None


def _later(delay_s: float, call: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(delay_s, call)
