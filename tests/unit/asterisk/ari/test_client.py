"""The client against a scripted Asterisk on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from acd.errors import TelephonyError
from asterisk.ari import requests as rq
from asterisk.ari.client import AriClient, AriHandlers
from asterisk.ari.errors import (
    AriClosed,
    AriConnectionLost,
    AriGone,
    AriLoginRefused,
    AriNotConnected,
    AriOverloaded,
    AriReplaced,
    AriTimeout,
    UnsupportedAsterisk,
)
from asterisk.ari.events import DeviceStateChanged, Event
from asterisk.ari.models import AsteriskInfo, Channel
from asterisk.ari.protocol import Malformed, Reply, Response
from asterisk.ari.settings import AriSettings
from tests.unit.asterisk.ari.fake_asterisk import FakeAsterisk, Wire, response

NOON = "2026-11-21T12:00:00.000+0000"
NOON_S = 1795262400.0


def device_state(state: str, timestamp: str = NOON) -> str:
    return json.dumps(
        {
            "type": "DeviceStateChanged",
            "timestamp": timestamp,
            "device_state": {"name": "PJSIP/1001", "state": state},
        }
    )


class Told(AriHandlers):
    """Keeps what the client told, in order, and lets a test wait for it."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.lags_s: list[float] = []
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.connected: asyncio.Queue[AsteriskInfo] = asyncio.Queue()
        self.disconnected: asyncio.Queue[TelephonyError] = asyncio.Queue()
        self.malformed: asyncio.Queue[Malformed] = asyncio.Queue()
        self.failed: asyncio.Queue[tuple[TelephonyError, float]] = asyncio.Queue()

    def on_connected(self, info: AsteriskInfo) -> None:
        self.told.append("connected")
        self.connected.put_nowait(info)

    def on_disconnected(self, error: TelephonyError) -> None:
        self.told.append("disconnected")
        self.disconnected.put_nowait(error)

    def on_event(self, event: Event) -> None:
        self.told.append(type(event).__name__)
        self.events.put_nowait(event)

    def on_handled(self, lag_s: float) -> None:
        self.lags_s.append(lag_s)

    def on_malformed(self, malformed: Malformed) -> None:
        self.told.append("malformed")
        self.malformed.put_nowait(malformed)

    def on_attempt_failed(self, error: TelephonyError, retry_in_s: float) -> None:
        self.told.append("failed")
        self.failed.put_nowait((error, retry_in_s))


@pytest.fixture
async def fake() -> AsyncIterator[FakeAsterisk]:
    fake = FakeAsterisk()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
def told() -> Told:
    return Told()


def client_of(fake: FakeAsterisk, told: AriHandlers, **settings: Any) -> AriClient:
    given = {"password": "secret", "connect_timeout_s": 2.0, **settings}
    return AriClient(
        AriSettings(url=fake.url, app="acd", username="strowger", **given),
        told,
        rng=Random(1),
        wall_clock=lambda: NOON_S + 0.25,
    )


@asynccontextmanager
async def running(client: AriClient) -> AsyncIterator[asyncio.Task[None]]:
    task: asyncio.Task[None] = asyncio.create_task(client.run())
    try:
        async with asyncio.timeout(30):
            yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def connected(
    fake: FakeAsterisk, told: Told, **settings: Any
) -> AsyncIterator[tuple[AriClient, web.WebSocketResponse]]:
    client = client_of(fake, told, **settings)
    async with running(client):
        await told.connected.get()
        yield client, await fake.sockets.get()


async def test_connects_with_the_filter_set_and_says_which_asterisk_it_is(
    fake: FakeAsterisk, told: Told
) -> None:
    client = client_of(fake, told, allowed=("StasisStart",))
    assert not client.connected
    async with running(client):
        info = await told.connected.get()
        assert info.system.version == "22.10.1"
        assert client.connected
        wire = await fake.asked.get()
        assert (wire["method"], wire["uri"]) == ("PUT", "applications/acd/eventFilter")
        assert json.loads(wire["message_body"]) == {
            "allowed": [
                {"type": "ApplicationReplaced"},
                {"type": "RESTResponse"},
                {"type": "StasisStart"},
            ]
        }
        assert fake.queries == ["app=acd"]
    assert not client.connected


