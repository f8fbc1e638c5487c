"""How long stored text may be, and what becomes of text that a database would not take.

Two rules, by who is there to be told. What comes with a call is never refused, since a call must not
be lost for the text it carries: it is cut to the column's length, and NUL characters (PostgreSQL
takes none) and lone surrogates (not UTF-8) become U+FFFD or "?". What a person asks to store is
refused with `ValueRefused`, so that nobody finds half of what he wrote.
"""

from __future__ import annotations

from acd.storage.errors import ValueRefused

ID = 200
"""Calls, offers, agents, nodes: ids. Characters, as all limits here."""
NUMBER = 64
NAME = 100
"""Queues, businesses, tiers, languages, outcomes."""
TEXT = 500
"""What people write or phones send: caller names, reasons."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def fit(text: str, limit: int) -> str:
    """The text as it can be stored: cut to `limit` characters, without what no database takes."""
    if text.isascii() and len(text) <= limit and "\0" not in text:
        return text
    return storable(text[:limit])


def fit_optional(text: str | None, limit: int) -> str | None:
    """`fit`, or None for None."""
    return None if text is None else fit(text, limit)


def storable(text: str) -> str:
    """The text as valid UTF-8 without NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", REPLACEMENT)


def demand(what: str, text: str, limit: int) -> str:
    """The text itself; raises ValueRefused where it cannot be stored as it stands."""
    if len(text) > limit:
        raise ValueRefused(f"{what} has {len(text)} characters; at most {limit} can be stored.")
    if storable(text) != text:
        raise ValueRefused(f"{what} has characters that cannot be stored (NUL, lone surrogates).")
    return text


def demand_optional(what: str, text: str | None, limit: int) -> str | None:
    """`demand`, or None for None."""
    return None if text is None else demand(what, text, limit)
