"""Values that calls carry and that survive the engine: reasons and a call's place in a queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from acd.core.routing import FirstTarget, Needs

Reason: TypeAlias = tuple[Any, ...]
"""One step of a decision: `(at, code, *arguments)`, plain values only (JSON can hold it).

`at` is UTC seconds, `code` a short constant listed in `acd.core.explain`, which renders it. Kept as
a bare tuple because a decision notes several and has microseconds.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A call's place in a queue, complete enough to be taken up again by a new engine.

    `visit` counts the queues that the call has been in, from 1. `firsts` have their last agent
    resolved to `agent`. The call's key is `(-tier, arrived_at - head_start)`.
    """

    queue: str
    visit: int
    joined_at: float
    tier: int
    head_start: float
    extra_needs: Needs
    firsts: tuple[FirstTarget, ...]
    language: str
    business: str | None
