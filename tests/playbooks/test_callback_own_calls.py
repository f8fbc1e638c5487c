"""Playbooks of customers who call themselves before, or while, they are called back."""

from __future__ import annotations

from acd.core.callback_words import AttemptEnded, AttemptOutcome, CallbackClosed, CallbackOutcome
from tests.playbooks.callback_centre import (
    ATTEMPT,
    OFFER,
    asked,
    cancels,
    committed,
    committing,
    dial_failed,
    dialling,
    how_it_stands,
    missed,
    outcome,
    picked_up,
    rings_for,
    rung,
    says_to_agent,
    told,
    wish,
)
from tests.playbooks.words import (
    CALLER,
    agent_hung_up,
    arrived,
    end,
    failed,
    hung_up,
    music,
    phone,
    release,
    ring,
    ringing,
    stop_ringing,
    talk,
)


def test_own_call_that_is_answered_closes_it() -> None:
    play = missed() >> arrived("c2") >> phone("1001") << ring("c2-o1")
    talk(play, "c2-o1")
    assert outcome(play) is CallbackOutcome.OWN_CALL
    play >> hung_up("c2") >> agent_hung_up("c2-o1")
    play.quiet()


def test_own_call_of_another_business_does_not() -> None:
    play = missed() >> wish("w1", business="other", number=CALLER)
    play >> arrived("c2") >> phone("1001")
    talk(play, "c2-o1")
    assert [view.callback.id for view in play.core.view_callbacks()] == ["w1"]
    assert how_it_stands(play, "w1") == "held"
    play >> hung_up("c2") >> agent_hung_up("c2-o1") << rings_for("w1-a1-o1")


def test_customer_who_calls_while_the_agent_is_rung_is_not_dialled() -> None:
    play = rung() >> ringing(OFFER) >> arrived("c2")
    play << stop_ringing(OFFER) << music("c2")
    play >> failed(OFFER) << ring("c2-o1")
    assert how_it_stands(play) == "held"


def test_customer_who_calls_while_the_agent_hears_whom_he_would_call() -> None:
    play = asked() >> arrived("c2") << release(OFFER) << music("c2")
    assert how_it_stands(play) == "held"
    play >> told()
    play.quiet()


def test_customer_who_calls_while_it_is_stored_is_not_dialled() -> None:
    play = committing() >> arrived("c2") >> committed() << says_to_agent("customer_failed")
    assert play.last(AttemptEnded).outcome is AttemptOutcome.WITHDRAWN
    assert how_it_stands(play) == "held"


def test_customer_who_calls_while_he_is_dialled() -> None:
    play = dialling() >> arrived("c2")
    play << cancels() << says_to_agent("customer_failed") << music("c2")
    play >> dial_failed(AttemptOutcome.BUSY)
    play.quiet()
    assert how_it_stands(play) == "held"
    play >> hung_up("c2")
    assert play.last(CallbackClosed).outcome is CallbackOutcome.MERGED
    assert how_it_stands(play) == "due"


def test_customer_who_picks_up_while_his_own_call_waits_is_let_go() -> None:
    play = dialling() >> arrived("c2") >> picked_up() << end(ATTEMPT)
    play >> hung_up(ATTEMPT)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.LOST
    assert how_it_stands(play) == "held"


def test_somebody_else_who_is_answered_changes_nothing() -> None:
    play = missed() >> arrived("c2", caller="13900000002") >> phone("1001")
    talk(play, "c2-o1")
    assert how_it_stands(play) == "due"
