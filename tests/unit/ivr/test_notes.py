"""The notes of a flow: the core knows their codes, and their words say where a caller goes."""

from __future__ import annotations

import pytest

from acd.core import codes
from acd.core.explain import text_of
from ivr import notes
from ivr.model import (
    Exit,
    Finish,
    HangUp,
    NextStep,
    ToCallback,
    ToFlow,
    ToNumber,
    ToQueue,
    ToVoicemail,
)

CODES = {name: value for name, value in vars(notes).items() if name.isupper()}


@pytest.mark.parametrize("name", CODES)
def test_the_core_knows_every_code_and_has_words_for_it(name: str) -> None:
    assert getattr(codes, f"FLOW_{name}") == CODES[name]
    assert text_of((0.0, CODES[name], *_ARGUMENTS[CODES[name]])) == _WORDS[CODES[name]]


_ARGUMENTS: dict[str, tuple[object, ...]] = {
    notes.STEP: ("reception", "menu"),
    notes.PRESSED: ("menu", "1"),
    notes.WRONG: ("menu", "9", 1, 3),
    notes.SILENCE: ("menu", 2, 3),
    notes.COLLECTED: ("ask", "order", "123"),
    notes.BRANCH: ("who", "tv is open", "queue orders"),
    notes.LOOKED_UP: ("look", (("state", "sent"),)),
    notes.LOOK_UP_FAILED: ("look", None),
    notes.RECORDED: ("remark", 12.0),
    notes.TOO_SHORT: ("remark", 1.0, 2.0),
    notes.NOT_RECORDED: ("remark", "no room"),
    notes.STUCK: ("reception", 100),
    notes.LEFT: ("reception", "queue orders"),
}
_WORDS = {
    notes.STEP: "flow reception: comes to menu",
    notes.PRESSED: "at menu: presses 1",
    notes.WRONG: "at menu: 9 is no answer (try 1 of 3)",
    notes.SILENCE: "at menu: presses nothing (try 2 of 3)",
    notes.COLLECTED: "at ask: enters order 123",
    notes.BRANCH: "at who: tv is open, goes on to queue orders",
    notes.LOOKED_UP: "at look: the look-up answered: state is sent",
    notes.LOOK_UP_FAILED: "at look: the look-up was late or failed",
    notes.RECORDED: "at remark: speaks for 12 s",
    notes.TOO_SHORT: "at remark: speaks for 1 s, less than 2 s",
    notes.NOT_RECORDED: "at remark: could not be recorded: no room",
    notes.STUCK: "flow reception: goes in a circle of 100 steps: released",
    notes.LEFT: "leaves flow reception: queue orders",
}


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ((notes.WRONG, "ask", "", 1, 3), "at ask: nothing is no answer (try 1 of 3)"),
        (
            (notes.BRANCH, "who", None, "step menu"),
            "at who: none of the cases holds, goes on to step menu",
        ),
        ((notes.LOOKED_UP, "look", ()), "at look: the look-up answered"),
        ((notes.LOOK_UP_FAILED, "look", "days"), "at look: the look-up answered without days"),
        (
            (notes.LOOK_UP_FAILED, "look", "a number in days"),
            "at look: the look-up answered without a number in days",
        ),
    ],
)
def test_notes_that_lack_something(reason: tuple[object, ...], words: str) -> None:
    code, *arguments = reason
    assert text_of((0.0, str(code), *arguments)) == words


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (NextStep(step="menu"), "step menu"),
        (ToQueue(queue="orders"), "queue orders"),
        (ToVoicemail(box="orders"), "voicemail orders"),
        (ToFlow(flow="other"), "flow other"),
        (ToNumber(number="138"), "number 138"),
        (ToCallback(), "callback"),
        (HangUp(), "served"),
        (HangUp(served=False), "hung up"),
        (Finish(how="kept"), "kept"),
    ],
)
def test_where_a_caller_goes_on(to: Exit, words: str) -> None:
    assert notes.exit_words(to) == words


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (ToQueue(queue="orders", head_start=300.0), "queue orders, head start 5m"),
        (
            ToQueue(queue="orders", head_start=90.0, needs=(("english", 3), ("jewels", 1))),
            "queue orders, head start 90s, needs english 3, needs jewels 1",
        ),
        (ToQueue(queue="orders"), "queue orders"),
        (ToNumber(number="138"), "number 138"),
    ],
)
def test_what_an_exit_brings_the_caller(to: Exit, words: str) -> None:
    assert notes.exit_details(to) == words
