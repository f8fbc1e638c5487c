"""Durations, percentages, times of the week and dates: read, refused with a reason, written back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import scalars
from config.scalars import Unfit


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("20s", 20), ("3m", 180), ("1h30m", 5400), ("90d", 7_776_000), ("0s", 0), ("0.5s", 0.5),
        ("1d2h3m4.005s", 93784.005), ("90s", 90), ("3650d", 315_360_000),
    ],
)  # fmt: skip
def test_durations(text: str, seconds: float) -> None:
    assert scalars.duration(text) == seconds


@pytest.mark.parametrize(
    ("value", "said", "hint"),
    [
        (20, "20 has no unit", "write 20s for seconds"),
        (1.5, "1.5 has no unit", "write 1.5s for seconds"),
        ("20", "'20' is not a duration", None),
        ("", "'' is not a duration", None),
        ("30m1h", "'30m1h' is not a duration", None),
        ("20 s", "'20 s' is not a duration", None),
        ("-3s", "'-3s' is not a duration", None),
        ("1.5m", "'1.5m' is not a duration", None),
        ("٢٠s", "'٢٠s' is not a duration", None),
        ("3651d", "'3651d' is too long", None),
        (True, "true is not a duration", None),
        (None, "nothing is not a duration", None),
        ([], "a list is not a duration", None),
        ({}, "a mapping is not a duration", None),
        ("x" * 100, "'" + "x" * 57 + "...' is not a duration", None),
    ],
)
def test_what_is_no_duration(value: object, said: str, hint: str | None) -> None:
    with pytest.raises(Unfit) as caught:
        scalars.duration(value)
    assert caught.value.message.startswith(said)
    assert "expected" in caught.value.message
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (60, "1m"),
        (90, "1m30s"),
        (5400, "1h30m"),
        (0.5, "0.5s"),
        (86400, "1d"),
        (100, "1m40s"),
    ],
)
def test_durations_are_written_short(seconds: float, text: str) -> None:
    assert scalars.duration_text(seconds) == text


@given(st.integers(0, scalars.MAX_DURATION_SECONDS * 1000))
def test_a_duration_survives_being_written(milliseconds: int) -> None:
    seconds = milliseconds / 1000
    assert scalars.duration(scalars.duration_text(seconds)) == seconds


@given(st.integers(0, 10_000))
def test_a_percentage_survives_being_written(hundredths: int) -> None:
    share = hundredths / 10_000
    assert scalars.percent(scalars.percent_text(share)) == share


@pytest.mark.parametrize(("text", "share"), [("80%", 0.8), ("0%", 0), ("100%", 1), ("99.5%", 0.995)])
def test_percentages(text: str, share: float) -> None:
    assert scalars.percent(text) == share


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (80, "80 has no %"), (0.8, "0.8 has no %"), ("80", "'80' is not a percentage"),
        ("101%", "'101%' is more than everything"), ("8e1%", "'8e1%' is not"), (True, "true is not"),
    ],
)  # fmt: skip
def test_what_is_no_percentage(value: object, said: str) -> None:
    with pytest.raises(Unfit, match="expected a percentage") as caught:
        scalars.percent(value)
    assert caught.value.message.startswith(said)


@pytest.mark.parametrize(
    ("text", "days", "start", "end"),
    [
        ("mon-fri 08:00-20:00", (0, 1, 2, 3, 4), 28_800, 72_000),
        ("sun 00:00-24:00", (6,), 0, 86_400),
        ("fri,sat 22:00-02:00", (4, 5), 79_200, 93_600),
        ("fri-mon 10:00-12:30", (4, 5, 6, 0), 36_000, 45_000),
        ("mon-wed,fri 10:00-11:00", (0, 1, 2, 4), 36_000, 39_600),
        ("mon  22:00-00:00", (0,), 79_200, 86_400),
    ],
)
def test_opening_times(text: str, days: tuple[int, ...], start: int, end: int) -> None:
    assert scalars.week_span(text) == scalars.WeekSpan(days=days, start=start, end=end)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("monday 08:00-20:00", "unknown day 'monday'"),
        ("mon-xyz 08:00-20:00", "unknown day 'xyz'"),
        ("mon- 08:00-20:00", "unknown day ''"),
        ("mon,mon 08:00-20:00", "'mon,mon' names mon twice"),
        ("mon-wed,tue 08:00-20:00", "'mon-wed,tue' names tue twice"),
        ("mon 8:00-20:00", "'mon 8:00-20:00' is no opening time"),
        ("mon 08:00", "'mon 08:00' is no opening time"),
        ("08:00-20:00", "'08:00-20:00' is no opening time"),
        ("mon 08:00-20:00 x", "'mon 08:00-20:00 x' is no opening time"),
        ("mon 08:60-20:00", "'mon 08:60-20:00' has the time 08:60"),
        ("mon 22:00-26:00", "'mon 22:00-26:00' has the time 26:00"),
        ("mon 22:00-24:01", "'mon 22:00-24:01' has the time 24:01"),
        ("mon 24:00-08:00", "'mon 24:00-08:00' begins at the end of the day"),
        ("mon 08:00-08:00", "'mon 08:00-08:00' ends when it begins"),
        (800, "800 is no opening time"),
    ],
)
def test_what_is_no_opening_time(value: object, said: str) -> None:
    with pytest.raises(Unfit, match="expected") as caught:
        scalars.week_span(value)
    assert caught.value.message.startswith(said)


def test_times_of_the_clock_are_written_as_they_are_read() -> None:
    assert [scalars.clock_text(seconds) for seconds in (0, 28_800, 86_400, 93_600)] == [
        "00:00", "08:00", "24:00", "02:00",
    ]  # fmt: skip


def test_dates() -> None:
    assert scalars.calendar_date("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize("value", ["2027-02-29", "2027-2-6", "6.2.2027", 20270206, None])
@pytest.mark.parametrize("read", [scalars.calendar_date])
def test_what_is_no_date(read: Callable[[object], date], value: object) -> None:
    with pytest.raises(Unfit, match="expected"):
        read(value)
