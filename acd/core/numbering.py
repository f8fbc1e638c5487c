"""How numbers are written here: one canonical form for all writings of one number.

Customers' systems, carriers and people write one number as `13900000001`, `013900000001`,
`008613900000001` or `+86 139 0000 0001`. Where the routing says in which country the centre is, all of
these are `+8613900000001` (ITU-T E.164), by which numbers are compared and stored; a trunk is given the
form in which the country dials. What is no possible number of a country (an internal number, a service
such as 10086) stays as it is. The rules of 240 countries are those of Google's libphonenumber.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

NUMBER: Final = "{number}"
"""Stands in a trunk's template for the number as the country dials it."""
E164: Final = "{e164}"
"""Stands there for the number in canonical form."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """Numbers as they are written and dialled in one country (`CN`: ISO 3166)."""

    country: str

    def canonical(self, number: str) -> str:
        """The number in canonical form, if it is a possible one; given as digits, `+` before them where
        it is international. What is canonical stays so."""
        return _canonical(self.country, number)

    def dialled(self, number: str) -> str:
        """The digits by which a canonical number is dialled here: national with the trunk prefix that
        the country uses, or with the international prefix."""
        return _dialled(self.country, number)


def is_country(code: str) -> bool:
    """Whether the numbers of such a country are known."""
    return phonenumbers.country_code_for_region(code) != 0


def canonical(numbering: Numbering | None, number: str) -> str:
    """The form in which a number is compared, where one is said; else as it is, without `+`."""
    return number.removeprefix("+") if numbering is None else numbering.canonical(number)


def readable(numbering: Numbering | None, number: str) -> str:
    """The number as people here read and say it."""
    return number if numbering is None else numbering.dialled(number)


def endpoint(dial: str, numbering: Numbering | None, number: str) -> str:
    """What Asterisk dials to reach a number through a trunk with this template."""
    return dial.replace(E164, number).replace(NUMBER, readable(numbering, number))


def outward(dial: str, numbering: Numbering | None, number: str) -> str:
    """A number that the routing names, for a trunk with this template: as it is, or canonical."""
    return number if E164 not in dial else canonical(numbering, number)


def as_it_came(numbering: Numbering | None, caller: str | None, written: str | None) -> str | None:
    """A caller's number as an agent is shown it: as the carrier wrote it, where that is known still."""
    if numbering is None or caller is None:
        return caller
    return written or numbering.dialled(caller)


@lru_cache(maxsize=16_384)
def _canonical(country: str, number: str) -> str:
    """About 20 microseconds the first time."""
    try:
        parsed = phonenumbers.parse(number, country)
    except NumberParseException:
        return number
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        return number
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


@lru_cache(maxsize=1024)
def _dialled(country: str, number: str) -> str:
    if not number.startswith("+"):
        return number
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return number
    written = phonenumbers.format_out_of_country_calling_number(parsed, country)
    return "".join(each for each in written if each.isdigit())
