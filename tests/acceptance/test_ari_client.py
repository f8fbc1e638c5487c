"""The ARI client on a real Asterisk; Local channels stand in for phones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import TypeVar

import pytest

from acd.errors import TelephonyError
from asterisk.ari import requests as rq
from asterisk.ari.client import AriClient, AriHandlers
from asterisk.ari.errors import (
    AriConflict,
    AriConnectionLost,
    AriGone,
    AriLoginRefused,
    AriReplaced,
)
from asterisk.ari.events import (
    LEAN_EVENT_TYPES,
    ApplicationReplaced,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelStateChange,
    DeviceStateChanged,
    Event,
    PlaybackFinished,
    StasisEnd,
    StasisStart,
)
from asterisk.ari.models import AsteriskInfo, Bridge, Channel, Variable
from asterisk.ari.protocol import Reply
from asterisk.ari.settings import AriSettings
from asterisk.lab.instance import AsteriskInstance
from asterisk.lab.lab import Lab

DIALPLAN = """
[legs]
exten => waits,1,Answer()
 same => n,Wait(60)
exten => answers,1,Ringing()
 same => n,Wait(0.1)
 same => n,Answer()
 same => n,Wait(60)
exten => rings,1,Ringing()
 same => n,Wait(60)
exten => busy,1,Hangup(17)
exten => refuses,1,Hangup(21)
exten => presses,1,Answer()
 same => n,Wait(0.2)
 same => n,SendDTMF(5)
 same => n,Wait(60)
exten => device,1,Set(DEVICE_STATE(Custom:lamp)=INUSE)
 same => n,Set(DEVICE_STATE(Custom:lamp)=NOT_INUSE)
