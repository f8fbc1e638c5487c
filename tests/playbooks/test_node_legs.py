"""Playbooks of nodes that come back: phones that rang, and pairs that talked or were being joined."""

from __future__ import annotations

import pytest

from acd.core import calls
from acd.core.facts import (
    CallAnswered,
    CallEnded,
    CallMissed,
    CallOutcome,
    CallQueued,
    OfferEnded,
    OfferOutcome,
    QueueLeft,
    VisitOutcome,
)
from acd.core.routing import SetAside, WrapUp
from agents.model import AgentState, PhoneState
from tests.playbooks.centre import agent, centre, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.node_centre import FREE, LOST, back, leg, one
from tests.playbooks.seen import state
from tests.playbooks.words import (
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
