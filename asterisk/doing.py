"""What the core's commands mean to Asterisk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import assert_never

from acd.core import commands as c
from acd.core import events as e
from acd.core.callback_words import CancelDial, DialCustomer, PromptAgent
from acd.core.flow_words import DialOutside, DropTape, StartTape, StopTape
from acd.core.message_words import SetLamp
from asterisk.ari import requests
from asterisk.ari.errors import AriTimeout
from asterisk.ari.models import Channel
from asterisk.ari.protocol import Reply, Response
from asterisk.callers import Callers
from asterisk.hang_up import HangUp, HangUps, Later
from asterisk.lamps import Lamps
from asterisk.legs import AgentLeg, Legs
from asterisk.line import Line, lost
from asterisk.outbound import Outbound
from asterisk.phones import Phones
from asterisk.playing import Playing
from asterisk.ringback import Ringback
from asterisk.tapes import Tapes
from asterisk.taping import Taping
from asterisk.translate import AGENT, leg_channel, shown_caller

RING_BACKSTOP_S = 180
"""Asterisk's own limit on a leg's ringing; the core's deadline comes long before."""
LOOK_S = (0.3, 1.0, 3.0)
"""How long to wait before each look whether a phone rings that had hardly stopped ringing."""
_Q850 = {c.EndCause.NORMAL: 16, c.EndCause.BUSY: 17}


