"""Customers and outside numbers are dialled on a real Asterisk, through a carrier that may answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acd.core import commands as c
from acd.core import events as e
from acd.core.callback_words import (
    AttemptOutcome,
    CancelDial,
    CustomerAnswered,
    CustomerRinging,
    DialCustomer,
    DialFailed,
)
from acd.core.flow_words import DialOutside, OutsideAnswered, OutsideEnded
from asterisk.lab.lab import Lab
from asterisk.lab.sipp import FOREVER_MS, SippRun
from asterisk.lab.tone import tone_share
from tests.acceptance.hall import until
from tests.acceptance.switchboard import NODE, YAML, Switchboard, ring, switchboard, through

NUMBER, SHOWN = "13912345678", "4008001001"
ATTEMPT = "cb-7-a1"
OFFER = f"{ATTEMPT}-o1"
TOGETHER = r"strowger +2 "
"""What Asterisk's list of bridges shows of two who talk."""


@pytest.fixture
async def board(lab: Lab, tmp_path: Path) -> AsyncIterator[Switchboard]:
    async with switchboard(lab, tmp_path) as board:
        yield board


def dial(endpoint: str, *, ring_s: float = 10.0) -> DialCustomer:
    return DialCustomer(
        attempt=ATTEMPT,
        node=NODE,
        endpoint=endpoint,
        number=NUMBER,
        caller_id=SHOWN,
        ring_s=ring_s,
        language="zh-CN",
    )


async def nothing_left(board: Switchboard) -> None:
    await board.asterisk.until("core show channels", r"\b0 active channels")
    assert "strowger" not in await board.asterisk.cli("bridge show all")


async def test_a_customer_answers_and_is_a_caller_like_any_other(board: Switchboard) -> None:
    carrier = await board.carrier()
    board.do(dial(through(carrier, NUMBER)))
    assert await board.next() == CustomerRinging(attempt=ATTEMPT)
    assert await board.next() == CustomerAnswered(attempt=ATTEMPT)
    (invite, *_) = carrier.events()
    assert (invite.callee, invite.caller) == (NUMBER, SHOWN)
    board.do(c.PlayPrompt(call=ATTEMPT, prompt="paused", language="en"))
    assert await board.next() == e.PromptFinished(call=ATTEMPT, prompt="paused")
    agent = await board.phone("1001")
    board.do(ring(OFFER, ATTEMPT, caller=NUMBER))
    ringing = await agent.incoming()
    assert ringing.caller == NUMBER
    await ringing.answer()
    await board.first(e.AgentAnswered)
    board.do(c.ConnectCall(call=ATTEMPT, offer=OFFER))
    assert await board.next() == e.CallConnected(call=ATTEMPT, offer=OFFER)
    board.do(c.EndCall(call=ATTEMPT))
    assert await board.next() == e.CallerHungUp(call=ATTEMPT)
    board.do(c.ReleaseAgent(offer=OFFER))
    assert await board.next() == e.AgentHungUp(offer=OFFER)
    await nothing_left(board)


async def test_the_agent_first_and_the_customer_is_joined_with_him(board: Switchboard) -> None:
    agent = await board.phone("1001", tone_hz=880)
    customer = await board.phone("customer", tone_hz=440)
    board.do(ring(OFFER, ATTEMPT, caller=NUMBER))
    talk = await agent.incoming()
    await talk.answer()
    await board.first(e.AgentAnswered)
    board.do(dial("PJSIP/customer"))
    other = await customer.incoming()
    assert other.caller == SHOWN
    await other.answer()
    await board.first(CustomerAnswered)
    board.do(c.ConnectCall(call=ATTEMPT, offer=OFFER))
    await board.first(e.CallConnected)
    await asyncio.sleep(2)
    await other.hangup()
    assert await board.next() == e.CallerHungUp(call=ATTEMPT)
    await talk.hangup()
    assert await board.next() == e.AgentHungUp(offer=OFFER)
    assert tone_share(other.heard, 880, skip_s=0.5) > 0.8
    assert tone_share(talk.heard, 440, skip_s=1) > 0.5
    await nothing_left(board)


@pytest.mark.parametrize(
    ("code", "outcome", "cause"),
    [
        (486, AttemptOutcome.BUSY, 17),
        (603, AttemptOutcome.REFUSED, 21),
        (480, AttemptOutcome.NO_ANSWER, 19),
        (404, AttemptOutcome.FAILED, 1),
        (503, AttemptOutcome.FAILED, None),
    ],
)
async def test_a_carrier_that_refuses(
    board: Switchboard, code: int, outcome: AttemptOutcome, cause: int | None
) -> None:
    carrier = await board.carrier(refuse_with=code)
    board.do(dial(through(carrier, NUMBER)))
    failed = await board.first(DialFailed)
    assert (failed.attempt, failed.outcome) == (ATTEMPT, outcome)
    if cause is not None:
        assert failed.cause == cause
    await nothing_left(board)


async def test_a_customer_who_does_not_answer_in_time(board: Switchboard) -> None:
    carrier = await board.carrier(ring_ms=FOREVER_MS)
    board.do(dial(through(carrier, NUMBER), ring_s=2))
    assert await board.next() == CustomerRinging(attempt=ATTEMPT)
    failed = DialFailed(attempt=ATTEMPT, outcome=AttemptOutcome.NO_ANSWER, cause=19)
    assert await board.next() == failed
    await cancelled(carrier)


