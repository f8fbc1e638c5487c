"""When the next day begins, for the counters of the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def next_midnight(timezone: str, now: float) -> float:
    """The next beginning of a local day after `now`, both in UTC seconds.

    Where a day begins at 01:00, because the clocks are set forward at midnight, that is its beginning.
    """
    return _midnight(timezone, now, 1)


def last_midnight(timezone: str, now: float) -> float:
    """When the local day of `now` began, both in UTC seconds."""
    return _midnight(timezone, now, 0)


def _midnight(timezone: str, now: float, days: int) -> float:
    zone = ZoneInfo(timezone)
    day = datetime.fromtimestamp(now, zone).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC).timestamp()
