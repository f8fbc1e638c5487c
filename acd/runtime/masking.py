"""Callers' numbers and names, made unrecognisable where they leave the database.

Masking is idempotent: masked again, a masked value stays as it is. A replay therefore compares what it
computes from masked events with the masked commands of the recording.
"""

from __future__ import annotations

from typing import Any

from ivr.saying import KEYS

SHOWN = 3
"""How many leading digits stay readable, unless routing rules look at longer prefixes."""

SHORTEST_MASKED = 5
DIGITS = "0123456789*"

REASON_FIELDS = frozenset({"reasons", "trace", "do_not_call", "surveyed"})
"""Fields of bare lists in which numbers stand."""
NUMBER_FIELDS = frozenset({"caller", "number"})
NAME_FIELDS = frozenset({"caller_name", "name"})
URL = "url"
"""An address that is looked up; what stands in it after the host may be the caller's number."""
SOUNDS = "sounds"
SPOKEN_DIGITS = frozenset({*KEYS.values(), "num_yao"})
"""Prompts in which numbers are read out; a masked number is read otherwise."""


def mask(value: str, shown: int = SHOWN) -> str:
    """`13800138000` becomes `138********`."""
    return value[:shown] + "*" * (len(value) - shown)


def mask_fields(value: Any, shown: int = SHOWN) -> Any:
    """The same JSON-like value with every field that identifies a person masked."""
    if isinstance(value, dict):
        return {key: _mask_field(key, inner, shown) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [mask_fields(inner, shown) for inner in value]
    return value


def _mask_field(key: str, value: Any, shown: int) -> Any:
    if isinstance(value, str):
        if key in NUMBER_FIELDS:
            return mask(value, shown)
        if key in NAME_FIELDS:
            return mask(value, 1)
    if key == URL and isinstance(value, str):
        return "/".join(value.split("/")[:3])
    if key in REASON_FIELDS:
        return _mask_digits(value, shown)
    if key == SOUNDS:
        return ["digit" if sound in SPOKEN_DIGITS else sound for sound in value]
    return mask_fields(value, shown)


def _mask_digits(value: Any, shown: int) -> Any:
    """Reasons are bare lists: whatever in them is long and all digits may be somebody's number."""
    if isinstance(value, list | tuple):
        return [_mask_digits(inner, shown) for inner in value]
    if isinstance(value, str) and len(value) >= SHORTEST_MASKED and not value.strip(DIGITS):
        return mask(value, shown)
    return value
