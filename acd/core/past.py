"""Calls of the past, as far as they teach how long callers wait: for an engine that has just started."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """A call that is over. `wait` (seconds) is how long he waited in `queue` until he was answered or,
    with `gave_up`, hung up; None: neither. `handled`: for so many seconds it took an agent up, from the
    ring to the end of his wrap-up; None: nobody. `wasted`: by queue, how long agents were rung for it
    who did not take it."""

    queue: str
    wait: float | None = None
    gave_up: bool = False
    handled: float | None = None
    wasted: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCallsRestored:
    """Recent calls that the store remembers, in the order in which they came."""

    calls: tuple[PastCall, ...]
