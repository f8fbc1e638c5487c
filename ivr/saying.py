"""Numbers, digits and times of day as prompts, one after the other, in Chinese and English.

The ids are those of `asterisk.prompts.catalogue`: `num_0` to `num_19`, `num_20` to `num_90` by tens,
`num_hundred`, `num_thousand` and so on. In any other language numbers are read digit by digit, which
needs no grammar. Where both languages share an id it is the same word, spoken in the call's language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, assert_never

from ivr.model import ReadAs

TOO_MANY: Final = 10**12
"""From here on a number is read digit by digit: nobody follows billions of billions."""

KEYS: Final[Mapping[str, str]] = {
    **{str(digit): f"num_{digit}" for digit in range(10)},
    "*": "key_star",
    "#": "key_hash",
}
"""The sound of each key when it is read by itself."""

READ_AS: Final[Mapping[ReadAs, str]] = {
    "number": "a number",
    "digits": "digits",
    "time": "a time of day",
}
"""As what a text is read out, in words."""

_DECIMAL: Final = re.compile(r"(-?)([0-9]{1,40})(?:\.([0-9]{1,10}))?", re.ASCII)

_DIGITS: Final = re.compile(r"[-+()/. ]*[0-9*#][-+()/. 0-9*#]*", re.ASCII)

_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


def number(value: int, language: str, *, counted: bool = False) -> tuple[str, ...]:
    """A whole number: 21 is "twenty-one", 二十一. `counted`: something is counted by it, which in
    Chinese makes a two 两 (two minutes: 两分钟)."""
    if value < 0:
        return ("num_minus", *number(-value, language))
    if value >= TOO_MANY or not _speaks(language):
        return tuple(f"num_{digit}" for digit in str(value))
    if not _chinese(language):
        return tuple(_english(value))
    if value == 2 and counted:
        return ("num_liang",)
    return tuple(_chinese_number(value))


def decimal(text: str, language: str) -> tuple[str, ...]:
    """A number as text, such as "21", "-3" or "12.50"; what is no number is read digit by digit."""
    found = _DECIMAL.fullmatch(text.strip())
    if found is None:
        return digits(text, language)
    sign, whole, fraction = found.groups()
    sounds = number(int(whole), language)
    if fraction:
        sounds += ("num_point", *(f"num_{digit}" for digit in fraction))
    return ("num_minus", *sounds) if sign else sounds


def digits(text: str, language: str) -> tuple[str, ...]:
    """Digits, stars and hashes one by one; everything else is silent. A Chinese one is read 幺, as in
    telephone numbers, so that it isn't taken for a seven."""
    sounds = (KEYS[each] for each in text if each in KEYS)
    if _chinese(language):
        return tuple("num_yao" if sound == "num_1" else sound for sound in sounds)
    return tuple(sounds)


def readable(text: str, read_as: ReadAs) -> bool:
    """Whether a text can be read out as what it is meant for, and nothing of it would be left out but
    what stands between digits."""
    match read_as:
        case "number":
            return _DECIMAL.fullmatch(text.strip()) is not None
        case "digits":
            return _DIGITS.fullmatch(text) is not None
        case "time":
            return _CLOCK.fullmatch(text) is not None
        case _:
            assert_never(read_as)


def clock(hour: int, minute: int, language: str) -> tuple[str, ...]:
    """A time of day: 八点零五分; "eight oh five a.m."; elsewhere hour and minute as digits."""
    if _chinese(language):
        sounds = (*number(hour, language, counted=True), "oclock")
        if not minute:
            return sounds
        return (
            *sounds,
            *(("num_0",) if minute < 10 else ()),
            *number(minute, language),
            "clock_minutes",
        )
    if not _speaks(language):
        return digits(f"{hour:02}{minute:02}", language)
    sounds = number((hour + 11) % 12 + 1, language)
    if minute:
        sounds += (*(("num_oh",) if minute < 10 else ()), *number(minute, language))
    else:
        sounds += ("oclock",)
    return (*sounds, "clock_am" if hour < 12 else "clock_pm")


def clock_text(text: str, language: str) -> tuple[str, ...]:
    """A time written as "HH:MM"; anything else is read digit by digit."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return digits(text, language)
    return clock(int(found[1]), int(found[2]), language)


def _chinese(language: str) -> bool:
    return language.partition("-")[0] == "zh"


def _speaks(language: str) -> bool:
    return language.partition("-")[0] in ("zh", "en")


def _english(value: int) -> list[str]:
    for size, word in ((10**9, "num_billion"), (10**6, "num_million"), (1000, "num_thousand")):
        if value >= size:
            rest = value % size
            return [*_english(value // size), word, *(_english(rest) if rest else ())]
    if value >= 100:
        rest = value % 100
        return [f"num_{value // 100}", "num_hundred", *(_english(rest) if rest else ())]
    return _below_hundred(value)


def _below_hundred(value: int) -> list[str]:
    """Up to nineteen, and the round tens, are one sound each."""
    if value < 20 or value % 10 == 0:
        return [f"num_{value}"]
    return [f"num_{value // 10 * 10}", f"num_{value % 10}"]


def _chinese_number(value: int) -> list[str]:
    """By myriads: 亿, 万 and the rest. A rest that lacks its thousands is announced by 零."""
    for size, word in ((10**8, "num_yi"), (10**4, "num_wan")):
        if value >= size:
            many, rest = divmod(value, size)
            sounds = [*(["num_liang"] if many == 2 else _chinese_number(many)), word]
            if rest:
                sounds += ["num_0"] if rest < size // 10 else []
                sounds += _within_compound(rest)
            return sounds
    if value >= 1000:
        thousands, rest = divmod(value, 1000)
        sounds = ["num_liang" if thousands == 2 else f"num_{thousands}", "num_thousand"]
        return [*sounds, *_after(rest, 100)]
    if value >= 100:
        return [f"num_{value // 100}", "num_hundred", *_after(value % 100, 10)]
    return _below_hundred(value)


def _after(rest: int, full: int) -> list[str]:
    """What follows a hundred or thousand; below `full` a place is skipped, which 零 tells."""
    if not rest:
        return []
    return [*(["num_0"] if rest < full else []), *_within_compound(rest)]


def _within_compound(rest: int) -> list[str]:
    """Within a longer number ten is 一十: 一百一十五."""
    return ["num_1", *_below_hundred(rest)] if 10 <= rest < 20 else _chinese_number(rest)
