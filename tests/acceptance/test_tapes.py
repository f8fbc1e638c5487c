"""What callers say is recorded, played back and deleted on a real Asterisk, however it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acd.core import commands as c
from acd.core import events as e
from acd.core.flow_words import (
    DropTape,
    StartTape,
    StopTape,
    TapeEnd,
    TapeFailed,
    TapeFailure,
    TapeFinished,
)
from asterisk.lab.lab import Lab
from asterisk.lab.tone import read_wav, tone_share
from tests.acceptance.small_disk import fill, small_disk
from tests.acceptance.switchboard import Switchboard, ring, switchboard

TONE_HZ = 440
FILE = "2026/11/21/20261121T120000Z_orders_pbx-1795278685.12-1"
CLEARLY = 0.8


@pytest.fixture
async def board(lab: Lab, tmp_path: Path) -> AsyncIterator[Switchboard]:
    async with switchboard(lab, tmp_path) as board:
        yield board


def start(call: str, file: str = FILE, *, at_most: float = 30.0, ends_with: str = "#") -> StartTape:
    return StartTape(call=call, file=file, beep=True, at_most=at_most, silence=2.0, ends_with=ends_with)


def path_of(board: Switchboard, file: str = FILE) -> Path:
    """Where the engine's API finds it."""
    return board.recordings / "messages" / f"{file}.wav"


def length_of(wav: Path) -> float:
    samples, rate_hz = read_wav(wav)
    return len(samples) / rate_hz


async def test_a_message_ends_by_key_holds_the_callers_voice_is_heard_and_deleted(
    board: Switchboard,
) -> None:
    phone = await board.phone("customer", tone_hz=TONE_HZ)
    call, on = await board.caller(phone)
    board.do(start(call))
    await on.established()
    await asyncio.sleep(4)
    await on.dtmf("#")
    finished = await board.next()
    assert isinstance(finished, TapeFinished)
    assert (finished.call, finished.file, finished.ended_by) == (call, FILE, TapeEnd.DIGIT)
    wav = path_of(board)
    assert 3 <= finished.seconds <= length_of(wav) < finished.seconds + 1.1
    assert tone_share(wav, TONE_HZ) > CLEARLY
    board.do(c.PlayPrompt(call=call, prompt="review", language="en", sounds=("paused",), tape=FILE))
    assert await board.next() == e.PromptFinished(call=call, prompt="review")
    board.do(DropTape(file=FILE), c.EndCall(call=call))
    assert await board.next() == e.CallerHungUp(call=call)
    await on.closed()
    assert not wav.exists()
    # He heard the prompt, then himself; the beep had come before.
    assert tone_share(on.heard, TONE_HZ, skip_s=length_of(on.heard) - 2.5) > CLEARLY


async def test_a_key_that_asterisk_does_not_know_ends_it_too_and_others_are_told(
    board: Switchboard,
) -> None:
    phone = await board.phone("customer", tone_hz=TONE_HZ)
    call, on = await board.caller(phone)
    board.do(start(call, ends_with="12"))
    await on.established()
    await asyncio.sleep(2)
    await on.dtmf("7")
    assert await board.next() == e.DigitPressed(call=call, digit="7")
    await on.dtmf("2")
    finished = await board.next()
    assert isinstance(finished, TapeFinished)
    assert finished.ended_by is TapeEnd.DIGIT
    assert finished.seconds >= 1


async def test_it_ends_by_silence_by_length_and_when_it_is_told_to(board: Switchboard) -> None:
    phone = await board.phone("customer", tone_hz=TONE_HZ)
    call, on = await board.caller(phone)
    board.do(start(call, "a", at_most=3))
    assert (await board.first(TapeFinished)).ended_by is TapeEnd.LENGTH
    board.do(start(call, "b"))
    await asyncio.sleep(2.5)
    board.do(StopTape(call=call, file="b"))
    stopped = await board.first(TapeFinished)
    assert (stopped.file, stopped.ended_by) == ("b", TapeEnd.STOPPED)
    board.do(start(call, "c"))
    await asyncio.sleep(2.5)
    await on.mute()
    silent = await board.first(TapeFinished)
    assert (silent.file, silent.ended_by) == ("c", TapeEnd.SILENCE)
    assert 1 <= silent.seconds <= 3
    assert length_of(path_of(board, "c")) < 4


