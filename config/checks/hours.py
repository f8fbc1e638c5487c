"""Opening hours: spans that overlap."""

from __future__ import annotations

from acd.core.hours import DAY_SECONDS
from config.checks.view import View
from config.document import Hours
from config.scalars import DAYS, clock_text

WEEK_SECONDS = 7 * DAY_SECONDS


def check_hours(view: View) -> None:
    """No moment of the week is opened twice, also not by hours that run past midnight."""
    for name, section in view.document.hours.items():
        _overlaps(view, name, section)


def _overlaps(view: View, name: str, section: Hours) -> None:
    spans = sorted(
        (day * DAY_SECONDS + span.start, day * DAY_SECONDS + span.end, index)
        for index, span in enumerate(section.open)
        for day in span.days
    )
    first_start, first_end, first_index = spans[0]
    again = (first_start + WEEK_SECONDS, first_end + WEEK_SECONDS, first_index)
    noted: set[tuple[int, int]] = set()
    latest_end, latest_index = spans[0][1], spans[0][2]
    for start, end, index in [*spans[1:], again]:
        pair = (min(index, latest_index), max(index, latest_index))
        if start < latest_end and pair not in noted:
            noted.add(pair)
            day = DAYS[start // DAY_SECONDS % 7]
            view.error(
                ("hours", name, "open", pair[1]),
                f"these hours overlap with others on {day} at {clock_text(start % DAY_SECONDS)}, "
                "expected each moment once",
                f"the others are {view.line(('hours', name, 'open', pair[0]))}",
            )
        if end > latest_end:
            latest_end, latest_index = end, index
