"""One canonical form for all writings of a number, and how it is dialled."""

from __future__ import annotations

import pytest

from acd.core.numbering import (
    Numbering,
    as_it_came,
    canonical,
    endpoint,
    is_country,
    outward,
    readable,
)

CHINA, BRITAIN = Numbering("CN"), Numbering("GB")


@pytest.mark.parametrize(
    "written", ["13900000001", "013900000001", "8613900000001", "008613900000001", "+8613900000001"]
)
def test_all_writings_of_a_number_are_one(written: str) -> None:
    assert CHINA.canonical(written) == "+8613900000001"
    assert canonical(CHINA, written) == "+8613900000001"


@pytest.mark.parametrize(
    ("numbering", "written", "is_"),
    [
        (CHINA, "02112345678", "+862112345678"),
        (CHINA, "4008001001", "+864008001001"),
        (CHINA, "+442079460000", "+442079460000"),
        (CHINA, "00442079460000", "+442079460000"),
        (BRITAIN, "02079460000", "+442079460000"),
        (BRITAIN, "+13105550100", "+13105550100"),
    ],
)
def test_canonical_is_with_the_code_of_the_country(numbering: Numbering, written: str, is_: str) -> None:
    assert numbering.canonical(written) == is_
    assert numbering.canonical(is_) == is_


@pytest.mark.parametrize("number", ["1001", "110", "10086", "", "+9991234567"])
def test_what_is_no_number_of_a_country_stays_as_it_is(number: str) -> None:
    assert CHINA.canonical(number) == number
    assert CHINA.dialled(number) == number


@pytest.mark.parametrize(
    ("number", "dialled"),
    [
        ("+8613900000001", "13900000001"),
        ("+862112345678", "02112345678"),
        ("+864008001001", "4008001001"),
        ("+442079460000", "00442079460000"),
        ("+4420", "004420"),
    ],
)
def test_it_is_dialled_as_the_country_dials(number: str, dialled: str) -> None:
    assert CHINA.dialled(number) == dialled
    assert readable(CHINA, number) == dialled
    assert endpoint("PJSIP/{number}@carrier", CHINA, number) == f"PJSIP/{dialled}@carrier"
    assert endpoint("PJSIP/{e164}@carrier", CHINA, number) == f"PJSIP/{number}@carrier"


def test_without_numbering_numbers_are_as_they_are() -> None:
    assert canonical(None, "+8613900000001") == "8613900000001"
    assert readable(None, "013900000001") == "013900000001"
    assert endpoint("PJSIP/{number}@carrier", None, "0139") == "PJSIP/0139@carrier"
    assert as_it_came(None, "0139", "+0139") == "0139"


def test_agents_see_a_number_as_it_came() -> None:
    assert as_it_came(CHINA, "+8613900000001", "013900000001") == "013900000001"
    assert as_it_came(CHINA, "+8613900000001", None) == "13900000001"
    assert as_it_came(CHINA, None, None) is None


def test_a_number_that_the_routing_names_is_as_it_is_written_there() -> None:
    assert outward("PJSIP/{number}@carrier", CHINA, "02112345678") == "02112345678"
    assert outward("PJSIP/{e164}@carrier", CHINA, "02112345678") == "+862112345678"


def test_countries_whose_numbers_are_known() -> None:
    assert [each for each in ("CN", "GB", "cn", "XX", "") if is_country(each)] == ["CN", "GB"]
