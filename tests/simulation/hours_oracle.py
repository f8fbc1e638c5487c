"""When a customer may be called, by the clock on his wall: told without a line of the code's own."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from acd.core.routing import CallingHours


def is_his_hour(hours: CallingHours, number: str, at: float) -> bool:
    """Whether the wall clock where he lives shows a time within the hours, at `at` (UTC seconds)."""
    zone, longest = hours.zone, 0
    for prefix, of_prefix in hours.zones:
        if number[: len(prefix)] == prefix and len(prefix) > longest:
            zone, longest = of_prefix, len(prefix)
    wall = datetime.fromtimestamp(at, ZoneInfo(zone))
    return hours.begin <= wall.hour * 60 + wall.minute < hours.end
