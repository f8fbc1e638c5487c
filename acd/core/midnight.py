"""When the next day begins, for the counters of the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def next_midnight(timezone: str, now: float) -> float:
    """The next beginning of a local day after `now`, both in UTC seconds.

    Where a day begins at 01:00, because the clocks are set forward at midnight, that is its beginning.
    """
    zone = ZoneInfo(timezone)
    tomorrow = datetime.fromtimestamp(now, zone).date() + timedelta(days=1)
    at = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).astimezone(UTC)
    return at.timestamp()
