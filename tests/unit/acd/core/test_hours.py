"""Opening hours: boundaries, holidays, nights, time zones."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from acd.core.hours import OpeningHours

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = 3600
NOBODY: tuple[tuple[int, int], ...] = ()


def at(text: str, zone: ZoneInfo = SHANGHAI) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def hours(
    *spans: tuple[int, int], closed: dict[date, str] | None = None, zone: ZoneInfo = SHANGHAI
) -> OpeningHours:
    return OpeningHours(name="tv", zone=zone, weekly=(spans,) * 5 + (NOBODY,) * 2, closed=closed or {})


OFFICE = hours((8 * HOUR, 12 * HOUR), (13 * HOUR, 18 * HOUR))
NIGHT = hours((20 * HOUR, 28 * HOUR))


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-18 07:59:59", False),
        ("2026-11-18 08:00:00", True),
        ("2026-11-18 11:59:59", True),
        ("2026-11-18 12:00:00", False),
        ("2026-11-18 13:00:00", True),
        ("2026-11-18 18:00:00", False),
        ("2026-11-21 09:00:00", False),
    ],
)
def test_opens_at_the_first_second_and_closes_at_the_last(moment: str, is_open: bool) -> None:
    assert OFFICE.status(at(moment))[0] is is_open


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-18 19:59:59", False),
        ("2026-11-18 20:00:00", True),
        ("2026-11-19 03:59:59", True),
        ("2026-11-19 04:00:00", False),
        ("2026-11-21 03:00:00", True),  # Friday's night
        ("2026-11-16 03:00:00", False),  # Sunday has none
    ],
)
def test_nights_belong_to_the_day_on_which_they_began(moment: str, is_open: bool) -> None:
    assert NIGHT.status(at(moment))[0] is is_open


def test_holiday_is_the_reason_and_its_night_is_closed_too() -> None:
    closed = {date(2026, 11, 18): "National day"}
    night = hours((20 * HOUR, 28 * HOUR), closed=closed)
    assert night.status(at("2026-11-18 21:00")) == (False, "National day")
    assert night.status(at("2026-11-19 03:00")) == (False, "National day")
    assert night.status(at("2026-11-18 03:00")) == (True, "within opening hours")
    assert night.status(at("2026-11-18 12:00")) == (False, "outside opening hours")
    assert night.status(at("2026-11-19 21:00")) == (True, "within opening hours")


def test_hours_are_those_of_the_place() -> None:
    moment = at("2026-11-18 09:00")
    assert OFFICE.status(moment)[0]
    assert not hours((8 * HOUR, 18 * HOUR), zone=ZoneInfo("Europe/Berlin")).status(moment)[0]


def test_clocks_that_are_set_forward_do_not_move_the_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    early = OpeningHours(name="x", zone=berlin, weekly=(((3 * HOUR, 9 * HOUR),),) * 7, closed={})
    assert early.status(at("2026-03-29 03:30", berlin))[0]
    assert not early.status(at("2026-03-29 09:00", berlin))[0]
