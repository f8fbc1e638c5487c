"""When a customer may be called: the hours of his own time zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zlib import crc32
from zoneinfo import ZoneInfo

from acd.core.routing import CallingHours

SPREAD: Final = 20.0
"""Seconds within which, at the beginning and at the end of the hours, one number after the other may
be called, and may be called no more: where ten thousand customers wait for the morning, nobody who
calls then is to wait for ten thousand decisions."""

DAY: Final = 24 * 60
QUARTER: Final = 900.0
FOREVER: Final = float("inf")


class Span(NamedTuple):
    """From `begin` on, and before `end` (UTC seconds)."""

    begin: float
    end: float


def zone_of(hours: CallingHours, number: str) -> str:
    """The time zone of a customer: that of the longest prefix of his number, else the one for all."""
    fitting = [(len(prefix), zone) for prefix, zone in hours.zones if number.startswith(prefix)]
    return max(fitting)[1] if fitting else hours.zone


def callable_span(hours: CallingHours, number: str, at: float) -> Span:
    """The first span of time from `at` (UTC seconds) on in which the number may be called."""
    if hours.begin <= 0 and hours.end >= DAY:
        return Span(at, FOREVER)
    late = crc32(number.encode()) % 1000 / 1000 * SPREAD
    days = _days(hours.begin, hours.end, zone_of(hours, number), int(at // QUARTER))
    return next(
        Span(max(at, begin + late), end - (SPREAD - late))
        for begin, end in days
        if at < end - (SPREAD - late)
    )


@lru_cache(maxsize=256)
def _days(begin: int, end: int, zone: str, quarter: int) -> tuple[Span, ...]:
    """The hours of the day on which that quarter of an hour begins there, and of the next two: after a
    reload ten thousand customers ask for the same."""
    now = datetime.fromtimestamp(quarter * QUARTER, ZoneInfo(zone))
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today + timedelta(days=each) for each in range(3)]
    return tuple(Span(_instant(day, begin), _instant(day, end)) for day in days)


def _instant(day: datetime, minutes: int) -> float:
    """So many minutes after midnight by the clock on the wall."""
    wall = day.replace(fold=0) + timedelta(minutes=minutes)
    return wall.timestamp()