async def test_events_before_the_filter_wait_for_connected(fake: FakeAsterisk, told: Told) -> None:
    fake.greeting = [device_state("INUSE"), device_state("NOT_INUSE")]
    async with running(client_of(fake, told)):
        await told.events.get()
        await told.events.get()
        assert told.told == ["connected", "DeviceStateChanged", "DeviceStateChanged"]


async def test_events_keep_their_order_and_their_lag_is_known(fake: FakeAsterisk, told: Told) -> None:
    async with connected(fake, told) as (_, socket):
        states = [str(number) for number in range(50)]
        for state in states:
            await socket.send_str(device_state(state))
        seen = [await told.events.get() for _ in states]
        assert [e.device_state.state for e in seen if isinstance(e, DeviceStateChanged)] == states
        await socket.send_str(device_state("X", timestamp="yesterday"))
        await told.events.get()
        assert told.lags_s == pytest.approx([0.25] * 50)


async def test_a_request_gets_its_answer_or_its_error(fake: FakeAsterisk, told: Told) -> None:
    def respond(wire: Wire) -> str:
        if wire["uri"] == "channels":
            return response(wire, 200, "[]")
        if wire["uri"] == "channels/gone/answer":
            return response(wire, 404, '{"message":"Channel not found"}')
        return response(wire)

    fake.respond = respond
    async with connected(fake, told) as (client, _):
        assert (await client.request(rq.list_channels())).read(list[Channel]) == []
        assert (await client.request(rq.answer("c"))).status == 204
        with pytest.raises(AriGone, match="Channel not found"):
            await client.request(rq.answer("gone"))
        assert client.waiting == 0


async def test_pipelined_requests_arrive_whole_and_in_order(fake: FakeAsterisk, told: Told) -> None:
    async with connected(fake, told) as (client, _):
        replies: list[Reply] = []
        done = asyncio.Event()

        def on_reply(reply: Reply) -> None:
            replies.append(reply)
            if len(replies) == 300:
                done.set()

        # Sizes on both sides of the 126 and 65536 bytes where the frame's header changes.
        for number in range(300):
            size = (0, 100, 70_000)[number % 3]
            client.send(rq.set_variable(f"c{number}", "X", "中" * size), on_reply)
        assert replies == []
        assert client.waiting == 300
        await done.wait()
        assert all(isinstance(reply, Response) for reply in replies)
        await fake.ask_of("applications/acd/eventFilter")
        for number in range(300):
            assert (await fake.asked.get())["uri"] == f"channels/c{number}/variable"


async def test_answers_out_of_order_reach_their_requests(fake: FakeAsterisk, told: Told) -> None:
    held: list[Wire] = []

    def respond(wire: Wire) -> str | None:
        if wire["method"] == "PUT":
            return response(wire)
        held.append(wire)
        return None

    fake.respond = respond
    async with connected(fake, told) as (client, socket):
        first = asyncio.create_task(client.request(rq.get_variable("c", "A")))
        second = asyncio.create_task(client.request(rq.get_variable("c", "B")))
        await fake.ask_of("channels/c/variable")
        await fake.ask_of("channels/c/variable")
        for wire in reversed(held):
            name = wire["query_strings"][0]["value"]
            await socket.send_str(response(wire, 200, json.dumps({"value": name})))
        assert [json.loads((await task).body)["value"] for task in (first, second)] == ["A", "B"]


async def test_malformed_messages_do_not_end_the_connection(fake: FakeAsterisk, told: Told) -> None:
    async with connected(fake, told) as (client, socket):
        await socket.send_str("garbage")
        await socket.send_str('{"type":"StasisStart"}')
        await socket.send_bytes(b"binary")
        await socket.send_frame(b"\xff\xfe not text", WSMsgType.TEXT)
        await socket.send_str('{"type":"Unheard"}')
        await socket.send_str(device_state("INUSE"))
        await told.events.get()
        assert client.counters.malformed == 4
        assert client.counters.unknown_events == {"Unheard": 1}
        assert told.told == ["connected", *["malformed"] * 4, "DeviceStateChanged"]


async def test_a_huge_answer_is_read_and_a_monstrous_one_costs_the_connection(
    fake: FakeAsterisk, told: Told
) -> None:
    def respond(wire: Wire) -> str:
        size = {"channels": 6, "bridges": 9}.get(wire["uri"])
        return response(wire) if size is None else response(wire, 200, "x" * (size << 20))

    fake.respond = respond
    async with connected(fake, told, max_message_bytes=8 << 20) as (client, _):
        assert len((await client.request(rq.list_channels())).body) == 6 << 20
        with pytest.raises(AriConnectionLost):
            await client.request(rq.list_bridges())
        await told.connected.get()
        assert (await client.request(rq.answer("c"))).status == 204


