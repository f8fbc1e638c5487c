"""The message-waiting lamp of a real phone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acd.core import events as e
from acd.core.message_words import SetLamp
from asterisk.lab.lab import Lab
from asterisk.lab.softphone import Softphone
from tests.acceptance.switchboard import NODE, Switchboard, switchboard


@pytest.fixture
async def board(lab: Lab, tmp_path: Path) -> AsyncIterator[Switchboard]:
    async with switchboard(lab, tmp_path) as board:
        yield board


async def shows(phone: Softphone, wanted: str) -> str:
    """What the phone was told when it was told `wanted`: NEW/OLD."""
    seen = []
    try:
        async with asyncio.timeout(10):
            while True:
                seen.append(await phone.lamp.get())
                if f"Voice-Message: {wanted} " in seen[-1]:
                    return seen[-1]
    except TimeoutError as late:
        raise AssertionError(f"the lamp never showed {wanted}, but {seen}") from late


async def test_the_lamp_follows_on_the_one_phone_and_not_on_the_other(board: Switchboard) -> None:
    phone = await board.phone("1001", lamp=True)
    other = await board.phone("1002", lamp=True)
    await shows(phone, "0/0")
    board.do(SetLamp(agent="1001", node=NODE, new=2, old=1))
    told = await shows(phone, "2/1")
    assert re.search(r"Messages-Waiting:\s*yes", told)
    assert re.search(r"Message-Account:\s*sip:\*97@", told)
    board.do(SetLamp(agent="1001", node=NODE, new=0, old=3))
    assert re.search(r"Messages-Waiting:\s*no", await shows(phone, "0/3"))
    while not other.lamp.empty():
        assert "yes" not in other.lamp.get_nowait()
    assert board.asterisk.complaints() == []


async def test_a_phone_that_comes_later_is_told_too(board: Switchboard) -> None:
    board.do(SetLamp(agent="1001", node=NODE, new=1, old=0))
    await board.asterisk.until("core show channels", r"\b0 active channels")
    await shows(await board.phone("1001", lamp=True), "1/0")


async def test_an_asterisk_that_began_anew_is_told_again(board: Switchboard) -> None:
    phone = await board.phone("1001", lamp=True)
    board.do(SetLamp(agent="1001", node=NODE, new=4, old=0))
    await shows(phone, "4/0")
    await board.asterisk.restart()
    assert (await board.first(e.ChannelsReconciled)).restarted
    again = await board.phone_again(phone, "1001")
    await shows(again, "4/0")
