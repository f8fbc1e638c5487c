"""Callers' numbers and names, made unrecognisable where they leave the database.

Masking is idempotent: masked again, a masked value stays as it is. A replay therefore compares what it
computes from masked events with the masked commands of the recording.
"""

from __future__ import annotations

from typing import Any

SHOWN = 3
"""How many leading digits stay readable, unless routing rules look at longer prefixes."""

MASKED_FIELDS = frozenset({"caller", "number", "caller_name", "name"})


def mask(value: str, shown: int = SHOWN) -> str:
    """`13800138000` becomes `138********`."""
    return value[:shown] + "*" * (len(value) - shown)


def mask_fields(value: Any, shown: int = SHOWN) -> Any:
    """The same JSON-like value with every field that identifies a person masked."""
    if isinstance(value, dict):
        return {
            key: mask(inner, shown)
            if key in MASKED_FIELDS and isinstance(inner, str)
            else mask_fields(inner, shown)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [mask_fields(inner, shown) for inner in value]
    return value
