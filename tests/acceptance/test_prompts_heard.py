"""Callers hear the prompt that was meant: what the phone recorded, compared with the prompts' files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acd.core import commands as c
from acd.core import events as e
from acd.core.callback_words import AgentPressed, AgentPrompted, PromptAgent
from acd.core.message_words import MailboxDialled
from asterisk.lab.heard import all_of, which
from asterisk.lab.lab import Lab
from tests.acceptance.switchboard import Switchboard, ring, switchboard


@pytest.fixture
async def board(lab: Lab, tmp_path: Path) -> AsyncIterator[Switchboard]:
    async with switchboard(lab, tmp_path) as board:
        yield board


async def test_several_sounds_are_one_prompt_heard_in_their_order(board: Switchboard) -> None:
    phone = await board.phone("customer")
    call, on = await board.caller(phone)
    sounds = ("closed", "refused", "resumed")
    board.do(c.PlayPrompt(call=call, prompt="flow-1", language="en", sounds=sounds))
    assert await board.next() == e.PromptFinished(call=call, prompt="flow-1")
    board.do(c.PlayPrompt(call=call, prompt="goodbye", language="zh-CN"))
    assert await board.next() == e.PromptFinished(call=call, prompt="goodbye")
    board.do(c.EndCall(call=call))
    assert await board.next() == e.CallerHungUp(call=call)
    await on.closed()
    heard = all_of(board.prompts(), on.heard)
    assert heard == ["en/closed", "en/refused", "en/resumed", "zh-CN/goodbye"]


async def test_a_prompt_that_is_cut_off_is_cut_off_whole(board: Switchboard) -> None:
    phone = await board.phone("customer")
    call, on = await board.caller(phone)
    sounds = ("resumed", "closed", "goodbye")
    board.do(c.PlayPrompt(call=call, prompt="x", language="en", sounds=sounds))
    await on.hearing()
    await asyncio.sleep(3)
    board.do(c.StopPrompt(call=call, prompt="x"))
    assert await board.next() == e.PromptFinished(call=call, prompt="x")
    await asyncio.sleep(1)
    board.do(c.EndCall(call=call))
    await on.closed()
    assert all_of(board.prompts(only=sounds), on.heard) == ["en/resumed"]


async def test_a_sound_that_is_missing_fails_the_prompt_and_not_the_call(board: Switchboard) -> None:
    phone = await board.phone("customer")
    call, on = await board.caller(phone)
    board.do(c.PlayPrompt(call=call, prompt="x", language="en", sounds=("paused", "no_such_sound")))
    assert await board.next() == e.PromptFailed(call=call, prompt="x", reason="playback failed")
    board.do(c.PlayPrompt(call=call, prompt="closed", language="en"))
    assert await board.next() == e.PromptFinished(call=call, prompt="closed")
    board.do(c.EndCall(call=call))
    await on.closed()
    assert which(board.prompts(), on.heard) == "en/closed"


async def test_asterisk_complains_of_prompts_that_callers_hang_up_on_not_of_those_that_we_end(
    board: Switchboard,
) -> None:
    """Of the first it warns before anybody is told; so they are known, and the demonstration passes over
    them."""
    phone = await board.phone("customer")
    told = []
    for who in ("we", "he"):
        call, on = await board.caller(phone)
        board.do(c.PlayPrompt(call=call, prompt="x", language="en", sounds=("closed", "resumed")))
        await on.hearing()
        if who == "we":
            board.do(c.EndCall(call=call))
        else:
            await on.hangup()
        await board.first(e.CallerHungUp)
        await on.closed()
        told.append([call in line for line in board.asterisk.complaints()])
    assert told == [[], [True]]
    (complaint,) = board.asterisk.complaints()
    assert "Playback failed for sound:strowger/closed" in complaint


async def test_who_hangs_up_while_he_is_told_has_hung_up_and_heard_nothing_to_its_end(
    board: Switchboard,
) -> None:
    phone, agent = await board.phone("customer"), await board.phone("1001")
    sounds = ("resumed", "closed", "goodbye")
    call, on = await board.caller(phone)
    board.do(c.PlayPrompt(call=call, prompt="x", language="en", sounds=sounds))
    await on.hearing()
    await on.hangup()
    assert await board.next() == e.CallerHungUp(call=call)
    offer = "callback-1-a1-o1"
    board.do(ring(offer, "callback-1-a1"))
    ringing = await agent.incoming()
    await ringing.answer()
    await board.first(e.AgentAnswered)
    board.do(PromptAgent(offer=offer, prompt="whom", sounds=sounds, language="en"))
    await ringing.hearing()
    await ringing.hangup()
    assert await board.next() == e.AgentHungUp(offer=offer)
    listening = await agent.dial(board.asterisk.sip_uri("*97"))
    box = (await board.first(MailboxDialled)).channel
    board.do(c.PlayPrompt(call=box, prompt="mailbox-1", language="en", sounds=sounds))
    await listening.hearing()
    await listening.hangup()
    assert await board.next() == e.CallerHungUp(call=box)
    assert await board.quiet(0.2) == []


async def test_keys_pressed_while_a_prompt_is_heard(board: Switchboard) -> None:
    phone = await board.phone("customer")
    call, on = await board.caller(phone)
    board.do(c.PlayPrompt(call=call, prompt="closed", language="en"))
    await on.hearing()
    for key in "1#":
        await on.dtmf(key)
        assert await board.next() == e.DigitPressed(call=call, digit=key)


async def test_an_agent_is_told_and_answers_by_key(board: Switchboard) -> None:
    agent = await board.phone("1001")
    offer = "callback-1-a1-o1"
    board.do(ring(offer, "callback-1-a1", caller="13900000009"))
    ringing = await agent.incoming()
    assert ringing.caller == "13900000009"
    await ringing.answer()
    await board.first(e.AgentAnswered)
    tell = PromptAgent(offer=offer, prompt="whom", sounds=("resumed", "refused"), language="en")
    board.do(tell)
    assert await board.next() == AgentPrompted(offer=offer, prompt="whom")
    board.do(tell)
    await asyncio.sleep(0.3)
    await ringing.dtmf("1")
    assert {await board.next(), await board.next()} == {
        AgentPressed(offer=offer, digit="1"),
        AgentPrompted(offer=offer, prompt="whom"),
    }
    board.do(c.ReleaseAgent(offer=offer))
    assert await board.next() == e.AgentHungUp(offer=offer)
    await ringing.closed()
    assert all_of(board.prompts(), ringing.heard) == ["en/resumed", "en/refused"]


async def test_an_agent_who_dials_his_voicemail_is_prompted_presses_and_leaves(
    board: Switchboard,
) -> None:
    agent = await board.phone("1001")
    on = await agent.dial(board.asterisk.sip_uri("*97"))
    dialled = await board.first(MailboxDialled)
    assert (dialled.agent, dialled.language) == ("1001", "zh-CN")
    call = dialled.channel
    board.do(c.PlayPrompt(call=call, prompt="mailbox_empty", language="zh-CN"))
    assert await board.next() == e.PromptFinished(call=call, prompt="mailbox_empty")
    await on.dtmf("5")
    assert await board.next() == e.DigitPressed(call=call, digit="5")
    await on.hangup()
    assert await board.next() == e.CallerHungUp(call=call)
    assert which(board.prompts(), on.heard) == "zh-CN/mailbox_empty"
