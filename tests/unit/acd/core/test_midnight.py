"""When the next local day begins."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from acd.core.midnight import next_midnight


@pytest.mark.parametrize(
    ("zone", "now", "then"),
    [
        ("Asia/Shanghai", "2026-11-18T23:59:59+08:00", "2026-11-19T00:00:00+08:00"),
        ("Asia/Shanghai", "2026-11-18T00:00:00+08:00", "2026-11-19T00:00:00+08:00"),
        ("Europe/Berlin", "2026-10-25T00:30:00+02:00", "2026-10-26T00:00:00+01:00"),
        ("Europe/Berlin", "2026-03-29T12:00:00+02:00", "2026-03-30T00:00:00+02:00"),
        ("UTC", "2026-12-31T12:00:00+00:00", "2027-01-01T00:00:00+00:00"),
        # Clocks go from 00:00 to 01:00 there: that is when the day begins.
        ("America/Santiago", "2026-09-05T12:00:00-04:00", "2026-09-06T01:00:00-03:00"),
    ],
)
def test_next_midnight(zone: str, now: str, then: str) -> None:
    at = next_midnight(zone, datetime.fromisoformat(now).timestamp())
    assert datetime.fromtimestamp(at, ZoneInfo(zone)) == datetime.fromisoformat(then)
