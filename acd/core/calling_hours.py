"""When a customer may be called: the hours of his own time zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zlib import crc32
from zoneinfo import ZoneInfo

from acd.core.routing import CallingHours

SPREAD: Final = 20.0
"""Seconds within which, at the beginning and at the end of the hours, one number after the other may
be called, and may be called no more: where ten thousand customers wait for the morning, nobody who
calls then is to wait for ten thousand decisions."""

DAY: Final = 24 * 60
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
    zone = ZoneInfo(zone_of(hours, number))
    late = crc32(number.encode()) % 1000 / 1000 * SPREAD
    today = datetime.fromtimestamp(at, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    day = today
    while True:
        begin = _instant(day, hours.begin) + late
        end = _instant(day, hours.end) - (SPREAD - late)
        if at < end:
            return Span(max(at, begin), end)
        day += timedelta(days=1)


def _instant(day: datetime, minutes: int) -> float:
    """So many minutes after midnight by the clock on the wall."""
    wall = day.replace(fold=0) + timedelta(minutes=minutes)
    return wall.timestamp()
