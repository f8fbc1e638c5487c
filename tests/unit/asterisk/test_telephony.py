"""One node from its connection to its loss, against a scripted Asterisk on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from aiohttp import web

from acd.core import commands as c
from acd.core import events as e
from agents.model import PhoneState
from asterisk.ari import requests
from asterisk.ari.settings import AriSettings
from asterisk.room import Room
from asterisk.telephony import SUBSCRIBE_CHUNK, AsteriskTelephony
from tests.unit.asterisk.node import APPLICATION, NOON_S, Node, caller, device, leg, phone, started
from tests.unit.asterisk.wire import Counts

TUESDAY = "2026-11-24T12:00:00.250+0000"
TUESDAY_S = NOON_S + 3 * 86400 + 0.25
LISTS = ("channels", "bridges", "endpoints")
WEDNESDAY = "2026-11-25T12:00:00.000+0000"


class Centre:
    """What the core's side of the port sees."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.phones = ["1001", "1002"]
        self.counts = Counts()
        self.events: asyncio.Queue[e.Event] = asyncio.Queue()
        self.ready: list[str] = []
        self.telephony = AsteriskTelephony(
            node="pbx1",
            settings=AriSettings(url=node.url, app="strowger", username="strowger", password="secret"),
            phones=lambda: self.phones,
            room=Room(Path("/"), min_free_bytes=0),
            metrics=self.counts,
            rng=Random(1),
        )
        self.telephony.on_ready.append(lambda: self.ready.append(self.health()))

    async def socket(self) -> web.WebSocketResponse:
        return await self.node.sockets.get()

    async def reconciled(self) -> e.ChannelsReconciled:
        """The next event, which is the survey's result."""
        event = await self.events.get()
        assert isinstance(event, e.ChannelsReconciled)
        return event

    def health(self) -> str:
        check = self.telephony.check()
        assert check.name == "ari:pbx1"
        assert check.healthy is (check.detail == "connected")
        return check.detail


@pytest.fixture
async def node() -> AsyncIterator[Node]:
    node = Node()
    await node.start()
    yield node
    await node.stop()


@pytest.fixture
def centre(node: Node) -> Centre:
    return Centre(node)


@asynccontextmanager
async def running(centre: Centre) -> AsyncIterator[None]:
    task = asyncio.create_task(centre.telephony.run(centre.events.put_nowait))
    try:
        async with asyncio.timeout(30):
            yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(condition: Callable[[], bool]) -> None:
    """Let the event loop go on until something is so."""
    done = asyncio.Event()

    def look() -> None:
        if condition():
            done.set()
        else:
            asyncio.get_running_loop().call_soon(look)

    look()
    await done.wait()


async def test_stock_is_taken_and_told(node: Node, centre: Centre) -> None:
    node.lists["channels"] = [
        caller("c1", "4008001001"),
        caller("c2", "4008001002"),
        leg("c2-o1", "1002"),
        caller("x", "1", app="another"),
    ]
    node.lists["bridges"] = [
        {"id": "c2-b", "name": "strowger", "channels": ["c2", "c2-o1"]},
        {"id": "c9-b", "name": "strowger"},
        {"id": "x-b", "name": "another"},
    ]
    node.lists["endpoints"] = [phone("1001"), phone("1002", "online", "c2-o1"), phone("9999")]
    assert centre.health() == "not connected yet"
    async with running(centre):
        assert await centre.reconciled() == e.ChannelsReconciled(
            node="pbx1",
            restarted=False,
            asterisk_started_at=NOON_S,
            calls=tuple(
                e.LiveCall(
                    arrived=e.CallArrived(
                        call=call, node="pbx1", dialled=dialled, caller="13800138000", caller_name="Li"
                    ),
                    created_at=NOON_S,
                )
                for call, dialled in (("c1", "4008001001"), ("c2", "4008001002"))
            ),
            offers=(e.LiveOffer(offer="c2-o1", call="c2", agent="1002", answered=True, connected=True),),
            phones=(("1001", PhoneState.FREE), ("1002", PhoneState.FREE)),
            outside=(),
        )
        assert centre.health() == "connected"
        assert centre.ready == ["connected"]
        assert centre.counts.up == [("ari", False), ("ari", True)]
        await until(lambda: "DELETE bridges/c9-b" in node.seen)
        assert "DELETE bridges/x-b" not in node.seen


async def test_phones_are_watched_in_pieces(node: Node, centre: Centre) -> None:
    centre.phones = [str(number) for number in range(2 * SUBSCRIBE_CHUNK + 1)]
    async with running(centre):
        await centre.reconciled()
    sizes = []
    while not node.asked.empty():
        wire = node.asked.get_nowait()
        if wire["uri"] == "applications/strowger/subscription":
            (query,) = wire["query_strings"]
            sizes.append(query["value"].count("deviceState:PJSIP/"))
    assert sizes == [SUBSCRIBE_CHUNK, SUBSCRIBE_CHUNK, 1]


