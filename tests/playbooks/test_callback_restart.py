"""Playbooks of callbacks whose engine died, or whose node was away, at every step of an attempt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from acd.core.callback_words import (
    Attempt,
    AttemptEnded,
    AttemptOutcome,
    Callback,
    CallbackChanged,
    CallbackClosed,
    CallbackOpened,
    CallbackOutcome,
    CallbackSource,
    DialCustomer,
    RestoredCallback,
)
from acd.core.commands import CancelRing, EndCall, ReleaseAgent, RingAgent
from acd.core.events import (
    ChannelsReconciled,
    ConfigReplaced,
    LiveCall,
    LiveOffer,
    NodeLost,
    PromisesRestored,
    RestoredAgent,
    RestoredCall,
    StateRestored,
)
from acd.core.facts import CallEnded, CallEntered, CallMissed, CallOutcome, MissedReason
from acd.core.records import Placement
from acd.core.routing import Routing
from agents.model import AgentState, PhoneState
from tests.playbooks.callback_centre import (
    ATTEMPT,
    CALLBACK,
    OFFER,
    asked,
    calling,
    cancels,
    committed,
    committing,
    customer_rings,
    dial_failed,
    dialling,
    how_it_stands,
    joining,
    missed,
    not_committed,
    picked_up,
    rings,
    rings_for,
    rule,
    rung,
    said,
    says_to_agent,
    talking,
    told,
)
from tests.playbooks.centre import NODE, agent, queue
from tests.playbooks.harness import START, Playbook
from tests.playbooks.words import (
    CALLER,
    agent_hung_up,
    answered,
    arrived,
    connect,
    end,
    hung_up,
    music,
    on_duty,
    phone,
    release,
)

UNFINISHED = Attempt(
    id=ATTEMPT, callback=CALLBACK, number_of=1, number=CALLER, agent="1001", made_at=START - 5
)


def owed(**changes: Any) -> Callback:
    plain = Callback(
        id=CALLBACK,
        number=CALLER,
        business=None,
        queue="orders",
        dialled="4001",
        source=CallbackSource.ABANDONED,
        created_at=START - 60,
        due_at=START - 60,
        language="zh-CN",
        node=NODE,
        call="c1",
        place=START - 90,
    )
    return replace(plain, **changes)


def outbound(**changes: Any) -> RestoredCall:
    plain = RestoredCall(
        arrived=arrived(ATTEMPT), arrived_at=START - 4, callback=CALLBACK, queue="orders"
    )
    return replace(plain, **changes)


def agent_was(state: AgentState, agent: str = "1001") -> RestoredAgent:
    return RestoredAgent(agent=agent, state=state, since=START - 5, logged_in_at=START - 500)


def started(
    *callbacks: RestoredCallback,
    calls: tuple[RestoredCall, ...] = (),
    routing: Routing | None = None,
    state: AgentState = AgentState.TALKING,
    **more: Any,
) -> Playbook:
    play = Playbook(routing or calling())
    event = StateRestored(agents=(agent_was(state),), calls=calls, callbacks=callbacks, **more)
    return play >> event


def back(
    play: Playbook,
    *,
    customer: bool | None = None,
    leg: str | None = None,
    restarted: bool = False,
) -> Playbook:
    """`customer`: his channel lives, answered or not; `leg`: the agent's, as "answered" or
    "connected"."""
    live = LiveCall(
        arrived=arrived(ATTEMPT), created_at=START - 4, dialled_for=ATTEMPT, answered=bool(customer)
    )
    legs = LiveOffer(
        offer=OFFER, call=ATTEMPT, agent="1001", answered=True, connected=leg == "connected"
    )
    return play >> ChannelsReconciled(
        node=NODE,
        restarted=restarted,
        calls=() if customer is None else (live,),
        offers=() if leg is None else (legs,),
        phones=(("1001", PhoneState.FREE if leg is None else PhoneState.IN_USE),),
    )


# the engine dies


def test_before_the_commit_nothing_was_made() -> None:
    play = started(RestoredCallback(callback=owed()), state=AgentState.TALKING)
    play.quiet()
    back(play, leg="answered") << release(OFFER)
    play >> phone("1001") >> agent_hung_up(OFFER)
    assert len(said(play, RingAgent)) == 1
    assert play.recorded(AttemptEnded) == []


def test_after_the_commit_the_attempt_counts_as_made() -> None:
    play = back(started(RestoredCallback(callback=owed(), unfinished=UNFINISHED)))
    play.quiet()
    ended = play.last(AttemptEnded)
    assert (ended.attempt, ended.outcome, ended.agent) == (ATTEMPT, AttemptOutcome.UNKNOWN, "1001")
    view = play.core.view_callback(CALLBACK)
    assert view is not None
    assert (view.callback.attempts, view.callback.due_at) == (1, START + 300)
    play.after(300)
    assert [each.call for each in said(play, RingAgent)] == [f"{CALLBACK}-a2"]


def test_customer_who_still_rings_is_left_in_peace() -> None:
    play = started(RestoredCallback(callback=owed(), unfinished=UNFINISHED))
    back(play, customer=False, leg="answered") << release(OFFER) << cancels()
    assert how_it_stands(play) == "unclear"
    play >> rings() >> dial_failed()
    play.quiet()
    assert [each.outcome for each in play.recorded(AttemptEnded)] == [AttemptOutcome.UNKNOWN]
    assert how_it_stands(play) == "planned"


def test_customer_who_picks_up_while_the_new_engine_silences_his_phone_is_let_go() -> None:
    play = started(RestoredCallback(callback=owed(), unfinished=UNFINISHED))
    back(play, customer=False, leg="answered") << release(OFFER) << cancels()
    play >> picked_up() << end(ATTEMPT)
    assert play.last(CallEntered).call == ATTEMPT
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    play >> hung_up(ATTEMPT)
    assert play.last(CallEnded).outcome is CallOutcome.ABANDONED
    assert play.recorded(CallMissed) == []
    play.after(300)
    assert [each.call for each in said(play, RingAgent)] == []
    play >> phone("1001") >> agent_hung_up(OFFER)
    assert [each.call for each in said(play, RingAgent)] == [f"{CALLBACK}-a2"]


@pytest.mark.parametrize("answered", [False, True])
def test_nobody_else_dials_him_before_he_is_rid_of_the_attempt_of_the_dead(answered: bool) -> None:
    shop = RestoredCallback(callback=owed(id="shop", business="shop"))
    tv = RestoredCallback(callback=owed(business="tv"), unfinished=UNFINISHED)
    play = back(started(tv, shop, state=AgentState.IDLE), customer=answered)
    assert said(play, RingAgent) == []
    assert how_it_stands(play, "shop") == "held"
    play >> (hung_up(ATTEMPT) if answered else dial_failed())
    assert [each.callback for each in said(play, RingAgent)] == ["shop"]


def test_phone_of_a_customer_that_cannot_be_silenced_is_not_waited_for_without_end() -> None:
    play = started(RestoredCallback(callback=owed(), unfinished=UNFINISHED))
    back(play, customer=False) << cancels()
    play >> NodeLost(node=NODE)
    play.after(3599)
    assert how_it_stands(play) == "unclear"
    play.after(1)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    assert how_it_stands(play) == "planned"
    back(play, customer=True)
    assert said(play, EndCall) == [end(ATTEMPT)]


def test_customer_who_has_picked_up_and_is_with_nobody_is_let_go() -> None:
    play = started(RestoredCallback(callback=owed(), unfinished=UNFINISHED))
    back(play, customer=True, leg="answered") << release(OFFER) << end(ATTEMPT)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    play >> hung_up(ATTEMPT)
    play.quiet()


def test_customer_who_entered_and_is_with_nobody_is_let_go() -> None:
    play = started(RestoredCallback(callback=owed(), unfinished=UNFINISHED), calls=(outbound(),))
    back(play, customer=True, leg="answered") << release(OFFER) << end(ATTEMPT)
    play >> hung_up(ATTEMPT)
    assert play.last(CallEnded).outcome is CallOutcome.ABANDONED
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    assert play.recorded(CallMissed) == []


def test_customer_who_entered_and_has_gone() -> None:
    play = started(RestoredCallback(callback=owed(), unfinished=UNFINISHED), calls=(outbound(),))
    back(play)
    assert play.last(CallEnded).outcome is CallOutcome.ABANDONED
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    assert play.core.view_calls() == []


def test_customer_who_waits_for_an_agent_goes_on_waiting() -> None:
    placement = Placement(
        queue="orders",
        visit=1,
        joined_at=START - 4,
        tier=50,
        head_start=0.0,
        extra_needs=(),
        firsts=(),
        language="zh-CN",
        business=None,
    )
    play = started(
        RestoredCallback(callback=owed(), unfinished=UNFINISHED),
        calls=(outbound(placement=placement),),
        state=AgentState.IDLE,
    )
    assert how_it_stands(play) == "joining"
    back(play, customer=True)
    assert [each.call for each in said(play, RingAgent)] == [ATTEMPT]


@pytest.mark.parametrize("entered", [False, True])
def test_talk_of_which_nobody_knew_goes_on(entered: bool) -> None:
    calls = (outbound(),) if entered else ()
    play = started(RestoredCallback(callback=owed(), unfinished=UNFINISHED), calls=calls)
    back(play, customer=True, leg="connected")
    play.quiet()
    assert how_it_stands(play) == "talking"
    assert play.last(AttemptEnded).outcome is AttemptOutcome.ANSWERED
    assert len(play.recorded(CallEntered)) == (not entered)
    play >> hung_up(ATTEMPT) << release(OFFER)
    assert play.last(CallbackClosed).outcome is CallbackOutcome.ANSWERED


@pytest.mark.parametrize("unfinished", [None, UNFINISHED])
def test_talk_that_was_stored_goes_on(unfinished: Attempt | None) -> None:
    call = outbound(agent="1001", offer=OFFER, answered_at=START - 3, offers=1)
    play = started(RestoredCallback(callback=owed(attempts=1), unfinished=unfinished), calls=(call,))
    assert how_it_stands(play) == "talking"
    back(play, customer=True, leg="connected")
    play.quiet()
    play >> agent_hung_up(OFFER) << end(ATTEMPT)
    play >> hung_up(ATTEMPT)
    closed = play.last(CallbackClosed)
    assert (closed.outcome, closed.agent) == (CallbackOutcome.ANSWERED, "1001")


def test_talk_that_ended_meanwhile_is_not_called_again() -> None:
    call = outbound(agent="1001", offer=OFFER, answered_at=START - 3, offers=1)
    play = back(started(RestoredCallback(callback=owed(attempts=1)), calls=(call,)))
    assert play.last(CallbackClosed).outcome is CallbackOutcome.ANSWERED
    assert not said(play, DialCustomer)


def test_customer_who_waits_himself_is_not_dialled_by_the_new_engine() -> None:
    own = RestoredCall(arrived=arrived("c2"), arrived_at=START - 3)
    play = started(RestoredCallback(callback=owed()), calls=(own,), state=AgentState.IDLE)
    assert how_it_stands(play) == "held"


def test_known_callbacks_are_not_taken_up_twice_and_the_list_is_remembered() -> None:
    one = RestoredCallback(callback=owed())
    play = started(one, one, do_not_call=frozenset({"13900000002"}))
    assert [view.callback.id for view in play.core.view_callbacks()] == [CALLBACK]
    back(play) >> arrived("c3", caller="13900000002")
    play >> hung_up("c3")
    assert play.last(CallbackClosed).outcome is CallbackOutcome.DO_NOT_CALL


def test_expired_while_the_engine_was_away() -> None:
    play = started(RestoredCallback(callback=owed(created_at=START - 500_000, place=None)))
    assert play.last(CallbackClosed).outcome is CallbackOutcome.EXPIRED


def test_offers_after_a_restart_have_names_of_their_own() -> None:
    play = started(RestoredCallback(callback=owed()), state=AgentState.IDLE)
    back(play) << rings_for(f"{ATTEMPT}-o60002")


# the node is lost while it goes on


def test_agent_who_was_asked_goes_on() -> None:
    play = asked() >> NodeLost(node=NODE)
    back(play, leg="answered")
    assert how_it_stands(play) == "committing"


def test_committed_while_the_node_was_away() -> None:
    play = committing() >> NodeLost(node=NODE) >> committed()
    assert not said(play, DialCustomer)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.FAILED
    back(play, leg="answered") << release(OFFER)


def test_customer_who_picked_up_while_the_node_was_away() -> None:
    play = customer_rings() >> NodeLost(node=NODE)
    back(play, customer=True, leg="answered") << connect(OFFER)


def test_customer_who_still_rings_after_the_node_was_away() -> None:
    play = customer_rings() >> NodeLost(node=NODE)
    back(play, customer=False, leg="answered")
    play.quiet()
    assert how_it_stands(play) == "ringing"
    play >> picked_up() << connect(OFFER)


@pytest.mark.parametrize("restarted", [False, True])
def test_customer_who_is_gone_after_the_node_was_away(restarted: bool) -> None:
    play = customer_rings() >> NodeLost(node=NODE)
    back(play, restarted=restarted)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    assert not said(play, CancelRing) + said(play, ReleaseAgent)


def test_cancelling_is_repeated_after_the_node_was_away() -> None:
    play = dialling() >> arrived("c2") >> NodeLost(node=NODE)
    live = LiveCall(arrived=arrived(ATTEMPT), created_at=START, dialled_for=ATTEMPT, answered=False)
    other = LiveCall(arrived=arrived("c2"), created_at=START)
    play >> ChannelsReconciled(node=NODE, restarted=False, calls=(live, other))
    assert [each.attempt for each in said(play, type(cancels()))] == [ATTEMPT]


def test_customer_who_picked_up_while_his_dialling_was_being_stopped_and_the_node_away() -> None:
    play = dialling() >> agent_hung_up(OFFER) >> NodeLost(node=NODE)
    back(play, customer=True)
    assert how_it_stands(play) == "joining"
    assert [each.state for each in play.core.view_calls()] == ["waiting"]


@pytest.mark.parametrize("rung", [False, True])
def test_attempt_on_a_node_that_never_comes_back_ends_unknown(rung: bool) -> None:
    routing = calling(agents=[agent("1001"), agent("1002", node="pbx2")])
    play = dialling(routing) >> NodeLost(node=NODE)
    if rung:
        play = customer_rings(routing) >> NodeLost(node=NODE)
    play.after(89)
    assert play.recorded(AttemptEnded) == []
    play.after(1) << says_to_agent("customer_failed")
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    assert (how_it_stands(play), play.last(CallbackChanged).due_at) == ("planned", play.now + 300)
    play.after(300)
    assert how_it_stands(play) == "due"
    on_duty(play, "1002")
    assert [each.call for each in play.said if isinstance(each, RingAgent)][-1] == f"{CALLBACK}-a2"


def test_attempt_of_which_the_telephones_never_tell_ends_unknown_and_is_hung_up() -> None:
    play = customer_rings()
    play.after(89)
    play.quiet()
    play.after(1) << cancels() << says_to_agent("customer_failed")
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    play >> dial_failed()
    play.quiet()
    assert len(play.recorded(AttemptEnded)) == 1


def test_stopping_of_which_the_telephones_never_tell_ends_unknown() -> None:
    play = dialling() >> agent_hung_up(OFFER)
    play.after(90) << cancels()
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN


def test_who_has_picked_up_is_not_given_up_for_the_time_that_his_phone_rang() -> None:
    play = talking()
    play.after(500)
    play.quiet()
    assert how_it_stands(play) == "talking"


def test_agent_who_heard_why_nobody_came_is_released_after_the_node_was_away() -> None:
    play = dialling() >> dial_failed() >> NodeLost(node=NODE)
    back(play, leg="answered") << release(OFFER)


def test_agent_who_heard_why_nobody_came_has_gone() -> None:
    play = dialling() >> dial_failed() >> NodeLost(node=NODE)
    back(play)
    view = play.core.view_agent("1001")
    assert view is not None
    assert view.state is AgentState.IDLE


def test_agent_who_is_held_stays_so() -> None:
    play = rung(calling(callback=rule(agent_first=False))) >> NodeLost(node=NODE)
    back(play) >> committed()
    assert said(play, DialCustomer)


def test_cut_off_while_talking_is_another_missed_call() -> None:
    play = talking() >> NodeLost(node=NODE)
    back(play, restarted=True)
    assert play.last(CallMissed).reason is MissedReason.CUT_OFF
    assert [each.outcome for each in play.recorded(CallbackClosed)] == [CallbackOutcome.ANSWERED]
    assert play.last(CallbackOpened).callback.id == f"{ATTEMPT}-cb"


def test_cut_off_while_being_joined_is_lost() -> None:
    play = joining() >> NodeLost(node=NODE)
    back(play, restarted=True)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.LOST
    assert len(play.recorded(CallMissed)) == 1


def test_unknown_dialled_channels_are_hung_up() -> None:
    play = Playbook(calling())
    live = LiveCall(arrived=arrived("x-cb-a1"), created_at=START, dialled_for="x-cb-a1")
    play >> ChannelsReconciled(node=NODE, restarted=False, calls=(live,))
    play << EndCall(call="x-cb-a1")
    assert play.recorded(CallEntered) == []


# the routing is replaced


def test_who_is_due_stands_in_line_again() -> None:
    missed() >> ConfigReplaced(routing=calling(revision="r2")) >> phone("1001") << rings_for()


def test_queue_that_vanished_is_the_default_one() -> None:
    play = missed(calling(queues=[queue("extra", callback=rule())]))
    play >> ConfigReplaced(routing=calling(revision="r2")) >> phone("1001") << rings_for()


def test_new_rules_hold_for_open_callbacks() -> None:
    play = missed()
    play.after(11) >> ConfigReplaced(routing=calling(callback=rule(within=10), revision="r2"))
    assert play.last(CallbackClosed).outcome is CallbackOutcome.EXPIRED


def test_attempts_under_way_go_on() -> None:
    play = customer_rings() >> ConfigReplaced(routing=calling(revision="r2"))
    play >> picked_up() << connect(OFFER)


def test_late_reports_are_stale() -> None:
    play = Playbook(calling()) >> committed() >> not_committed() >> dial_failed()
    play.quiet()
    play = dialling() >> dial_failed() << says_to_agent("customer_no_answer")
    play >> answered("c9-cb-a1-o1") << release("c9-cb-a1-o1")
    play >> arrived("c2") << music("c2")


def test_customer_of_a_callback_that_was_closed_meanwhile_is_forgotten_with_his_channel() -> None:
    play = back(started(calls=(outbound(),)))
    assert play.last(CallEnded).outcome is CallOutcome.ABANDONED
    assert play.core.view_calls() == []


def test_dialled_customer_of_a_closed_callback_who_is_still_there_is_let_go() -> None:
    back(started(calls=(outbound(),)), customer=True) << end(ATTEMPT)


def test_customer_who_is_found_ringing_for_nobody_we_know_is_left_in_peace() -> None:
    play = Playbook(calling())
    live = LiveCall(arrived=arrived("x-cb-a1"), created_at=START, dialled_for="x-cb-a1", answered=False)
    play >> ChannelsReconciled(node=NODE, restarted=False, calls=(live,))
    play << cancels("x-cb-a1")


def test_talk_with_somebody_who_was_dialled_for_an_unknown_callback_is_taken_up_as_a_call() -> None:
    play = started()
    back(play, customer=True, leg="connected")
    assert [view.state for view in play.core.view_calls()] == ["talking"]


def test_callback_that_was_opened_before_the_call_was_known_to_be_gone_is_not_opened_again() -> None:
    own = RestoredCall(arrived=arrived("c1"), arrived_at=START - 90)
    play = back(started(RestoredCallback(callback=owed()), calls=(own,)))
    assert play.recorded(CallbackOpened) == []
    assert how_it_stands(play) == "offered"


def test_customer_who_hung_up_and_called_again_while_the_node_was_away() -> None:
    play = missed() >> arrived("c2") >> NodeLost(node=NODE)
    again = LiveCall(arrived=arrived("c3"), created_at=START)
    play >> ChannelsReconciled(
        node=NODE, restarted=False, calls=(again,), phones=(("1001", PhoneState.FREE),)
    )
    assert [each.call for each in said(play, RingAgent)] == ["c3"]
    assert how_it_stands(play) == "held"


# who is not to be called any more


def test_who_came_onto_the_list_while_no_engine_ran_is_not_called() -> None:
    listed = frozenset({CALLER})
    play = started(RestoredCallback(callback=owed()), state=AgentState.IDLE, do_not_call=listed)
    assert play.last(CallbackClosed).outcome is CallbackOutcome.DO_NOT_CALL
    back(play)
    assert not said(play, RingAgent)


def test_list_that_comes_late_holds_for_whom_it_finds_in_line() -> None:
    play = missed() >> PromisesRestored(do_not_call=frozenset({CALLER})) >> phone("1001")
    play.quiet()
    assert play.last(CallbackClosed).outcome is CallbackOutcome.DO_NOT_CALL


def test_list_that_comes_late_holds_for_what_comes_with_it() -> None:
    play = on_duty(Playbook(calling()), "1001")
    owing = (RestoredCallback(callback=owed()),)
    play >> PromisesRestored(callbacks=owing, do_not_call=frozenset({CALLER}))
    play.quiet()
    assert play.last(CallbackClosed).outcome is CallbackOutcome.DO_NOT_CALL


def test_attempt_to_somebody_who_is_on_the_list_is_the_last() -> None:
    listed = frozenset({CALLER})
    play = started(RestoredCallback(callback=owed(), unfinished=UNFINISHED), do_not_call=listed)
    back(play)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    assert [each.outcome for each in play.recorded(CallbackClosed)] == [CallbackOutcome.DO_NOT_CALL]
    assert play.core.view_callbacks() == []


# what became of an attempt stays unknown


def unclear_elsewhere(**changes: Any) -> RestoredCallback:
    """Its attempt was dialled on a node that does not come back."""
    attempt = replace(UNFINISHED, agent="2001")
    return RestoredCallback(callback=owed(**changes), unfinished=attempt)


def test_attempt_on_a_node_that_is_configured_no_more_counts_as_made() -> None:
    play = started(unclear_elsewhere(node="old"), state=AgentState.IDLE)
    assert how_it_stands(play) == "unclear"
    back(play)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    assert how_it_stands(play) == "planned"


def test_attempt_on_a_node_that_stays_away_counts_as_made_in_the_end() -> None:
    routing = calling(agents=[agent("1001"), agent("2001", node="pbx2")], callback=rule(within=600))
    play = back(started(unclear_elsewhere(), routing=routing))
    play.after(3599)
    assert how_it_stands(play) == "unclear"
    play.after(1)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    assert play.last(CallbackClosed).outcome is CallbackOutcome.EXPIRED


@pytest.mark.parametrize("first", [False, True])
def test_nobody_is_dialled_while_another_attempt_may_be_ringing_him(first: bool) -> None:
    routing = calling(agents=[agent("1001"), agent("2001", node="pbx2")])
    shop = RestoredCallback(callback=owed(id="shop", business="shop"))
    both = (unclear_elsewhere(business="tv"), shop)
    play = started(*(both if first else both[::-1]), routing=routing, state=AgentState.IDLE)
    back(play).quiet()
    view = play.core.view_callback("shop")
    assert view is not None
    assert view.state == "held"
    play >> ChannelsReconciled(node="pbx2", restarted=False)
    assert [each.callback for each in said(play, RingAgent)] == ["shop"]


def test_talk_that_is_found_is_not_given_up_for_the_time_it_took() -> None:
    play = started(RestoredCallback(callback=owed(), unfinished=UNFINISHED), calls=(outbound(),))
    back(play, customer=True, leg="connected")
    play.after(500_000)
    assert how_it_stands(play) == "talking"


def test_reload_that_is_not_about_callbacks_leaves_their_times_alone() -> None:
    play = dialling() >> dial_failed() >> told(prompt="customer_no_answer") >> agent_hung_up(OFFER)
    play >> ConfigReplaced(routing=calling(revision="r2"))
    play.after(299)
    assert how_it_stands(play) == "planned"
    play.after(1) << rings_for(f"{CALLBACK}-a2-o1")


def test_reload_that_takes_the_carrier_away_and_brings_him_back() -> None:
    play = dialling() >> dial_failed()
    play >> ConfigReplaced(routing=replace(calling(revision="r2"), trunks={}))
    play.after(300)
    assert how_it_stands(play) == "planned"
    play >> ConfigReplaced(routing=calling(revision="r3"))
    assert how_it_stands(play) == "due"
