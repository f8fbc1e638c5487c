"""Playbooks of call-flow.md, 8: Asterisk is lost and comes back, or died."""

from __future__ import annotations

from typing import Any

import pytest

from acd.core import calls
from acd.core.call import Call
from acd.core.commands import RingAgent
from acd.core.events import (
    CallArrived,
    ChannelsReconciled,
    ConfigReplaced,
    LiveCall,
    LiveOffer,
    NodeLost,
)
from acd.core.facts import (
    CallAnswered,
    CallEnded,
    CallEntered,
    CallMissed,
    CallOutcome,
    CallQueued,
    MissedReason,
    OfferEnded,
    OfferOutcome,
    QueueLeft,
    VisitOutcome,
)
from acd.core.routing import Effect, Rule, SetAside, WrapUp
from agents.model import AgentAct, AgentState, PhoneState
from agents.roster import Agent
from tests.playbooks.centre import NODE, agent, centre, queue
from tests.playbooks.harness import Playbook
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
    prompt_over,
    release,
    ring,
    ringback,
    ringing,
    says,
    stop_ringing,
    talk,
)

LOST = NodeLost(node=NODE)
FREE = (("1001", PhoneState.FREE),)


def back(*calls: CallArrived, **more: Any) -> ChannelsReconciled:
    """The node is back with these calls."""
    listed = tuple(LiveCall(arrived=each, created_at=0.0) for each in calls)
    return ChannelsReconciled(node=more.pop("node", NODE), calls=listed, **({"restarted": False} | more))


def leg(offer: str = "c1-o1", agent_id: str = "1001", how: str = "ringing") -> LiveOffer:
    return LiveOffer(
        offer=offer,
        call=offer.rsplit("-", 1)[0],
        agent=agent_id,
        answered=how != "ringing",
        connected=how == "connected",
    )


def one(**changes: Any) -> Playbook:
    return on_duty(Playbook(centre(queues=[queue(**changes)])), "1001")


def test_waiting_calls_keep_their_order_and_their_times() -> None:
    play = one(for_at_most=100)
    play >> phone("1001", PhoneState.IN_USE)
    play >> arrived("c1")
    play.after(1) >> arrived("c2")
    play >> LOST
    play.after(60).quiet()
    play >> back(arrived("c2"), arrived("c1"), phones=FREE) << ring("c1-o1")
    play.after(20) << stop_ringing("c1-o1")
    play.check()
    assert not play.recorded(CallMissed)


def test_time_out_of_a_lost_node_acts_when_it_is_back() -> None:
    play = one(for_at_most=30)
    play >> phone("1001", PhoneState.IN_USE) >> arrived() >> LOST
    play.after(40).quiet()
    play >> back(arrived()) << says("all_busy_recorded")
    assert play.last(CallMissed).wait == 40


def test_agents_and_callers_of_a_lost_node_are_left_alone() -> None:
    routing = centre(agents=[agent("1001"), agent("2001", node="pbx2")])
    play = on_duty(Playbook(routing), "1001", "2001")
    play >> LOST >> arrived("c1")
    play.quiet()
    play >> arrived("c2", node="pbx2") << ring("c2-o1", "2001", node="pbx2") << ringback("c2")
    play >> arrived("c3", node="pbx2") << music("c3")
    play >> back(arrived("c1")) << ring("c1-o1") << ringback("c1")


def test_caller_of_another_node_gets_the_agent_who_is_back_if_he_came_first() -> None:
    routing = centre(agents=[agent("1001")])
    play = on_duty(Playbook(routing), "1001")
    play >> LOST >> arrived("early", node="pbx2") << music("early")
    play.after(1) >> arrived("late")
    play.after(1) >> back(arrived("late"), phones=FREE) << ring("early-o1") << music("late")


def test_caller_who_hung_up_meanwhile_was_abandoned() -> None:
    play = one()
    play >> phone("1001", PhoneState.IN_USE) >> arrived() >> LOST
    play.after(7) >> back()
    play.quiet()
    play.check()
    assert play.last(CallEnded).outcome is CallOutcome.ABANDONED
    assert play.last(CallMissed).reason is MissedReason.ABANDONED


