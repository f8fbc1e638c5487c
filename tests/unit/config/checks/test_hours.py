"""Opening hours that overlap are a mistake at the later line; those that touch are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.files import check_mistakes, loaded, text


def hours(*lines: str) -> str:
    return text(hours="hours:\n  day:\n    open:\n" + "\n".join(f"    - {line}" for line in lines))


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        (("mon 08:00-12:00", "§mon 11:00-14:00"), "mon at 11:00"),
        (("mon-fri 08:00-20:00", "§wed 09:00-10:00"), "wed at 09:00"),
        (("mon 22:00-02:00", "§tue 01:00-03:00"), "tue at 01:00"),
        (("mon 01:00-03:00", "§sun 22:00-02:00"), "mon at 01:00"),
        (("tue 10:00-12:00", "mon 10:00-12:00", "§tue 09:00-11:00"), "tue at 10:00"),
        (("sun 22:00-02:00", "mon 03:00-04:00", "§mon 00:00-01:00"), "mon at 00:00"),
    ],
)  # fmt: skip
def test_hours_that_overlap(tmp_path: Path, lines: tuple[str, ...], where: str) -> None:
    content = hours(*lines)
    check_mistakes(tmp_path, content, f"these hours overlap with others on {where}, expected each")


def test_a_whole_week_of_nights_touches_itself_and_does_not_overlap(tmp_path: Path) -> None:
    weekly = loaded(tmp_path, hours("mon-sun 22:00-02:00", "mon-sun 02:00-22:00")).routing.businesses
    opening = weekly["shop"].hours
    assert opening is not None
    assert opening.weekly == (((7200, 79_200), (79_200, 93_600)),) * 7


def test_each_line_that_overlaps_is_told(tmp_path: Path) -> None:
    check_mistakes(
        tmp_path, hours("mon 08:00-20:00", "§mon 09:00-10:00", "§mon 11:00-12:00"),
        "these hours overlap with others on mon at 09:00",
        "these hours overlap with others on mon at 11:00",
    )  # fmt: skip


def test_a_span_longer_than_a_day_until_its_own_beginning_is_told(tmp_path: Path) -> None:
    check_mistakes(
        tmp_path, hours("mon 10:00-09:00", "§tue 08:00-08:30"),
        "these hours overlap with others on tue at 08:00, expected each moment once, the others are",
    )  # fmt: skip
