"""Playbooks of an engine that starts with what the store remembers (call-flow.md, 8)."""

from __future__ import annotations

from acd.core import codes
from acd.core.events import ChannelsReconciled, Customer, LiveCall, RestoredCall, StateRestored
from acd.core.facts import (
    CallAnswered,
    CallEnded,
    CallEntered,
    CallMissed,
    CallOutcome,
    CallQueued,
    CallWidened,
    QueueLeft,
    VisitOutcome,
)
from acd.core.records import Reason
from acd.core.routing import FirstTarget, WideningStep, WrapUp
from agents.model import AgentState, PhoneState
from tests.playbooks.centre import NODE, agent, centre, queue
from tests.playbooks.harness import START, Playbook
from tests.playbooks.memory import back, leg, place, remembered, start, talking, waiting
from tests.playbooks.seen import state
from tests.playbooks.words import (
    agent_hung_up,
    arrived,
    end,
    failed,
    hung_up,
    music,
    phone,
    release,
    ring,
    says,
    stop_ringing,
)


def test_nothing_happens_before_the_telephones_have_been_asked() -> None:
    play = start(waiting())
    play.quiet()
    play.check()
    assert not play.facts
    assert state(play) is AgentState.UNAVAILABLE
    view = play.core.view_call("c1")
    assert view is not None
    assert (view.state, view.position, view.joined_at) == ("waiting", 1, START - 30)


def test_waiting_callers_are_served_in_their_old_order() -> None:
    late = waiting("late", ago=10)
    vip = waiting("vip", ago=5, placement=place(joined_at=START - 5, head_start=600))
    play = start(late, vip, waiting("early", ago=60))
    play >> back("vip", "late", "early") << ring("vip-o1") << music("vip")
    play << music("early") << music("late")
    assert play.core.view_queues()[0].waiting == ("early", "late")
    assert not play.recorded(CallEntered)
    assert not play.recorded(CallQueued)


def test_offers_are_numbered_on() -> None:
    play = start(waiting(offers=3))
    play >> back("c1") << ring("c1-o4") << music()


def test_widening_and_time_out_go_on_from_when_the_caller_joined() -> None:
    steps = (WideningStep(after=20, groups=frozenset({"a"})), WideningStep(after=40))
    routing = centre(queues=[queue(widen=steps, for_at_most=60)])
    trace: tuple[Reason, ...] = (
        (START - 90, codes.ENTERED, "4001", "138", NODE),
        (START - 90, codes.WIDENED, 2, ["gone"]),
        (START - 30, codes.QUEUED, "orders", 0, 0, 0, []),
        (START - 10, codes.WIDENED, 1, ["group a"]),
    )
    play = start(waiting(trace=trace), agents=[remembered(state=AgentState.PAUSED)], routing=routing)
    play >> back("c1") << music()
    play.after(10)
    assert [fact.step for fact in play.recorded(CallWidened)] == [2]
    play.after(20) << says("all_busy_recorded")


def test_first_targets_stay_in_the_running_without_a_new_hold() -> None:
    first = FirstTarget(agent="1002", hold=60)
    needs = centre(queues=[queue(needs=(("orders", 3),))], agents=[agent("1001"), agent("1002")])
    call = waiting(placement=place(firsts=(first,)))
    play = start(call, agents=[remembered(), remembered("1002")], routing=needs)
    play >> back("c1") << ring("c1-o1", "1002") << music()


def test_first_targets_who_are_busy_are_not_waited_for_anew() -> None:
    call = waiting(placement=place(firsts=(FirstTarget(agent="1002", hold=60),)))
    play = start(call, agents=[remembered(), remembered("1002")])
    phones = (("1001", PhoneState.FREE), ("1002", PhoneState.IN_USE))
    play >> back("c1", phones=phones) << ring("c1-o1", "1001") << music()


def test_call_that_had_no_place_yet_is_decided_on_with_what_is_known_of_its_caller() -> None:
    routing = centre()
    play = start(waiting(placement=None), routing=routing)
    live = arrived(customer=Customer(number="138", tier="vip"))
    play >> ChannelsReconciled(
        node=NODE,
        restarted=False,
        calls=(LiveCall(arrived=live, created_at=START),),
        phones=(("1001", PhoneState.FREE),),
    )
    play << ring("c1-o1") << music()
    view = play.core.view_call("c1")
    assert view is not None
    assert (view.customer_tier, view.arrived_at) == ("vip", START - 30)
    assert not play.recorded(CallEntered)


def test_a_caller_is_known_by_the_number_that_he_was_stored_with() -> None:
    """He counts as being on the line by it, so that nobody calls him back meanwhile."""
    known = RestoredCall(arrived=arrived(caller="13800000001"), arrived_at=START)
    play = Playbook(centre()) >> StateRestored(agents=(), calls=(known,))
    live = LiveCall(arrived=arrived(caller="13800000002"), created_at=START)
    play >> ChannelsReconciled(node=NODE, restarted=False, calls=(live,)) >> hung_up()
    assert play.last(CallMissed).caller == "13800000001"
    play >> arrived("c2", caller="13800000001") >> hung_up("c2")
    assert not play.core._floor.callbacks.engaged