def test_waiting_and_talking_callers_were_cut_off_when_asterisk_died() -> None:
    play = one()
    talk(play >> arrived("c1")) >> arrived("c2")
    play.after(5) >> LOST
    play.after(5) >> back(restarted=True, phones=FREE)
    play.quiet()
    play.check()
    assert [(f.call, f.outcome, f.talk) for f in play.recorded(CallEnded)] == [
        ("c1", CallOutcome.CUT_OFF, 10),
        ("c2", CallOutcome.CUT_OFF, 0),
    ]
    assert [f.reason for f in play.recorded(CallMissed)] == [MissedReason.CUT_OFF] * 2
    assert play.last(QueueLeft).outcome is VisitOutcome.CUT_OFF
    assert state(play) is AgentState.IDLE


def test_talking_pair_goes_on_and_ends_with_the_right_record() -> None:
    play = one()
    talk(play >> arrived())
    play.after(10) >> LOST
    play.after(10) >> back(arrived(), offers=(leg(how="connected"),))
    play.quiet()
    play.after(10) >> agent_hung_up() << end()
    play >> hung_up()
    assert play.last(CallEnded).talk == 30


def test_agent_who_hung_up_meanwhile_ends_the_call() -> None:
    play = one()
    talk(play >> arrived())
    play.after(10) >> LOST
    play.after(10) >> back(arrived(), phones=FREE) << end()
    assert state(play) is AgentState.IDLE


def test_caller_who_hung_up_while_talking_meanwhile_releases_the_agent() -> None:
    play = one()
    talk(play >> arrived())
    play >> LOST >> back(offers=(leg(how="connected"),)) << release() << release()
    assert play.last(CallEnded).outcome is CallOutcome.ANSWERED


def test_pair_that_is_not_joined_any_more_is_joined_again() -> None:
    play = one()
    talk(play >> arrived())
    play >> LOST >> back(arrived(), offers=(leg(how="answered"),)) << connect()
    play >> connected()
    play.quiet()
    play.check()
    assert len(play.recorded(CallAnswered)) == 1


def test_phone_that_still_rings_goes_on_ringing() -> None:
    play = one(ring=20)
    play >> arrived() >> ringing()
    play.after(5) >> LOST
    play.after(5) >> back(arrived(), offers=(leg(),))
    play.quiet()
    play.after(10) << stop_ringing() << music()


def test_ring_that_was_over_while_the_node_was_lost_stops_when_it_is_back() -> None:
    play = one(ring=20, no_answer=SetAside(rest=5))
    play >> arrived() >> ringing() >> LOST
    play.after(60).quiet()
    play >> back(arrived(), offers=(leg(),)) << stop_ringing() << music()


def test_phone_that_stopped_ringing_puts_the_caller_back() -> None:
    play = one()
    play >> arrived("c1") >> LOST
    play.after(1) >> back(arrived("c1"), phones=FREE) << ring("c1-o2")
    assert play.recorded(OfferEnded)[0].outcome is OfferOutcome.WITHDRAWN


def test_agent_who_picked_up_meanwhile_is_joined() -> None:
    play = one()
    play >> arrived() >> LOST >> back(arrived(), offers=(leg(how="answered"),)) << connect()
    play >> connected()
    assert state(play) is AgentState.TALKING


def test_pair_that_was_joined_meanwhile_talks() -> None:
    play = one()
    play >> arrived() >> answered() >> LOST
    play >> back(arrived(), offers=(leg(how="connected"),))
    play.quiet()
    play.check()
    assert state(play) is AgentState.TALKING
    assert len(play.recorded(CallAnswered)) == 1


def test_join_that_nobody_did_is_asked_for_again() -> None:
    play = one()
    play >> arrived() >> answered() >> LOST
    play >> back(arrived(), offers=(leg(how="answered"),)) << connect()


def test_agent_who_vanished_while_being_joined_puts_the_caller_back() -> None:
    play = one()
    play >> arrived() >> answered() >> LOST
    play >> back(arrived(), phones=FREE) << music()
    play.after(5) << ring("c1-o2")


