"""The stream of state changes: a snapshot first, then every change, and nobody who holds it up."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType

from acd.api import events
from acd.api.events import POLICY, PROTOCOL, TOO_SLOW
from acd.api.settings import ApiSettings
from acd.api.watchers import GOING_AWAY, REVOKED
from acd.archive import Role
from acd.core.facts import (
    AgentSessionStarted,
    CallAnswered,
    CallQueued,
    PhoneSeen,
    RoutingTaken,
)
from acd.core.records import Placement
from acd.core.routing import FirstTarget
from agents.model import PhoneState
from tests.unit.acd.api.fakes import NOW, live_call
from tests.unit.acd.api.house import ADMIN, READONLY, SECRETS, House, serve

EVENTS = "/api/v1/events"
QUEUED = CallQueued(
    call="c4",
    at=NOW,
    placement=Placement(
        queue="orders",
        visit=1,
        joined_at=NOW,
        tier=0,
        head_start=300.0,
        extra_needs=(("english", 3),),
        firsts=(FirstTarget(group="vip", hold=15.0),),
        language="en",
        business=None,
    ),
    reasons=((NOW, "node_lost", "a"),),
)
ANSWERED = CallAnswered(
    call="c4",
    offer="c4-o1",
    agent="1001",
    queue="orders",
    business=None,
    caller=None,
    at=NOW + 3,
    wait=3.0,
    within_service_level=True,
)
FAREWELL = TOO_SLOW.to_bytes(2, "big") + b"too slow: changes were lost; connect again"
LOGGED_IN = AgentSessionStarted(agent="1002", at=NOW, by="phone")


def phone_seen(n: int) -> PhoneSeen:
    return PhoneSeen(agent=f"agent {n} " + "x" * 200, at=NOW, phone=PhoneState.FREE)


Connect = Callable[..., Awaitable[aiohttp.ClientWebSocketResponse]]


@pytest.fixture
async def connect(house: House) -> AsyncIterator[Connect]:
    async with AsyncExitStack() as stack:

        async def connect(query: str = "", **options: Any) -> aiohttp.ClientWebSocketResponse:
            options.setdefault("headers", READONLY)
            return await stack.enter_async_context(
                house.session.ws_connect(house.url + EVENTS + query, **options)
            )

        yield connect


async def snapshot(ws: aiohttp.ClientWebSocketResponse) -> dict[str, list[str]]:
    """The ids of what the snapshot's parts hold."""
    seen: dict[str, list[str]] = {"agents": [], "queues": [], "calls": []}
    while True:
        part = json.loads(await ws.receive_str())
        assert part["type"] == "snapshot"
        for kind, found in seen.items():
            found += [item[kind.removesuffix("s")] for item in part[kind]]
        if not part["more"]:
            return seen


async def changes(ws: aiohttp.ClientWebSocketResponse) -> list[dict[str, Any]]:
    message = json.loads(await ws.receive_str())
    assert message["type"] == "changes"
    found: list[dict[str, Any]] = message["changes"]
    return found


async def test_the_snapshot_comes_first_and_then_the_changes(house: House, connect: Connect) -> None:
    ws = await connect()
    assert await snapshot(ws) == {
        "agents": ["1001", "1002"],
        "queues": ["orders", "service"],
        "calls": ["c2", "c1", "c3"],
    }
    house.centre.tell(QUEUED, ANSWERED)
    queued, answered = await changes(ws)
    assert queued == {
        "type": "call_queued",
        "call": "c4",
        "at": "2026-11-21T12:00:00.000Z",
        "placement": {
            "queue": "orders",
            "visit": 1,
            "joined_at": "2026-11-21T12:00:00.000Z",
            "tier": 0,
            "head_start": 300.0,
            "extra_needs": [["english", 3]],
            "firsts": [{"group": "vip", "agent": None, "last_agent": False, "hold": 15.0}],
            "language": "en",
            "business": None,
        },
        "reasons": [
            {
                "at": "2026-11-21T12:00:00.000Z",
                "offset": 0.0,
                "code": "node_lost",
                "arguments": ["a"],
                "text": "the connection to a was lost",
            }
        ],
    }
    assert (answered["type"], answered["wait"]) == ("call_answered", 3.0)


async def test_what_an_agent_does_over_http_comes_over_the_stream(
    house: House, connect: Connect
) -> None:
    ws = await connect("?agents=1001")
    assert await snapshot(ws) == {"agents": ["1001"], "queues": [], "calls": []}
    await house.ask("POST", "/api/v1/agents/1002/pause", headers=ADMIN, json={})
    await house.ask("POST", "/api/v1/agents/1001/pause", headers=ADMIN, json={"reason": "lunch"})
    (changed,) = await changes(ws)
    assert (changed["state"], changed["reason"], changed["by"]) == ("paused", "lunch", "api:admin")


