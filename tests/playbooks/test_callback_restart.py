"""Playbooks of callbacks that outlive the engine: what the next one finds, dials and lets be."""

from __future__ import annotations

import pytest

from acd.core.callback_words import (
    Attempt,
    AttemptEnded,
    AttemptOutcome,
    CallbackClosed,
    CallbackOpened,
    CallbackOutcome,
    DialCustomer,
    RestoredCallback,
)
from acd.core.commands import EndCall, RingAgent
from acd.core.events import (
    ChannelsReconciled,
    LiveCall,
    NodeLost,
    PromisesRestored,
    RestoredCall,
    RestoredOffer,
)
from acd.core.facts import (
    CallEnded,
    CallEntered,
    CallMissed,
    CallOutcome,
    OfferEnded,
    OfferOutcome,
)
from acd.core.records import Placement
from agents.model import AgentState
from tests.playbooks.callback_centre import (
    ATTEMPT,
    CALLBACK,
    OFFER,
    calling,
    cancels,
    committed,
    dial_failed,
    dialling,
    how_it_stands,
    missed,
    not_committed,
    picked_up,
    rings,
    rings_for,
    said,
    says_to_agent,
)
from tests.playbooks.callback_memory import UNFINISHED, back, outbound, owed, started
from tests.playbooks.centre import NODE
from tests.playbooks.harness import START, Playbook
from tests.playbooks.words import (
    CALLER,
    agent_hung_up,
    answered,
    arrived,
    end,
    hung_up,
    music,
    on_duty,
    phone,
    release,
)


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


def test_silencing_his_phone_is_asked_for_again_after_the_node_was_away() -> None:
    play = started(RestoredCallback(callback=owed(), unfinished=UNFINISHED))
    back(play, customer=False) << cancels()
    back(play >> NodeLost(node=NODE), customer=False) << cancels()
    play >> dial_failed()
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN


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


BEFORE_ALL = Placement(
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


def test_customer_who_waits_goes_on_waiting_though_his_callback_was_closed() -> None:
    play = started(calls=(outbound(placement=BEFORE_ALL),), state=AgentState.IDLE)
    back(play, customer=True)
    assert [each.call for each in said(play, RingAgent)] == [ATTEMPT]


def test_customer_who_waits_for_an_agent_goes_on_waiting() -> None:
    play = started(
        RestoredCallback(callback=owed(), unfinished=UNFINISHED),
        calls=(outbound(placement=BEFORE_ALL),),
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


# the agents who were asked


def asked_before(agent: str = "1001") -> RestoredOffer:
    """An agent whom the engine before had asked for the attempt."""
    return RestoredOffer(offer=OFFER, agent=agent, queue="orders", made_at=START - 8)


@pytest.mark.parametrize("unfinished", [None, UNFINISHED])
def test_offer_to_the_agent_of_a_dead_engine_comes_to_its_end(unfinished: Attempt | None) -> None:
    callback = RestoredCallback(callback=owed(), unfinished=unfinished)
    play = started(callback, state=AgentState.RINGING, rings=(asked_before(),))
    assert play.recorded(OfferEnded) == []
    back(play, leg="answered")
    (ended,) = play.recorded(OfferEnded)
    assert (ended.offer, ended.call, ended.agent) == (OFFER, ATTEMPT, "1001")
    assert ended.outcome is OfferOutcome.WITHDRAWN


def test_offer_to_an_agent_who_talks_with_the_customer_was_answered() -> None:
    callback = RestoredCallback(callback=owed(), unfinished=UNFINISHED)
    play = back(started(callback, rings=(asked_before(),)), customer=True, leg="connected")
    assert [each.outcome for each in play.recorded(OfferEnded)] == [OfferOutcome.ANSWERED]


def test_offer_to_an_agent_who_is_configured_no_more_comes_to_its_end() -> None:
    play = back(started(RestoredCallback(callback=owed()), rings=(asked_before("1999"),)))
    assert [each.agent for each in play.recorded(OfferEnded)] == ["1999"]
