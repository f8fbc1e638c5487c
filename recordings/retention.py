"""How long files are kept: which of them have had their time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One file: `since` when (UTC seconds) it is kept, and for how long (seconds; None: for good)."""

    id: str
    file: str
    since: float
    keep_for: float | None


def overdue(files: Iterable[Kept], now: float) -> list[Kept]:
    """Those whose time is over at `now`, the oldest first."""
    due = [each for each in files if each.keep_for is not None and each.since + each.keep_for <= now]
    return sorted(due, key=lambda each: (each.since, each.id))
