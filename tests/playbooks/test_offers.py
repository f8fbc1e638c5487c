"""Playbooks of call-flow.md, 2: ringing, answering, not answering, refusing, talking, hanging up."""

from __future__ import annotations

from typing import Any

import pytest

from acd.core import codes
from acd.core.call import MOST_REASONS
from acd.core.events import ChannelsReconciled, LiveCall, NodeLost, RingFailure
from acd.core.facts import (
    AgentStateChanged,
    CallAnswered,
    CallEnded,
    CallMissed,
    CallOutcome,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    QueueLeft,
    StaleEventSeen,
    VisitOutcome,
)
from acd.core.routing import ServiceLevel, SetAside, Strategy, WrapUp
from agents.model import AgentAct, AgentState, PhoneState
from tests.playbooks.centre import NODE, agent, centre, queue
from tests.playbooks.harness import START, Playbook
from tests.playbooks.seen import state
from tests.playbooks.words import (
    act,
    agent_hung_up,
    answered,
    arrived,
    connect,
    connect_failed,
    connected,
    end,
    failed,
    hung_up,
    music,
    on_duty,
    phone,
    release,
    ring,
    ringback,
    ringing,
    stop_ringing,
    talk,
)


def one(**changes: Any) -> Playbook:
    """A centre with agent 1001 on duty."""
    return on_duty(Playbook(centre(queues=[queue(**changes)])), "1001")


def test_idle_agent_is_rung_at_once_and_the_caller_hears_it_ring() -> None:
    play = one()
    play >> arrived() << ring() << ringback()
    assert state(play) is AgentState.RESERVED
    play >> ringing()
    play.quiet()
    assert state(play) is AgentState.RINGING
    play.after(3) >> answered() << connect()
    play >> connected()
    play.quiet()
    assert state(play) is AgentState.TALKING
    answer = play.last(CallAnswered)
    assert (answer.wait, answer.agent, answer.within_service_level) == (3, "1001", True)
    ended = play.last(OfferEnded)
    assert (ended.outcome, ended.ring) == (OfferOutcome.ANSWERED, 3)
    assert play.last(QueueLeft).outcome is VisitOutcome.ANSWERED


def test_answer_counts_from_when_the_agent_picked_up() -> None:
    play = one(service_level=ServiceLevel(within=2, target=0.8))
    play >> arrived() >> ringing()
    play.after(2) >> answered()
    play.after(0.5) >> connected()
    assert play.last(CallAnswered).wait == 2
    assert play.last(CallAnswered).within_service_level
    play.after(10) >> agent_hung_up() << end()
    play >> hung_up()
    assert play.last(CallEnded).talk == 10.5


def test_answer_after_the_threshold_is_outside_of_the_service_level() -> None:
    play = one(service_level=ServiceLevel(within=2, target=0.8))
    play >> arrived() >> ringing()
    play.after(3) >> answered() >> connected()
    assert not play.last(CallAnswered).within_service_level


def test_agent_hangs_up_and_the_next_caller_is_his_at_once() -> None:
    play = one()
    play >> arrived("c1") >> arrived("c2") << music("c2")
    talk(play)
    play.after(60) >> agent_hung_up() << end("c1") << ring("c2-o1")
    play >> hung_up("c1")
    ended = play.last(CallEnded)
    assert (ended.outcome, ended.talk, ended.agent) == (CallOutcome.ANSWERED, 60, "1001")


def test_caller_hangs_up_and_the_agent_is_released_then_free() -> None:
    play = one()
    talk(play >> arrived())
    play.after(60) >> hung_up() << release()
    assert play.last(CallEnded).talk == 60
    assert state(play) is AgentState.TALKING
    play >> agent_hung_up()
    play.quiet()
    assert state(play) is AgentState.IDLE


def test_wrap_up_then_the_next_call() -> None:
    play = one(wrap_up=WrapUp(seconds=15))
    talk(play >> arrived("c1"))
    play >> arrived("c2") >> agent_hung_up() << end("c1")
    assert state(play) is AgentState.WRAP_UP
    play.after(14.9).quiet()
    play.after(0.1) << ring("c2-o1")