async def test_who_hangs_up_is_recorded_until_then(board: Switchboard) -> None:
    phone = await board.phone("customer", tone_hz=TONE_HZ)
    call, on = await board.caller(phone)
    board.do(start(call))
    await on.established()
    await asyncio.sleep(3)
    await on.hangup()
    finished = await board.next()
    assert isinstance(finished, TapeFinished)
    assert finished.ended_by is TapeEnd.HUNG_UP
    assert finished.seconds >= 2
    assert await board.next() == e.CallerHungUp(call=call)
    assert tone_share(path_of(board), TONE_HZ) > CLEARLY


async def test_who_hangs_up_during_the_beep_has_said_nothing(board: Switchboard) -> None:
    phone = await board.phone("customer")
    call, on = await board.caller(phone)
    board.do(start(call))
    await on.established()
    await on.hangup()
    finished = await board.next()
    assert finished == TapeFinished(call=call, file=FILE, seconds=0.0, ended_by=TapeEnd.HUNG_UP)
    assert await board.next() == e.CallerHungUp(call=call)


async def test_with_a_full_disk_nobody_is_asked_to_speak(board: Switchboard) -> None:
    phone = await board.phone("customer")
    call, _ = await board.caller(phone)
    async with small_disk(board.recordings, kib=256) as folder:
        fill(folder)
        board.do(start(call))
        failed = await board.next()
    assert isinstance(failed, TapeFailed)
    assert (failed.failure, failed.detail) == (TapeFailure.NO_ROOM, "0 bytes free, 64.0 KiB wanted")
    board.do(c.PlayPrompt(call=call, prompt="goodbye", language="en"))
    assert await board.next() == e.PromptFinished(call=call, prompt="goodbye")


async def test_a_disk_that_fills_up_meanwhile_ends_the_recording_and_not_the_call(
    board: Switchboard,
) -> None:
    phone = await board.phone("customer")
    call, on = await board.caller(phone)
    async with small_disk(board.recordings, kib=256) as folder:
        board.do(start(call))
        await on.established()
        await asyncio.sleep(2)
        fill(folder)
        failed = await board.next()
        assert isinstance(failed, TapeFailed)
        assert failed.failure is TapeFailure.NO_ROOM
        assert not on.is_closed


async def test_a_recording_outlives_the_engine(board: Switchboard) -> None:
    phone = await board.phone("customer")
    call, on = await board.caller(phone)
    board.do(start(call))
    await on.established()
    async with board.anew() as found:
        assert [live.arrived.call for live in found.calls] == [call]
        await asyncio.sleep(2)
        await on.mute()
        finished = await board.first(TapeFinished)
        assert (finished.call, finished.file) == (call, FILE)
        board.do(c.EndCall(call=call))
        await board.first(e.CallerHungUp)


async def test_right_after_a_talk_the_caller_can_be_asked_and_recorded(board: Switchboard) -> None:
    agent = await board.phone("1001", tone_hz=880)
    phone = await board.phone("customer", tone_hz=TONE_HZ)
    for prompted in (True, False):
        call, on = await board.caller(phone)
        offer = f"{call}-o1"
        board.do(ring(offer, call))
        talk = await agent.incoming()
        await talk.answer()
        await board.first(e.AgentAnswered)
        board.do(c.ConnectCall(call=call, offer=offer))
        await board.first(e.CallConnected)
        await talk.hangup()
        await board.first(e.AgentHungUp)
        if prompted:
            board.do(c.PlayPrompt(call=call, prompt="paused", language="en"))
            assert await board.next() == e.PromptFinished(call=call, prompt="paused")
        board.do(start(call))
        await asyncio.sleep(2)
        board.do(StopTape(call=call, file=FILE))
        finished = await board.next()
        assert isinstance(finished, TapeFinished)
        assert finished.ended_by is TapeEnd.STOPPED
        await on.hangup()
        await board.first(e.CallerHungUp)