def test_call_without_a_place_that_is_gone_is_missed() -> None:
    play = start(waiting("c1", placement=None), waiting("c2", placement=None))
    play >> back() >> hung_up("c1")
    assert [fact.outcome for fact in play.recorded(CallEnded)] == [CallOutcome.ABANDONED] * 2
    again = start(waiting("c1", placement=None))
    again >> back(restarted=True)
    assert again.last(CallEnded).outcome is CallOutcome.CUT_OFF


def test_talking_pair_goes_on_and_ends_with_the_right_record() -> None:
    routing = centre(queues=[queue(wrap_up=WrapUp(seconds=15))])
    play = start(talking(), agents=[remembered(state=AgentState.TALKING)], routing=routing)
    play >> back("c1", offers=(leg(),))
    play.quiet()
    play.after(40) >> agent_hung_up() << end()
    play >> hung_up()
    ended = play.last(CallEnded)
    assert (ended.talk, ended.wait, ended.agent) == (60, 10, "1001")
    assert state(play) is AgentState.WRAP_UP
    assert not play.recorded(CallAnswered)
    assert not play.recorded(QueueLeft)


def test_talk_that_was_over_is_only_released() -> None:
    agents = [remembered(state=AgentState.WRAP_UP, since=START - 5, wrap_up_until=START + 5)]
    play = start(talking(), agents=agents)
    play >> back("c1") << end()
    play >> hung_up()
    ended = play.last(CallEnded)
    assert (ended.outcome, ended.talk, ended.agent) == (CallOutcome.ANSWERED, 15, "1001")
    play.after(5)
    assert state(play) is AgentState.IDLE


def test_agent_talks_in_one_call_at_most() -> None:
    play = start(talking("c1"), talking("c2"), agents=[remembered(state=AgentState.TALKING)])
    play >> back("c1", "c2", offers=(leg("c1-o1"),)) << end("c2")


def test_pair_whose_caller_hung_up_meanwhile_is_released() -> None:
    play = start(talking(), agents=[remembered(state=AgentState.TALKING)])
    play >> back(offers=(leg(),)) << release() << release()
    assert play.last(CallEnded).outcome is CallOutcome.ANSWERED


def test_talking_agent_whom_the_file_names_no_more_ends_his_call() -> None:
    play = start(talking(agent_id="1999"), agents=[remembered("1999", AgentState.TALKING)])
    play >> back("c1", offers=(leg(agent_id="1999"),))
    play.quiet()
    play >> agent_hung_up() << end()
    play >> hung_up()
    assert play.last(CallEnded).agent == "1999"
    assert play.core.view_agent("1999") is None


def test_talking_agent_of_whom_the_store_says_otherwise_talks() -> None:
    agents = [remembered(state=AgentState.PAUSED, since=START - 20, pause_reason="lunch")]
    play = start(talking(), agents=agents)
    play >> back("c1", offers=(leg(),))
    assert state(play) is AgentState.TALKING
    play >> agent_hung_up() << end()
    assert state(play) is AgentState.PAUSED


def test_phone_that_rang_when_the_engine_died_is_stopped_before_it_rings_again() -> None:
    play = start(waiting(offers=1), agents=[remembered(state=AgentState.RINGING)])
    play >> back("c1", offers=(leg(answered=False),)) << stop_ringing() << music()
    play >> failed() << ring("c1-o2")


def test_call_that_was_being_joined_talks() -> None:
    play = start(waiting(offers=1), agents=[remembered(state=AgentState.RINGING)])
    play >> back("c1", offers=(leg(),))
    play.quiet()
    play.check()
    assert play.last(CallAnswered).wait == 30
    assert play.last(QueueLeft).outcome is VisitOutcome.ANSWERED


def test_queue_that_is_configured_no_more_gives_its_calls_to_the_default_one() -> None:
    play = start(waiting(placement=place(queue="gone")))
    play >> back("c1") << ring("c1-o1") << music()
    assert play.last(QueueLeft).queue == "gone"
    assert play.last(CallQueued).placement.queue == "orders"


def test_call_that_the_core_has_already_is_not_taken_up_twice() -> None:
    play = Playbook(centre()) >> phone("1001") >> arrived()
    play >> StateRestored(agents=(), calls=(waiting(),))
    assert len(play.core.view_calls()) == 1


def test_several_nodes_are_settled_one_by_one() -> None:
    routing = centre(agents=[agent("1001"), agent("2001", node="pbx2")])
    far = waiting("c2", arrived=arrived("c2", node="pbx2"))
    play = start(waiting("c1"), far, agents=[remembered(), remembered("2001")], routing=routing)
    play >> back("c1") << ring("c1-o1") << music("c1")
    play >> ChannelsReconciled(
        node="pbx2",
        restarted=True,
        phones=(("2001", PhoneState.FREE),),
    )
    assert play.last(CallMissed).call == "c2"
    assert state(play, "2001") is AgentState.IDLE