async def test_no_change_is_lost_between_the_snapshot_and_the_stream(
    house: House, connect: Connect
) -> None:
    """While a long snapshot is being sent, things go on happening."""
    for n in range(2000):
        call = live_call(f"w{n}", n + 3)
        house.centre.calls[call.call] = call
    ws = await connect("?types=routing_taken")
    first = json.loads(await ws.receive_str())
    assert first["more"]
    for n in range(300):
        house.centre.tell(RoutingTaken(at=NOW, revision=str(n)))
    rest = await snapshot(ws)
    assert len(rest["calls"]) == 2003
    told: list[str] = []
    while len(told) < 300:
        told += [change["revision"] for change in await changes(ws)]
    assert told == [str(n) for n in range(300)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["call_queued", "call_answered", "agent_session_started"]),
        ("?queues=orders", ["call_queued", "call_answered"]),
        ("?queues=service,%20orders&agents=1001", ["call_answered"]),
        ("?types=call_queued,agent_session_started", ["call_queued", "agent_session_started"]),
        ("?calls=c4&types=call_answered", ["call_answered"]),
        ("?agents=1002", ["agent_session_started"]),
    ],
)
async def test_only_what_was_asked_for_is_told(
    house: House, connect: Connect, query: str, expected: list[str]
) -> None:
    ws = await connect(query)
    await snapshot(ws)
    house.centre.tell(QUEUED, ANSWERED, LOGGED_IN)
    assert [change["type"] for change in await changes(ws)] == expected


async def test_the_snapshot_is_filtered_too(connect: Connect) -> None:
    ws = await connect("?queues=orders")
    assert await snapshot(ws) == {"agents": [], "queues": ["orders"], "calls": ["c2", "c1", "c3"]}


async def test_changes_that_nobody_wants_are_passed_over(house: House, connect: Connect) -> None:
    ws = await connect("?types=agent_session_started")
    await snapshot(ws)
    house.centre.tell(*[QUEUED] * 1200)
    house.centre.tell(LOGGED_IN)
    assert [change["type"] for change in await changes(ws)] == ["agent_session_started"]


@pytest.mark.parametrize(
    ("query", "parameter"), [("?types=call_lost", "types"), ("?colour=red", "colour")]
)
async def test_a_filter_that_cannot_be_is_refused(house: House, query: str, parameter: str) -> None:
    status, body = await house.ask("GET", EVENTS + query, headers=READONLY)
    assert (status, body["errors"][0]["parameter"]) == (422, parameter)


async def test_a_browser_names_its_token_as_a_subprotocol(connect: Connect) -> None:
    ws = await connect(headers={}, protocols=(PROTOCOL, f"bearer.{SECRETS[Role.READONLY]}"))
    assert ws.protocol == PROTOCOL
    await snapshot(ws)


async def test_without_a_token_there_is_no_stream(house: House) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await house.session.ws_connect(house.url + EVENTS)
    assert refused.value.status == 401


async def test_a_plain_request_is_told_that_this_is_a_websocket(house: House) -> None:
    async with house.session.get(house.url + EVENTS, headers=READONLY) as response:
        assert response.status == 426
        assert response.headers["Upgrade"] == "websocket"


@pytest.mark.parametrize("binary", [False, True])
async def test_nonsense_from_a_watcher_ends_his_stream(
    house: House, connect: Connect, binary: bool
) -> None:
    ws = await connect()
    await snapshot(ws)
    await (ws.send_bytes(b"\x00\xff" * 50) if binary else ws.send_str('{"drop": "tables"}'))
    message = await ws.receive()
    assert (message.type, ws.close_code) == (WSMsgType.CLOSE, POLICY)
    assert message.extra == "nothing is expected from a watcher"
    kinds = house.counted("strowger_bad_input_total", source="api", kind="websocket message")
    assert kinds == 1


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x83\x80\x00\x00\x00\x00", 1002),
        (b"\x81\xfe\x20\x00" + b"\x00" * 4 + b"x" * 0x2000, 1009),
    ],
    ids=["reserved opcode", "too big"],
)
async def test_broken_frames_end_the_stream_with_the_protocols_own_code(
    house: House, connect: Connect, frame: bytes, code: int
) -> None:
    ws = await connect()
    await snapshot(ws)
    raw = ws._response.connection
    assert raw is not None
    assert raw.transport is not None
    raw.transport.write(frame)
    await ws.receive()
    assert ws.close_code == code
    assert house.counted("strowger_bad_input_total", source="api", kind="websocket frame") == 1


