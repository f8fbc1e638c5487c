"""What callers press and hear: the menu, their place in the queue, the survey after the call."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from acd.core.telling import news
from asterisk.lab.heard import all_of
from asterisk.lab.softphone import PhoneCall
from demo.entry import Rows, Seen
from demo.stage import Stage

ROWS = Rows()
MENU, SPOT, ASKED = "4008001010", "4008001011", "4008001014"
CUSTOMER = "demo1"
ALL_AT_MOST_S = 1800.0
"""The longest wait that is told as it is: a queue's default."""


async def hears(stage: Stage, *prompts: str, language: str = "en") -> None:
    """Wait for as long as these prompts take."""
    files = stage.prompts(*prompts, language=language)
    for prompt in prompts:
        with wave.open(str(files[prompt])) as sound:
            await asyncio.sleep(sound.getnframes() / sound.getframerate())


def heard(stage: Stage, on: PhoneCall, prompts: Iterable[str], language: str = "en") -> list[str]:
    """Which of these prompts a phone has heard to their end, in their order."""
    return all_of(stage.prompts(*prompts, language=language), on.heard)


@ROWS.scenario(
    "menu to queue by digit", "hears the welcome; a 1 cuts the menu off; 1003 of queue orders answers"
)
async def by_digit(stage: Stage) -> Seen:
    await stage.staff("1003")
    on, call = await stage.customer(CUSTOMER, MENU)
    await on.hearing()
    await hears(stage, "welcome")
    await stage.talk(1)
    await on.dtmf("1")
    left = await stage.facts.first("flow_left", call=call)
    await (await stage.rings("1003")).answer()
    answered = await stage.facts.first("call_answered", call=call)
    await on.hangup()
    await stage.facts.first("call_ended", call=call)
    sounds = heard(stage, on, ("welcome", "main_menu", "invalid_key", "nothing_pressed"))
    text = f"heard {', '.join(sounds)}; left for {left['exit']}; answered by {answered['agent']}"
    good = (sounds, left["exit"], answered["agent"]) == (["welcome"], "queue orders", "1003")
    return Seen(text=text, good=good, call=call)


@ROWS.scenario(
    "wrong digits and silence", "is told so and asked again; after the third try the queue reception"
)
async def wrong(stage: Stage) -> Seen:
    await stage.staff("1003")
    on, call = await stage.customer(CUSTOMER, MENU)
    await on.hearing()
    await hears(stage, "welcome")
    await stage.talk(1)
    await on.dtmf("9")
    left = await stage.facts.first("flow_left", call=call, within_s=30)
    await (await stage.rings("1003")).answer()
    await on.hangup()
    await stage.facts.first("call_ended", call=call)
    sounds = heard(stage, on, ("welcome", "main_menu", "invalid_key", "nothing_pressed"))
    text = f"heard {', '.join(sounds)}; left for {left['exit']}"
    meant = ["welcome", "invalid_key", "main_menu", "nothing_pressed", "main_menu"]
    good = (sounds, left["exit"]) == (meant, "queue reception")
    return Seen(text=text, good=good, call=call)


@ROWS.scenario(
    "position and wait are told",
    "hears that he is number two and how long it takes, by the wait of one before; then, number one",
)
async def place(stage: Stage) -> Seen:
    await stage.staff("1002")
    _, talking = await stage.busy("1002", "13900000200", SPOT)
    await stage.dials("13900000201", SPOT)
    await stage.talk(3)
    talking = await _next(stage, talking)
    before = await stage.dials("13900000202", SPOT)
    on, call = await stage.customer("13800000004", SPOT)
    second = await _told(stage, call, 2)
    mark = len(stage.facts.seen)
    talking = await _next(stage, talking)
    made = await stage.facts.first("offer_made", since=mark)
    first = await _told(stage, call, 1)
    await _next(stage, talking)
    await stage.facts.first("call_answered", call=call)
    await on.hangup()
    await stage.facts.first("call_ended", call=call)
    meant = [*_sounds(second), *_sounds(first)]
    sounds = heard(stage, on, sorted({*meant, "num_3", "one_minute", "minutes", "more_than"}))
    seconds = " and ".join(f"{each['estimate'] or 0:.0f} s" for each in (second, first))
    said = positions_and_waits(sounds)
    text = f"heard {', '.join(f'{word} {after}' for word, after in said)} (told {seconds})"
    good = made["call"] == before.call and bool(second["estimate"])
    good = good and said == positions_and_waits(meant)
    return Seen(text=text, good=good, call=call)


async def _next(stage: Stage, talking: PhoneCall) -> PhoneCall:
    """1002 hangs up and takes the next call."""
    await talking.hangup()
    ringing = await stage.rings("1002")
    await ringing.answer()
    return ringing


def positions_and_waits(sounds: list[str]) -> list[tuple[str, str]]:
    """Positions and waits: what was said after these words. Only there a short word is surely one."""
    return [each for each in pairwise(sounds) if each[0] in ("you_are_number", "expected_wait")]


async def _told(stage: Stage, call: str, position: int) -> dict[str, Any]:
    """What he was told of this place, once he has heard it."""
    told = await stage.facts.first("wait_announced", call=call, position=position, within_s=20)
    await hears(stage, *_sounds(told))
    await stage.talk(1)
    return told


def _sounds(told: dict[str, Any]) -> tuple[str, ...]:
    return news(told["position"], told["estimate"], "en", ALL_AT_MOST_S)


@ROWS.scenario("survey", "the agent hangs up; 5 of 5 and solved are pressed, and stored with the call")
async def survey(stage: Stage) -> Seen:
    await stage.staff("1002")
    on, call = await stage.customer(CUSTOMER, ASKED)
    talking = await stage.rings("1002")
    await talking.answer()
    await stage.facts.first("call_answered", call=call)
    await stage.talk()
    await talking.hangup()
    await stage.facts.first("flow_entered", call=call, purpose="survey")
    await hears(stage, "survey_satisfaction")
    await stage.talk(1)
    await on.dtmf("5")
    await stage.talk(2)
    await on.dtmf("1")
    await on.closed(20)
    await stage.facts.first("call_ended", call=call)
    sounds = heard(stage, on, ("survey_satisfaction", "survey_solved", "survey_thanks"))
    row = await _stored(stage, call)
    text = (
        f"heard {', '.join(sounds)}; stored: {row['satisfaction']} of 5, solved {row['solved']}, "
        f"queue {row['queue']}, agent {row['agent']}"
    )
    kept = (row["satisfaction"], row["solved"], row["agent"]) == (5, True, "1002")
    good = kept and sounds == ["survey_satisfaction", "survey_thanks"]
    return Seen(text=text, good=good, call=call)


async def _stored(stage: Stage, call: str) -> dict[str, Any]:
    """The survey of a call as it stands in the database, which hears of it a moment later."""
    async with asyncio.timeout(10):
        while True:
            rows: list[dict[str, Any]] = (await stage.api.get("surveys"))["items"]
            for row in rows:
                if row["call"] == call:
                    return row
            await asyncio.sleep(0.1)
