"""Telephone numbers: one form for all that means the same, and nothing else gets in.

A number is kept as ASCII digits only. `+` and the international prefix `00` are dropped, so that
`+86 138-0013-8000` and `008613800138000` are the same as `8613800138000`. A national number stays
national: which country it belongs to cannot be told from the number alone. Where the routing says it
(`acd.core.numbering`), a number is kept in international form with `+`, however it was written.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from acd.core.numbering import Numbering, canonical
from acd.errors import OperatorError

SHORTEST: Final = 3
"""Digits; internal and emergency numbers are that short."""
LONGEST: Final = 15
"""Digits, by ITU-T E.164."""
SHORTEST_INTERNATIONAL: Final = 7
LONGEST_WRITTEN: Final = 40
"""Characters, separators included; what is longer is refused unread."""

_SEPARATORS: Final = re.compile(r"[ ().\-/]")
_PLAIN: Final = re.compile(r"(?!00)[0-9]+", re.ASCII)
"""As most numbers come: nothing to be dropped."""
_DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)


class BadNumber(OperatorError):
    """This is not a telephone number."""


def normalise(raw: str, numbering: Numbering | None = None) -> str:
    """The number in the form in which it is stored and compared: 3 to 15 digits, with `+` before them
    where `numbering` knows it for one of a country.

    Full-width digits and signs count as the plain ones. Raises BadNumber, whose message shows at most
    the beginning of what was given, with everything that is not printable escaped.
    """
    return canonical(numbering, written(raw))


def written(raw: str) -> str:
    """The number's digits, and `+` before them where it is written as an international one. Raises
    BadNumber as `normalise` does."""
    if SHORTEST <= len(raw) <= LONGEST and _PLAIN.fullmatch(raw):
        return raw
    if len(raw) > LONGEST_WRITTEN:
        raise BadNumber(f"{raw[:16]!r}... is not a telephone number: {len(raw)} characters")
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", raw).strip())
    international = digits.startswith("+")
    digits = digits.removeprefix("+")
    if not _DIGITS.fullmatch(digits):
        raise BadNumber(f"{raw!r} is not a telephone number: digits expected, with or without a '+'")
    if not international and digits.startswith("00") and len(digits) >= 2 + SHORTEST_INTERNATIONAL:
        international, digits = True, digits[2:]
    shortest = SHORTEST_INTERNATIONAL if international else SHORTEST
    if not shortest <= len(digits) <= LONGEST:
        raise BadNumber(f"{raw!r} is not a telephone number: {shortest} to {LONGEST} digits expected")
    if international and digits.startswith("0"):
        raise BadNumber(f"{raw!r} is not a telephone number: no country's code begins with 0")
    return f"+{digits}" if international else digits


def caller_number(raw: str | None) -> str | None:
    """The caller's number, or None where it is withheld or is not a number. Never raises."""
    if raw is None:
        return None
    try:
        return normalise(raw)
    except BadNumber:
        return None


def written_number(raw: str | None) -> str | None:
    """The caller's number with `+` where it came as an international one; None where it did not, or is
    none. Never raises."""
    if raw is None or not raw.startswith(("+", "00")):
        return None
    try:
        number = written(raw)
    except BadNumber:
        return None
    return number if number.startswith("+") else None
