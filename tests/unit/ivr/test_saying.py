"""Numbers, digits and times in words. The sounds are spelled out by the texts that are spoken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk.prompts.catalogue import PROMPTS
from ivr import saying
from ivr.model import ReadAs


def words(sounds: tuple[str, ...], language: str) -> str:
    return ("" if language == "zh-CN" else " ").join(PROMPTS[sound][language] for sound in sounds)


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (0, "零", "zero"),
        (2, "二", "two"),
        (7, "七", "seven"),
        (10, "十", "ten"),
        (12, "十二", "twelve"),
        (20, "二十", "twenty"),
        (21, "二十一", "twenty one"),
        (99, "九十九", "ninety nine"),
        (100, "一百", "one hundred"),
        (105, "一百零五", "one hundred five"),
        (110, "一百一十", "one hundred ten"),
        (115, "一百一十五", "one hundred fifteen"),
        (222, "二百二十二", "two hundred twenty two"),
        (1000, "一千", "one thousand"),
        (1005, "一千零五", "one thousand five"),
        (1015, "一千零一十五", "one thousand fifteen"),
        (1050, "一千零五十", "one thousand fifty"),
        (2002, "两千零二", "two thousand two"),
        (2300, "两千三百", "two thousand three hundred"),
        (10_000, "一万", "ten thousand"),
        (10_500, "一万零五百", "ten thousand five hundred"),
        (20_000, "两万", "twenty thousand"),
        (
            12_345,
            "一万两千三百四十五",
            "twelve thousand three hundred forty five",
        ),
        (100_015, "十万零一十五", "one hundred thousand fifteen"),
        (120_000, "十二万", "one hundred twenty thousand"),
        (1_000_000, "一百万", "one million"),
        (100_000_000, "一亿", "one hundred million"),
        (100_050_000, "一亿零五万", "one hundred million fifty thousand"),
        (
            2_012_000_001,
            "二十亿一千二百万零一",
            "two billion twelve million one",
        ),
        (-5, "负五", "minus five"),
    ],
)
def test_a_whole_number(value: int, chinese: str, english: str) -> None:
    assert words(saying.number(value, "zh-CN"), "zh-CN") == chinese
    assert words(saying.number(value, "en"), "en") == english


@pytest.mark.parametrize(("value", "text"), [(2, "两"), (3, "三"), (12, "十二"), (22, "二十二")])
def test_two_of_something_in_chinese(value: int, text: str) -> None:
    assert words(saying.number(value, "zh-CN", counted=True), "zh-CN") == text
    assert words(saying.number(2, "en", counted=True), "en") == "two"


_CHARACTERS = {**{each: value for value, each in enumerate("零一二三四五六七八九")}, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def understood(text: str) -> int:
    """The number that a Chinese text means."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if unit in text:
            before, _, after = text.rpartition(unit)
            return understood(before) * size + (understood(after) if after else 0)
    total, digit = 0, 0
    for character in text:
        if character in _UNITS:
            total += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            digit = _CHARACTERS[character]
    return total + digit


_ENGLISH = {PROMPTS[f"num_{value}"]["en"]: value for value in (*range(20), *range(20, 100, 10))}


def understood_english(text: str) -> int:
    total, part = 0, 0
    for word in text.split():
        match word:
            case "hundred":
                part *= 100
            case "thousand" | "million" | "billion":
                total += part * {"thousand": 10**3, "million": 10**6, "billion": 10**9}[word]
                part = 0
            case _:
                part += _ENGLISH[word]
    return total + part


@given(st.integers(0, saying.TOO_MANY - 1))
def test_every_number_is_understood_as_what_it_is(value: int) -> None:
    assert understood(words(saying.number(value, "zh-CN"), "zh-CN")) == value
    assert understood_english(words(saying.number(value, "en"), "en")) == value


def test_what_nobody_could_follow_and_other_languages_are_read_by_digits() -> None:
    assert saying.number(10**12, "en") == ("num_1", *["num_0"] * 12)
    assert saying.number(21, "fr") == ("num_2", "num_1")
    assert saying.number(-21, "fr") == ("num_minus", "num_2", "num_1")


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("21", "en", "twenty one"),
        (" 7 ", "en", "seven"),
        ("12.50", "en", "twelve point five zero"),
        ("-3", "zh-CN", "负三"),
        ("0.5", "zh-CN", "零点五"),
        ("A-17", "en", "one seven"),
        ("", "en", ""),
        ("1.", "en", "one"),
    ],
)
def test_a_number_as_text(text: str, language: str, told: str) -> None:
    assert words(saying.decimal(text, language), language) == told


def test_digits_one_by_one() -> None:
    assert words(saying.digits("138 01*#x", "en"), "en") == "one three eight zero one star hash"
    assert words(saying.digits("138", "zh-CN"), "zh-CN") == "幺三八"


@pytest.mark.parametrize(
    ("time", "chinese", "english"),
    [
        ((0, 0), "零点", "twelve o'clock a m"),
        ((2, 0), "两点", "two o'clock a m"),
        ((8, 5), "八点零五分", "eight oh five a m"),
        ((11, 59), "十一点五十九分", "eleven fifty nine a m"),
        ((12, 2), "十二点零二分", "twelve oh two p m"),
        ((14, 30), "十四点三十分", "two thirty p m"),
        ((20, 0), "二十点", "eight o'clock p m"),
    ],
)
def test_a_time_of_day(time: tuple[int, int], chinese: str, english: str) -> None:
    assert words(saying.clock(*time, "zh-CN"), "zh-CN") == chinese
    assert words(saying.clock(*time, "en"), "en") == english
    assert saying.clock_text(f"{time[0]:02}:{time[1]:02}", "en") == saying.clock(*time, "en")


def test_times_elsewhere_and_what_is_none() -> None:
    assert saying.clock(8, 5, "fr") == ("num_0", "num_8", "num_0", "num_5")
    assert saying.clock_text("8:05", "en") == saying.clock(8, 5, "en")
    assert saying.clock_text("25:00", "en") == ("num_2", "num_5", "num_0", "num_0")


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        *[("21", "number"), ("-3", "number"), (" 12.50 ", "number")],
        *[("138", "digits"), ("+86 (138) 00-00", "digits"), ("*1#", "digits")],
        *[("8:05", "time"), ("23:59", "time")],
    ],
)
def test_what_can_be_read_out(text: str, read_as: ReadAs) -> None:
    assert saying.readable(text, read_as)


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        *[("", "number"), ("abc", "number"), ("2 days", "number"), ("1e3", "number")],
        *[("", "digits"), ("+-", "digits"), ("AB12", "digits"), ("1 x", "digits")],
        *[("", "time"), ("soon", "time"), ("25:00", "time"), ("0805", "time")],
    ],
)
def test_what_cannot(text: str, read_as: ReadAs) -> None:
    assert not saying.readable(text, read_as)
