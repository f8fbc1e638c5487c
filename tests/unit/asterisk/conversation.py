"""One node's adapter, for tests that play the conversation between the core and one Asterisk."""

from __future__ import annotations

from collections.abc import Callable

from acd.core import commands as c
from acd.core import events as e
from acd.core.routing import Trunk
from asterisk.ari import events as ari
from asterisk.ari.models import CallerId, Channel, DeviceState, Playback
from asterisk.callers import Callers
from asterisk.doing import Doing
from asterisk.hang_up import HangUps
from asterisk.hearing import Hearing
from asterisk.lamps import Lamps
from asterisk.legs import Legs
from asterisk.line import Line
from asterisk.outbound import Outbound
from asterisk.phones import Phones
from asterisk.playing import Playing
from asterisk.room import Told
from asterisk.tapes import Tapes
from asterisk.taping import Taping
from tests.unit.asterisk.wire import Counts, Wire

CALL = "pbx-1763700000.1"
OFFER = f"{CALL}-o1"


class Nothing:
    def cancel(self) -> None: ...


class Play:
    """One node's adapter with a wire in place of Asterisk and a list in place of the core."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.counts = Counts()
        self.events: list[e.Event] = []
        self.later: list[Callable[[], None]] = []
        self.again: list[tuple[float, Callable[[], None]]] = []
        self.legs = Legs()
        self.phones = Phones(
            lambda phone, state: self.events.append(e.PhoneStateChanged(agent=phone, phone=state)),
            later=self.plan,
        )
        line = Line("n1", self.wire, self.counts)
        self.full: str | None = None
        self.taping = Taping(app="acd", line=line, room=self, sink=self.events.append)
        callers = Callers(app="acd", line=line, legs=self.legs)
        self.now = 1000.0
        self.tapes = Tapes(
            line=line, callers=callers, room=self, sink=self.events.append, clock=lambda: self.now
        )
        playing = Playing(
            line=line,
            legs=self.legs,
            callers=callers,
            sink=self.events.append,
            later=self.plan_again,
        )
        hang_ups = HangUps(line, self.plan_again)
        self.trunks: dict[str, Trunk] = {}
        self.outbound = Outbound(
            app="acd",
            allowed=("StasisStart",),
            line=line,
            legs=self.legs,
            callers=callers,
            hang_ups=hang_ups,
            trunks=lambda: self.trunks,
            sink=self.events.append,
            later=self.plan_again,
        )
        self.lamps = Lamps(line)
        self.hearing = Hearing(
            line=line,
            legs=self.legs,
            callers=callers,
            phones=self.phones,
            taping=self.taping,
            tapes=self.tapes,
            playing=playing,
            outbound=self.outbound,
            sink=self.events.append,
        )
        self.doing = Doing(
            app="acd",
            line=line,
            legs=self.legs,
            callers=callers,
            phones=self.phones,
            taping=self.taping,
            tapes=self.tapes,
            playing=playing,
            outbound=self.outbound,
            lamps=self.lamps,
            hang_ups=hang_ups,
            sink=self.events.append,
            gone=self.hearing.gone,
            later=self.plan_again,
        )

    def plan(self, delay: float, call: Callable[[], None]) -> Nothing:
        self.later.append(call)
        return Nothing()

    def plan_again(self, delay: float, call: Callable[[], None]) -> None:
        self.again.append((delay, call))

    def time_passes(self) -> float:
        """The next thing that was planned for later is due; after how long."""
        delay, call = self.again.pop(0)
        call()
        return delay

    def ask(self, told: Told) -> None:
        told(self.full)

    def hears(self, event: ari.Event) -> list[e.Event]:
        self.hearing.translate(event)
        return self.told()

    def told(self) -> list[e.Event]:
        told = self.events.copy()
        self.events.clear()
        return told

    def does(self, command: c.TelephonyCommand) -> list[str]:
        self.doing.execute(command)
        return self.wire.said()

    def caller_arrives(self) -> None:
        self.hears(start(CALL, ["inbound", "4008001001"]))

    def agent_rings(self) -> None:
        self.does(ring())
        self.wire.all_ok()

    def agent_answers(self) -> None:
        self.agent_rings()
        self.hears(start(OFFER, ["agent"], name="PJSIP/1001-00000002", state="Up"))

    def connected(self) -> None:
        self.caller_arrives()
        self.agent_answers()
        self.does(c.ConnectCall(call=CALL, offer=OFFER))
        self.wire.all_ok()
        self.told()


def channel(id: str, *, name: str = "PJSIP/carrier-1", state: str = "Ring") -> Channel:
    return Channel(
        id=id,
        name=name,
        state=state,
        creationtime="2026-11-21T12:00:00.000+0000",
        caller=CallerId(name="Li", number="13800138000"),
        language="en",
    )


def start(
    id: str, args: list[str], *, name: str = "PJSIP/carrier-1", state: str = "Ring"
) -> ari.StasisStart:
    return ari.StasisStart(channel=channel(id, name=name, state=state), args=args)


def destroyed(id: str, cause: int = 16) -> ari.ChannelDestroyed:
    return ari.ChannelDestroyed(channel=channel(id), cause=cause)


def ring() -> c.RingAgent:
    return c.RingAgent(
        offer=OFFER,
        call=CALL,
        agent="1001",
        endpoint="PJSIP/1001",
        node="n1",
        caller="13800138000",
        caller_name='Li "the\\knife"',
        queue="orders",
    )


def played(id: str, target: str, state: str = "done") -> ari.PlaybackFinished:
    playback = Playback(id=id, media_uri="sound:x", target_uri=f"channel:{target}", state=state)
    return ari.PlaybackFinished(playback=playback)


def device(name: str, state: str) -> ari.DeviceStateChanged:
    return ari.DeviceStateChanged(device_state=DeviceState(name=name, state=state))
