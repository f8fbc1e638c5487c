"""Events and commands about what callers said while no engine was there."""

from __future__ import annotations

from dataclasses import dataclass

# --- events


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeFound:
    """What is in the folder of messages of a caller who is gone. `file` is the path there without
    ending, None where there is nothing; `number` counts the recordings of his call, `seconds` is its
    length."""

    call: str
    file: str | None = None
    number: int = 0
    seconds: float = 0.0


# --- commands


@dataclass(frozen=True, slots=True, kw_only=True)
class FindTape:
    """Look for the last recording that a caller made for a box, since `since` (UTC seconds). Reports
    TapeFound, once."""

    call: str
    box: str
    since: float
