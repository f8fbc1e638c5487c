"""Public holidays by country, from the package `holidays`: the days, and what they are called."""

from __future__ import annotations

from datetime import date

import holidays

from config.scalars import Unfit, shown

YEARS_BACK = 1
YEARS_AHEAD = 10


def countries() -> dict[str, list[str]]:
    """The codes of the countries whose holidays are known, with those of their regions."""
    return holidays.list_supported_countries()


def country_code(value: object) -> str:
    """The code of a country (`CN`), or of a region in one (`DE-BY`). Raises Unfit for any other."""
    expected = "expected the code of a country such as CN, or with its region such as DE-BY"
    if not isinstance(value, str):
        raise Unfit(f"{shown(value)} is not a country, {expected}")
    country, dash, region = value.partition("-")
    known = countries()
    if country not in known:
        near = country.upper() in known
        raise Unfit(
            f"unknown country {shown(country)}, {expected}",
            f"did you mean '{country.upper()}'?" if near else None,
        )
    if dash and region not in known[country]:
        regions = ", ".join(known[country]) or "none"
        raise Unfit(f"unknown region {shown(region)} of {country}, expected one of: {regions}")
    return value


def holiday_dates(code: str, today: date) -> dict[date, str]:
    """The holidays of a country or region, from last year to ten years ahead, in order."""
    country, _, region = code.partition("-")
    years = range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1)
    found = holidays.country_holidays(country, subdiv=region or None)
    # In the country's own language: else the names would change with the machine's locale.
    found = holidays.country_holidays(
        country, subdiv=region or None, years=years, language=found.default_language
    )
    return {day: _label(name) for day, name in sorted(found.items()) if day.year in years}


def _label(name: str) -> str:
    """A holiday's name without what cannot be printed, short enough for a reason in a file."""
    words = " ".join(str(name).split())
    return "".join(character for character in words if character.isprintable())[:80]