async def test_what_happens_meanwhile_is_told_afterwards(node: Node, centre: Centre) -> None:
    node.silent.add("channels")
    async with running(centre):
        socket = await centre.socket()
        listing = await node.ask_of("channels")
        await socket.send_str(started(caller("c1", "4008001001", state="Ring"), "inbound", "4008001001"))
        await socket.send_str(device("PJSIP/1001", "NOT_INUSE"))
        await until(lambda: centre.health() == "taking stock")
        await socket.send_str(node.answer(listing))
        assert (await centre.reconciled()).calls == ()
        arrived, changed = await centre.events.get(), await centre.events.get()
        assert isinstance(arrived, e.CallArrived)
        assert arrived.call == "c1"
        assert changed == e.PhoneStateChanged(agent="1001", phone=PhoneState.FREE)


async def test_a_lost_connection_is_told_and_made_again(node: Node, centre: Centre) -> None:
    async with running(centre):
        await centre.reconciled()
        socket = await centre.socket()
        await socket.close()
        assert await centre.events.get() == e.NodeLost(node="pbx1")
        assert centre.health() != "connected"
        assert not (await centre.reconciled()).restarted
        assert centre.health() == "connected"
        assert centre.counts.up == [("ari", False), ("ari", True), ("ari", False), ("ari", True)]
        assert len(centre.ready) == 2


async def test_an_asterisk_that_was_restarted_is_told_from_one_that_was_away(
    node: Node, centre: Centre
) -> None:
    async with running(centre):
        assert not (await centre.reconciled()).restarted
        for boot, restarted in ((TUESDAY, True), (TUESDAY, False), (WEDNESDAY, True)):
            node.boots(boot)
            await (await centre.socket()).close()
            assert await centre.events.get() == e.NodeLost(node="pbx1")
            assert (await centre.reconciled()).restarted is restarted


async def test_a_new_engine_is_told_since_when_asterisk_runs(node: Node, centre: Centre) -> None:
    node.boots(TUESDAY)
    async with running(centre):
        found = await centre.reconciled()
        assert (found.restarted, found.asterisk_started_at) == (False, TUESDAY_S)
    assert centre.counts.bad == []


async def test_an_asterisk_that_does_not_say_since_when_it_runs(node: Node, centre: Centre) -> None:
    node.boots("")
    async with running(centre):
        assert (await centre.reconciled()).asterisk_started_at is None
    assert centre.counts.bad == [("ari", "malformed")]


async def test_a_restart_is_not_forgotten_when_the_survey_is_cut_off(node: Node, centre: Centre) -> None:
    async with running(centre):
        await centre.reconciled()
        node.boots(TUESDAY)
        node.silent.add("channels")
        await node.ask_of("channels")
        await (await centre.socket()).close()
        assert await centre.events.get() == e.NodeLost(node="pbx1")
        await node.ask_of("channels")
        node.silent.clear()
        await (await centre.socket()).close()
        assert await centre.events.get() == e.NodeLost(node="pbx1")
        assert (await centre.reconciled()).restarted


@pytest.mark.parametrize("path", [*LISTS, APPLICATION])
@pytest.mark.parametrize("garbled", [True, False])
async def test_a_survey_that_fails_is_taken_again(
    node: Node, centre: Centre, monkeypatch: pytest.MonkeyPatch, path: str, garbled: bool
) -> None:
    monkeypatch.setattr("asterisk.telephony.TAKE_STOCK_AGAIN_S", 0.01)
    if garbled:
        node.garbles[path] = '[{"id": 5}]'
    else:
        node.refuses[path] = 500
    node.lists["channels"] = [caller("c1", "4008001001")]
    async with running(centre):
        await node.ask_of(path)
        await until(lambda: centre.health() == "cannot take stock")
        await node.ask_of(path)
        assert centre.events.empty()
        node.garbles.clear()
        node.refuses.clear()
        assert len((await centre.reconciled()).calls) == 1
        assert centre.health() == "connected"
    if garbled:
        assert ("ari", "unreadable_answer") in centre.counts.bad
    else:
        assert (f"GET {path.split('/')[0]}", 500) in centre.counts.refused


