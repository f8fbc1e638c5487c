"""Playbooks of an engine that starts with what the store remembers (call-flow.md, 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from acd.core import codes
from acd.core.commands import RefuseAct
from acd.core.events import (
    ChannelsReconciled,
    Customer,
    LiveCall,
    LiveOffer,
    NodeLost,
    RestoredAgent,
    RestoredCall,
    RestoredOffer,
    StateRestored,
)
from acd.core.facts import (
    AgentStateChanged,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallMissed,
    CallOutcome,
    CallQueued,
    CallWidened,
    MissedReason,
    OfferEnded,
    OfferOutcome,
    QueueLeft,
    VisitOutcome,
)
from acd.core.records import Placement, Reason
from acd.core.routing import Ending, FirstTarget, Routing, Then, WideningStep, WrapUp
from agents.model import AgentAct, AgentState, PhoneState
from tests.playbooks.centre import NODE, agent, centre, queue
from tests.playbooks.harness import START, Playbook
from tests.playbooks.seen import state
from tests.playbooks.words import (
    act,
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


def place(**changes: Any) -> Placement:
    plain = Placement(
        queue="orders",
        visit=1,
        joined_at=START - 30,
        tier=0,
        head_start=0.0,
        extra_needs=(),
        firsts=(),
        language="zh-CN",
        business=None,
    )
    return replace(plain, **changes)


def waiting(call: str = "c1", ago: float = 30, **changes: Any) -> RestoredCall:
    plain = RestoredCall(
        arrived=arrived(call), arrived_at=START - ago, placement=place(joined_at=START - ago)
    )
    return replace(plain, **changes)


def talking(call: str = "c1", agent_id: str = "1001", ago: float = 20) -> RestoredCall:
    return waiting(call, agent=agent_id, offer=f"{call}-o1", answered_at=START - ago, offers=1)


def remembered(
    agent_id: str = "1001", state: AgentState = AgentState.IDLE, **more: Any
) -> RestoredAgent:
    plain: dict[str, Any] = {"since": START - 20, "logged_in_at": START - 3600}
    return RestoredAgent(agent=agent_id, state=state, **(plain | more))


def start(
    *calls: RestoredCall,
    agents: Iterable[RestoredAgent] = (remembered(),),
    routing: Routing | None = None,
) -> Playbook:
    play = Playbook(routing or centre())
    return play >> StateRestored(agents=tuple(agents), calls=calls)


def back(*calls: str, offers: tuple[LiveOffer, ...] = (), **more: Any) -> ChannelsReconciled:
    return ChannelsReconciled(
        node=NODE,
        restarted=more.pop("restarted", False),
        calls=tuple(LiveCall(arrived=arrived(each), created_at=START - 30) for each in calls),
        offers=offers,
        asterisk_started_at=more.pop("asterisk_started_at", None),
        phones=more.pop("phones", (("1001", PhoneState.FREE), ("1002", PhoneState.FREE))),
    )


def leg(offer: str = "c1-o1", agent_id: str = "1001", *, answered: bool = True) -> LiveOffer:
    return LiveOffer(
        offer=offer, call=offer.rsplit("-", 1)[0], agent=agent_id, answered=answered, connected=answered
    )


def refuse_to_extend(agent_id: str, why: str) -> RefuseAct:
    return RefuseAct(agent=agent_id, act=AgentAct.EXTEND_WRAP_UP, why=why)


def test_what_was_asked_for_during_a_call_takes_effect_after_it() -> None:
    asked = {"pending": AgentAct.PAUSE, "pending_reason": "lunch"}
    play = start(talking(), agents=[remembered(state=AgentState.TALKING, **asked)])
    play >> back("c1", offers=(leg(),)) >> agent_hung_up() << end()
    assert state(play) is AgentState.PAUSED


def test_what_was_asked_for_is_void_for_who_is_in_no_call() -> None:
    agents = [remembered(pending=AgentAct.LOG_OUT)]
    play = start(agents=agents) >> back()
    assert state(play) is AgentState.IDLE


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


@pytest.mark.parametrize(
    ("remembered_state", "after"),
    [
        (AgentState.IDLE, AgentState.IDLE),
        (AgentState.UNAVAILABLE, AgentState.IDLE),
        (AgentState.RESERVED, AgentState.IDLE),
        (AgentState.RINGING, AgentState.IDLE),
        (AgentState.TALKING, AgentState.IDLE),
        (AgentState.PAUSED, AgentState.PAUSED),
        (AgentState.OFFLINE, AgentState.OFFLINE),
        (AgentState.WRAP_UP, AgentState.IDLE),
    ],
)
def test_agents_have_their_state_back(remembered_state: AgentState, after: AgentState) -> None:
    play = start(agents=[remembered(state=remembered_state, calls_today=7, talk_today=70.0)])
    play >> back()
    play.after(0)
    view = play.core.view_agent("1001")
    assert view is not None
    assert view.state is after
    assert (view.calls_today, view.talk_today) == (7, 70)


def test_wrap_up_can_be_extended_after_a_restart_but_once_in_all() -> None:
    """An extension that was there before counts; no other event says by how much it may be."""
    wrap_up: dict[str, Any] = {"state": AgentState.WRAP_UP, "wrap_up_until": START + 15, "extend": 30.0}
    agents = [remembered(**wrap_up), remembered("1002", **wrap_up, extended=True)]
    play = start(agents=agents) >> back()
    play >> act("1001", AgentAct.EXTEND_WRAP_UP)
    (
        play
        >> act("1002", AgentAct.EXTEND_WRAP_UP)
        << refuse_to_extend("1002", "the wrap-up has been extended already")
    )
    changed = [fact for fact in play.facts if isinstance(fact, AgentStateChanged)]
    assert [(each.agent, each.until, each.extend, each.extended) for each in changed] == [
        ("1001", START + 45, 30.0, True)
    ]
    play.after(44)
    assert (state(play), state(play, "1002")) == (AgentState.WRAP_UP, AgentState.IDLE)
    play.after(1)
    assert state(play) is AgentState.IDLE


def test_wrap_up_that_could_not_be_extended_cannot_be_after_a_restart() -> None:
    play = start(agents=[remembered(state=AgentState.WRAP_UP, wrap_up_until=START + 15)]) >> back()
    (
        play
        >> act("1001", AgentAct.EXTEND_WRAP_UP)
        << refuse_to_extend("1001", "the wrap-up of this queue cannot be extended")
    )


def test_session_without_a_known_beginning_began_with_the_state() -> None:
    play = start(agents=[remembered(logged_in_at=None), remembered("9999")])
    view = play.core.view_agent("1001")
    assert view is not None
    assert view.logged_in_at == START - 20


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


# calls whose end was decided when the engine died


def sent_away(**changes: Any) -> RestoredCall:
    plain = waiting(left=VisitOutcome.TIMED_OUT, left_at=START - 2, missed=MissedReason.TIMED_OUT)
    return replace(plain, **changes)


def test_caller_whose_last_prompt_was_playing_is_released_and_told_of_once() -> None:
    play = start(sent_away())
    play >> back("c1") << end()
    play >> hung_up()
    ended = play.last(CallEnded)
    assert (ended.outcome, ended.wait, ended.queue) == (CallOutcome.TIMED_OUT, 28, "orders")
    assert not play.recorded(QueueLeft)
    assert not play.recorded(CallMissed)


def test_caller_who_hung_up_during_his_last_prompt_is_told_of_once() -> None:
    play = start(sent_away())
    play >> back()
    assert play.last(CallEnded).outcome is CallOutcome.TIMED_OUT
    assert not play.recorded(CallMissed)


@pytest.mark.parametrize(
    ("changes", "outcome", "waited"),
    [
        ({"missed": None, "left": VisitOutcome.NOBODY}, CallOutcome.NOBODY, 28),
        (
            {"missed": MissedReason.QUEUE_FULL, "left": VisitOutcome.OVERFLOWED},
            CallOutcome.QUEUE_FULL,
            28,
        ),
        ({"left_at": None}, CallOutcome.TIMED_OUT, 30),
        (
            {"missed": MissedReason.CLOSED, "left": None, "left_at": None, "placement": None},
            CallOutcome.CLOSED,
            0,
        ),
    ],
)
def test_end_that_was_decided_stays(changes: Any, outcome: CallOutcome, waited: float) -> None:
    play = start(sent_away(**changes))
    play >> back("c1") << end()
    play >> hung_up()
    assert (play.last(CallEnded).outcome, play.last(CallEnded).wait) == (outcome, waited)
    assert not play.recorded(CallMissed)


OVERFLOW = centre(
    queues=[
        queue(for_at_most=20, on_timeout=Ending(say="sorry", then=Then.QUEUE, queue="second")),
        queue("second"),
    ]
)


def test_caller_between_two_queues_goes_on_to_the_next() -> None:
    play = start(waiting(left=VisitOutcome.OVERFLOWED, left_at=START - 1), routing=OVERFLOW)
    play >> back("c1") << ring("c1-o1", queue="second") << music()
    assert not play.recorded(QueueLeft)
    queued = play.last(CallQueued).placement
    assert (queued.queue, queued.visit) == ("second", 2)


def test_caller_between_queues_that_are_configured_no_more_goes_to_the_default_one() -> None:
    placed = place(queue="gone")
    play = start(waiting(placement=placed, left=VisitOutcome.OVERFLOWED, left_at=START - 1))
    play >> back("c1") << ring("c1-o1") << music()
    assert play.last(CallQueued).placement.queue == "orders"


def test_call_that_was_recorded_for_a_callback_is_not_recorded_again() -> None:
    play = start(replace(talking(), missed=MissedReason.CUT_OFF))
    play >> back(restarted=True)
    assert play.last(CallEnded).outcome is CallOutcome.CUT_OFF
    assert not play.recorded(CallMissed)


# offers that rang when the engine died


def rang(offer: str = "c1-o1", agent_id: str = "1001") -> RestoredOffer:
    return RestoredOffer(offer=offer, agent=agent_id, queue="orders", made_at=START - 5)


def test_offer_that_rang_is_over() -> None:
    play = start(waiting(offers=1, rings=(rang(),)), agents=[remembered(state=AgentState.RINGING)])
    play >> back("c1") << ring("c1-o2") << music()
    [ended] = play.recorded(OfferEnded)
    assert (ended.offer, ended.agent, ended.outcome) == ("c1-o1", "1001", OfferOutcome.WITHDRAWN)
    assert codes.WITHDRAWN in [reason[1] for reason in ended.reasons]
    play >> NodeLost(node=NODE)
    play >> back("c1")
    assert [each.offer for each in play.recorded(OfferEnded)] == ["c1-o1", "c1-o2"]


def test_offer_of_a_caller_who_is_gone_is_over_too() -> None:
    play = start(waiting(offers=1, rings=(rang(),)))
    play >> back()
    assert play.last(OfferEnded).outcome is OfferOutcome.WITHDRAWN
    assert not play.last(OfferEnded).reasons


def test_offer_that_was_answered_meanwhile_ends_as_that() -> None:
    rings = (rang(), rang("c1-o2", "1002"))
    play = start(waiting(offers=2, rings=rings), agents=[remembered(state=AgentState.RINGING)])
    play >> back("c1", offers=(leg(),))
    assert {each.offer: each.outcome for each in play.recorded(OfferEnded)} == {
        "c1-o1": OfferOutcome.ANSWERED,
        "c1-o2": OfferOutcome.WITHDRAWN,
    }


def test_offer_is_settled_when_the_agents_node_is_there() -> None:
    routing = centre(agents=[agent("1001"), agent("2001", node="pbx2")])
    rings = (rang("c1-o1", "2001"), rang("c1-o2", "nobody"))
    play = start(waiting(offers=2, rings=rings), routing=routing, agents=())
    play >> back("c1", phones=())
    assert [each.agent for each in play.recorded(OfferEnded)] == ["nobody"]
    play >> ChannelsReconciled(node="pbx2", restarted=False)
    assert [each.agent for each in play.recorded(OfferEnded)] == ["nobody", "2001"]


def test_numbers_of_offers_go_on_from_the_highest() -> None:
    play = start(waiting(offers=3), agents=[remembered(), remembered("1002")])
    play >> back("c1", offers=(leg("c1-o7", answered=False),)) << stop_ringing("c1-o7")
    play << ring("c1-o8", "1002") << music()
    again = start(replace(talking(), offer="c1-o5", offers=1), agents=[remembered()])
    assert again.core._floor.calls["c1"].offers_made == 5


# the host went down: engine and Asterisk died together


BEGAN = START - 10


def test_calls_from_before_asterisk_began_were_cut_off() -> None:
    calls = (waiting("c1"), talking("c2"), waiting("c3", ago=3))
    play = start(*calls, agents=[remembered(state=AgentState.TALKING, talk_today=5)])
    play >> back(asterisk_started_at=BEGAN)
    ended = {each.call: each for each in play.recorded(CallEnded)}
    assert {call: each.outcome for call, each in ended.items()} == {
        "c1": CallOutcome.CUT_OFF,
        "c2": CallOutcome.CUT_OFF,
        "c3": CallOutcome.ABANDONED,
    }
    assert (ended["c1"].wait, ended["c2"].talk, ended["c3"].wait) == (20, 10, 3)
    assert {each.call for each in play.recorded(CallMissed)} == {"c1", "c2", "c3"}
    view = play.core.view_agent("1001")
    assert view is not None
    assert (view.state, view.talk_today) == (AgentState.IDLE, 15)


def test_cut_off_call_never_ended_before_it_began_nor_after_now() -> None:
    play = start(waiting("c1", placement=place(joined_at=START - 3)), talking("c2"))
    play >> back(restarted=True, asterisk_started_at=START + 10)
    assert [each.talk + each.wait for each in play.recorded(CallEnded)] == [3, 30]
    again = start(waiting("c1", placement=place(joined_at=START - 3)))
    again >> back(asterisk_started_at=START - 10)
    assert again.last(CallEnded).wait == 0
