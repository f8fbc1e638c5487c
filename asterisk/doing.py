"""What the core's commands mean to Asterisk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import assert_never

from acd.core import commands as c
from acd.core import events as e
from asterisk.ari import requests
from asterisk.ari.errors import AriTimeout
from asterisk.ari.models import Channel
from asterisk.ari.protocol import Reply, Response
from asterisk.ari.requests import Request
from asterisk.hang_up import HangUp, HangUps, Later
from asterisk.legs import AgentLeg, CallerLeg, Legs
from asterisk.line import Line, lost
from asterisk.phones import Phones
from asterisk.ringback import Ringback
from asterisk.taping import Taping
from asterisk.translate import AGENT, bridge_of, shown_caller

RING_BACKSTOP_S = 180
"""Asterisk's own limit on a leg's ringing; the core's deadline comes long before."""
LOOK_S = (0.3, 1.0, 3.0)
"""How long to wait before each look whether a phone rings that had hardly stopped ringing."""
PROMPTS_FOLDER = "strowger"
_Q850 = {c.EndCause.NORMAL: 16, c.EndCause.BUSY: 17}


class Doing:
    """Carries out telephony commands. `gone` is told of channels that turn out not to be there."""

    def __init__(
        self,
        *,
        app: str,
        line: Line,
        legs: Legs,
        phones: Phones,
        taping: Taping,
        sink: Callable[[e.Event], None],
        gone: Callable[[str, int], None],
        later: Later | None = None,
    ) -> None:
        self._app = app
        self._line = line
        self._legs = legs
        self._ringback = Ringback(line, legs)
        self._phones = phones
        self._taping = taping
        self._sink = sink
        self._gone = gone
        self._later = later or (lambda s, call: asyncio.get_running_loop().call_later(s, call))
        self._hang_ups = HangUps(line, self._later)

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
            case c.StartWaiting() | c.PlayPrompt() | c.StopPrompt() | c.Announce():
                self._let_hear(command)
            case c.StartRecording():
                self._taping.start(command)
            case _:
                assert_never(command)

    def _let_hear(self, command: c.StartWaiting | c.PlayPrompt | c.StopPrompt | c.Announce) -> None:
        match command:
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
        self._legs.agents[command.offer] = AgentLeg(call=command.call, agent=command.agent)
        self._legs.dialled[command.agent] = command.offer
        self._ringback.dials(command.call)
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
        if not self._phones.quiet(command.agent):
            self._look_whether_it_rings(command.agent, offer, LOOK_S)

        def on_reply(reply: Reply) -> None:
            if lost(reply):
                return
            if not isinstance(reply, Response) and offer in self._legs.agents:
                self._line.failed("ring agent", reply)
                leg = self._legs.agents.pop(offer)
                self._phones.leg_ended(leg.agent)
                if isinstance(reply, AriTimeout):  # it may still be done, and ring for nobody
                    self._line.tell(requests.hangup(offer), "hang up agent")
                self._sink(e.RingFailed(offer=offer, reason=e.RingFailure.UNREACHABLE))

        self._line.send(request, on_reply)

    def _look_whether_it_rings(self, agent: str, offer: str, waits_s: tuple[float, ...]) -> None:
        """The phone still rings for the leg before this one, or seems to: where that one's end and this
        one's beginning make no change, nothing tells that it rings."""

        def unknown() -> bool:
            return self._legs.dialled.get(agent) == offer and offer in self._legs.agents

        def look() -> None:
            if unknown():
                self._line.ask(requests.get_channel(offer), Channel, took)

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

        def known() -> bool:
            return self._legs.agents.get(offer) is leg

        def gone() -> None:
            if known():
                self._gone(offer, 16)

        request = requests.hangup(offer)
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

        def known() -> bool:
            return caller is not None and self._legs.callers.get(call) is caller

        def gone() -> None:
            if known():
                self._gone(call, cause)

        request = requests.hangup(call, cause=cause)
        self._hang_ups.ask(HangUp(request=request, what="hang up caller", needed=known, gone=gone))

    def _connect(self, command: c.ConnectCall) -> None:
        call, offer = command.call, command.offer
        caller = self._legs.callers.get(call)
        if caller is None or offer not in self._legs.agents:
            self._sink(e.ConnectFailed(call=call, offer=offer, reason="one of the two is gone"))
            return
        bridge = bridge_of(call)
        caller.joined = offer
        if not caller.bridged:
            caller.bridged = True
            self._line.tell(requests.create_bridge(bridge, name=self._app), "create bridge")
        self._quieten(call, caller)
        self._answer(call, caller)

        def on_reply(reply: Reply) -> None:
            if isinstance(reply, Response):
                self._sink(e.CallConnected(call=call, offer=offer))
            elif not lost(reply):
                self._line.failed("connect", reply)
                self._sink(e.ConnectFailed(call=call, offer=offer, reason=str(reply)))

        self._line.send(requests.add_channels(bridge, (call, offer)), on_reply)

    def _answer(self, call: str, caller: CallerLeg) -> None:
        if not caller.answered:
            caller.answered = True
            self._line.tell(requests.answer(call), "answer")

    def _quieten(self, call: str, caller: CallerLeg) -> None:
        if caller.music:
            caller.music = False
            self._line.tell(requests.moh_stop(call), "stop music")

    def _start_waiting(self, command: c.StartWaiting) -> None:
        caller = self._legs.callers.get(command.call)
        if caller is None:
            return
        self._answer(command.call, caller)
        caller.music = True
        request = requests.moh_start(command.call, moh_class=command.music)
        self._line.tell(request, "start music")

    def _play(self, command: c.PlayPrompt) -> None:
        call = command.call
        caller = self._legs.callers.get(call)
        if caller is None:
            return
        self._answer(call, caller)
        self._quieten(call, caller)
        caller.prompts += 1
        playback = f"{call}-p{caller.prompts}"
        caller.playback, caller.prompt = playback, command.prompt

        def on_reply(reply: Reply) -> None:
            if isinstance(reply, Response) or lost(reply):
                return
            self._line.failed("play prompt", reply)
            if caller.playback == playback:
                caller.playback = caller.prompt = None
                self._sink(e.PromptFailed(call=call, prompt=command.prompt, reason=str(reply)))

        self._line.send(_play(call, playback, command), on_reply)

    def _stop_prompt(self, command: c.StopPrompt) -> None:
        caller = self._legs.callers.get(command.call)
        if caller is not None and caller.playback is not None and caller.prompt == command.prompt:
            request = requests.stop_playback(caller.playback)
            self._line.tell(request, "stop prompt")

    def _announce(self, command: c.Announce) -> None:
        channel, playback = command.channel, f"{command.channel}-a"
        self._legs.announcing[channel] = playback
        self._line.tell(requests.answer(channel), "answer")

        def on_reply(reply: Reply) -> None:
            if not isinstance(reply, Response) and not lost(reply):
                self._line.failed("announce", reply)
                self._legs.announcing.pop(channel, None)
                self._line.tell(requests.hangup(channel), "hang up")

        self._line.send(_play(channel, playback, command), on_reply)


def _play(channel: str, playback: str, command: c.PlayPrompt | c.Announce) -> Request:
    """Prompts lie among Asterisk's sounds, as LANGUAGE/strowger/PROMPT.wav."""
    media = f"sound:{PROMPTS_FOLDER}/{command.prompt}"
    return requests.play(channel, playback_id=playback, media=[media], language=command.language)