async def cancelled(carrier: SippRun) -> None:
    """The carrier was told to stop ringing."""
    await until(lambda: "cancelled" in [event.what for event in carrier.events()], "a CANCEL")


async def test_a_dialling_that_is_called_off(board: Switchboard) -> None:
    carrier = await board.carrier(ring_ms=FOREVER_MS)
    board.do(dial(through(carrier, NUMBER)))
    assert await board.next() == CustomerRinging(attempt=ATTEMPT)
    board.do(CancelDial(attempt=ATTEMPT))
    failed = await board.next()
    assert isinstance(failed, DialFailed)
    assert failed.outcome is AttemptOutcome.NO_ANSWER
    await cancelled(carrier)


async def test_a_trunk_that_is_not_there(board: Switchboard) -> None:
    board.do(dial(f"PJSIP/{NUMBER}@nobody"))
    failed = DialFailed(attempt=ATTEMPT, outcome=AttemptOutcome.FAILED)
    assert await board.next() == failed


async def test_another_engine_finds_who_is_being_dialled_and_can_call_it_off(board: Switchboard) -> None:
    carrier = await board.carrier(ring_ms=FOREVER_MS)
    board.do(dial(through(carrier, NUMBER)))
    await board.first(CustomerRinging)
    async with board.anew() as found:
        ((live),) = found.calls
        assert (live.dialled_for, live.answered, live.arrived.call) == (ATTEMPT, False, ATTEMPT)
        board.do(CancelDial(attempt=ATTEMPT))
        assert (await board.first(DialFailed)).attempt == ATTEMPT
        await cancelled(carrier)


async def test_another_engine_finds_a_customer_who_answered(board: Switchboard) -> None:
    carrier = await board.carrier()
    board.do(dial(through(carrier, NUMBER)))
    await board.first(CustomerAnswered)
    async with board.anew() as found:
        ((live),) = found.calls
        assert (live.dialled_for, live.answered) == (ATTEMPT, True)
        assert (live.arrived.call, live.arrived.caller) == (ATTEMPT, NUMBER)
        board.do(c.EndCall(call=ATTEMPT))
        assert await board.first(e.CallerHungUp) == e.CallerHungUp(call=ATTEMPT)


@pytest.fixture
async def exchange(lab: Lab, tmp_path: Path) -> AsyncIterator[tuple[Switchboard, SippRun]]:
    """A switchboard whose trunk dials a carrier that answers, and talks on for ever."""
    carrier = await lab.agents("exchange", ring_ms=1000, talk_ms=4000)
    dialled = f"PJSIP/carrier/sip:{{number}}@{carrier.address}:{carrier.port}"
    yaml = YAML.replace('match: ["127.0.0.2"]', f'match: ["127.0.0.2"], dial: "{dialled}"')
    async with switchboard(lab, tmp_path, yaml) as board:
        yield board, carrier


def outside(call: str, number: str = NUMBER, trunk: str = "carrier") -> DialOutside:
    return DialOutside(call=call, number=number, trunk=trunk, caller_id=SHOWN, ring_s=10.0)


async def test_an_outside_number_is_joined_with_the_caller(
    exchange: tuple[Switchboard, SippRun],
) -> None:
    board, carrier = exchange
    phone = await board.phone("customer")
    call, on = await board.caller(phone)
    board.do(outside(call))
    await board.asterisk.until("bridge show all", TOGETHER)
    assert await board.next() == OutsideAnswered(call=call)
    ended = await board.next()
    assert isinstance(ended, OutsideEnded)
    assert (ended.call, ended.answered) == (call, True)
    assert [event.callee for event in carrier.events()][:1] == [NUMBER]
    assert not on.is_closed
    board.do(c.PlayPrompt(call=call, prompt="goodbye", language="en"))
    assert await board.next() == e.PromptFinished(call=call, prompt="goodbye")
    board.do(outside(call))
    await board.asterisk.until("bridge show all", TOGETHER)
    assert await board.next() == OutsideAnswered(call=call)
    await on.hangup()
    assert await board.next() == e.CallerHungUp(call=call)
    await nothing_left(board)


async def test_an_outside_number_that_cannot_be_dialled(
    exchange: tuple[Switchboard, SippRun],
) -> None:
    board, _ = exchange
    phone = await board.phone("customer")
    call, _ = await board.caller(phone)
    board.do(outside(call, trunk="nobody"), outside(call, number="1@evil"))
    for cause in (3, 28):
        assert await board.next() == OutsideEnded(call=call, answered=False, cause=cause)


async def test_another_engine_finds_a_caller_who_talks_outside(
    exchange: tuple[Switchboard, SippRun],
) -> None:
    board, _ = exchange
    phone = await board.phone("customer")
    call, on = await board.caller(phone)
    board.do(outside(call))
    await board.asterisk.until("bridge show all", TOGETHER)
    async with board.anew() as found:
        assert [live.arrived.call for live in found.calls] == [call]
        assert found.outside == (call,)
        ended = await board.first(OutsideEnded)
        assert (ended.call, ended.answered) == (call, True)
        await on.hangup()
        await board.first(e.CallerHungUp)
    await nothing_left(board)