async def test_a_request_without_answer_times_out_and_the_connection_goes_on(
    fake: FakeAsterisk, told: Told
) -> None:
    fake.respond = lambda wire: None if wire["uri"].endswith("answer") else response(wire)
    async with connected(fake, told, request_timeout_s=0.5) as (client, _):
        for _ in range(2):
            with pytest.raises(AriTimeout, match=r"POST channels/c/answer: no answer in 0\.5 s"):
                await client.request(rq.answer("c"))
        assert (await client.request(rq.ring("c"))).status == 204
        assert client.counters.timeouts == 2
        assert told.told == ["connected"]


async def test_requests_fail_when_the_connection_is_lost_and_it_comes_back(
    fake: FakeAsterisk, told: Told
) -> None:
    fake.respond = lambda wire: None if wire["uri"].endswith("answer") else response(wire)
    async with connected(fake, told) as (client, socket):
        asked = asyncio.create_task(client.request(rq.answer("c")))
        await fake.ask_of("channels/c/answer")
        await socket.close()
        with pytest.raises(AriConnectionLost):
            await asked
        assert isinstance(await told.disconnected.get(), AriConnectionLost)
        with pytest.raises(AriNotConnected):
            await client.request(rq.ring("c"))
        await told.connected.get()
        assert (await client.request(rq.ring("c"))).status == 204
        assert told.told == ["connected", "disconnected", "failed", "connected"]


async def test_comes_back_when_asterisk_was_away_with_growing_delays(
    fake: FakeAsterisk, told: Told
) -> None:
    async with connected(fake, told) as (client, _):
        await fake.stop()
        await told.disconnected.get()
        failures = [await told.failed.get() for _ in range(3)]
        assert isinstance(failures[2][0], AriNotConnected)
        assert "Cannot reach Asterisk" in str(failures[2][0])
        for (_, delay_s), whole_s in zip(failures, (0.1, 0.2, 0.4), strict=True):
            assert whole_s / 2 <= delay_s <= whole_s
        await fake.start()
        await told.connected.get()
        assert (await client.request(rq.ring("c"))).status == 204


async def test_a_peer_that_answers_nothing_any_more_is_given_up(fake: FakeAsterisk, told: Told) -> None:
    fake.autoping = False
    async with connected(fake, told, heartbeat_s=0.05):
        error = await told.disconnected.get()
        assert "No PONG" in str(error)


async def test_requests_beyond_the_limit_are_refused_without_being_sent(
    fake: FakeAsterisk, told: Told
) -> None:
    fake.respond = lambda wire: response(wire) if wire["method"] == "PUT" else None
    async with connected(fake, told, max_waiting=2) as (client, _):
        ignored: list[Reply] = []
        client.send(rq.answer("a"), ignored.append)
        client.send(rq.answer("b"), ignored.append)
        with pytest.raises(AriOverloaded):
            await client.request(rq.answer("c"))
        assert ignored == []


async def test_a_cancelled_request_ignores_its_answer(fake: FakeAsterisk, told: Told) -> None:
    held: asyncio.Queue[Wire] = asyncio.Queue()

    def respond(wire: Wire) -> str | None:
        if not wire["uri"].endswith("answer"):
            return response(wire)
        held.put_nowait(wire)
        return None

    fake.respond = respond
    async with connected(fake, told) as (client, socket):
        asked = asyncio.create_task(client.request(rq.answer("c")))
        wire = await held.get()
        asked.cancel()
        await asyncio.wait([asked])
        await socket.send_str(response(wire))
        assert (await client.request(rq.ring("c"))).status == 204
        assert client.counters.unmatched_replies == 0


@pytest.mark.parametrize("version", ["22.4.2", "20.1.0"])
async def test_an_old_asterisk_is_refused(fake: FakeAsterisk, told: Told, version: str) -> None:
    fake.version = version
    with pytest.raises(UnsupportedAsterisk, match=r"needs 22\.5"):
        await client_of(fake, told).run()
    assert fake.queries == []


