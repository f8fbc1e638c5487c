"""Playbooks of what is asked for, missed or configured anew while a callback is under way."""

from __future__ import annotations

from acd.core.callback_words import CallbackOutcome, CommitAttempt, DialCustomer
from acd.core.events import ConfigReplaced, DigitPressed
from acd.core.routing import NumberRoute, Then, WaitOffer
from tests.playbooks.callback_centre import (
    ATTEMPT,
    CALLBACK,
    OFFER,
    calling,
    committed,
    customer_rings,
    dial_failed,
    dialling,
    missed,
    outcome,
    rule,
    said,
    talking,
    told,
    wish,
)
from tests.playbooks.centre import queue
from tests.playbooks.words import agent_hung_up, answered, arrived, hung_up, ringing


def test_wish_while_they_talk_is_another_promise() -> None:
    play = talking()
    play >> wish(at=play.now + 3600)
    assert len(play.core.view_callbacks()) == 2
    play >> hung_up(ATTEMPT)
    left = [(view.callback.id, view.state) for view in play.core.view_callbacks()]
    assert left == [("w1", "planned")]


def test_wish_for_later_while_his_phone_rings_outlasts_the_retry() -> None:
    play = customer_rings()
    at = play.now + 7200
    play >> wish(at=at) >> dial_failed()
    view = play.core.view_callback(CALLBACK)
    assert view is not None
    assert view.callback.due_at == at


def test_missed_call_during_the_last_attempt_is_worth_another() -> None:
    play = dialling(calling(callback=rule(attempts=1))) >> arrived("c2")
    play.after(2) >> hung_up("c2") >> dial_failed()
    view = play.core.view_callback(CALLBACK)
    assert view is not None
    assert (view.callback.attempts, view.callback.granted) == (1, 2)


def test_missed_call_shortly_before_the_time_is_over_has_time_of_its_own() -> None:
    play = missed(calling(callback=rule(within=3600.0)))
    play.after(3500) >> arrived("c2")
    play.after(10) >> hung_up("c2")
    play.after(200)
    assert len(play.core.view_callbacks()) == 1
    play.after(3600)
    assert play.core.view_callbacks() == []


def test_place_that_was_kept_in_another_queue_is_that_queues() -> None:
    numbers = {
        number: NumberRoute(number=number, queue=name)
        for number, name in (("4001", "orders"), ("4002", "complaints"))
    }
    key = WaitOffer(key="1", then=Then.CALLBACK, say="mine", after=20, every=None)
    queues = [queue(callback=rule()), queue("complaints", offers=(key,), callback=rule())]
    play = missed(calling(queues=queues, numbers=numbers)) >> arrived("c2", dialled="4002")
    play.after(25) >> DigitPressed(call="c2", digit="1") >> hung_up("c2")
    got = play.core.view_callbacks()[0].callback
    assert (got.kept, got.queue) == (True, "complaints")


def test_attempts_of_a_new_rule_count_for_those_that_were_made() -> None:
    play = dialling() >> dial_failed() >> told(prompt="customer_no_answer") >> agent_hung_up(OFFER)
    play >> ConfigReplaced(routing=calling(callback=rule(attempts=1)))
    assert outcome(play) is CallbackOutcome.EXPIRED


def test_attempts_of_a_new_rule_count_for_whoever_is_being_asked() -> None:
    play = dialling() >> dial_failed() >> told(prompt="customer_no_answer") >> agent_hung_up(OFFER)
    play.after(300) >> ringing(f"{CALLBACK}-a2-o1") >> answered(f"{CALLBACK}-a2-o1")
    play >> ConfigReplaced(routing=calling(callback=rule(attempts=1)))
    play >> told(f"{CALLBACK}-a2-o1")
    assert not said(play, CommitAttempt)
    assert outcome(play) is CallbackOutcome.EXPIRED


def test_attempts_of_a_new_rule_count_for_what_is_being_stored() -> None:
    play = dialling() >> dial_failed() >> told(prompt="customer_no_answer") >> agent_hung_up(OFFER)
    second = f"{CALLBACK}-a2"
    play.after(300) >> ringing(f"{second}-o1") >> answered(f"{second}-o1") >> told(f"{second}-o1")
    play >> ConfigReplaced(routing=calling(callback=rule(attempts=1))) >> committed(second)
    assert not said(play, DialCustomer)
    assert outcome(play) is CallbackOutcome.EXPIRED
