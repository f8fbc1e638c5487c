"""Voicemail: a message is left, a lamp is lit, the message is heard, and its caller is called back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from acd.message_files import path_of
from asterisk.lab.softphone import Softphone
from asterisk.lab.tone import tone_seconds
from asterisk.translate import MAILBOX_CODE
from demo.callbacks import agent_first, closed, owed
from demo.entry import Rows, Seen
from demo.flows import heard, hears
from demo.stage import CUSTOMER_TONE_HZ, Stage

ROWS = Rows()
DESK, AGENT, CUSTOMER = "4008001013", "1005", "13800000002"
SPEAKS_S = 3.0
SHORTER = 0.8
"""So much of what he said must be in the file, and of that be heard: a key ends it."""


async def _lamp(phone: Softphone, shown: str) -> None:
    """Wait until a phone is told of so many messages: NEW/OLD."""
    async with asyncio.timeout(15):
        while f"Voice-Message: {shown} " not in await phone.lamp.get():
            pass


async def _leave(stage: Stage) -> tuple[str, dict[str, Any], list[str]]:
    """A caller says a tone after the tone, and keeps it: his call, the message, and what he heard."""
    mark = len(stage.facts.seen)
    on, call = await stage.customer(CUSTOMER, DESK)
    await stage.facts.first("flow_entered", call=call)
    await on.hearing()
    await hears(stage, "leave_message")
    await stage.talk(SPEAKS_S)
    await on.dtmf("#")
    await stage.talk(1)
    await on.dtmf("1")
    await on.closed(20)
    left = await stage.facts.first("message_left", since=mark, within_s=20)
    sounds = heard(stage, on, ("leave_message", "message_again", "message_saved", "message_too_short"))
    return call, left["message"], sounds


@ROWS.scenario(
    "voicemail",
    "his tone is in the file; the lamp of 1005 is lit; who hears the message and calls him back by a 4",
)
async def voicemail(stage: Stage) -> Seen:
    desk = await stage.phone(AGENT, lamp=True)
    await stage.staff()
    mark = len(stage.facts.seen)
    call, message, sounds = await _leave(stage)
    path = path_of(stage.asterisk.spool / "recording", message["file"])
    await _lamp(desk, "1/0")
    await stage.login(AGENT)
    on = await desk.dial(stage.asterisk.sip_uri(MAILBOX_CODE))
    await on.established()
    await stage.facts.first("message_changed", since=mark, act="hear", within_s=40)
    await on.dtmf("4")
    callback = await owed(stage, mark)
    await on.hangup()
    await _lamp(desk, "0/1")
    reached = await agent_first(stage, callback["id"], CUSTOMER, AGENT)
    end = await closed(stage, callback["id"])
    text, good = _judged(path, on.heard)
    told = f"heard {', '.join(sounds)}; {text}; callback {end['outcome']}; {reached.told()}"
    good = good and sounds == ["leave_message", "message_saved"]
    good = good and end["outcome"] == "answered" and end["agent"] == AGENT and reached.audible
    return Seen(text=told, good=good, call=call, then=reached.call)


def _judged(message: Path, on_the_phone: Path) -> tuple[str, bool]:
    """Whose voice is in the file, and whether the agent has heard it."""
    left, played = (tone_seconds(wav, CUSTOMER_TONE_HZ) for wav in (message, on_the_phone))
    text = f"{left:.1f} s of {CUSTOMER_TONE_HZ} Hz in the file, lamp lit, {AGENT} heard {played:.1f} s"
    return text, left > SHORTER * SPEAKS_S and played > SHORTER * left