def test_legs_that_were_told_to_go_are_told_again() -> None:
    routing = centre(agents=[agent("1001"), agent("1002")])
    play = on_duty(Playbook(routing), "1001", "1002")
    play >> arrived("c1") >> hung_up("c1")
    talk(play >> arrived("c2"), "c2-o1") >> hung_up("c2") >> LOST
    offers = (leg("c1-o1"), leg("c2-o1", "1002", how="answered"))
    play >> back(offers=offers) << stop_ringing("c1-o1") << release("c2-o1")
    play >> failed("c1-o1") >> agent_hung_up("c2-o1")
    assert (state(play, "1001"), state(play, "1002")) == (AgentState.IDLE, AgentState.IDLE)


def test_cancelled_leg_that_was_answered_meanwhile_is_released() -> None:
    play = one()
    play >> arrived() >> hung_up() >> LOST
    play >> back(offers=(leg(how="answered"),)) << release() << release()
    play >> agent_hung_up()
    assert state(play) is AgentState.IDLE


def test_prompts_count_as_played() -> None:
    rules = [Rule(name="one", when=(), then=Effect(say="welcome"))]
    play = on_duty(Playbook(centre(rules=rules)), "1001")
    play >> arrived() << says("welcome")
    play >> LOST >> back(arrived()) << ring() << music()
    play >> prompt_over("welcome")
    play.quiet()


def test_leaving_caller_is_released() -> None:
    play = Playbook(centre())
    play >> arrived() << says("all_busy_recorded")
    play >> LOST >> back(arrived()) << end()
    play >> LOST >> back(arrived()) << end()
    play >> LOST >> back(restarted=True)
    assert play.last(CallEnded).outcome is CallOutcome.NOBODY


def test_unknown_caller_takes_his_place_by_when_his_channel_began() -> None:
    play = one()
    play >> phone("1001", PhoneState.IN_USE) >> arrived("c1")
    play.after(10) >> LOST
    found = (
        LiveCall(arrived=arrived("young"), created_at=play.now + 5),
        LiveCall(arrived=arrived("c1"), created_at=play.now - 10),
        LiveCall(arrived=arrived("old"), created_at=play.now - 100),
    )
    play.after(10) >> ChannelsReconciled(node=NODE, restarted=False, calls=found)
    play << music("old") << music("young")
    assert play.core.view_queues()[0].waiting == ("old", "c1", "young")
    assert [f.call for f in play.recorded(CallEntered)] == ["c1", "old", "young"]


def test_unknown_legs_are_ended() -> None:
    play = on_duty(Playbook(centre()), "1001", "1002")
    offers = (leg("x-o1"), leg("y-o1", "1002", how="answered"), leg("z-o1", "9999"))
    phones = tuple((each, PhoneState.FREE) for each in ("1001", "1002"))
    play >> phone("1001", PhoneState.UNREACHABLE)
    (
        play
        >> back(offers=offers, phones=phones)
        << stop_ringing("x-o1")
        << release("y-o1")
        << stop_ringing("z-o1")
    )
    play >> arrived("c1") << music("c1")
    play >> failed("x-o1") << ring("c1-o1", "1001")
    play >> agent_hung_up("y-o1")
    assert state(play, "1002") is AgentState.IDLE
    play >> LOST >> back(arrived("c1"), offers=(leg("c1-o1"), leg("w-o1", how="answered")))
    play << release("w-o1")


def test_unknown_pair_that_talks_goes_on_talking() -> None:
    play = one()
    play >> back(arrived(), offers=(leg("c1-o7", how="connected"),))
    play.quiet()
    play.check()
    assert play.last(CallAnswered).offer == "c1-o7"
    assert not play.recorded(CallQueued)
    assert state(play) is AgentState.TALKING
    play >> agent_hung_up("c1-o7") << end()
    play >> hung_up()
    assert play.last(CallEnded).outcome is CallOutcome.ANSWERED


def test_waiting_call_that_is_found_talking_is_taken_as_answered() -> None:
    play = one()
    play >> phone("1001", PhoneState.IN_USE) >> arrived() >> LOST
    play.after(9) >> back(arrived(), offers=(leg("c1-o1", how="connected"),))
    play.quiet()
    play.check()
    assert play.last(CallAnswered).wait == 9
    assert play.last(QueueLeft).outcome is VisitOutcome.ANSWERED


