"""Opening hours: a pure answer to "is it open at this instant, and why (not)?"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """A week's hours in a time zone, with the days on which it stays closed.

    `weekly` has seven entries from Monday; each is a tuple of (from, to) in seconds of local
    wall-clock time since midnight, `to` up to 2 days' worth where hours run past midnight. `closed`
    maps a local date to the reason (a holiday's name, or "closed").
    """

    name: str
    zone: ZoneInfo
    weekly: tuple[tuple[tuple[int, int], ...], ...]
    closed: dict[date, str]

    def status(self, at: float) -> tuple[bool, str]:
        """Whether it is open at the instant `at` (UTC seconds), and a word for why.

        Hours that run past midnight belong to the day on which they began, holidays included.
        """
        local = datetime.fromtimestamp(at, self.zone)
        seconds = local.hour * 3600 + local.minute * 60 + local.second
        holiday: str | None = None
        for day, moment in (
            (local.date(), seconds),
            (local.date() - timedelta(days=1), seconds + DAY_SECONDS),
        ):
            if any(start <= moment < end for start, end in self.weekly[day.weekday()]):
                if day not in self.closed:
                    return True, "within opening hours"
                holiday = holiday or self.closed[day]
        return False, holiday or "outside opening hours"
