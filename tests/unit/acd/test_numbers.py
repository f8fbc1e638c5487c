"""Telephone numbers: what counts as one, and what is the same one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.core.numbering import Numbering
from acd.numbers import BadNumber, caller_number, normalise, written, written_number


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("13800138000", "13800138000"),
        ("+86 138-0013-8000", "8613800138000"),
        ("008613800138000", "8613800138000"),
        ("(010) 1234.5678", "01012345678"),
        ("010/12345678", "01012345678"),
        ("110", "110"),
        ("000", "000"),
        ("００８６１３８００１３８０００", "8613800138000"),
        ("＋8613800138000", "8613800138000"),
        ("\u00a013800138000 ", "13800138000"),
    ],
)
def test_every_way_of_writing_a_number_gives_its_digits(raw: str, expected: str) -> None:
    assert normalise(raw) == expected
    assert caller_number(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "+",
        "12",
        "anonymous",
        "Anonymous",
        "unknown",
        "1380013800a",
        "+1",
        "+0123456789",
        "000123456789",
        "1234567890123456",
        "<b>138</b>",
        "'; DROP TABLE calls; --",
        "138;ext=5",
        "١٣٨٠٠١٣٨",
        "138\r\n0013",
        "++8613800138000",
        "138+0013",
        "1" * 4000,
        "\x00138",
        "1\u2028380",
    ],
)
def test_what_is_not_a_number_is_refused(raw: str) -> None:
    with pytest.raises(BadNumber):
        normalise(raw)
    assert caller_number(raw) is None


def test_a_missing_caller_id_is_none() -> None:
    assert caller_number(None) is None


def test_the_message_is_short_and_printable() -> None:
    with pytest.raises(BadNumber) as long:
        normalise("<script>" * 500)
    assert len(str(long.value)) < 100
    with pytest.raises(BadNumber) as control:
        normalise("1\x1b[31m\r\n")
    assert str(control.value).isprintable()


@settings(deadline=None)
@given(st.text(max_size=60))
def test_a_caller_id_never_raises_and_is_stable(raw: str) -> None:
    number = caller_number(raw)
    if number is not None:
        assert number.isascii()
        assert number.isdigit()
        assert 3 <= len(number) <= 15


@settings(deadline=None)
@given(st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True))
def test_a_normal_number_stays_as_it_is(digits: str) -> None:
    assert normalise(digits) == digits
    assert normalise("+" + digits) == digits
    assert normalise("00" + digits) == digits


def test_where_it_is_said_how_numbers_are_written_the_countrys_code_is_kept() -> None:
    for raw in ("139 0000 0001", "(0)139-0000-0001", "+86 139 0000 0001", "0086 13900000001"):
        assert normalise(raw, Numbering("CN")) == "+8613900000001"
    assert written("+86 139 0000 0001") == "+8613900000001"
    assert written("0139-0000-0001") == "013900000001"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("+44 20 7946 0000", "+442079460000"),
        ("00442079460000", "+442079460000"),
        ("13900000001", None),
        ("00", None),
        ("000", None),
        ("+x", None),
        (None, None),
    ],
)
def test_a_caller_from_abroad_is_known_as_one(raw: str | None, expected: str | None) -> None:
    assert written_number(raw) == expected
