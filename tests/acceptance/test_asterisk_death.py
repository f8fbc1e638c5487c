"""Asterisk dies, or the connection to it: whose calls are lost is known, and everything comes back."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from asterisk.lab.instance import AsteriskInstance
from asterisk.lab.root import Root
from demo.stage import Stage
from tests.acceptance.hall import (
    agent_is,
    crowd,
    dial,
    empty,
    hall,
    live,
    logged,
    new_number,
    ready,
    rows,
    rung,
    stored,
    until,
    until_ready,
    waiting,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORDERS, CHAT = "4008001001", "4008001002"
SCRIPTED = ("2001", "2002")
OVER_UDP, OVER_TCP = "1001", "1002"

ROUTING = """
version: 1
timezone: Asia/Shanghai
languages: [en]
skills: [orders, chat]
numbers:
  "4008001001": {queue: orders}
  "4008001002": {queue: chat}
  default: {queue: orders}
agents:
  "1001": {skills: {chat: 5}}
  "1002": {skills: {chat: 5}}
  "2001": {skills: {orders: 5}}
  "2002": {skills: {orders: 5}}
queues:
  orders: {needs: {orders: 3}, ring: 20s}
  chat: {needs: {chat: 3}, ring: 20s}
trunks:
  carrier: {match: ["127.0.0.2"]}
