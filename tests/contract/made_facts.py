"""Facts as the engine makes them, for tests of whoever takes facts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from acd.core.facts import (
    AgentSessionEnded,
    AgentSessionStarted,
    AgentStateChanged,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallMissed,
    CallOutcome,
    CallQueued,
    CallWidened,
    Fact,
    MissedReason,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    QueueLeft,
    RecordingBegan,
    RecordingEnded,
    RecordingOutcome,
    VisitOutcome,
)
from acd.core.records import Placement
from acd.core.routing import FirstTarget
from agents.model import AgentState

START = 1_795_278_685.123457
"""A time with microseconds that a double cannot hold exactly."""


def entered(call: str, at: float = START, **given: Any) -> CallEntered:
    usual = CallEntered(
        call=call,
        at=at,
        node="pbx1",
        dialled="4008001001",
        caller="13800000001",
        caller_name="王芳",
        customer_tier="gold",
        business="tv",
        campaign="spring",
        language="zh",
    )
    return replace(usual, **given)


def placement(queue: str = "sales", visit: int = 1, joined_at: float = START + 0.25) -> Placement:
    return Placement(
        queue=queue,
        visit=visit,
        joined_at=joined_at,
        tier=1,
        head_start=300.0,
        extra_needs=(("jewellery", 3), ("zh", 5)),
        firsts=(FirstTarget(group="vip", hold=5.0), FirstTarget(agent="a001")),
        language="en",
        business="tv",
    )


def queued(call: str, at: float = START + 0.25, visit: int = 1, queue: str = "sales") -> CallQueued:
    return CallQueued(
        call=call,
        at=at,
        placement=placement(queue, visit, at),
        reasons=((at, "number", "4008001001", ("tv", 1)), (at, "queued", queue)),
    )


def changed(
    agent: str, at: float, state: AgentState, previous: AgentState, **given: Any
) -> AgentStateChanged:
    usual = AgentStateChanged(
        agent=agent,
        at=at,
        state=state,
        previous=previous,
        since=at - 10.0,
        reason=None,
        call=None,
        by=None,
        until=None,
    )
    return replace(usual, **given)


def answered(
    call: str,
    at: float = START + 12.5,
    *,
    agent: str = "a001",
    caller: str | None = "13800000001",
    business: str | None = "tv",
) -> CallAnswered:
    return CallAnswered(
        call=call,
        offer=f"{call}-o2",
        agent=agent,
        queue="sales",
        business=business,
        caller=caller,
        at=at,
        wait=12.25,
        within_service_level=True,
    )


def ended(
    call: str, at: float = START + 60.0, outcome: CallOutcome = CallOutcome.ANSWERED, **given: Any
) -> CallEnded:
    usual = CallEnded(
        call=call,
        at=at,
        outcome=outcome,
        dialled="4008001001",
        business="tv",
        queue="sales",
        agent="a001" if outcome is CallOutcome.ANSWERED else None,
        wait=12.25,
        talk=47.5 if outcome is CallOutcome.ANSWERED else 0.0,
        short=False,
        reasons=((at, "ended", outcome.value),),
    )
    return replace(usual, **given)


def missed(
    call: str,
    at: float = START + 20.0,
    *,
    caller: str | None = "13800000001",
    business: str | None = "tv",
) -> CallMissed:
    return CallMissed(
        call=call,
        at=at,
        caller=caller,
        dialled="4008001001",
        business=business,
        queue="sales",
        wait=19.75,
        reason=MissedReason.ABANDONED,
    )


def offered(call: str, number: int, agent: str, at: float) -> OfferMade:
    return OfferMade(
        offer=f"{call}-o{number}",
        call=call,
        agent=agent,
        queue="sales",
        at=at,
        reasons=((at, "chosen", agent),),
    )


def offer_ended(
    call: str, number: int, agent: str, at: float, outcome: OfferOutcome, ring: float
) -> OfferEnded:
    return OfferEnded(
        offer=f"{call}-o{number}",
        call=call,
        agent=agent,
        queue="sales",
        at=at,
        outcome=outcome,
        ring=ring,
        reasons=((at, "offer_ended", agent, outcome.value),),
    )


def recording_ended(call: str, at: float = START + 60.1, **given: Any) -> RecordingEnded:
    usual = RecordingEnded(
        call=call,
        offer=f"{call}-o2",
        file=f"2026-11-21/{call}",
        at=at,
        outcome=RecordingOutcome.RECORDED,
        seconds=47.0,
        detail=None,
        reasons=((at, "recorded", 47.0),),
    )
    return replace(usual, **given)


def whole_call(call: str, at: float = START, caller: str = "13800000001") -> list[Fact]:
    """A call that overflows, widens, is not answered by the first agent, and is by the second."""
    return [
        entered(call, at, caller=caller),
        queued(call, at + 0.1, 1, "vip"),
        QueueLeft(
            call=call, at=at + 0.2, queue="vip", visit=1, wait=0.1, outcome=VisitOutcome.OVERFLOWED
        ),
        queued(call, at + 0.25, 2, "sales"),
        CallWidened(call=call, at=at + 0.3, queue="sales", step=1, reasons=((at + 0.3, "widened", 1),)),
        AgentSessionStarted(agent="a002", at=at, by="console"),
        offered(call, 1, "a002", at + 0.4),
        changed("a002", at + 0.4, AgentState.RESERVED, AgentState.IDLE, call=call),
        offer_ended(call, 1, "a002", at + 10.4, OfferOutcome.NO_ANSWER, 9.9),
        changed(
            "a002",
            at + 10.4,
            AgentState.PAUSED,
            AgentState.RESERVED,
            reason="no answer",
            call=call,
            by="system",
        ),
        offered(call, 2, "a001", at + 10.4),
        changed("a001", at + 10.4, AgentState.RESERVED, AgentState.IDLE, call=call),
        changed("a001", at + 10.6, AgentState.RINGING, AgentState.RESERVED, call=call),
        offer_ended(call, 2, "a001", at + 12.5, OfferOutcome.ANSWERED, 1.9),
        QueueLeft(
            call=call, at=at + 12.5, queue="sales", visit=2, wait=12.25, outcome=VisitOutcome.ANSWERED
        ),
        answered(call, at + 12.5, caller=caller),
        RecordingBegan(
            call=call,
            offer=f"{call}-o2",
            file=f"2026-11-21/{call}",
            at=at + 12.6,
            reasons=((at + 12.6, "recording", f"2026-11-21/{call}"),),
        ),
        changed("a001", at + 12.5, AgentState.TALKING, AgentState.RINGING, call=call),
        ended(call, at + 60.0),
        changed("a001", at + 60.0, AgentState.WRAP_UP, AgentState.TALKING, call=call, until=at + 90.0),
        recording_ended(call, at + 60.1),
        AgentSessionEnded(agent="a002", at=at + 61.0, since=at, by="api:boss"),
    ]