async def test_a_survey_of_all_that_fails_is_taken_once_more_not_three_times(
    node: Node, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asterisk.telephony.TAKE_STOCK_AGAIN_S", 0.01)
    node.refuses = dict.fromkeys([*LISTS, APPLICATION], 500)
    async with running(centre):
        await node.ask_of("channels")
        node.refuses.clear()
        await centre.reconciled()
    assert node.seen.count("GET channels") == 2


async def test_no_survey_is_taken_again_over_a_connection_that_is_gone(
    node: Node, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    again: list[Callable[[], None]] = []
    node.refuses["channels"] = 500
    async with running(centre):
        loop = asyncio.get_running_loop()
        later = loop.call_later
        monkeypatch.setattr(
            loop,
            "call_later",
            lambda s, call, *given: (
                again.append(call) if s == 1.0 and not given else later(s, call, *given)
            ),
        )
        await until(lambda: bool(again))
        await (await centre.socket()).close()
        assert await centre.events.get() == e.NodeLost(node="pbx1")
        seen = len(node.seen)
        again[0]()
        assert len(node.seen) == seen
        node.refuses.clear()
        await centre.reconciled()


async def test_new_agents_phones_are_asked_for(node: Node, centre: Centre) -> None:
    node.lists["endpoints"] = [phone("1001"), phone("1002"), phone("1003"), phone("1004", "offline")]
    async with running(centre):
        await centre.reconciled()
        centre.phones += ["1003", "1004"]
        centre.telephony.watch_phones()
        assert [await centre.events.get(), await centre.events.get()] == [
            e.PhoneStateChanged(agent="1003", phone=PhoneState.FREE),
            e.PhoneStateChanged(agent="1004", phone=PhoneState.UNREACHABLE),
        ]
        assert centre.events.empty()


async def test_the_phone_of_an_agent_who_is_back_is_told_again(node: Node, centre: Centre) -> None:
    node.lists["endpoints"] = [phone("1001"), phone("1002")]
    async with running(centre):
        await centre.reconciled()
        centre.phones = ["1001"]
        centre.telephony.watch_phones()
        socket = await centre.socket()
        await socket.send_str(device("PJSIP/1002", "INUSE"))
        await socket.send_str(device("PJSIP/1002", "NOT_INUSE"))
        for state in (PhoneState.IN_USE, PhoneState.FREE):
            assert await centre.events.get() == e.PhoneStateChanged(agent="1002", phone=state)
        centre.phones = ["1001", "1002"]
        centre.telephony.watch_phones()
        assert await centre.events.get() == e.PhoneStateChanged(agent="1002", phone=PhoneState.FREE)
        assert centre.events.empty()


async def test_new_agents_are_met_although_asterisk_refused_once(node: Node, centre: Centre) -> None:
    node.lists["endpoints"] = [phone("1001"), phone("1003")]
    async with running(centre):
        await centre.reconciled()
        node.refuses["endpoints"] = 500
        centre.phones += ["1003"]
        centre.telephony.watch_phones()
        await until(lambda: ("GET endpoints", 500) in centre.counts.refused)
        node.refuses.clear()
        centre.telephony.watch_phones()
        assert await centre.events.get() == e.PhoneStateChanged(agent="1003", phone=PhoneState.FREE)


async def test_commands_and_requests_of_others_reach_asterisk(node: Node, centre: Centre) -> None:
    node.refuses["asterisk/variable"] = 400
    async with running(centre):
        await centre.reconciled()
        centre.telephony.execute(c.EndCall(call="c1"))
        centre.telephony.flush()
        await node.ask_of("channels/c1")
        centre.telephony.tell(requests.set_global_variable("X", "1"), "variable")
        await until(lambda: ("variable", 400) in centre.counts.refused)


async def test_bad_input_is_counted_and_nothing_else(node: Node, centre: Centre) -> None:
    async with running(centre):
        await centre.reconciled()
        socket = await centre.socket()
        await socket.send_str("garbage")
        await socket.send_str(json.dumps({"type": "StasisStart", "channel": 5}))
        await socket.send_str(started(caller("x", ""), "what", "ever"))
        await socket.send_str(device("PJSIP/1001", "INUSE"))
        changed = await centre.events.get()
        assert changed == e.PhoneStateChanged(agent="1001", phone=PhoneState.IN_USE)
    assert centre.counts.bad == [
        ("ari", "malformed"),
        ("ari", "malformed"),
        ("ari", "unknown_channel"),
    ]


async def test_an_asterisk_that_is_not_there(node: Node, centre: Centre) -> None:
    await node.stop()
    async with running(centre):
        await until(lambda: "Cannot reach Asterisk" in centre.health())
        await node.start()
        await centre.reconciled()


async def test_an_end_leaves_everybody_where_he_is(node: Node, centre: Centre) -> None:
    node.lists["channels"] = [caller("c1", "4008001001"), leg("c2-o1", "1002")]
    async with running(centre):
        await centre.reconciled()
    assert centre.events.get_nowait() == e.NodeLost(node="pbx1")
    assert centre.health() == "The connection to Asterisk was closed by us."
    assert not any(request.startswith("DELETE") for request in node.seen)
