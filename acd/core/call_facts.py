"""What is recorded of a call that enters, is missed or is over, and which ends make it a missed call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from acd.core.call import Call
from acd.core.facts import CallEnded, CallEntered, CallMissed, CallOutcome, MissedReason

WAITED_IN_VAIN: Final[Mapping[CallOutcome | None, MissedReason]] = {
    CallOutcome.TIMED_OUT: MissedReason.TIMED_OUT,
    CallOutcome.NOBODY: MissedReason.NOBODY,
    CallOutcome.QUEUE_FULL: MissedReason.QUEUE_FULL,
}
"""Endings of a queue."""

TURNED_AWAY: Final = {**WAITED_IN_VAIN, CallOutcome.CLOSED: MissedReason.CLOSED}
"""Endings that may have led to somewhere else, where nothing came of it."""

MISSED: Final = {
    **TURNED_AWAY,
    CallOutcome.IVR_LEFT: MissedReason.ABANDONED,
    CallOutcome.CALLBACK: MissedReason.IVR,
}
"""All ends that mean a callback."""

_SHORT_ABANDON: Final = 5.0
"""Seconds: who hangs up before any queue is a short abandon; in one the queue says how long."""


def entered(call: Call, campaign: str | None) -> CallEntered:
    """The caller is at the centre."""
    arrived = call.arrived
    return CallEntered(
        call=call.id,
        at=call.arrived_at,
        node=arrived.node,
        dialled=arrived.dialled,
        caller=arrived.caller,
        caller_name=arrived.caller_name,
        customer_tier=arrived.customer.tier if arrived.customer is not None else None,
        business=call.business,
        campaign=campaign,
        language=call.language,
    )


def missed(call: Call, reason: MissedReason, now: float) -> CallMissed:
    """He is to be called back."""
    return CallMissed(
        call=call.id,
        at=now,
        caller=call.arrived.caller,
        dialled=call.arrived.dialled,
        business=call.business,
        queue=call.queue,
        wait=call.wait,
        reason=reason,
    )


def ended(call: Call, outcome: CallOutcome, now: float) -> CallEnded:
    """The call is over, with all that was not told of it yet. Where a flow was all of it, the queue that
    it would have had counts for nothing."""
    in_flow_alone = outcome in (CallOutcome.IVR_LEFT, CallOutcome.SERVED) and not call.seen
    talk = 0.0
    if call.answered_at is not None:
        talk = (call.talked_until or now) - call.answered_at
    return CallEnded(
        call=call.id,
        at=now,
        outcome=outcome,
        dialled=call.arrived.dialled,
        business=call.business,
        queue=None if in_flow_alone else call.queue,
        agent=call.offer.agent.id if call.offer is not None else None,
        wait=call.wait,
        talk=talk,
        short=outcome is CallOutcome.ABANDONED and _is_short(call, now),
        reasons=call.untold(),
    )


def _is_short(call: Call, now: float) -> bool:
    if call.desk is None:
        return now - call.arrived_at < _SHORT_ABANDON
    return call.wait < call.desk.queue.short_abandon
