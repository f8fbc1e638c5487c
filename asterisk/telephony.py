"""One Asterisk node as the core's Telephony: events in, commands out, over ARI.

Commands for one call keep their order because they go over one socket. What fails because the
connection is gone is not reported command by command: the next ChannelsReconciled settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Any, ClassVar, Protocol, TypeVar, assert_never

import structlog

from acd.core import commands as c
from acd.core import events as e
from acd.errors import TelephonyError
from acd.ports import RuntimeMetrics
from agents.model import PhoneState
from asterisk.ari import events as ari
from asterisk.ari import requests
from asterisk.ari.client import AriClient, AriHandlers
from asterisk.ari.errors import AriConnectionLost, AriError, AriGone, AriNotConnected
from asterisk.ari.models import AsteriskInfo, Bridge, Channel, Endpoint
from asterisk.ari.protocol import Malformed, Reply, Response
from asterisk.ari.requests import Request
from asterisk.ari.settings import AriSettings
from asterisk.inventory import Survey, take_inventory
from asterisk.legs import AgentLeg, CallerLeg
from asterisk.phones import Phones
from asterisk.translate import (
    AGENT,
    DEVICE_STATES,
    FEATURE,
    FEATURE_CODES,
    INBOUND,
    arrived,
    bridge_of,
    phone_of,
    ring_failure,
    shown_caller,
)

log = structlog.get_logger(__name__)

T = TypeVar("T")

RING_BACKSTOP_S = 180
"""Asterisk's own limit on a leg's ringing; the core's deadline comes long before."""
SUBSCRIBE_CHUNK = 200


class Prompts(Protocol):
    """Where the sound of a prompt is, as ARI media URIs."""

    def media(self, prompt: str, language: str) -> str: ...


