"""Callers' numbers and names, made unrecognisable where they leave the database.

Masking is idempotent: masked again, a masked value stays as it is. A replay therefore compares what it
computes from masked events with the masked commands of the recording.
"""

from __future__ import annotations

import re
from collections.abc import Callable
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
ENDPOINT = "endpoint"
"""What is dialled; a customer's number may stand in it."""
DIALLED_DIGITS = re.compile(rf"[0-9*]{{{SHORTEST_MASKED},}}")
SOUNDS = "sounds"
SPOKEN_DIGITS = frozenset({*KEYS.values(), "num_yao"})
"""Prompts in which numbers are read out; a masked number is read otherwise."""


def mask(value: str, shown: int = SHOWN) -> str:
    """`13800138000` becomes `138********`."""
    return value[:shown] + "*" * (len(value) - shown)


class Pseudonyms:
    """Masks numbers like `mask`, of the same length, but two that differ stay two: of those that would
    look alike the second ends in 1, and so on."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], str] = {}
        self._alike: dict[str, int] = {}

    def __call__(self, value: str, shown: int) -> str:
        known = self._known.get((value, shown))
        if known is None:
            known = self._known[value, shown] = self._new(value, mask(value, shown))
        return known

    def _new(self, value: str, masked: str) -> str:
        before = self._alike.get(masked, 0)
        self._alike[masked] = before + 1
        ending = str(before) if before else ""
        if len(ending) > masked.count("*") - value.count("*"):
            return masked
        return masked[: len(masked) - len(ending)] + ending


Mask = Callable[[str, int], str]


def mask_fields(value: Any, shown: int = SHOWN, masked: Mask = mask) -> Any:
    """The same JSON-like value with every field that identifies a person masked."""
    if isinstance(value, dict):
        return {key: _mask_field(key, inner, shown, masked) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [mask_fields(inner, shown, masked) for inner in value]
    return value


def _mask_field(key: str, value: Any, shown: int, masked: Mask) -> Any:
    if isinstance(value, str):
        if key in NUMBER_FIELDS:
            return masked(value, shown)
        if key in NAME_FIELDS:
            return mask(value, 1)
        if key == ENDPOINT:
            return DIALLED_DIGITS.sub(lambda found: masked(found[0], shown), value)
    if key == URL and isinstance(value, str):
        return "/".join(value.split("/")[:3])
    if key in REASON_FIELDS:
        return _mask_digits(value, shown, masked)
    if key == SOUNDS:
        return ["digit" if sound in SPOKEN_DIGITS else sound for sound in value]
    return mask_fields(value, shown, masked)


def _mask_digits(value: Any, shown: int, masked: Mask) -> Any:
    """Reasons are bare lists: whatever in them is long and all digits may be somebody's number."""
    if isinstance(value, list | tuple):
        return [_mask_digits(inner, shown, masked) for inner in value]
    if isinstance(value, str) and len(value) >= SHORTEST_MASKED and not value.strip(DIGITS):
        return masked(value, shown)
    return value
