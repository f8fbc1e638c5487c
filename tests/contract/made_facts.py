"""Facts as the engine makes them, for tests of whoever takes facts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from acd.core.callback_words import (
    Attempt,
    AttemptEnded,
    AttemptOutcome,
    Callback,
    CallbackChanged,
    CallbackClosed,
    CallbackCorrected,
    CallbackOpened,
    CallbackOutcome,
    CallbackSource,
)
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
from acd.core.flow_words import (
    FlowEntered,
    FlowLeft,
    SurveyGoesOn,
    SurveyOutcome,
    SurveyTaken,
    WaitAnnounced,
    WaitMeasured,
)
from acd.core.message_words import (
    Message,
    MessageAct,
    MessageChanged,
    MessageDeleted,
    MessageLeft,
    MessageNotLeft,
    MessageState,
    NoMessage,
)
from acd.core.records import Placement
from acd.core.routing import FirstTarget
from acd.core.tapes import TapeDeleted, TapeHeard, TapeMade
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


def callback(id: str = "cb1", call: str | None = "c1", **given: Any) -> Callback:
    usual = Callback(
        id=id,
        number="13800000001",
        business="tv",
        queue="sales",
        dialled="4008001001",
        source=CallbackSource.ABANDONED,
        created_at=START + 20.0,
        due_at=START + 20.0,
        language="zh",
        node="pbx1",
        call=call,
        place=START + 0.25,
        tier=1,
        head_start=300.0,
        needs=(("jewellery", 3),),
        firsts=(FirstTarget(group="vip", hold=5.0), FirstTarget(agent="a001")),
        note="was cut off",
    )
    return replace(usual, **given)


def attempt(id: str = "cb1-1", callback: str = "cb1", number_of: int = 1, **given: Any) -> Attempt:
    usual = Attempt(
        id=id,
        callback=callback,
        number_of=number_of,
        number="13800000001",
        agent="a001",
        made_at=START + 30.0 * number_of,
    )
    return replace(usual, **given)


def opened(id: str = "cb1", call: str | None = "c1", **given: Any) -> CallbackOpened:
    return CallbackOpened(at=START + 20.0, callback=callback(id, call, **given))


def attempt_ended(
    id: str = "cb1-1",
    callback: str = "cb1",
    outcome: AttemptOutcome = AttemptOutcome.BUSY,
    at: float = START + 40.0,
) -> AttemptEnded:
    return AttemptEnded(
        attempt=id,
        callback=callback,
        at=at,
        outcome=outcome,
        agent="a001",
        ring=4.5,
        reasons=((at, "attempt_ended", outcome.value),),
    )


def closed(
    id: str = "cb1",
    call: str | None = "c1",
    outcome: CallbackOutcome = CallbackOutcome.ANSWERED,
    **given: Any,
) -> CallbackClosed:
    usual = CallbackClosed(
        callback=id,
        at=START + 120.0,
        outcome=outcome,
        source=CallbackSource.ABANDONED,
        call=call,
        queue="sales",
        business="tv",
        waited=100.0,
        attempts=2,
        agent="a001" if outcome is CallbackOutcome.ANSWERED else None,
    )
    return replace(usual, **given)


def corrected(id: str = "cb1", call: str | None = "c1", **given: Any) -> CallbackCorrected:
    wrong = CallbackOutcome.WRONG_NUMBER
    end = closed(id, call, wrong, agent="a001", by="agent:a001", reason="a bakery", **given)
    return CallbackCorrected(callback=id, at=START + 150.0, end=end)


def message(id: str = "m1", **given: Any) -> Message:
    usual = Message(
        id=id,
        call="c1",
        box="orders",
        caller="13800000001",
        business="tv",
        queue="sales",
        language="zh",
        left_at=START + 50.0,
        seconds=12.5,
        file=f"2026-11-21/{id}",
    )
    return replace(usual, **given)


def message_changed(
    id: str = "m1", at: float = START + 60.0, state: MessageState = MessageState.TAKEN, **given: Any
) -> MessageChanged:
    usual = MessageChanged(
        message=id,
        at=at,
        act=MessageAct.TAKE,
        by="api:boss",
        state=state,
        box="orders",
        agent="a001",
    )
    return replace(usual, **given)


def survey(call: str = "c1", at: float = START + 70.0, **given: Any) -> SurveyTaken:
    usual = SurveyTaken(
        call=call,
        at=at + 20.0,
        asked_at=at,
        caller="13800000001",
        business="tv",
        queue="sales",
        agent="a001",
        satisfaction=4,
        solved=True,
        remark="2026-11-21/remark",
        outcome=SurveyOutcome.ANSWERED,
    )
    return replace(usual, **given)


def tape(file: str = "2026/11/21/t1", at: float = START + 80.0, **given: Any) -> TapeMade:
    usual = TapeMade(file=file, call="c1", at=at, flow="survey", name="remark", seconds=8.0)
    return replace(usual, **given)


def survey_goes_on(call: str = "c1", at: float = START + 70.0, **given: Any) -> SurveyGoesOn:
    usual = SurveyGoesOn(
        call=call,
        at=at,
        asked_at=at,
        caller="13800000001",
        business="tv",
        queue="sales",
        agent="a001",
    )
    return replace(usual, **given)


def told_wait(
    call: str = "c1", at: float = START + 5.0, *, estimate: float | None = 60.0, queue: str = "sales"
) -> WaitAnnounced:
    return WaitAnnounced(call=call, queue=queue, at=at, position=3, estimate=estimate)


def measured_wait(
    call: str = "c1",
    told_at: float = START + 5.0,
    *,
    estimate: float = 60.0,
    actual: float = 45.0,
    queue: str = "sales",
) -> WaitMeasured:
    return WaitMeasured(
        call=call,
        queue=queue,
        at=told_at + actual,
        told_at=told_at,
        estimate=estimate,
        actual=actual,
    )


def flow_entered(call: str = "c1", at: float = START + 0.1, flow: str = "main") -> FlowEntered:
    return FlowEntered(call=call, at=at, flow=flow, purpose="ivr", reasons=((at, "flow_entered", flow),))


def flow_left(
    call: str = "c1", at: float = START + 9.0, flow: str = "main", exit: str = "queue sales"
) -> FlowLeft:
    return FlowLeft(
        call=call,
        at=at,
        flow=flow,
        exit=exit,
        collected=(("order", "12345"), ("menu", "1")),
        reasons=((at, "flow_left", flow, exit),),
    )


def whole_reach() -> list[Fact]:
    """A caller who leaves a message and is called back, and what others were told and asked."""
    return [
        flow_entered(),
        flow_left(),
        told_wait(),
        measured_wait(),
        missed("c1"),
        opened(),
        CallbackChanged(
            callback="cb1", at=START + 41.0, due_at=START + 641.0, attempts=1, why="no agent"
        ),
        CallbackChanged(
            callback="cb1",
            at=START + 41.0,
            due_at=START + 341.0,
            attempts=1,
            why="busy",
            now=callback(due_at=START + 341.0, attempts=1, agent="a007"),
        ),
        attempt_ended(),
        closed(),
        corrected(),
        MessageLeft(at=START + 50.0, message=message()),
        message_changed(),
        MessageNotLeft(call="c2", at=START + 55.0, box="orders", why=NoMessage.TOO_SHORT),
        MessageDeleted(message="m1", at=START + 900.0),
        tape(),
        TapeHeard(file="2026/11/21/t1", call="c1", at=START + 90.0, by="api:boss"),
        TapeDeleted(file="2026/11/21/t1", at=START + 900.0),
        survey_goes_on(),
        survey(),
    ]
