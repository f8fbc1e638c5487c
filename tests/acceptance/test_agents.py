"""Agents at real phones: what they dial, what they hear, what their phones' state does to them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from asterisk.lab.errors import ToolFailed
from asterisk.lab.root import Root
from asterisk.lab.softphone import PhoneCall
from asterisk.lab.tone import read_wav
from demo.engine import EngineTrouble
from demo.stage import Stage
from tests.acceptance.hall import (
    Crowd,
    agent_is,
    crowd,
    empty,
    hall,
    metric,
    new_number,
    rows,
    seconds,
    stored,
    waiting,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLAIN, WRAPPED, PAUSING, RESTING = "4008001001", "4008001002", "4008001003", "4008001004"
UDP, TCP = "1001", "1002"
AUDIBLE = 1000
"""An amplitude (of 32,768) that silence and comfort noise do not reach."""

ROUTING = """
version: 1
timezone: Asia/Shanghai
languages: [zh-CN, en]
pause_reasons: [lunch, training]
numbers:
  "4008001001": {queue: plain}
  "4008001002": {queue: wrapped}
  "4008001003": {queue: pausing}
  "4008001004": {queue: resting}
  default: {queue: plain}
agents:
  "1001": {name: By UDP}
  "1002": {name: By TCP}
queues:
  plain: {ring: 20s}
  wrapped: {ring: 20s, wrap_up: {for: 4s, extend: 20s}}
  pausing: {ring: 1s, no_answer: {pause: no answer}, refused: {pause: refused}}
  resting: {ring: 1s, no_answer: {rest: 2s}, refused: {rest: 2s}}
trunks:
  carrier: {match: ["127.0.0.2"]}
