"""A call's place in a queue, worked out from the call: pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.core.records import Placement
from acd.core.requirement import Requirement, first

if TYPE_CHECKING:
    from acd.core.call import Call
    from acd.core.routing import Queue


def targets(call: Call) -> tuple[Requirement, ...]:
    """What the call's first targets ask for, in their order."""
    return tuple([first(each, call.needs) for each in call.firsts])


def next_due(call: Call, queue: Queue) -> float | None:
    """When something happens to a waiting call by itself (UTC seconds): the next widening step, the end
    of its hold for first targets, or the maximum wait; None: never."""
    due: float | None = None
    if call.step + 1 < len(call.stages):
        due = call.joined_at + call.stages[call.step + 1].after
    if not call.queue_open and (due is None or call.hold_until < due):
        due = call.hold_until
    if queue.for_at_most is not None:
        longest = call.joined_at + queue.for_at_most
        if due is None or longest < due:
            due = longest
    return due


def placement(call: Call) -> Placement:
    """The place as the store keeps it."""
    return Placement(
        queue=call.queue or "",
        visit=call.visit,
        joined_at=call.joined_at,
        tier=call.tier,
        head_start=call.head_start,
        extra_needs=call.needs,
        firsts=call.firsts,
        language=call.language,
        business=call.business,
    )