async def test_a_wrong_password_is_said_clearly_and_tried_again(fake: FakeAsterisk, told: Told) -> None:
    async with running(client_of(fake, told, password="wrong")):
        error, _ = await told.failed.get()
        assert isinstance(error, AriLoginRefused)
        assert "user name or password" in str(error)
        await told.failed.get()


@pytest.mark.parametrize(
    ("info", "message"),
    [
        ((503, '{"message":"Asterisk not booted"}'), "503"),
        ((200, "<html>nginx</html>"), "not an Asterisk"),
    ],
)
async def test_what_is_not_a_ready_asterisk_is_tried_again(
    fake: FakeAsterisk, told: Told, info: tuple[int, str], message: str
) -> None:
    fake.info = info
    async with running(client_of(fake, told)):
        error, _ = await told.failed.get()
        assert message in str(error)
        fake.info = None
        await told.connected.get()


async def test_a_refused_socket_is_tried_again(fake: FakeAsterisk, told: Told) -> None:
    fake.refuse_socket = 503
    async with running(client_of(fake, told)):
        error, _ = await told.failed.get()
        assert "503" in str(error)
        fake.refuse_socket = 0
        await told.connected.get()


async def test_a_refused_event_filter_is_tried_again(fake: FakeAsterisk, told: Told) -> None:
    fake.respond = lambda wire: response(wire, 404, '{"message":"no such app"}')
    async with running(client_of(fake, told)):
        error, _ = await told.failed.get()
        assert isinstance(error, AriNotConnected)
        assert "no such app" in str(error)
        fake.respond = response
        await told.connected.get()
        assert told.told[-1] == "connected"


async def test_a_connection_lost_before_it_was_ready_was_never_up(
    fake: FakeAsterisk, told: Told
) -> None:
    fake.respond = lambda wire: None
    async with running(client_of(fake, told)):
        await (await fake.sockets.get()).close()
        error, _ = await told.failed.get()
        assert isinstance(error, AriNotConnected)
        assert "disconnected" not in told.told


async def test_a_silent_handshake_times_out(told: Told) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    settings = AriSettings(
        url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/ari",
        app="acd",
        username="strowger",
        password="secret",
        connect_timeout_s=0.05,
    )
    async with server, running(AriClient(settings, told, rng=Random(1))):
        error, _ = await told.failed.get()
        assert isinstance(error, AriNotConnected)


async def test_being_replaced_is_told_and_ends_the_run(fake: FakeAsterisk, told: Told) -> None:
    client = client_of(fake, told)
    async with running(client) as task:
        await told.connected.get()
        socket = await fake.sockets.get()
        await socket.send_str(json.dumps({"type": "ApplicationReplaced", "timestamp": NOON}))
        with pytest.raises(AriReplaced):
            await task
        assert told.told == ["connected", "ApplicationReplaced", "disconnected"]


async def test_cancelling_fails_what_waits(fake: FakeAsterisk, told: Told) -> None:
    fake.respond = lambda wire: response(wire) if wire["method"] == "PUT" else None
    client = client_of(fake, told)
    replies: list[Reply] = []
    async with running(client):
        await told.connected.get()
        client.send(rq.answer("c"), replies.append)
    assert [type(reply) for reply in replies] == [AriClosed]
    assert told.told == ["connected", "disconnected"]


async def test_what_a_handler_raises_ends_the_run_tidily(fake: FakeAsterisk) -> None:
    class Broken(Told):
        def on_event(self, event: Event) -> None:
            raise LookupError("a bug")

    told = Broken()
    client = client_of(fake, told)
    async with running(client) as task:
        await told.connected.get()
        await (await fake.sockets.get()).send_str(device_state("INUSE"))
        with pytest.raises(LookupError):
            await task
    assert not client.connected
    assert told.told == ["connected", "disconnected"]


def test_the_password_is_not_shown() -> None:
    settings = AriSettings(url="u", app="acd", username="strowger", password="geheim")
    assert "geheim" not in repr(settings)


async def test_handlers_do_nothing_unless_overridden(fake: FakeAsterisk) -> None:
    client = client_of(fake, AriHandlers())
    async with running(client):
        socket = await fake.sockets.get()
        await socket.send_str("garbage")
        await socket.send_str(device_state("INUSE"))
        await socket.close()
        await fake.sockets.get()
        assert client.counters.malformed == 1
