"""The texts themselves."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from acd.core.acts import PROMPTS as OF_CODES
from acd.core.acts import REFUSED
from asterisk.prompts.catalogue import PROMPTS, VOICES
from asterisk.prompts.numbers import DIGITS, GRAMMAR
from config.names import PROMPTS as OF_ROUTING
from ivr import mailbox, saying


def test_whatever_may_be_said_has_a_text_in_every_language() -> None:
    assert PROMPTS.keys() >= {*OF_ROUTING, *OF_CODES.values(), REFUSED, *mailbox.PROMPTS}
    for texts in PROMPTS.values():
        assert texts.keys() == VOICES.keys()
        assert all(texts.values())


def test_what_the_business_prescribed_is_said_word_for_word() -> None:
    assert PROMPTS["system_busy"]["zh-CN"] == "系统繁忙中,请您稍后再试"
    assert PROMPTS["all_busy_recorded"]["zh-CN"] == (
        "对不起,所有坐席全忙,您的电话已被记录,稍后将有专人为您回复,请勿重复拨打,感谢您的配合,谢谢,再见"
    )


def test_the_words_of_numbers() -> None:
    words = {**DIGITS, **GRAMMAR}
    assert [words[f"num_{value}"]["zh-CN"] for value in (0, 7, 10, 11, 19, 20, 90)] == [
        "零", "七", "十", "十一", "十九", "二十", "九十",
    ]  # fmt: skip
    assert [words[f"num_{value}"]["en"] for value in (0, 7, 10, 11, 19, 20, 90)] == [
        "zero", "seven", "ten", "eleven", "nineteen", "twenty", "ninety",
    ]  # fmt: skip
    assert DIGITS.keys().isdisjoint(GRAMMAR)


@given(
    st.integers(-(10**13), 10**13),
    st.times(),
    st.text("0123456789*#"),
    st.sampled_from([*VOICES, "fr"]),
)
def test_whatever_is_read_out_has_a_sound(
    value: int, time: datetime.time, digits: str, language: str
) -> None:
    sounds = {
        *saying.number(value, language),
        *saying.number(value, language, counted=True),
        *saying.decimal(f"{value}.25", language),
        *saying.digits(digits, language),
        *saying.clock(time.hour, time.minute, language),
    }
    assert sounds <= PROMPTS.keys()
    assert language in VOICES or sounds.isdisjoint(GRAMMAR)
