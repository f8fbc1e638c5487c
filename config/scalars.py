"""The words that values are written in: durations, percentages, times of the week.

Each reads text and writes it back; what cannot be read raises Unfit with what was expected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from acd.core.hours import DAY_SECONDS

DURATION_PATTERN = r"^(?=[0-9])([0-9]{1,6}d)?([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,9}(\.[0-9]{1,3})?s)?$"
PERCENT_PATTERN = r"^[0-9]{1,3}(\.[0-9]{1,2})?%$"
DIALLED_PATTERN = r"^\+?[0-9*#]{1,40}$"
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
OPEN_PATTERN = (
    r"^(mon|tue|wed|thu|fri|sat|sun)([-,](mon|tue|wed|thu|fri|sat|sun))*"
    r" [0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$"
)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_DURATION_SECONDS = 3650 * DAY_SECONDS

_DURATION = re.compile(
    r"(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,9})(?:\.([0-9]{1,3}))?s)?"
)
_UNITS_MS = (86_400_000, 3_600_000, 60_000, 1_000)
_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})")
_SPAN = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")


class Unfit(ValueError):
    """A value that cannot be read; `message` says what was found and expected, `hint` how to mend it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


def shown(value: object) -> str:
    """A value as a message shows it: short, and recognisable in the file."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            return repr(value if len(value) <= 60 else value[:57] + "...")
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return str(value)[:60]


DURATION_EXPECTED = "expected a duration such as 20s, 3m, 1h30m or 90d"


def duration(value: object) -> float:
    """Seconds, from text such as `20s`, `1h30m`, `0.5s`."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise Unfit(
            f"{shown(value)} has no unit, {DURATION_EXPECTED}", f"write {shown(value)}s for seconds"
        )
    if not isinstance(value, str):
        raise Unfit(f"{shown(value)} is not a duration, {DURATION_EXPECTED}")
    found = _DURATION.fullmatch(value)
    if found is None or not value:
        raise Unfit(f"{shown(value)} is not a duration, {DURATION_EXPECTED}")
    *parts, fraction = found.groups()
    milliseconds = sum(int(part or 0) * unit for part, unit in zip(parts, _UNITS_MS, strict=True))
    milliseconds += int((fraction or "").ljust(3, "0"))
    if milliseconds > MAX_DURATION_SECONDS * 1000:
        raise Unfit(f"{shown(value)} is too long, expected at most 3650d")
    return milliseconds / 1000


def duration_text(seconds: float) -> str:
    """The shortest text that `duration` reads back as these seconds (to the millisecond)."""
    rest = round(seconds * 1000)
    text = ""
    for unit, letter in zip(_UNITS_MS[:3], "dhm", strict=True):
        count, rest = divmod(rest, unit)
        text += f"{count}{letter}" if count else ""
    if rest or not text:
        whole, fraction = divmod(rest, 1000)
        text += f"{whole}.{fraction:03}".rstrip("0").rstrip(".") + "s"
    return text


def percent(value: object) -> float:
    """A share from 0 to 1, from text such as `80%`."""
    expected = "expected a percentage from 0% to 100%, such as 80%"
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise Unfit(f"{shown(value)} has no %, {expected}", f"write {shown(value)}%")
    if not isinstance(value, str) or re.fullmatch(PERCENT_PATTERN, value, re.ASCII) is None:
        raise Unfit(f"{shown(value)} is not a percentage, {expected}")
    share = float(Decimal(value[:-1]) / 100)
    if share > 1:
        raise Unfit(f"{shown(value)} is more than everything, {expected}")
    return share


def percent_text(share: float) -> str:
    """The text that `percent` reads back as this share (to a hundredth of a percent)."""
    return f"{round(share * 100, 2):.2f}".rstrip("0").rstrip(".") + "%"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekSpan:
    """One line of opening hours: on these days (0: Monday), from and to in seconds of the day's clock.

    `end` is beyond a day's seconds where it runs past midnight.
    """

    days: tuple[int, ...]
    start: int
    end: int


def week_span(value: object) -> WeekSpan:
    """The days and times of a line such as `mon-fri 08:00-20:00` or `fri,sat 22:00-02:00`."""
    expected = "expected days and times such as 'mon-fri 08:00-20:00'"
    if not isinstance(value, str):
        raise Unfit(f"{shown(value)} is no opening time, {expected}")
    words = value.split()
    times = _SPAN.fullmatch(words[1]) if len(words) == 2 else None
    if times is None:
        raise Unfit(f"{shown(value)} is no opening time, {expected}")
    hour, minute, end_hour, end_minute = (int(part) for part in times.groups())
    start, end = _clock(hour, minute, value), _clock(end_hour, end_minute, value)
    if start == DAY_SECONDS:
        raise Unfit(f"{shown(value)} begins at the end of the day, expected a time before 24:00")
    if start == end:
        raise Unfit(f"{shown(value)} ends when it begins, {expected}", "all day is 00:00-24:00")
    return WeekSpan(days=_days(words[0]), start=start, end=end if end > start else end + DAY_SECONDS)


def _clock(hour: int, minute: int, value: str) -> int:
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        raise Unfit(
            f"{shown(value)} has the time {hour:02}:{minute:02}, expected one from 00:00 to 24:00",
            "hours that run past midnight are written 22:00-02:00" if hour > 23 else None,
        )
    return hour * 3600 + minute * 60


def _days(text: str) -> tuple[int, ...]:
    days: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        for day in (first, last) if dash else (first,):
            if day not in DAYS:
                raise Unfit(f"unknown day {shown(day)}, expected one of {', '.join(DAYS)}")
        begin = DAYS.index(first)
        count = (DAYS.index(last) - begin) % 7 + 1 if dash else 1
        days += [(begin + offset) % 7 for offset in range(count)]
    for number in days:
        if days.count(number) > 1:
            raise Unfit(f"{shown(text)} names {DAYS[number]} twice, expected each day once")
    return tuple(days)


def clock_text(seconds: int) -> str:
    """A time of the day as it is written; beyond a day's end it is the next day's."""
    minutes = (seconds if seconds <= DAY_SECONDS else seconds - DAY_SECONDS) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"


def clock(value: object) -> int:
    """Minutes since midnight, from a time of the day such as `09:00`; `24:00` is its end."""
    expected = "expected a time of the day such as 09:00"
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Unfit(f"{shown(value)} is no time of the day, {expected}")
    return _clock(int(found[1]), int(found[2]), str(value)) // 60


def calendar_date(value: object) -> date:
    """A date, written 2027-02-06."""
    if isinstance(value, str) and re.fullmatch(DATE_PATTERN, value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise Unfit(f"{shown(value)} is not in the calendar, expected a date") from error
    raise Unfit(f'{shown(value)} is not a date, expected one such as "2027-02-06"')