def test_call_whose_offer_vanished_but_who_talks_with_another_agent_talks() -> None:
    play = on_duty(Playbook(centre()), "1001", "1002")
    play >> arrived() << ring() << ringback()
    play >> LOST >> back(arrived(), offers=(leg("c1-o9", "1002", how="connected"),))
    play.quiet()
    play.check()
    assert play.last(CallAnswered).agent == "1002"


def test_agent_who_becomes_free_on_a_lost_node_is_rung_when_it_is_back() -> None:
    play = one()
    play >> phone("1001", PhoneState.IN_USE) >> arrived("c0", node="pbx2") << music("c0")
    play >> LOST >> phone("1001") >> phone("1001")
    play.quiet()
    play >> back() << ring("c0-o1")


def test_paused_or_offline_agent_who_is_found_talking_goes_back_to_that() -> None:
    play = on_duty(Playbook(centre()), "1001") >> act("1001", AgentAct.PAUSE, reason="lunch")
    offers = (leg("c1-o1", how="connected"), leg("c2-o1", "1002", how="connected"))
    play >> back(arrived("c1"), arrived("c2"), offers=offers)
    assert (state(play, "1001"), state(play, "1002")) == (AgentState.TALKING, AgentState.TALKING)
    play >> agent_hung_up("c1-o1") >> agent_hung_up("c2-o1")
    assert (state(play, "1001"), state(play, "1002")) == (AgentState.PAUSED, AgentState.OFFLINE)


def test_new_offer_never_has_the_name_of_a_leg_that_is_there() -> None:
    play = on_duty(Playbook(centre()), "1001", "1002")
    play >> back(arrived("c1"), offers=(leg("c1-o3", "1001"), leg("c1-oddly", "1001")))
    play << stop_ringing("c1-o3") << stop_ringing("c1-oddly")
    play << ring("c1-o4", "1002") << ringback()


def test_leg_of_a_call_on_a_node_that_comes_back_later_keeps_its_name_too() -> None:
    routing = centre(agents=[agent("1001"), agent("1002")])
    play = on_duty(Playbook(routing), "1001", "1002")
    play >> back(offers=(leg("far-o1", "1001", how="answered"),)) << release("far-o1")
    play >> back(arrived("far", node="pbx2"), node="pbx2") << ring("far-o2", "1002") << ringback("far")
    play >> agent_hung_up("far-o1")
    assert state(play, "1001") is AgentState.IDLE


def test_ring_of_a_lost_agent_ends_for_a_caller_who_is_not_lost() -> None:
    routing = centre(
        agents=[agent("1001"), agent("2001", node="pbx2")],
        queues=[queue(ring=20, no_answer=SetAside(pause_reason="no answer"))],
    )
    play = on_duty(Playbook(routing), "1001", "2001")
    play >> arrived(node="pbx2") << ring() << ringback()
    play >> LOST
    play.after(20) << stop_ringing() << ring("c1-o2", "2001", node="pbx2")
    assert play.last(OfferEnded).outcome is OfferOutcome.WITHDRAWN
    play >> back(phones=FREE)
    play.quiet()
    play.check()
    assert state(play) is AgentState.IDLE


def test_ring_for_a_lost_caller_ends_in_time_for_the_agent() -> None:
    routing = centre(agents=[agent("2001", node="pbx2")], queues=[queue(ring=20)])
    play = on_duty(Playbook(routing), "2001")
    play >> arrived() << ring("c1-o1", "2001", node="pbx2") << ringback()
    play >> LOST
    play.after(20) << stop_ringing()
    play >> failed()
    play.quiet()
    play >> back(arrived()) << music()
    play.after(5) << ring("c1-o2", "2001", node="pbx2")


def test_join_across_nodes_is_asked_for_again_when_the_agents_node_is_back() -> None:
    routing = centre(agents=[agent("1001")])
    play = on_duty(Playbook(routing), "1001")
    talk(play >> arrived(node="pbx2")) >> LOST
    play >> back(offers=(leg(how="answered"),)) << connect()


