"""The engine is killed: nobody is dropped, newcomers reach the fallback, and it goes on where it was."""

from __future__ import annotations

import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from asterisk.lab.errors import PhoneTimeout
from asterisk.lab.root import Root
from asterisk.lab.sipp import SippRun
from asterisk.lab.softphone import PhoneCall
from asterisk.lab.tone import read_wav, tone_share
from demo.stage import AGENT_TONE_HZ, CUSTOMER_TONE_HZ, Stage
from tests.acceptance.hall import (
    Crowd,
    agent_is,
    crowd,
    dial,
    empty,
    hall,
    live,
    logged,
    new_number,
    rows,
    rung,
    seconds,
    stored,
    until,
    unwritable,
    waiting,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORDERS, SPOKEN, HURRIED = "4008001001", "4008001002", "4008001003"
TALKERS = ("2001", "2002", "2003", "2004", "2005")
LOGGED_OUT, PAUSED = "2006", "2007"
PERSON = "1001"
TAKEN_OVER_S = 2.0

ROUTING = """
version: 1
timezone: Asia/Shanghai
languages: [zh-CN, en]
skills: [orders, chat]
tiers: [vip]
pause_reasons: [lunch]
numbers:
  "4008001001": {queue: orders}
  "4008001002": {queue: chat}
  "4008001003": {queue: hurried}
  default: {queue: orders}
agents:
  "1001": {skills: {chat: 5}}
  "2001": {skills: {orders: 5}}
  "2002": {skills: {orders: 5}}
  "2003": {skills: {orders: 5}}
  "2004": {skills: {orders: 5}}
  "2005": {skills: {orders: 5}}
  "2006": {skills: {orders: 5}}
  "2007": {skills: {orders: 5}}
rules:
  - name: blacklist
    when: {caller: {in: blacklist}}
    then: {say: system_busy, end: true}
  - name: VIP
    when: {customer: {tier: vip}}
    then: {head_start: 10m}
queues:
  orders: {needs: {orders: 3}, ring: 20s}
  chat: {needs: {chat: 3}, ring: 30s}
  hurried:
    needs: {chat: 3}
    waiting: {for_at_most: 1s}
    on_timeout: {say: all_busy_recorded, then: callback}
trunks:
  carrier: {match: ["127.0.0.2"]}
phones:
  customer: {number: "13800000001"}
  listener: {number: "13800000002"}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(root: Root, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("death")
    async with hall(root, folder, ROUTING) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def centre(made: Stage) -> AsyncIterator[Stage]:
    """The same centre with nobody in it: each test begins and ends with that."""
    await made.staff()
    yield made
    await empty(made)


async def scripted(made: Stage) -> SippRun:
    """The phones of the agents who answer by themselves, the same for all tests."""
    if TALKERS[0] not in made.scripted:
        await made.script("agents", *TALKERS, LOGGED_OUT, PAUSED)
    return made.scripted[TALKERS[0]]


async def test_twenty_waiting_and_five_talking_survive(centre: Stage) -> None:
    phones = await scripted(centre)
    await centre.login(*TALKERS, LOGGED_OUT, PAUSED)
    await centre.api.post(f"agents/{LOGGED_OUT}/log-out")
    await centre.api.post(f"agents/{PAUSED}/pause", {"reason": "lunch"})
    talking = await crowd(centre, [new_number() for _ in TALKERS], ORDERS)
    for call in talking.ids:
        await centre.facts.first("call_answered", call=call)
    free = (await live(centre))[talking.ids[0]]["agent"]
    numbers = [new_number() for _ in range(20)]
    await centre.api.put(f"customers/{numbers[9]}", {"tier": "vip"})
    queued = await crowd(centre, numbers, ORDERS)
    order = await waiting(centre, "orders")
    assert order[0] == queued.calls[numbers[9]]
    assert sorted(order) == sorted(queued.ids)
    impatient = await crowd(centre, [new_number()], ORDERS)
    await _known(centre, "calls", impatient.ids[0])

    await centre.engine.kill()
    await centre.hang_up(impatient.ids[0])
    await _fallback_serves_only_who_is_there(centre, phones, talking.ids[0], free)
    assert (len(queued.alive()), len(talking.alive())) == (20, 4)
    await centre.hang_up(talking.ids[1])
    back = await _restarted(centre)

    # One agent is free: the caller with the head start reaches him at once. Another was left alone by
    # his caller while nobody could tell him: he is released, and serves the next.
    await until(lambda: len(_offers(centre, order)) == 2, "two are offered")
    assert [call for call, _ in _offers(centre, order)] == order[:2]
    assert all(made_at - back < TAKEN_OVER_S for _, made_at in _offers(centre, order))
    assert await waiting(centre, "orders") == order[2:]
    assert (len(queued.alive()), len(talking.alive())) == (20, 3)

    for call in [*talking.ids[2:], *order]:
        await _talks(centre, call)
        await centre.hang_up(call)
    records = await stored(centre, [*queued.ids, *talking.ids, *impatient.ids])
    assert records.pop(impatient.ids[0])["outcome"] == "abandoned"
    assert {record["outcome"] for record in records.values()} == {"answered"}
    assert [call for call, _ in _offers(centre, order)] == order
    for call in talking.ids:
        talked = records[call]["ended_at"] - records[call]["answered_at"]
        assert records[call]["talk"] == pytest.approx(talked, abs=0.01)
        assert records[call]["answered_at"] < back < records[call]["ended_at"]
    called = [caller for _, caller in rung(phones)]
    assert {called.count(number) for number in [*numbers, *talking.calls]} == {1}
    assert not {LOGGED_OUT, PAUSED} & {agent for agent, _ in rung(phones)}
    assert [row["call"] for row in rows(centre, "SELECT call FROM missed_calls")] == impatient.ids


async def _fallback_serves_only_who_is_there(made: Stage, phones: SippRun, over: str, free: str) -> None:
    """A pair hangs up; a new caller reaches the agent without the engine, talks and hangs up."""
    await made.hang_up(over)
    await made.hang_up(f"{over}-o1")
    await made.asterisk.until("core show channels", r"\b28 active channels")
    number = new_number()
    await dial(made, [number], ORDERS)
    await until(
        lambda: [e for e in phones.events() if e.caller == number and e.what == "answered"],
        "an agent has answered the newcomer",
    )
    await made.hang_up(await _channel_of(made, number))
    await until(
        lambda: [e for e in phones.events() if e.caller == number and e.what == "ended"],
        "the newcomer has talked",
    )
    assert [agent for agent, caller in rung(phones) if caller == number] == [free]
    await made.asterisk.until("core show channels", r"\b28 active channels")


async def _channel_of(made: Stage, number: str) -> str:
    """The channel by which this number has called."""
    shown = await made.asterisk.cli("core show channels concise")
    (channel,) = {line.split("!")[-1] for line in shown.splitlines() if line.split("!")[7] == number}
    return channel


def _offers(made: Stage, calls: list[str]) -> list[tuple[str, float]]:
    """The offers made for these calls, oldest first."""
    found = rows(made, "SELECT call, made_at FROM offers ORDER BY made_at")
    return [(row["call"], row["made_at"]) for row in found if row["call"] in calls]


async def _restarted(made: Stage) -> float:
    """When the engine that was started again was connected to Asterisk (Unix seconds)."""
    await made.restart_engine()
    return seconds(logged(made, "asterisk connected")[-1]["timestamp"])


async def _talks(made: Stage, call: str) -> None:
    """Wait until a call talks with an agent."""

    async def look() -> bool:
        return (await live(made)).get(call, {}).get("state") == "talking"

    await until(look, f"{call} talks")


async def test_sound_goes_on_without_the_engine(centre: Stage) -> None:
    """A talking pair hears each other, a waiting caller his music, and the records come later."""
    await centre.staff(PERSON)
    customer = await centre.phone("customer", tone_hz=CUSTOMER_TONE_HZ)
    outgoing = await customer.dial(centre.asterisk.sip_uri(SPOKEN))
    incoming = await centre.rings(PERSON)
    await incoming.answer()
    await outgoing.established()
    began = time.monotonic()
    mark = len(centre.facts.seen)
    talks = await centre.facts.first("call_answered")
    listener = await centre.lab.phone("listener")
    await listener.register(
        f"127.0.0.1:{centre.asterisk.ports.sip}", "listener", centre.secrets["listener"]
    )
    music = await listener.dial(centre.asterisk.sip_uri(SPOKEN))
    waits = await centre.facts.first("call_queued", since=mark)
    await _known(centre, "queue_visits", waits["call"])
    await music.hearing()
    await centre.engine.kill()
    died_after = time.monotonic() - began
    await centre.talk(2.0)
    await music.hangup()
    await incoming.hangup()
    assert not outgoing.is_closed
    await _restarted(centre)
    await outgoing.closed()
    for heard, tone in ((outgoing.heard, AGENT_TONE_HZ), (incoming.heard, CUSTOMER_TONE_HZ)):
        assert tone_share(heard, tone, skip_s=died_after + 0.5) > 0.5
    samples, rate_hz = read_wav(music.heard)
    assert max(map(abs, samples[-rate_hz:])) > 500
    records = await stored(centre, [talks["call"], waits["call"]])
    assert records[talks["call"]]["outcome"] == "answered"
    assert records[waits["call"]]["outcome"] == "abandoned"


async def test_stopped_as_an_operator_does(centre: Stage) -> None:
    """SIGTERM: calls stay as they are until it is started again."""
    await centre.staff(PERSON)
    first = await crowd(centre, [new_number()], SPOKEN)
    talking = await centre.rings(PERSON)
    await talking.answer()
    await centre.facts.first("call_answered", call=first.ids[0])
    second = await crowd(centre, [new_number()], SPOKEN)
    await centre.engine.stop()
    assert _answered_in_store(centre, first.ids[0]) is not None
    await _restarted(centre)
    assert await waiting(centre, "chat") == second.ids
    assert (first.alive(), second.alive()) == (list(first.calls), list(second.calls))
    await talking.hangup()
    await (await centre.rings(PERSON)).answer()
    await _talks(centre, second.ids[0])


async def test_killed_while_an_agent_rings(centre: Stage) -> None:
    await centre.staff(PERSON)
    caller = await crowd(centre, [new_number()], SPOKEN)
    before = await centre.rings(PERSON)
    await _known(centre, "offers", caller.ids[0])
    await centre.engine.kill()
    await _restarted(centre)
    await _served(centre, caller, before)


async def test_the_agent_picks_up_while_the_engine_is_away(centre: Stage) -> None:
    await centre.staff(PERSON)
    caller = await crowd(centre, [new_number()], SPOKEN)
    before = await centre.rings(PERSON)
    await _known(centre, "offers", caller.ids[0])
    await centre.engine.kill()
    await centre.phones[PERSON].command("accept")
    await before.closed()
    assert caller.alive()
    await _restarted(centre)
    await _served(centre, caller, before)


async def _known(made: Stage, table: str, call: str) -> None:
    """Wait until the database has a record about the call."""
    await until(lambda: rows(made, f"SELECT 1 FROM {table} WHERE call = ?", call), f"{call} stored")


async def _served(made: Stage, caller: Crowd, before: PhoneCall) -> None:
    """The caller is still there and is served by the one who rang before; the records say so."""
    assert caller.alive()
    try:
        await before.closed(within_s=5)
        call = await made.rings(PERSON)
    except PhoneTimeout:
        call = before  # it rings on, and is good
    await call.answer()
    await _talks(made, caller.ids[0])
    assert caller.alive()
    await call.hangup()
    record = (await stored(made, caller.ids))[caller.ids[0]]
    assert (record["outcome"], record["agent"]) == ("answered", PERSON)
    await agent_is(made, PERSON, "idle")
    assert made.phones[PERSON].is_silent


async def test_killed_between_the_answer_and_the_bridge(centre: Stage) -> None:
    await centre.staff(PERSON)
    caller = await crowd(centre, [new_number()], SPOKEN)
    call = await centre.rings(PERSON)
    centre.engine.signal(signal.SIGSTOP)
    await call.answer()
    await centre.engine.kill()
    assert caller.alive()
    await _restarted(centre)

    async def settled() -> bool:
        return call.is_closed or (await live(centre))[caller.ids[0]]["state"] == "talking"

    await until(settled, "he is joined or let go")
    assert caller.alive()
    if call.is_closed:
        call = await centre.rings(PERSON)
        await call.answer()
    await _talks(centre, caller.ids[0])
    await call.hangup()
    record = (await stored(centre, caller.ids))[caller.ids[0]]
    assert (record["outcome"], record["agent"]) == ("answered", PERSON)


async def test_killed_right_after_the_bridge(centre: Stage) -> None:
    """They were joined, and the store has not been told."""
    await centre.staff(PERSON)
    caller = await crowd(centre, [new_number()], SPOKEN)
    call = await centre.rings(PERSON)
    with unwritable(centre):
        await call.answer()
        await centre.facts.first("call_answered", call=caller.ids[0])
        await centre.engine.kill()
    assert _answered_in_store(centre, caller.ids[0]) is None
    await _restarted(centre)
    assert not call.is_closed
    assert caller.alive()
    await _talks(centre, caller.ids[0])
    assert (await centre.api.get(f"agents/{PERSON}"))["state"] == "talking"
    await call.hangup()
    record = (await stored(centre, caller.ids))[caller.ids[0]]
    assert (record["outcome"], record["agent"]) == ("answered", PERSON)
    await agent_is(centre, PERSON, "idle")


def _answered_in_store(made: Stage, call: str) -> float | None:
    found = rows(made, "SELECT answered_at FROM calls WHERE call = ?", call)
    return found[0]["answered_at"] if found else None


@pytest.mark.parametrize("seen", [True, False], ids=["seen but not stored", "not even seen"])
async def test_killed_within_milliseconds_of_an_arrival(centre: Stage, seen: bool) -> None:
    await centre.staff(PERSON)
    busy = await crowd(centre, [new_number()], SPOKEN)
    talking = await centre.rings(PERSON)
    await talking.answer()
    first, second = new_number(), new_number()
    if seen:
        await crowd(centre, [first], SPOKEN)
        with unwritable(centre):
            last = await crowd(centre, [second], SPOKEN)
            await centre.engine.kill()
        assert rows(centre, "SELECT * FROM calls WHERE call = ?", last.ids[0]) == []
    else:
        centre.engine.signal(signal.SIGSTOP)
        await dial(centre, [first], SPOKEN)
        await centre.asterisk.until("core show channels", r"\b3 active channels")
        await dial(centre, [second], SPOKEN)
        await centre.asterisk.until("core show channels", r"\b4 active channels")
        await centre.engine.kill()
    await _restarted(centre)
    calls = {view["caller"]: call for call, view in (await live(centre)).items()}
    assert busy.ids[0] in calls.values()
    assert await waiting(centre, "chat") == [calls[first], calls[second]]
    await talking.hangup()
    for number in (first, second):
        ringing = await centre.rings(PERSON)
        assert ringing.caller == number
        await ringing.answer()
        await _talks(centre, calls[number])
        await ringing.hangup()
    records = await stored(centre, [calls[first], calls[second]])
    assert {record["outcome"] for record in records.values()} == {"answered"}


async def test_killed_while_the_last_prompt_plays(centre: Stage) -> None:
    await centre.staff(PERSON)
    caller = await crowd(centre, [new_number()], SPOKEN)
    talking = await centre.rings(PERSON)
    await talking.answer()
    late = await crowd(centre, [new_number()], HURRIED)
    await centre.facts.first("call_missed", call=late.ids[0])
    await _known(centre, "missed_calls", late.ids[0])
    await centre.engine.kill()
    assert late.alive()
    await _restarted(centre)
    record = (await stored(centre, late.ids))[late.ids[0]]
    assert record["outcome"] == "timed_out"
    await until(lambda: not late.alive(), "the caller is released")
    missed = rows(centre, "SELECT reason FROM missed_calls WHERE call = ?", late.ids[0])
    assert [row["reason"] for row in missed] == ["timed_out"]
    assert caller.alive()
    await talking.hangup()


async def test_killed_while_a_blacklisted_caller_is_told_off(centre: Stage) -> None:
    await centre.staff(PERSON)
    number = new_number()
    await centre.api.put(f"blacklist/{number}", {"reason": "abuse"})
    caller = await crowd(centre, [number], SPOKEN)
    await centre.asterisk.until("core show channels", "Up")
    await centre.engine.kill()
    await _restarted(centre)
    record = (await stored(centre, caller.ids))[caller.ids[0]]
    assert record["outcome"] == "blacklisted"
    await until(lambda: not caller.alive(), "the caller is released")
    assert rows(centre, "SELECT * FROM offers WHERE call = ?", caller.ids[0]) == []
    assert rows(centre, "SELECT * FROM missed_calls WHERE call = ?", caller.ids[0]) == []
    assert centre.phones[PERSON].is_silent