class Doing:
    """Carries out telephony commands. `gone` is told of channels that turn out not to be there."""

    def __init__(
        self,
        *,
        app: str,
        line: Line,
        legs: Legs,
        callers: Callers,
        phones: Phones,
        taping: Taping,
        tapes: Tapes,
        playing: Playing,
        outbound: Outbound,
        lamps: Lamps,
        hang_ups: HangUps,
        sink: Callable[[e.Event], None],
        gone: Callable[[str, int], None],
        later: Later | None = None,
    ) -> None:
        self._app = app
        self._line = line
        self._legs = legs
        self._callers = callers
        self._ringback = Ringback(line, legs)
        self._phones = phones
        self._taping = taping
        self._tapes = tapes
        self._playing = playing
        self._outbound = outbound
        self._lamps = lamps
        self._sink = sink
        self._gone = gone
        self._later = later or (lambda s, call: asyncio.get_running_loop().call_later(s, call))
        self._hang_ups = hang_ups

    def execute(self, command: c.TelephonyCommand) -> None:
        """See acd.ports.Telephony."""
        match command:
            case c.RingAgent():
                self._ring_agent(command)
            case c.PlayRingback():
                self._ringback.wanted(command.call)
            case c.ConnectCall():
                self._connect(command)
            case c.EndCall():
                self._hang_up_caller(command.call, _Q850[command.cause])
            case c.ReleaseAgent() | c.CancelRing():
                self._hang_up_agent(command.offer)
            case c.StartRecording():
                self._taping.start(command)
            case StartTape() | StopTape() | DropTape():
                self._tape(command)
            case DialOutside() | DialCustomer() | CancelDial():
                self._dial(command)
            case SetLamp():
                self._lamps.show(command)
            case _:
                self._let_hear(command)

    def _let_hear(
        self, command: c.StartWaiting | c.PlayPrompt | c.StopPrompt | c.Announce | PromptAgent
    ) -> None:
        match command:
            case c.StartWaiting():
                self._callers.wait(command)
            case c.PlayPrompt():
                self._playing.play(command)
            case c.StopPrompt():
                self._playing.stop(command)
            case c.Announce():
                self._playing.announce(command)
            case PromptAgent():
                self._playing.tell_agent(command)
            case _:
                assert_never(command)

    def _tape(self, command: StartTape | StopTape | DropTape) -> None:
        match command:
            case StartTape():
                self._tapes.start(command)
            case StopTape():
                self._tapes.stop(command)
            case DropTape():
                self._tapes.drop(command)
            case _:
                assert_never(command)

    def _dial(self, command: DialOutside | DialCustomer | CancelDial) -> None:
        match command:
            case DialOutside():
                self._outbound.dial_outside(command)
            case DialCustomer():
                self._outbound.dial(command)
            case CancelDial():
                self._outbound.cancel(command)
            case _:
                assert_never(command)

    def _ring_agent(self, command: c.RingAgent) -> None:
        # Where the agent is dialled before the customer, nobody is there that he could follow.
        first = command.call not in self._legs.callers
        channel = leg_channel(command.offer, first=first)
        leg = AgentLeg(channel=channel, call=command.call, agent=command.agent)
        self._legs.agents[command.offer] = leg
        self._legs.dialled[command.agent] = command.offer
        self._ringback.dials(command.call)
        self._phones.leg_began(command.agent)
        request = requests.originate(
            endpoint=command.endpoint,
            app=self._app,
            app_args=AGENT,
            channel_id=channel,
            originator=None if first else command.call,
            caller_id=shown_caller(command.caller_name, command.caller),
            timeout_s=RING_BACKSTOP_S,
        )
        offer = command.offer
        if not self._phones.quiet(command.agent):
            self._look_whether_it_rings(command.agent, offer, LOOK_S)

        def on_reply(reply: Reply) -> None:
            if lost(reply):
                return
            if not isinstance(reply, Response) and offer in self._legs.agents:
                self._line.failed("ring agent", reply)
                del self._legs.agents[offer]
                self._phones.leg_ended(leg.agent)
                if isinstance(reply, AriTimeout):  # it may still be done, and ring for nobody
                    self._line.tell(requests.hangup(channel), "hang up agent")
                self._sink(e.RingFailed(offer=offer, reason=e.RingFailure.UNREACHABLE))

        self._line.send(request, on_reply)

    def _look_whether_it_rings(self, agent: str, offer: str, waits_s: tuple[float, ...]) -> None:
        """The phone still rings for the leg before this one, or seems to: where that one's end and this
        one's beginning make no change, nothing tells that it rings."""

        def unknown() -> bool:
            return self._legs.dialled.get(agent) == offer and offer in self._legs.agents

        def look() -> None:
            if unknown():
                self._line.ask(requests.get_channel(self._legs.agents[offer].channel), Channel, took)

        def took(channel: Channel) -> None:
            if not unknown():
                return
            if channel.state == "Ringing":
                del self._legs.dialled[agent]
                self._sink(e.AgentRinging(offer=offer))
                self._ringback.rings(self._legs.agents[offer].call)
            else:
                self._look_whether_it_rings(agent, offer, waits_s[1:])

        if waits_s:
            self._later(waits_s[0], look)

    def _hang_up_agent(self, offer: str) -> None:
        leg = self._legs.agents.get(offer)
        if leg is None:
            self._hang_up_stranger(offer)
            return
        leg.cancelled = True
        self._playing.before_hang_up(leg)

        def known() -> bool:
            return self._legs.agents.get(offer) is leg

        def gone() -> None:
            if known():
                self._gone(leg.channel, 16)

        request = requests.hangup(leg.channel)
        self._hang_ups.ask(HangUp(request=request, what="hang up agent", needed=known, gone=gone))

    def _hang_up_stranger(self, offer: str) -> None:
        """Nothing that we know of: whatever answers to this name has no business there. No event will
        tell of its end, for which the core may wait."""

        def unknown() -> bool:
            return offer not in self._legs.agents

        def gone() -> None:
            if unknown():
                self._sink(e.RingFailed(offer=offer, reason=e.RingFailure.CANCELLED))

        request, what = requests.hangup(offer), "hang up agent"
        self._hang_ups.ask(HangUp(request=request, what=what, needed=unknown, gone=gone, done=gone))

    def _hang_up_caller(self, call: str, cause: int) -> None:
        caller = self._legs.callers.get(call)
        if caller is not None:
            self._playing.before_hang_up(caller)

        def known() -> bool:
            return caller is not None and self._legs.callers.get(call) is caller

        def gone() -> None:
            if known():
                self._gone(call, cause)

        request = requests.hangup(call, cause=cause)
        self._hang_ups.ask(HangUp(request=request, what="hang up caller", needed=known, gone=gone))

    def _connect(self, command: c.ConnectCall) -> None:
        call, offer = command.call, command.offer
        caller, leg = self._callers.get(call), self._legs.agents.get(offer)
        if caller is None or leg is None:
            self._sink(e.ConnectFailed(call=call, offer=offer, reason="one of the two is gone"))
            return
        bridge = self._callers.make_bridge(call, caller, leg.channel)
        self._callers.quieten(call, caller)
        self._callers.answer(call, caller)
        self._playing.hush_agent(leg)

        def on_reply(reply: Reply) -> None:
            if isinstance(reply, Response):
                self._sink(e.CallConnected(call=call, offer=offer))
            elif not lost(reply):
                self._line.failed("connect", reply)
                self._sink(e.ConnectFailed(call=call, offer=offer, reason=str(reply)))

        self._line.send(requests.add_channels(bridge, (call, leg.channel)), on_reply)
