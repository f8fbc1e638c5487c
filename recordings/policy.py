"""When a recording may begin, and whether one is whole."""

from __future__ import annotations

_SLACK_S = 3.0
_SLACK_SHARE = 0.05
"""Lengths come in whole seconds, and the file's clock is not the call's."""


def refusal(*, free_bytes: int, min_free_bytes: int) -> str | None:
    """Why there is no room for one more recording; None where there is."""
    if free_bytes >= min_free_bytes:
        return None
    return f"{_size(free_bytes)} free, {_size(min_free_bytes)} wanted"


def is_whole(*, recorded_s: float, lasted_s: float) -> bool:
    """Whether a recording that ended with `recorded_s` in its file went on for as long as the talk did.

    Asterisk calls a recording done whose file could not be written any further.
    """
    return recorded_s >= lasted_s * (1 - _SLACK_SHARE) - _SLACK_S


def _size(count_bytes: int) -> str:
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count_bytes >= size:
            return f"{count_bytes / size:.1f} {unit}"
    return f"{count_bytes} bytes"