"""


class Wire:
    """The way from the engine to ARI, which can be cut and mended."""

    def __init__(self) -> None:
        self.target = 0
        self._server: asyncio.Server | None = None
        self._streams: list[asyncio.StreamWriter] = []
        self.port = 0

    async def mend(self) -> None:
        """Let the engine through (again)."""
        self._server = await asyncio.start_server(self._joined, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End what goes over it, and let nobody through until it is mended."""
        if self._server is not None:
            self._server.close()
        for stream in self._streams:
            stream.transport.abort()
        self._streams.clear()

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        self._streams += [writer, far_writer]
        await asyncio.gather(_carry(reader, far_writer), _carry(far_reader, writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def wire() -> AsyncIterator[Wire]:
    wire = Wire()
    await wire.mend()
    yield wire
    await wire.cut()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(root: Root, tmp_path_factory: pytest.TempPathFactory, wire: Wire) -> AsyncIterator[Stage]:
    def settings(asterisk: AsteriskInstance) -> dict[str, str]:
        wire.target = asterisk.ports.http
        return {"STROWGER_ARI_URL": f"http://127.0.0.1:{wire.port}"}

    async with hall(root, tmp_path_factory.mktemp("cut"), ROUTING, settings) as made:
        await made.script("agents", *SCRIPTED)
        await made.phone(OVER_TCP, transport="tcp")
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def centre(made: Stage) -> AsyncIterator[Stage]:
    """The same centre with nobody in it: each test begins and ends with that."""
    await made.staff()
    yield made
    await empty(made)


async def test_asterisk_is_killed(centre: Stage) -> None:
    phones = centre.scripted[SCRIPTED[0]]
    await centre.login(*SCRIPTED, OVER_UDP, OVER_TCP)
    talking = await crowd(centre, [new_number(), new_number()], ORDERS)
    for call in talking.ids:
        await centre.facts.first("call_answered", call=call)
    ringing = await crowd(centre, [new_number()], CHAT)
    rings = await centre.rings(OVER_UDP)
    queued = await crowd(centre, [new_number() for _ in range(5)], ORDERS)
    lost = [*talking.ids, *ringing.ids, *queued.ids]

    await centre.asterisk.kill()
    await until(lambda: ready(centre), "the engine notices")
    assert len(await live(centre)) == len(lost)
    await centre.asterisk.start()
    await until_ready(centre)
    await rings.hangup()
    await _phones_register_again(centre)

    records = await stored(centre, lost)
    assert {record["outcome"] for record in records.values()} == {"cut_off"}
    assert all(records[call]["talk"] > 0 for call in talking.ids)
    missed = rows(centre, "SELECT call, reason, state FROM missed_calls")
    assert {row["call"]: (row["reason"], row["state"]) for row in missed} == dict.fromkeys(
        lost, ("cut_off", "open")
    )
    assert await live(centre) == {}
    for agent in (*SCRIPTED, OVER_UDP, OVER_TCP):
        await agent_is(centre, agent, "idle")

    again = await crowd(centre, [new_number(), new_number()], ORDERS)
    for call in again.ids:
        await centre.facts.first("call_answered", call=call)
    assert {agent for agent, caller in rung(phones) if caller in again.calls} == set(SCRIPTED)
    to_people = await crowd(centre, [new_number(), new_number()], CHAT)
    for phone in (OVER_UDP, OVER_TCP):
        await (await centre.rings(phone)).answer()
    for call in to_people.ids:
        await centre.facts.first("call_answered", call=call)


async def _phones_register_again(made: Stage) -> None:
    """Asterisk forgets the registrations of the last second before its death; phones come back."""
    scripted = {account: made.secrets[account] for account in SCRIPTED}
    await made.lab.register(made.asterisk, scripted, made.scripted[SCRIPTED[0]])
    for phone, transport in ((OVER_UDP, "udp"), (OVER_TCP, "tcp")):
        await made.phones[phone].register(
            f"127.0.0.1:{made.asterisk.ports.sip}", phone, made.secrets[phone], transport
        )


async def test_the_connection_is_cut(centre: Stage, wire: Wire) -> None:
    """Calls go on without the engine; what happened meanwhile is caught up with."""
    phones = centre.scripted[SCRIPTED[0]]
    await centre.login(*SCRIPTED)
    talking = await crowd(centre, [new_number(), new_number()], ORDERS)
    for call in talking.ids:
        await centre.facts.first("call_answered", call=call)
    queued = await crowd(centre, [new_number() for _ in range(4)], ORDERS)
    order = await waiting(centre, "orders")

    await wire.cut()
    await until(lambda: ready(centre), "the engine notices")
    await centre.hang_up(order[1])
    newcomer = new_number()
    run = await dial(centre, [newcomer], ORDERS)
    await centre.asterisk.until("core show channels", r"Queue\(|app_queue|strowger-orders")
    await wire.mend()
    await until_ready(centre)

    assert await waiting(centre, "orders") == [order[0], *order[2:]]
    record = (await stored(centre, [order[1]]))[order[1]]
    assert record["outcome"] == "abandoned"
    assert len(queued.alive()) == 3
    assert len(talking.alive()) == 2
    assert set(await live(centre)) == {*talking.ids, order[0], *order[2:]}
    first = talking.ids[0]
    agent = (await live(centre))[first]["agent"]
    await centre.hang_up(first)
    await until(lambda: rung(phones)[-1][0] == agent, "the agent who became free is rung")
    record = (await stored(centre, [first]))[first]
    assert record["outcome"] == "answered"
    await run.kill()


async def test_the_engine_is_asleep(centre: Stage) -> None:
    """Stopped for longer than a heartbeat, then woken: calls went on, who left is abandoned."""
    await centre.login(*SCRIPTED)
    talking = await crowd(centre, [new_number(), new_number()], ORDERS)
    for call in talking.ids:
        await centre.facts.first("call_answered", call=call)
    queued = await crowd(centre, [new_number() for _ in range(2)], ORDERS)
    hasty = await crowd(centre, [new_number()], ORDERS, patience_ms=7000)

    centre.engine.signal(signal.SIGSTOP)
    asleep = new_number()
    late = await dial(centre, [asleep], ORDERS)
    await until(lambda: not hasty.alive(), "he gives up")
    centre.engine.signal(signal.SIGCONT)
    await until_ready(centre)
    entered = await centre.facts.first("call_entered", caller=asleep)

    record = (await stored(centre, hasty.ids))[hasty.ids[0]]
    assert record["outcome"] == "abandoned"
    order = await waiting(centre, "orders")
    assert set(order) == {*queued.ids, entered["call"]}
    assert (len(talking.alive()), len(queued.alive())) == (2, 2)
    await centre.hang_up(talking.ids[0])
    made = await centre.facts.first("offer_made", call=order[0])
    await centre.facts.first("call_answered", call=made["call"])
    assert logged(centre, "the core failed on an event") == []
    await late.kill()