def test_wrap_up_can_be_ended_early_and_extended_once() -> None:
    play = one(wrap_up=WrapUp(seconds=15, extend=30))
    talk(play >> arrived("c1")) >> agent_hung_up() >> act("1001", AgentAct.EXTEND_WRAP_UP)
    wrap_ups = [
        (fact.extend, fact.extended)
        for fact in play.facts
        if isinstance(fact, AgentStateChanged) and fact.state is AgentState.WRAP_UP
    ]
    assert wrap_ups == [(30, False), (30, True)]
    play.after(44).quiet()
    assert state(play) is AgentState.WRAP_UP
    play.after(1)
    assert state(play) is AgentState.IDLE
    talk(play >> arrived("c2"), "c2-o1") >> agent_hung_up("c2-o1") >> act("1001", AgentAct.END_WRAP_UP)
    assert state(play) is AgentState.IDLE


def test_pause_asked_for_during_a_call_comes_after_its_wrap_up() -> None:
    play = one(wrap_up=WrapUp(seconds=15))
    talk(play >> arrived()) >> act("1001", AgentAct.PAUSE, reason="lunch")
    assert state(play) is AgentState.TALKING
    play >> agent_hung_up()
    assert state(play) is AgentState.WRAP_UP
    play.after(15)
    assert state(play) is AgentState.PAUSED


def test_no_answer_sends_the_caller_back_with_his_key_and_on_to_the_next_agent() -> None:
    play = on_duty(
        Playbook(centre(queues=[queue(ring=20, no_answer=SetAside(pause_reason="no answer"))])),
        "1001",
        "1002",
    )
    play >> arrived() << ring() << ringback()
    play >> ringing()
    play.after(19.9).quiet()
    play.after(0.1) << stop_ringing() << ring("c1-o2", "1002")
    ended = play.last(OfferEnded)
    assert (ended.outcome, ended.ring) == (OfferOutcome.NO_ANSWER, 20)
    play >> failed()
    play.quiet()
    view = play.core.view_agent("1001")
    assert view is not None
    assert (view.state, view.reason) == (AgentState.PAUSED, "no answer")


def test_no_answer_keeps_the_place_before_later_callers() -> None:
    play = one(ring=20, no_answer=SetAside(rest=10))
    play >> arrived("c1") >> ringing()
    play.after(5) >> arrived("c2") << music("c2")
    play.after(15) << stop_ringing() << music("c1")
    play >> failed()
    assert state(play) is AgentState.UNAVAILABLE
    play.after(10) << ring("c1-o2")


def test_agent_who_is_not_set_aside_rests_a_second_once_his_phone_has_stopped() -> None:
    play = one(ring=20, no_answer=SetAside())
    play >> arrived() >> ringing()
    play.after(20) << stop_ringing() << music()
    play >> failed()
    play.after(0.9).quiet()
    play.after(0.1) << ring("c1-o2")


@pytest.mark.parametrize(
    ("reason", "aside", "most"),
    [
        (RingFailure.REFUSED, SetAside(), 10),
        (RingFailure.NO_ANSWER, SetAside(), 10),
        (RingFailure.UNREACHABLE, SetAside(rest=1), 1),
        (RingFailure.REFUSED, queue().refused, 2),
        (RingFailure.NO_ANSWER, queue().no_answer, 2),
    ],
)
def test_phone_that_takes_no_call_is_not_rung_without_end(
    reason: RingFailure, aside: SetAside, most: int
) -> None:
    play = one(refused=aside, no_answer=aside)
    play >> arrived()
    for _ in range(100):
        made = play.recorded(OfferMade)
        if len(made) > len(play.recorded(OfferEnded)):
            play >> failed(made[-1].offer, reason)
        play.after(0.1)
    assert len(play.recorded(OfferMade)) == most