def test_last_agent_who_could_serve_logs_out_while_the_node_is_lost() -> None:
    play = one()
    play >> phone("1001", PhoneState.IN_USE) >> arrived() >> LOST >> act("1001", AgentAct.LOG_OUT)
    play.quiet()
    play >> back(arrived()) << says("all_busy_recorded")
    assert play.last(CallMissed).reason is MissedReason.NOBODY


def test_a_first_connection_changes_nothing() -> None:
    play = one()
    play >> back(phones=FREE) >> arrived() << ring() << ringback()


def test_one_call_that_fails_keeps_nobody_else_from_an_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    play = on_duty(Playbook(centre()), "1001", "1002")
    play >> LOST >> arrived("c1") >> arrived("c2") >> arrived("c3")
    waiting, staff = play.core._floor.call_machine.waiting, play.core._floor.staff
    resume, ready = waiting.resume, staff.ready

    def resumed(call: Call) -> None:
        if call.id == "c1" and waiting._gathered is None:
            raise ZeroDivisionError
        resume(call)

    def readied(each: Agent) -> None:
        if each.id == "1001" and staff._gathered is None:
            raise ZeroDivisionError
        ready(each)

    monkeypatch.setattr(waiting, "resume", resumed)
    monkeypatch.setattr(staff, "ready", readied)
    phones = (("1001", PhoneState.FREE), ("1002", PhoneState.FREE))
    with pytest.raises(ZeroDivisionError):
        play >> back(*(arrived(f"c{n}") for n in (1, 2, 3)), phones=phones)
    monkeypatch.undo()
    rung = [each for each in play.core.unfinished() if isinstance(each, RingAgent)]
    assert [(each.call, each.agent) for each in rung] == [("c2", "1002")]


def test_survey_that_fails_halfway_still_lets_calls_and_agents_meet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    play = on_duty(Playbook(centre()), "1001")
    play >> LOST
    monkeypatch.setattr(play.core._floor.call_machine, "arrive", None)
    with pytest.raises(TypeError):
        play >> back(arrived("c9"), phones=FREE)
    monkeypatch.undo()
    play >> arrived("c1")
    assert play.core._floor.call_machine.waiting._gathered is None
    play >> act("1002", AgentAct.LOG_IN) >> phone("1002") << ring("c1-o1", "1002")


def test_new_configuration_that_fails_halfway_still_lets_calls_and_agents_meet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    play = on_duty(Playbook(centre()), "1001") >> arrived("c0") >> arrived("c1")
    monkeypatch.setattr(play.core._floor.call_machine.waiting, "ask_anew", None)
    with pytest.raises(TypeError):
        play >> ConfigReplaced(routing=centre())
    monkeypatch.undo()
    play >> arrived("c2") << music("c2")
    play >> act("1002", AgentAct.LOG_IN) >> phone("1002") << ring("c2-o1", "1002")


def test_pair_that_cannot_be_joined_again_is_released_as_answered() -> None:
    play = talk(one(wrap_up=WrapUp(seconds=5)) >> arrived())
    play.after(10) >> LOST
    play.after(5) >> back(arrived(), offers=(leg(how="answered"),), phones=FREE) << connect()
    play >> connect_failed() << release() << end()
    play >> agent_hung_up() >> hung_up()
    ended = play.last(CallEnded)
    assert (ended.outcome, ended.talk, ended.agent) == (CallOutcome.ANSWERED, 15, "1001")
    assert state(play) is AgentState.WRAP_UP
    assert not play.recorded(CallMissed)


def test_channel_that_comes_back_after_its_call_ended_gets_new_names_for_its_offers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calls, "_REMEMBERED", 1)
    play = on_duty(Playbook(centre()), "1001", "1002")
    talk(play >> arrived()) >> hung_up() << release()
    play >> arrived() << ring("c1-o2", "1002") << ringback()
    play >> agent_hung_up("c1-o1")
    assert state(play, "1002") is AgentState.RESERVED
    play >> hung_up() >> failed("c1-o2")
    talk(play >> arrived("c2"), "c2-o1")
    play >> hung_up("c2") >> agent_hung_up("c2-o1")
    assert play.core._floor.ended == {"c2": 1}
