"""The voicemail dialogue, played without a centre."""

from __future__ import annotations

import pytest

from asterisk.prompts.catalogue import PROMPTS as CATALOGUE
from ivr.model import Finish, Menu, Record, Say, Sound
from ivr.voicemail import CALL_BACK, FAILED, KEPT, PROMPTS, TOO_SHORT, dialogue
from tests.unit.ivr.talk import Talk


def talk(*, review: bool = True) -> Talk:
    flow = dialogue(
        box="orders", greeting="hello", at_least=3.0, at_most=60.0, silence=4.0, review=review
    )
    return Talk(flow).hears("hello").listens_to_the_end().records("message")


def test_reviewed_and_kept() -> None:
    review = talk().speaks_for(9).hears("message_review")
    heard = review.presses("2").is_cut_off().hears(tape="message").listens_to_the_end()
    saved = heard.hears("message_review").presses("1").is_cut_off().hears("message_saved")
    saved.listens_to_the_end().leaves(Finish(how=KEPT), message="9")


def test_without_review() -> None:
    saved = talk(review=False).speaks_for(9).hears("message_saved")
    saved.listens_to_the_end().leaves(Finish(how=KEPT), message="9")


def test_said_again() -> None:
    again = talk().speaks_for(9).hears("message_review").presses("3").is_cut_off()
    review = again.hears("message_again").listens_to_the_end().records("message").speaks_for(5)
    review.hears("message_review").presses("1").is_cut_off().hears("message_saved")
    review.listens_to_the_end().leaves(Finish(how=KEPT), message="5")


def test_called_back() -> None:
    review = talk().speaks_for(9).hears("message_review").presses("4").is_cut_off()
    review.hears("message_call_back").listens_to_the_end().leaves(Finish(how=CALL_BACK), message="9")


@pytest.mark.parametrize("key", [None, "9"])
def test_silence_and_wrong_keys_keep_it(key: str | None) -> None:
    review = talk().speaks_for(9)
    for _ in range(2):
        review.hears("message_review")
        if key is None:
            review.listens_to_the_end().stays_silent()
        else:
            review.presses(key).is_cut_off()
    review.hears("message_saved").listens_to_the_end().leaves(Finish(how=KEPT), message="9")


def test_too_short() -> None:
    short = talk().speaks_for(2).hears("message_too_short")
    short.listens_to_the_end().leaves(Finish(how=TOO_SHORT))


def test_failed() -> None:
    failed = talk().cannot_be_recorded("no room").hears("message_failed")
    failed.listens_to_the_end().leaves(Finish(how=FAILED))


def test_every_prompt_is_there() -> None:
    flow = dialogue(box="b", greeting="g", at_least=1, at_most=2, silence=1, review=True)
    steps = [step for step in flow.steps.values() if isinstance(step, Say | Menu | Record)]
    assert len(steps) == len(flow.steps)
    said = {part.prompt for step in steps for part in step.parts if isinstance(part, Sound)}
    assert said == {"g", *PROMPTS}
    assert said - {"g"} <= CATALOGUE.keys()