def test_story_of_a_call_that_nobody_takes_is_kept_short_and_stored_in_full() -> None:
    play = one(refused=SetAside())
    play >> arrived()
    for number in range(1, 801):
        play >> failed(f"c1-o{number}", RingFailure.REFUSED)
        play.after(1)
    why = play.core.why("c1")
    assert why is not None
    assert len(why.trace) <= MOST_REASONS
    assert [reason[1] for reason in why.trace].count(codes.LEFT_OUT) == 1
    assert why.trace[0][1] == codes.ENTERED
    told = [reason for fact in play.facts for reason in getattr(fact, "reasons", ())]
    [marker] = [reason for reason in why.trace if reason[1] == codes.LEFT_OUT]
    assert len(told) == len(why.trace) - 1 + marker[2]
    assert not [reason for reason in told if reason[1] == codes.LEFT_OUT]


def test_story_that_no_fact_carries_away_is_kept_short_too() -> None:
    play = Playbook(centre()) >> act("1001", AgentAct.LOG_IN) >> arrived()
    for _ in range(300):
        play >> NodeLost(node=NODE)
        play >> ChannelsReconciled(
            node=NODE, restarted=False, calls=(LiveCall(arrived=arrived(), created_at=START),)
        )
    play >> hung_up()
    told = [reason[1] for fact in play.facts for reason in getattr(fact, "reasons", ())]
    assert told.count(codes.LEFT_OUT) == 1
    assert told[-1] == codes.ENDED
    assert len(told) <= MOST_REASONS


@pytest.mark.parametrize(
    ("reason", "outcome", "after"),
    [
        (RingFailure.NO_ANSWER, OfferOutcome.NO_ANSWER, AgentState.PAUSED),
        (RingFailure.REFUSED, OfferOutcome.REFUSED, AgentState.UNAVAILABLE),
        (RingFailure.UNREACHABLE, OfferOutcome.UNREACHABLE, AgentState.UNAVAILABLE),
        (RingFailure.CANCELLED, OfferOutcome.WITHDRAWN, AgentState.IDLE),
    ],
)
def test_ring_that_fails_is_counted_by_its_reason(
    reason: RingFailure, outcome: OfferOutcome, after: AgentState
) -> None:
    queues = [queue(no_answer=SetAside(pause_reason="no answer"), refused=SetAside(rest=30))]
    play = on_duty(Playbook(centre(queues=queues)), "1001", "1002")
    play >> arrived() >> failed(reason=reason) << ring("c1-o2", "1002")
    assert play.last(OfferEnded).outcome is outcome
    assert play.last(OfferEnded).ring == 0
    assert state(play) is after


def test_unreachable_phone_rests_half_a_minute() -> None:
    play = one()
    play >> arrived() >> failed(reason=RingFailure.UNREACHABLE) << music()
    play.after(29.9).quiet()
    play.after(0.1) << ring("c1-o2")


def test_late_answer_is_released_and_the_caller_stays_where_he_went() -> None:
    play = on_duty(Playbook(centre(queues=[queue(ring=20, no_answer=SetAside(rest=5))])), "1001", "1002")
    play >> arrived() >> ringing()
    play.after(20) << stop_ringing() << ring("c1-o2", "1002")
    play >> answered("c1-o1") << release("c1-o1")
    assert play.last(StaleEventSeen).what == "offer cancelled: answered"
    play >> answered("c1-o2") << connect("c1-o2")
    play >> agent_hung_up("c1-o1")
    play.quiet()
    assert state(play) is AgentState.UNAVAILABLE


def test_agent_answers_after_the_caller_has_gone() -> None:
    play = one()
    play >> arrived() >> ringing() >> hung_up() << stop_ringing()
    assert play.last(OfferEnded).outcome is OfferOutcome.CALLER_GONE
    play >> answered() << release()
    play >> agent_hung_up()
    play.quiet()
    assert state(play) is AgentState.IDLE
    play >> answered() << release()
    assert play.last(StaleEventSeen).what == "offer over: answered"