"""
E = TypeVar("E", bound=Event)


class Told(AriHandlers):
    """Keeps what the client told; `event` waits for one that fits and passes over others."""

    def __init__(self) -> None:
        self.connected: asyncio.Queue[AsteriskInfo] = asyncio.Queue()
        self.disconnected: asyncio.Queue[TelephonyError] = asyncio.Queue()
        self.failed: asyncio.Queue[TelephonyError] = asyncio.Queue()
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.lag_s: float | None = None

    def on_handled(self, lag_s: float) -> None:
        self.lag_s = lag_s

    def on_connected(self, info: AsteriskInfo) -> None:
        self.connected.put_nowait(info)

    def on_disconnected(self, error: TelephonyError) -> None:
        self.disconnected.put_nowait(error)

    def on_event(self, event: Event) -> None:
        self.events.put_nowait(event)

    def on_attempt_failed(self, error: TelephonyError, retry_in_s: float) -> None:
        self.failed.put_nowait(error)

    async def event(self, kind: type[E], fits: Callable[[E], bool] = lambda event: True) -> E:
        while True:
            event = await self.events.get()
            if isinstance(event, kind) and fits(event):
                return event

    async def entered(self, channel_id: str) -> StasisStart:
        return await self.event(StasisStart, lambda event: event.channel.id == channel_id)


def settings_of(pbx: AsteriskInstance, password: str | None = None) -> AriSettings:
    return AriSettings(
        url=pbx.ari_url,
        app="acd",
        username=pbx.user,
        password=password or pbx.password,
        allowed=(*LEAN_EVENT_TYPES, "ChannelStateChange"),
    )


@asynccontextmanager
async def running(settings: AriSettings, told: Told) -> AsyncIterator[AriClient]:
    client = AriClient(settings, told, rng=Random(1))
    task: asyncio.Task[None] = asyncio.create_task(client.run())
    try:
        async with asyncio.timeout(30):
            yield client
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture
async def pbx(lab: Lab) -> AsteriskInstance:
    return await lab.asterisk(files={"extensions.d/legs.conf": DIALPLAN})


@pytest.fixture
async def told() -> Told:
    return Told()


@pytest.fixture
async def ari(pbx: AsteriskInstance, told: Told) -> AsyncIterator[AriClient]:
    async with running(settings_of(pbx), told) as client:
        await told.connected.get()
        yield client


def leg(extension: str, channel_id: str, originator: str | None = None) -> rq.Request:
    return rq.originate(
        endpoint=f"Local/{extension}@legs/n",
        app="acd",
        app_args=f"{extension},x",
        channel_id=channel_id,
        originator=originator,
        timeout_s=1,
    )


async def test_a_call_from_arrival_to_end(ari: AriClient, told: Told) -> None:
    (await ari.request(leg("waits", "caller"))).read(Channel)
    arrived = await told.entered("caller")
    assert arrived.args == ["waits", "x"]
    assert told.lag_s is not None
    assert -0.1 < told.lag_s < 1.0

    replies: list[Reply] = []
    ari.send(rq.answer("caller"), replies.append)
    ari.send(rq.moh_start("caller"), replies.append)
    ari.send(leg("answers", "agent", originator="caller"), replies.append)
    ringing = await told.event(ChannelStateChange, lambda event: event.channel.id == "agent")
    assert ringing.channel.state == "Ringing"
    await told.entered("agent")
    ari.send(rq.create_bridge("bridge"), replies.append)
    ari.send(rq.moh_stop("caller"), replies.append)
    ari.send(rq.add_channels("bridge", ["caller", "agent"]), replies.append)
    bridges = (await ari.request(rq.list_bridges())).read(list[Bridge])
    assert [set(bridge.channels) for bridge in bridges] == [{"caller", "agent"}]
    assert [reply for reply in replies if isinstance(reply, TelephonyError)] == []
    assert len(replies) == 6

    ari.send(rq.hangup("agent"), replies.append)
    destroyed = await told.event(ChannelDestroyed, lambda event: event.channel.id == "agent")
    assert destroyed.cause == 16
    ari.send(rq.hangup("caller"), replies.append)
    await told.event(StasisEnd, lambda event: event.channel.id == "caller")
    # Until here Asterisk would answer 500: the channel has left, but is still there.
    await told.event(ChannelDestroyed, lambda event: event.channel.id == "caller")
    await ari.request(rq.delete_bridge("bridge"))
    with pytest.raises(AriGone):
        await ari.request(rq.answer("caller"))
    # The filter lets nothing through that nobody reads.
    assert ari.counters.unknown_events == {}
    assert ari.counters.malformed == 0


@pytest.mark.parametrize(("extension", "cause"), [("busy", 17), ("refuses", 21), ("rings", 19)])
async def test_a_leg_that_does_not_answer_ends_with_its_cause(
    ari: AriClient, told: Told, extension: str, cause: int
) -> None:
    await ari.request(leg(extension, "agent"))
    destroyed = await told.event(ChannelDestroyed, lambda event: event.channel.id == "agent")
    assert destroyed.cause == cause


async def test_prompts_keys_and_variables(ari: AriClient, told: Told) -> None:
    await ari.request(leg("presses", "caller"))
    await told.entered("caller")
    pressed = await told.event(ChannelDtmfReceived)
    assert pressed.digit == "5"
    await ari.request(rq.play("caller", playback_id="p1", media=["sound:beep", "sound:beep"]))
    finished = await told.event(PlaybackFinished)
    assert (finished.playback.id, finished.playback.state) == ("p1", "done")
    await ari.request(rq.play("caller", playback_id="p2", media=["sound:tt-monkeysintro"]))
    await ari.request(rq.stop_playback("p2"))
    finished = await told.event(PlaybackFinished)
    assert finished.playback.id == "p2"
    await ari.request(rq.play("caller", playback_id="p3", media=["sound:there-is-none"]))
    finished = await told.event(PlaybackFinished)
    assert (finished.playback.id, finished.playback.state) == ("p3", "failed")
    await ari.request(rq.set_variable("caller", "NAME", '坐席 "一"'))
    answer = await ari.request(rq.get_variable("caller", "NAME"))
    assert answer.read(Variable).value == '坐席 "一"'


async def test_a_repeated_request_with_our_own_id_is_a_conflict(
    pbx: AsteriskInstance, ari: AriClient, told: Told
) -> None:
    await ari.request(leg("waits", "caller"))
    with pytest.raises(AriConflict):
        await ari.request(leg("waits", "caller"))
    channels = (await ari.request(rq.list_channels())).read(list[Channel])
    assert {channel.id for channel in channels} == {"caller", "caller;2"}
    await told.entered("caller")
    # After this refusal Asterisk 22.10 takes more than ten seconds to stop by itself.
    await pbx.kill()


async def test_an_id_with_odd_characters_is_found_again(ari: AriClient, told: Told) -> None:
    odd = "caller 1/2?x=%41&中"
    await ari.request(leg("waits", odd))
    await told.entered(odd)
    await ari.request(rq.hangup(odd))
    await told.event(StasisEnd, lambda event: event.channel.id == odd)


async def test_device_states_are_still_told_after_a_reconnect(pbx: AsteriskInstance, told: Told) -> None:
    async with running(settings_of(pbx), told) as ari:
        await told.connected.get()
        await ari.request(rq.subscribe("acd", ["deviceState:Custom:lamp"]))
    async with running(settings_of(pbx), told) as ari:
        await told.connected.get()
        await ari.request(leg("device", "caller"))
        states = [(await told.event(DeviceStateChanged)).device_state for _ in range(2)]
        assert [state.state for state in states] == ["INUSE", "NOT_INUSE"]
        # The filter of the first connection is gone with it, and set again.
        assert ari.counters.unknown_events == {}


async def test_asterisk_dies_and_comes_back(pbx: AsteriskInstance, told: Told) -> None:
    async with running(settings_of(pbx), told) as ari:
        first = await told.connected.get()
        await ari.request(leg("waits", "caller"))
        await pbx.kill()
        assert isinstance(await told.disconnected.get(), AriConnectionLost)
        assert not ari.connected
        await told.failed.get()
        await pbx.start()
        second = await told.connected.get()
        assert second.status.startup_time > first.status.startup_time
        assert (await ari.request(rq.list_channels())).read(list[Channel]) == []
        await ari.request(leg("waits", "caller"))
        await told.entered("caller")
        assert ari.counters.unknown_events == {}


async def test_channels_outlive_the_connection(pbx: AsteriskInstance, told: Told) -> None:
    async with running(settings_of(pbx), told) as ari:
        await told.connected.get()
        await ari.request(leg("waits", "caller"))
        await told.entered("caller")
    async with running(settings_of(pbx), told) as ari:
        await told.connected.get()
        channels = (await ari.request(rq.list_channels())).read(list[Channel])
        [caller] = [channel for channel in channels if channel.id == "caller"]
        assert (caller.state, caller.dialplan.app_name) == ("Up", "Stasis")
        await ari.request(rq.hangup("caller"))
        await told.event(StasisEnd)


async def test_a_second_connection_of_the_name_takes_the_application_over(
    pbx: AsteriskInstance, told: Told
) -> None:
    async with asyncio.timeout(30):
        first = AriClient(settings_of(pbx), told, rng=Random(1))
        task: asyncio.Task[None] = asyncio.create_task(first.run())
        await told.connected.get()
        second_told = Told()
        async with running(settings_of(pbx), second_told) as second:
            await second_told.connected.get()
            with pytest.raises(AriReplaced):
                await task
            assert isinstance(await told.events.get(), ApplicationReplaced)
            await second.request(leg("waits", "caller"))
            await second_told.entered("caller")
            assert not first.connected


async def test_a_wrong_password_is_said_clearly(pbx: AsteriskInstance, told: Told) -> None:
    async with running(settings_of(pbx, password="wrong"), told):
        assert isinstance(await told.failed.get(), AriLoginRefused)