phones:
  caller: {name: Caller, number: "13800000001"}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(root: Root, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with hall(root, tmp_path_factory.mktemp("agents"), ROUTING) as made:
        await made.phone(UDP)
        await made.phone(TCP, transport="tcp")
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def centre(made: Stage) -> AsyncIterator[Stage]:
    """The same centre with nobody in it: each test begins and ends with that."""
    await made.staff()
    yield made
    await empty(made)


async def dialled(made: Stage, phone: str, code: str) -> PhoneCall:
    """An agent dials a code and listens until he is hung up."""
    call = await made.phones[phone].dial(made.asterisk.sip_uri(code))
    await call.established()
    await call.closed(within_s=15)
    return call


def loudest(call: PhoneCall) -> int:
    """The greatest amplitude of what a phone heard."""
    samples, _ = read_wav(call.heard)
    return max(map(abs, samples), default=0)


async def calls_in(made: Stage, dialled: str, agent: str) -> tuple[Crowd, PhoneCall]:
    """A caller talks with an agent, the only one who is idle."""
    caller = await crowd(made, [new_number()], dialled)
    call = await made.rings(agent)
    await call.answer()
    await made.facts.first("call_answered", call=caller.ids[0])
    return caller, call


# What is seen while a phone rings


async def test_a_ringing_phone_is_seen_and_its_caller_hears_that_it_rings(centre: Stage) -> None:
    await centre.staff(UDP)
    phone = await centre.phone("caller")
    mark = len(centre.facts.seen)
    calling = await phone.dial(centre.asterisk.sip_uri(PLAIN))
    ringing = await centre.rings(UDP)
    await agent_is(centre, UDP, "ringing")
    await calling.ringing()
    offer = await centre.facts.first("offer_made", since=mark, agent=UDP)
    await calling.hangup()
    await ringing.closed()
    over = await centre.facts.first("offer_ended", offer=offer["offer"])
    assert over["outcome"] == "caller_gone"
    assert over["ring"] > 0


# Feature codes


@pytest.mark.parametrize("phone", [UDP, TCP], ids=["udp", "tcp"])
async def test_codes_change_the_state_and_are_confirmed(centre: Stage, phone: str) -> None:
    mark = len(centre.facts.seen)
    for code, state, reason in (
        ("*11", "idle", None),
        ("*13", "paused", "lunch"),
        ("*14", "idle", None),
        ("*12", "offline", None),
    ):
        call = await dialled(centre, phone, code)
        assert loudest(call) > AUDIBLE
        view = await agent_is(centre, phone, state)
        assert view["reason"] == reason
        fact = centre.facts.find("agent_state_changed", mark, agent=phone, by="phone")
        assert fact is not None
        mark = len(centre.facts.seen)
    assert rows(centre, "SELECT 1 FROM agent_sessions WHERE agent = ? AND started_by = 'phone'", phone)


async def test_codes_extend_and_end_a_wrap_up(centre: Stage) -> None:
    await centre.staff(UDP)
    _, call = await calls_in(centre, WRAPPED, UDP)
    await call.hangup()
    before = await agent_is(centre, UDP, "wrap_up")
    call = await dialled(centre, UDP, "*16")
    assert loudest(call) > AUDIBLE
    extended = await agent_is(centre, UDP, "wrap_up")
    assert seconds(extended["until"]) - seconds(before["until"]) == pytest.approx(20, abs=0.1)
    call = await dialled(centre, UDP, "*15")
    assert loudest(call) > AUDIBLE
    await agent_is(centre, UDP, "idle")


async def test_what_cannot_be_is_said(centre: Stage) -> None:
    """No wrap-up to end: the agent hears so, and nothing changes."""
    await centre.staff(UDP)
    call = await dialled(centre, UDP, "*15")
    assert loudest(call) > AUDIBLE
    await agent_is(centre, UDP, "idle")


async def test_a_caller_who_dials_a_code_is_just_a_caller(centre: Stage) -> None:
    await centre.staff(UDP)
    caller = await crowd(centre, [new_number()], "*12")
    call = await centre.rings(UDP)
    await call.answer()
    await call.hangup()
    record = (await stored(centre, caller.ids))[caller.ids[0]]
    assert (record["dialled"], record["outcome"]) == ("*12", "answered")


# Phones


async def test_a_wrong_password_is_refused(centre: Stage) -> None:
    stranger = await centre.lab.phone("stranger")
    server = f"127.0.0.1:{centre.asterisk.ports.sip}"
    for transport in ("udp", "tcp"):
        with pytest.raises(ToolFailed, match="401"):
            await stranger.register(server, UDP, "guessed", transport)
    view = await centre.api.get(f"agents/{UDP}")
    assert view["phone"] == "free"


async def test_an_agent_without_a_phone_is_not_rung(centre: Stage) -> None:
    await centre.staff(UDP)
    await centre.phones[UDP].unregister()
    view = await agent_is(centre, UDP, "unavailable")
    assert view["reason"] == "phone_unreachable"
    caller = await crowd(centre, [new_number()], PLAIN)
    assert await waiting(centre, "plain") == caller.ids
    server = f"127.0.0.1:{centre.asterisk.ports.sip}"
    await centre.phones[UDP].register(server, UDP, centre.secrets[UDP])
    call = await centre.rings(UDP)
    await call.answer()
    await centre.facts.first("call_answered", call=caller.ids[0])
    assert len(rows(centre, "SELECT 1 FROM offers WHERE call = ?", caller.ids[0])) <= 1


async def test_nobody_is_rung_while_he_calls_privately(centre: Stage) -> None:
    """One agent dials the other: both are busy, by what Asterisk says of their phones."""
    await centre.staff(UDP, TCP)
    outgoing = await centre.phones[UDP].dial(centre.asterisk.sip_uri(TCP))
    incoming = await centre.rings(TCP)
    await agent_is(centre, UDP, "unavailable")
    await agent_is(centre, TCP, "unavailable")
    await incoming.answer()
    await outgoing.established()
    for agent in (UDP, TCP):
        assert (await agent_is(centre, agent, "unavailable"))["reason"] == "phone_busy"
    caller = await crowd(centre, [new_number()], PLAIN)
    assert await waiting(centre, "plain") == caller.ids
    mark = len(centre.facts.seen)
    await outgoing.hangup()
    offer = await centre.facts.first("offer_made", since=mark, call=caller.ids[0])
    await (await centre.rings(offer["agent"])).answer()
    await centre.facts.first("call_answered", call=caller.ids[0])


async def test_an_agent_who_picks_up_to_dial_is_left_alone(centre: Stage) -> None:
    """The other one rings, though this one has been idle for longer."""
    await centre.staff(UDP, TCP)
    unknown = await centre.phones[UDP].dial(centre.asterisk.sip_uri("4711"))
    await agent_is(centre, UDP, "unavailable")
    caller = await crowd(centre, [new_number()], PLAIN)
    await (await centre.rings(TCP)).answer()
    answered = await centre.facts.first("call_answered", call=caller.ids[0])
    assert answered["agent"] == TCP
    await unknown.closed(within_s=15)
    assert centre.phones[UDP].is_silent


async def test_a_phone_cannot_transfer_its_caller(centre: Stage) -> None:
    """Transfers are not there yet: the phone is refused. This one hangs up then, which ends the call."""
    await centre.staff(UDP)
    caller, call = await calls_in(centre, PLAIN, UDP)
    await call.transfer(centre.asterisk.sip_uri(TCP))
    await call.transfer_refused()
    ended = await centre.facts.first("call_ended", call=caller.ids[0])
    assert (ended["outcome"], ended["agent"]) == ("answered", UDP)
    await agent_is(centre, UDP, "idle")
    await centre.asterisk.until("core show channels", r"\b0 active channels")
    assert centre.phones[TCP].is_silent


async def test_an_agent_whose_leg_leaves_the_application_has_ended_his_call(centre: Stage) -> None:
    """His channel lives on in the dialplan, as after a transfer: he is no longer in our call."""
    await centre.staff(UDP)
    caller, call = await calls_in(centre, PLAIN, UDP)
    channels = await centre.asterisk.cli("core show channels concise")
    (leg,) = [line.split("!")[0] for line in channels.splitlines() if f"PJSIP/{UDP}-" in line]
    await centre.asterisk.cli(f"channel redirect {leg} strowger-phones,{TCP},1")
    ended = await centre.facts.first("call_ended", call=caller.ids[0])
    assert ended["outcome"] == "answered"
    await centre.rings(TCP)
    assert not call.is_closed
    assert (await agent_is(centre, UDP, "unavailable"))["reason"] == "phone_busy"
    await call.hangup()
    await agent_is(centre, UDP, "idle")


# Calls that are not taken


async def test_no_answer_pauses_with_its_reason(centre: Stage) -> None:
    await centre.staff(UDP)
    caller = await crowd(centre, [new_number()], PAUSING)
    await (await centre.rings(UDP)).closed()
    view = await agent_is(centre, UDP, "paused")
    assert view["reason"] == "no answer"
    assert await waiting(centre, "pausing") == caller.ids
    await centre.api.post(f"agents/{UDP}/resume")
    await (await centre.rings(UDP)).answer()
    await centre.facts.first("call_answered", call=caller.ids[0])


async def test_a_refusal_is_counted_apart(centre: Stage) -> None:
    await centre.staff(UDP)
    refused = await metric(centre, "strowger_queue_offers_total", queue="pausing", outcome="refused")
    unanswered = await metric(
        centre, "strowger_queue_offers_total", queue="pausing", outcome="no_answer"
    )
    caller = await crowd(centre, [new_number()], PAUSING)
    await (await centre.rings(UDP)).reject()
    ended = await centre.facts.first("offer_ended", call=caller.ids[0])
    assert ended["outcome"] == "refused"
    assert (await agent_is(centre, UDP, "paused"))["reason"] == "refused"
    labels = {"queue": "pausing", "outcome": "refused"}
    assert await metric(centre, "strowger_queue_offers_total", **labels) == refused + 1
    labels["outcome"] = "no_answer"
    assert await metric(centre, "strowger_queue_offers_total", **labels) == unanswered


async def test_who_does_not_answer_rests_and_is_back(centre: Stage) -> None:
    await centre.staff(UDP)
    caller = await crowd(centre, [new_number()], RESTING)
    await (await centre.rings(UDP)).closed()
    view = await agent_is(centre, UDP, "unavailable")
    assert view["reason"] == "resting"
    assert seconds(view["until"]) - seconds(view["since"]) == pytest.approx(2, abs=0.1)
    await (await centre.rings(UDP)).answer()
    await centre.facts.first("call_answered", call=caller.ids[0])


# After and during calls


async def test_a_wrap_up_ends_by_itself(centre: Stage) -> None:
    await centre.staff(UDP)
    caller, call = await calls_in(centre, WRAPPED, UDP)
    mark = len(centre.facts.seen)
    await call.hangup()
    wrapping = await centre.facts.first("agent_state_changed", since=mark, agent=UDP, state="wrap_up")
    assert wrapping["call"] == caller.ids[0]
    over = await centre.facts.first("agent_state_changed", since=mark, agent=UDP, state="idle")
    assert seconds(over["at"]) - seconds(wrapping["at"]) == pytest.approx(4, abs=0.3)


async def test_a_wrap_up_is_extended_once_and_ended_by_the_agent(centre: Stage) -> None:
    await centre.staff(UDP)
    _, call = await calls_in(centre, WRAPPED, UDP)
    await call.hangup()
    before = await agent_is(centre, UDP, "wrap_up")
    longer = await centre.api.post(f"agents/{UDP}/extend-wrap-up")
    assert seconds(longer["until"]) - seconds(before["until"]) == pytest.approx(20, abs=0.1)
    with pytest.raises(EngineTrouble, match="409"):
        await centre.api.post(f"agents/{UDP}/extend-wrap-up")
    assert (await centre.api.post(f"agents/{UDP}/end-wrap-up"))["state"] == "idle"


async def test_a_pause_during_a_call_waits_for_its_end(centre: Stage) -> None:
    await centre.staff(UDP)
    caller, call = await calls_in(centre, PLAIN, UDP)
    view = await centre.api.post(f"agents/{UDP}/pause", {"reason": "training"})
    assert (view["state"], view["pending"]) == ("talking", "pause")
    another = await crowd(centre, [new_number()], PLAIN)
    await call.hangup()
    view = await agent_is(centre, UDP, "paused")
    assert view["reason"] == "training"
    assert await waiting(centre, "plain") == another.ids
    assert (await stored(centre, caller.ids))[caller.ids[0]]["outcome"] == "answered"
    assert centre.phones[UDP].is_silent


async def test_a_log_out_during_a_call_waits_for_its_end(centre: Stage) -> None:
    await centre.staff(UDP)
    caller, call = await calls_in(centre, PLAIN, UDP)
    view = await centre.api.post(f"agents/{UDP}/log-out")
    assert (view["state"], view["pending"]) == ("talking", "log_out")
    await call.hangup()
    await agent_is(centre, UDP, "offline")
    assert (await stored(centre, caller.ids))[caller.ids[0]]["outcome"] == "answered"