class AsteriskTelephony(AriHandlers):
    """The Telephony port over one node. `phones` gives the accounts of the agents to watch."""

    def __init__(
        self,
        *,
        node: str,
        settings: AriSettings,
        prompts: Prompts,
        phones: Callable[[], Iterable[str]],
        metrics: RuntimeMetrics,
        rng: Random,
    ) -> None:
        self.node = node
        self._app = settings.app
        self._prompts = prompts
        self._watched = phones
        self._metrics = metrics
        self._client = AriClient(settings, self, rng=rng)
        self._phones = Phones(self._phone_changed)
        self._callers: dict[str, CallerLeg] = {}
        self._agents: dict[str, AgentLeg] = {}
        self._announcing: dict[str, str] = {}
        self._sink: Callable[[e.Event], None] = lambda event: None
        self._held: list[ari.Event] | None = []
        self._startup_time: str | None = None
        self._survey = Survey()

    async def run(self, sink: Callable[[e.Event], None]) -> None:
        """See acd.ports.Telephony."""
        self._sink = sink
        await self._client.run()

    @property
    def connected(self) -> bool:
        """Whether commands reach Asterisk now."""
        return self._client.connected

    # --- the connection

    def on_connected(self, info: AsteriskInfo) -> None:
        log.info("asterisk connected", node=self.node, version=info.system.version)
        self._metrics.connected("ari", True)
        restarted = self._startup_time not in (None, info.status.startup_time)
        self._startup_time = info.status.startup_time
        self._held = []
        self._survey = Survey(restarted=restarted)
        self.watch_phones()
        self._ask(requests.list_endpoints(), list[Endpoint], self._survey.took_endpoints)
        self._ask(requests.list_bridges(), list[Bridge], self._survey.took_bridges)
        self._ask(requests.list_channels(), list[Channel], self._reconcile)

    def on_disconnected(self, error: TelephonyError) -> None:
        log.warning("asterisk disconnected", node=self.node, error=str(error))
        self._metrics.connected("ari", False)
        self._held = []
        self._sink(e.NodeLost(node=self.node))

    def on_attempt_failed(self, error: TelephonyError, retry_in_s: float) -> None:
        log.warning("asterisk not reached", node=self.node, error=str(error), retry_in_s=retry_in_s)

    def on_malformed(self, malformed: Malformed) -> None:
        log.warning("malformed message from asterisk", node=self.node, what=str(malformed)[:500])
        self._metrics.bad_input("ari", "malformed")

    def watch_phones(self) -> None:
        """Subscribe to the device states of the agents' phones; again after a new configuration."""
        devices = [f"deviceState:PJSIP/{phone}" for phone in self._watched()]
        for start in range(0, len(devices), SUBSCRIBE_CHUNK):
            chunk = devices[start : start + SUBSCRIBE_CHUNK]
            self._client.send(requests.subscribe(self._app, chunk), self._on_reply("subscribe"))

    def _reconcile(self, channels: list[Channel]) -> None:
        """The last of the survey's answers is here: tell the core, then what happened meanwhile."""
        found = take_inventory(
            app=self._app, node=self.node, channels=channels, bridges=self._survey.bridges
        )
        self._callers, self._agents = found.callers, found.agents
        self._announcing.clear()
        self._phones.reset(
            self._survey.phone_states(self._watched()),
            busy=[leg.agent for leg in found.agents.values()],
        )
        for request in found.litter:
            self._client.send(request, self._on_reply("clear away"))
        held, self._held = self._held or [], None
        self._sink(
            e.ChannelsReconciled(
                node=self.node,
                restarted=self._survey.restarted,
                calls=tuple(found.calls),
                offers=tuple(found.offers),
                phones=self._phones.known(),
            )
        )
        for event in held:
            self._translate(event)

    # --- events

    def on_event(self, event: ari.Event) -> None:
        lag = self._client.lag_s
        if lag is not None:
            self._metrics.event_lag(lag)
        if self._held is None:
            self._translate(event)
        else:
            self._held.append(event)

    def _translate(self, event: ari.Event) -> None:
        translate = self._TRANSLATIONS.get(type(event))
        if translate is not None:
            translate(self, event)

    def _started(self, event: ari.StasisStart) -> None:
        channel = event.channel
        leg = self._agents.get(channel.id)
        if leg is not None:
            if not leg.answered:
                leg.answered = True
                self._sink(e.AgentAnswered(offer=channel.id))
            return
        kind, argument = (*event.args, "", "")[:2]
        if kind == INBOUND:
            if channel.id not in self._callers:
                self._callers[channel.id] = CallerLeg(answered=channel.state == "Up")
                self._sink(arrived(channel, self.node, argument))
        elif kind == FEATURE:
            self._feature(channel, argument)
        else:
            log.warning("unknown channel", node=self.node, channel=channel.id, args=event.args)
            self._metrics.bad_input("ari", "unknown_channel")
            self._client.send(requests.hangup(channel.id), self._on_reply("hang up"))

    def _feature(self, channel: Channel, code: str) -> None:
        act = FEATURE_CODES.get(code)
        if act is None:
            self._metrics.bad_input("ari", "unknown_feature")
            self._client.send(requests.hangup(channel.id), self._on_reply("hang up"))
            return
        self._sink(
            e.AgentActed(
                agent=phone_of(channel.name),
                act=act,
                by="phone",
                channel=channel.id,
                language=channel.language or None,
            )
        )

    def _state_changed(self, event: ari.ChannelStateChange) -> None:
        if event.channel.state == "Ringing" and event.channel.id in self._agents:
            self._sink(e.AgentRinging(offer=event.channel.id))

    def _ended(self, event: ari.ChannelDestroyed) -> None:
        self._gone(event.channel.id, event.cause)

    def _left(self, event: ari.StasisEnd) -> None:
        """A caller who leaves the application is no longer ours, wherever his channel goes."""
        if event.channel.id in self._callers:
            self._gone(event.channel.id, 16)

    def _gone(self, channel: str, cause: int) -> None:
        caller = self._callers.pop(channel, None)
        if caller is not None:
            self._drop_bridge(channel, caller)
            self._sink(e.CallerHungUp(call=channel, cause=cause))
            return
        leg = self._agents.pop(channel, None)
        if leg is None:
            self._announcing.pop(channel, None)
            return
        self._phones.leg_ended(leg.agent)
        caller = self._callers.get(leg.call)
        if leg.answered:
            if caller is not None:
                self._drop_bridge(leg.call, caller)
            self._sink(e.AgentHungUp(offer=channel, cause=cause))
        else:
            reason = ring_failure(cause, cancelled=leg.cancelled)
            self._sink(e.RingFailed(offer=channel, reason=reason, cause=cause))

    def _drop_bridge(self, call: str, caller: CallerLeg) -> None:
        if caller.bridged:
            caller.bridged = False
            self._client.send(requests.delete_bridge(bridge_of(call)), self._on_reply("drop bridge"))

    def _digit(self, event: ari.ChannelDtmfReceived) -> None:
        if event.channel.id in self._callers:
            self._sink(e.DigitPressed(call=event.channel.id, digit=event.digit))

    def _played(self, event: ari.PlaybackFinished) -> None:
        target = event.playback.target_uri.partition(":")[2]
        if self._announcing.get(target) == event.playback.id:
            self._client.send(requests.hangup(target), self._on_reply("hang up"))
            return
        caller = self._callers.get(target)
        if caller is None or caller.playback != event.playback.id or caller.prompt is None:
            return
        prompt, caller.prompt, caller.playback = caller.prompt, None, None
        if event.playback.state == "failed":
            self._sink(e.PromptFailed(call=target, prompt=prompt, reason="playback failed"))
        else:
            self._sink(e.PromptFinished(call=target, prompt=prompt))

    def _device_changed(self, event: ari.DeviceStateChanged) -> None:
        technology, _, phone = event.device_state.name.partition("/")
        if technology == "PJSIP":
            state = DEVICE_STATES.get(event.device_state.state, PhoneState.UNREACHABLE)
            self._phones.changed(phone, state)

    def _phone_changed(self, phone: str, state: PhoneState) -> None:
        self._sink(e.PhoneStateChanged(agent=phone, phone=state))

    _TRANSLATIONS: ClassVar[dict[type, Callable[[AsteriskTelephony, Any], None]]] = {
        ari.StasisStart: _started,
        ari.StasisEnd: _left,
        ari.ChannelStateChange: _state_changed,
        ari.ChannelDestroyed: _ended,
        ari.ChannelDtmfReceived: _digit,
        ari.PlaybackFinished: _played,
        ari.DeviceStateChanged: _device_changed,
    }

    # --- commands

    def execute(self, command: c.TelephonyCommand) -> None:  # noqa: C901
        """See acd.ports.Telephony."""
        match command:
            case c.RingAgent():
                self._ring_agent(command)
            case c.PlayRingback():
                self._client.send(requests.ring(command.call), self._on_reply("ring back"))
            case c.ConnectCall():
                self._connect(command)
            case c.EndCall():
                cause = 17 if command.cause is c.EndCause.BUSY else 16
                self._hang_up_caller(command.call, cause)
            case c.ReleaseAgent():
                self._hang_up_agent(command.offer)
            case c.CancelRing():
                self._hang_up_agent(command.offer)
            case c.StartWaiting():
                self._start_waiting(command)
            case c.PlayPrompt():
                self._play(command)
            case c.StopPrompt():
                self._stop_prompt(command)
            case c.Announce():
                self._announce(command)
            case _:
                assert_never(command)

    def _ring_agent(self, command: c.RingAgent) -> None:
        self._agents[command.offer] = AgentLeg(call=command.call, agent=command.agent)
        self._phones.leg_began(command.agent)
        request = requests.originate(
            endpoint=command.endpoint,
            app=self._app,
            app_args=AGENT,
            channel_id=command.offer,
            originator=command.call,
            caller_id=shown_caller(command.caller_name, command.caller),
            timeout_s=RING_BACKSTOP_S,
        )
        offer = command.offer

        def on_reply(reply: Reply) -> None:
            if self._lost(reply):
                return
            if not isinstance(reply, Response) and offer in self._agents:
                self._failed("ring agent", reply)
                leg = self._agents.pop(offer)
                self._phones.leg_ended(leg.agent)
                self._sink(e.RingFailed(offer=offer, reason=e.RingFailure.UNREACHABLE))

        self._client.send(request, on_reply)

    def _hang_up_agent(self, offer: str) -> None:
        leg = self._agents.get(offer)
        if leg is None:
            # Nothing that we know of: whatever answers to this name has no business there.
            self._client.send(requests.hangup(offer), self._on_reply("hang up agent"))
            return
        leg.cancelled = True

        def on_reply(reply: Reply) -> None:
            if isinstance(reply, AriGone) and offer in self._agents:
                self._gone(offer, 16)
            elif not isinstance(reply, Response):
                self._failed("hang up agent", reply)

        self._client.send(requests.hangup(offer), on_reply)

    def _hang_up_caller(self, call: str, cause: int) -> None:
        def on_reply(reply: Reply) -> None:
            if isinstance(reply, AriGone) and call in self._callers:
                self._gone(call, cause)
            elif not isinstance(reply, Response):
                self._failed("hang up caller", reply)

        self._client.send(requests.hangup(call, cause=cause), on_reply)

    def _connect(self, command: c.ConnectCall) -> None:
        call, offer = command.call, command.offer
        caller = self._callers.get(call)
        if caller is None or offer not in self._agents:
            self._sink(e.ConnectFailed(call=call, offer=offer, reason="one of the two is gone"))
            return
        bridge = bridge_of(call)
        if not caller.bridged:
            caller.bridged = True
            self._client.send(requests.create_bridge(bridge), self._on_reply("create bridge"))
        self._quieten(call, caller)
        self._answer(call, caller)

        def on_reply(reply: Reply) -> None:
            if isinstance(reply, Response):
                self._sink(e.CallConnected(call=call, offer=offer))
            elif not self._lost(reply):
                self._failed("connect", reply)
                self._sink(e.ConnectFailed(call=call, offer=offer, reason=str(reply)))

        self._client.send(requests.add_channels(bridge, (call, offer)), on_reply)

    def _answer(self, call: str, caller: CallerLeg) -> None:
        if not caller.answered:
            caller.answered = True
            self._client.send(requests.answer(call), self._on_reply("answer"))

    def _quieten(self, call: str, caller: CallerLeg) -> None:
        if caller.music:
            caller.music = False
            self._client.send(requests.moh_stop(call), self._on_reply("stop music"))

    def _start_waiting(self, command: c.StartWaiting) -> None:
        caller = self._callers.get(command.call)
        if caller is None:
            return
        self._answer(command.call, caller)
        caller.music = True
        request = requests.moh_start(command.call, moh_class=command.music)
        self._client.send(request, self._on_reply("start music"))

    def _play(self, command: c.PlayPrompt) -> None:
        call = command.call
        caller = self._callers.get(call)
        if caller is None:
            return
        self._answer(call, caller)
        self._quieten(call, caller)
        caller.prompts += 1
        playback = f"{call}-p{caller.prompts}"
        caller.playback, caller.prompt = playback, command.prompt

        def on_reply(reply: Reply) -> None:
            if isinstance(reply, Response) or self._lost(reply):
                return
            self._failed("play prompt", reply)
            if caller.playback == playback:
                caller.playback = caller.prompt = None
                self._sink(e.PromptFailed(call=call, prompt=command.prompt, reason=str(reply)))

        media = self._prompts.media(command.prompt, command.language)
        self._client.send(requests.play(call, playback_id=playback, media=[media]), on_reply)

    def _stop_prompt(self, command: c.StopPrompt) -> None:
        caller = self._callers.get(command.call)
        if caller is not None and caller.playback is not None and caller.prompt == command.prompt:
            request = requests.stop_playback(caller.playback)
            self._client.send(request, self._on_reply("stop prompt"))

    def _announce(self, command: c.Announce) -> None:
        channel, playback = command.channel, f"{command.channel}-a"
        self._announcing[channel] = playback
        self._client.send(requests.answer(channel), self._on_reply("answer"))

        def on_reply(reply: Reply) -> None:
            if not isinstance(reply, Response) and not self._lost(reply):
                self._failed("announce", reply)
                self._client.send(requests.hangup(channel), self._on_reply("hang up"))

        media = self._prompts.media(command.prompt, command.language)
        self._client.send(requests.play(channel, playback_id=playback, media=[media]), on_reply)

    # --- replies

    def _ask(self, request: Request, kind: type[T], took: Callable[[T], None]) -> None:
        def on_reply(reply: Reply) -> None:
            if isinstance(reply, Response):
                took(reply.read(kind))
            elif not self._lost(reply):
                self._failed(str(request), reply)

        self._client.send(request, on_reply)

    def _on_reply(self, what: str) -> Callable[[Reply], None]:
        """For requests whose failure changes nothing: who they were about is gone, or nearly so."""

        def on_reply(reply: Reply) -> None:
            if not isinstance(reply, Response) and not self._lost(reply):
                self._failed(what, reply)

        return on_reply

    def _lost(self, reply: Reply) -> bool:
        return isinstance(reply, AriConnectionLost | AriNotConnected)

    def _failed(self, what: str, error: TelephonyError) -> None:
        status = error.status if isinstance(error, AriError) else 0
        self._metrics.request_failed(what, status)
        if status != 404:
            log.warning("asterisk refused", node=self.node, what=what, error=str(error))
