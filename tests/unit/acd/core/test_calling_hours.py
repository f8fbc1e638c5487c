from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from acd.core.calling_hours import FOREVER, SPREAD, callable_span, zone_of
from acd.core.routing import CallingHours

HOURS = CallingHours(
    begin=9 * 60,
    end=21 * 60,
    zone="Asia/Shanghai",
    zones=(("+4", "Europe/London"), ("+49", "Europe/Berlin")),
)


def at(text: str, zone: str = "Asia/Shanghai") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("number", "zone"),
    [("138", "Asia/Shanghai"), ("+44", "Europe/London"), ("+4930", "Europe/Berlin")],
)
def test_the_longest_prefix_tells_the_zone(number: str, zone: str) -> None:
    assert zone_of(HOURS, number) == zone


def test_within_the_hours_it_is_now() -> None:
    now = at("2026-11-18T12:00")
    span = callable_span(HOURS, "138", now)
    assert span.begin == now
    assert at("2026-11-18T21:00") - SPREAD <= span.end <= at("2026-11-18T21:00")


def test_before_and_after_them_it_is_the_next_morning() -> None:
    for now, morning in (("2026-11-18T03:00", 18), ("2026-11-18T21:00", 19), ("2026-11-18T23:59", 19)):
        begin = callable_span(HOURS, "138", at(now)).begin
        nine = at(f"2026-11-{morning}T09:00")
        assert nine <= begin <= nine + SPREAD


def test_not_everybody_is_called_in_the_same_moment() -> None:
    now = at("2026-11-18T03:00")
    begins = {callable_span(HOURS, f"138{n:08}", now).begin for n in range(1000)}
    assert len(begins) > 500


def test_all_day_has_no_end() -> None:
    hours = CallingHours(begin=0, end=1440)
    assert callable_span(hours, "138", 5.0) == (5.0, FOREVER)


def test_to_the_end_of_the_day() -> None:
    hours = CallingHours(begin=600, end=1440, zone="Asia/Shanghai")
    midnight = at("2026-11-19T00:00")
    assert midnight - SPREAD <= callable_span(hours, "138", at("2026-11-18T23:00")).end <= midnight


def test_the_clock_on_the_wall_counts_when_it_is_set() -> None:
    berlin = CallingHours(begin=9 * 60, end=21 * 60, zone="Europe/Berlin")
    for day in ("2027-03-28", "2027-10-31"):
        night = at(f"{day}T00:30", "Europe/Berlin")
        nine = at(f"{day}T09:00", "Europe/Berlin")
        assert nine <= callable_span(berlin, "138", night).begin <= nine + SPREAD