async def test_a_watcher_who_leaves_is_forgotten(house: House, connect: Connect) -> None:
    ws = await connect()
    await snapshot(ws)
    await ws.close()
    assert ws.close_code == 1000
    await house.ask("GET", "/health/live")
    house.centre.tell(LOGGED_IN)


async def test_a_revoked_token_ends_its_streams_and_no_others(house: House, connect: Connect) -> None:
    ended, stays = await connect(), await connect(headers=ADMIN)
    await snapshot(ended)
    await snapshot(stays)
    assert (await house.ask("DELETE", "/api/v1/tokens/1", headers=ADMIN))[0] == 204
    await ended.receive()
    assert ended.close_code == REVOKED
    house.centre.tell(LOGGED_IN)
    assert len(await changes(stays)) == 1


async def test_when_the_engine_stops_watchers_are_told() -> None:
    async with AsyncExitStack() as stack:
        async with serve() as house:
            session = await stack.enter_async_context(aiohttp.ClientSession())
            ws = await session.ws_connect(house.url + EVENTS, headers=READONLY)
            await snapshot(ws)
            ending = asyncio.ensure_future(ws.receive())
        message = await ending
        assert (message.type, message.data) == (WSMsgType.CLOSE, GOING_AWAY)
        assert house.centre.sinks == []


async def test_only_so_many_streams_are_open_at_once() -> None:
    async with (
        serve(ApiSettings(watchers=1)) as house,
        house.session.ws_connect(house.url + EVENTS, headers=READONLY) as ws,
    ):
        await snapshot(ws)
        status, body = await house.ask("GET", EVENTS, headers=READONLY)
        assert (status, body["type"]) == (503, "urn:strowger:problem:busy")


class SlowClient:
    """A client that shakes hands and then reads nothing until it is told to."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.setblocking(False)
        self._received = b""

    async def connect(self, house: House) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self._socket, ("127.0.0.1", house.port))
        request = (
            f"GET {EVENTS}?types=phone_seen HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Authorization: {READONLY['Authorization']}\r\n\r\n"
        )
        await loop.sock_sendall(self._socket, request.encode())
        while b"\r\n\r\n" not in self._received:
            self._received += await loop.sock_recv(self._socket, 4096)
        assert self._received.startswith(b"HTTP/1.1 101 ")

    async def reads_at_last(self, ending: bytes) -> bool:
        """Whether what was sent ends like this; the connection is closed then."""
        loop = asyncio.get_running_loop()
        while not self._received.endswith(ending):
            received = await loop.sock_recv(self._socket, 65536)
            if not received:
                break
            self._received += received
        self.close()
        return self._received.endswith(ending)

    def close(self) -> None:
        self._socket.close()


async def test_two_hundred_slow_watchers_hold_up_nobody() -> None:
    settings = ApiSettings(backlog=1000, send_seconds=0.3, goodbye_seconds=30.0, send_buffer_bytes=8192)
    async with serve(settings) as house, AsyncExitStack() as stack:
        slow = [SlowClient() for _ in range(200)]
        for client in slow:
            stack.callback(client.close)
            await client.connect(house)
        good = await stack.enter_async_context(
            house.session.ws_connect(f"{house.url}{EVENTS}?types=routing_taken", headers=READONLY)
        )
        await snapshot(good)
        for n in range(100):
            house.centre.tell(*(phone_seen(m) for m in range(50)))
            house.centre.tell(RoutingTaken(at=NOW, revision=str(n)))
            (taken,) = await changes(good)
            assert taken["revision"] == str(n)
        told = await asyncio.gather(*(client.reads_at_last(FAREWELL) for client in slow))
    assert told == [True] * 200


async def test_a_watcher_who_never_reads_is_cut_off_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cut_off = asyncio.Event()
    dismiss = events._dismiss

    async def dismiss_and_tell(*arguments: Any) -> None:
        await dismiss(*arguments)
        cut_off.set()

    monkeypatch.setattr(events, "_dismiss", dismiss_and_tell)
    settings = ApiSettings(send_seconds=0.1, goodbye_seconds=0.1, send_buffer_bytes=8192)
    async with serve(settings) as house:
        client = SlowClient()
        await client.connect(house)
        for _ in range(50):
            house.centre.tell(*(phone_seen(m) for m in range(100)))
        await cut_off.wait()
        assert not await client.reads_at_last(FAREWELL)