def test_caller_hangs_up_while_it_rings_and_the_agent_keeps_his_turn() -> None:
    play = on_duty(Playbook(centre()), "1001", "1002")
    play >> arrived("c1") >> ringing("c1-o1")
    play.after(3) >> hung_up("c1") << stop_ringing("c1-o1")
    assert play.last(CallMissed).wait == 3
    play >> failed("c1-o1")
    play >> arrived("c2") << ring("c2-o1", "1001") << ringback("c2")


def test_ring_all_the_first_answer_wins() -> None:
    play = on_duty(Playbook(centre(queues=[queue(strategy=Strategy.RING_ALL)])), "1001", "1002")
    play >> arrived() << ring("c1-o1", "1001") << ring("c1-o2", "1002") << ringback()
    play >> ringing("c1-o1") >> ringing("c1-o2")
    play >> answered("c1-o2") << stop_ringing("c1-o1") << connect("c1-o2")
    play >> answered("c1-o1") << release("c1-o1")
    play >> connected("c1-o2") >> agent_hung_up("c1-o1")
    play.quiet()
    outcomes = {fact.agent: fact.outcome for fact in play.recorded(OfferEnded)}
    assert outcomes == {"1001": OfferOutcome.TAKEN, "1002": OfferOutcome.ANSWERED}
    assert (state(play, "1001"), state(play, "1002")) == (AgentState.IDLE, AgentState.TALKING)


def test_ring_all_goes_on_until_the_last_has_failed() -> None:
    routing = centre(queues=[queue(strategy=Strategy.RING_ALL, refused=SetAside(rest=60))])
    play = on_duty(Playbook(routing), "1001", "1002")
    play >> arrived() >> failed("c1-o1", RingFailure.REFUSED)
    play.quiet()
    play >> failed("c1-o2", RingFailure.REFUSED) << music()


def test_join_that_fails_keeps_the_caller_and_his_place() -> None:
    play = on_duty(Playbook(centre()), "1001", "1002")
    play >> arrived("c1") >> answered("c1-o1")
    play >> connect_failed("c1-o1") << release("c1-o1") << ring("c1-o2", "1002") << ringback()
    play >> agent_hung_up("c1-o1")
    play.quiet()
    assert state(play) is AgentState.IDLE
    assert not play.recorded(CallAnswered)


def test_agent_hangs_up_before_he_is_joined() -> None:
    play = one()
    play >> arrived() >> answered() >> agent_hung_up() << music()
    assert state(play) is AgentState.UNAVAILABLE
    play.after(5) << ring("c1-o2")
    assert [fact.outcome for fact in play.recorded(OfferEnded)] == [OfferOutcome.WITHDRAWN]


def test_caller_hangs_up_while_being_joined_is_abandoned() -> None:
    play = one()
    play >> arrived() >> answered() >> hung_up() << release()
    play >> connected() >> agent_hung_up()
    play.quiet()
    assert play.last(CallEnded).outcome is CallOutcome.ABANDONED
    assert state(play) is AgentState.IDLE


def test_phone_that_is_still_in_use_after_a_call_is_not_rung() -> None:
    play = one()
    talk(play >> arrived("c1")) >> phone("1001", PhoneState.IN_USE) >> arrived("c2")
    play >> agent_hung_up() << end("c1")
    play >> phone("1001") << ring("c2-o1")


def test_private_call_and_lost_registration_are_not_idle() -> None:
    play = one()
    play >> phone("1001", PhoneState.IN_USE) >> arrived() << music()
    play >> phone("1001", PhoneState.UNREACHABLE)
    play.quiet()
    play >> phone("1001") << ring()


def test_longest_idle_is_rung_first() -> None:
    routing = centre(agents=[agent("a"), agent("b"), agent("c")])
    play = on_duty(Playbook(routing), "b", "c", "a")
    play >> arrived("c1") << ring("c1-o1", "b") << ringback("c1")
    play >> arrived("c2") << ring("c2-o1", "c") << ringback("c2")
