"""Playbooks of what people do with callbacks (close, retry, postpone, decline) and see of them."""

from __future__ import annotations

import pytest

from acd.core.callback_words import (
    AttemptEnded,
    AttemptOutcome,
    CallbackAct,
    CallbackClosed,
    CallbackCorrected,
    CallbackOutcome,
    DoNotCallChanged,
    RefuseCallback,
)
from tests.playbooks.callback_centre import (
    ATTEMPT,
    CALLBACK,
    OFFER,
    acted,
    calling,
    cancels,
    committed,
    customer_rings,
    dial_failed,
    dialling,
    missed,
    outcome,
    picked_up,
    rings,
    rings_for,
    rule,
    rung,
    says_to_agent,
    talking,
    told,
    wish,
)
from tests.playbooks.harness import START, Playbook
from tests.playbooks.words import (
    CALLER,
    agent_hung_up,
    answered,
    connected,
    end,
    hung_up,
    phone,
    ringing,
)


def test_closing() -> None:
    play = missed() >> acted(CallbackAct.CLOSE, reason="reached by mobile")
    closed = play.last(CallbackClosed)
    assert (closed.outcome, closed.by, closed.reason) == (
        CallbackOutcome.CLOSED,
        "test",
        "reached by mobile",
    )
    play >> acted(CallbackAct.CLOSE)
    play << RefuseCallback(callback=CALLBACK, why="there is no open callback of that id")


def test_closing_while_the_customer_is_dialled() -> None:
    play = dialling() >> acted(CallbackAct.CLOSE) << cancels() << says_to_agent("customer_failed")
    play >> acted(CallbackAct.CLOSE)
    play << RefuseCallback(callback=CALLBACK, why="it is being closed already")
    play >> dial_failed(AttemptOutcome.NO_ANSWER)
    assert outcome(play) is CallbackOutcome.CLOSED
    assert play.last(AttemptEnded).outcome is AttemptOutcome.WITHDRAWN


def test_closing_while_the_customer_picks_up() -> None:
    play = dialling() >> acted(CallbackAct.CLOSE) >> picked_up() << end(ATTEMPT)
    play >> hung_up(ATTEMPT)
    assert outcome(play) is CallbackOutcome.CLOSED


def test_wrong_number_is_found_out_while_talking() -> None:
    play = talking() >> acted(CallbackAct.WRONG_NUMBER)
    play.quiet()
    play >> hung_up(ATTEMPT)
    assert (outcome(play), play.last(CallbackClosed).agent) == (CallbackOutcome.WRONG_NUMBER, "1001")


def ends(play: Playbook) -> dict[str, CallbackOutcome]:
    return {each.callback: each.outcome for each in play.recorded(CallbackClosed)}


def corrections(play: Playbook) -> list[tuple[str, str | None, CallbackOutcome, str | None]]:
    told = play.recorded(CallbackCorrected)
    return [(each.callback, each.end.agent, each.end.outcome, each.end.reason) for each in told]


def test_wrong_number_is_found_out_after_the_talk() -> None:
    play = talking() >> agent_hung_up(OFFER)
    play >> hung_up(ATTEMPT)
    assert outcome(play) is CallbackOutcome.ANSWERED
    play.after(3500) >> acted(CallbackAct.WRONG_NUMBER, reason="a bakery")
    play.quiet()
    assert corrections(play) == [(CALLBACK, "1001", CallbackOutcome.WRONG_NUMBER, "a bakery")]
    closed = play.last(CallbackClosed)
    assert play.last(CallbackCorrected).end.at == closed.at
    play >> acted(CallbackAct.WRONG_NUMBER)
    play << RefuseCallback(callback=CALLBACK, why="there is no open callback of that id")


def test_wrong_number_after_it_was_closed_as_reached_while_talking() -> None:
    play = talking() >> acted(CallbackAct.CLOSE) >> acted(CallbackAct.WRONG_NUMBER)
    play.quiet()
    play >> hung_up(ATTEMPT)
    assert corrections(play) == [(CALLBACK, "1001", CallbackOutcome.WRONG_NUMBER, None)]
    assert len(play.recorded(CallbackClosed)) == 1


def test_wrong_number_is_not_found_out_when_it_is_long_over() -> None:
    play = talking() >> hung_up(ATTEMPT)
    play.after(3601) >> acted(CallbackAct.WRONG_NUMBER)
    play << RefuseCallback(callback=CALLBACK, why="there is no open callback of that id")
    assert corrections(play) == []


@pytest.mark.parametrize(("later", "kept"), [(3601, {"w1"}), (1800, {CALLBACK, "w1"})])
def test_of_what_is_long_over_nothing_is_kept(later: float, kept: set[str]) -> None:
    play = talking() >> hung_up(ATTEMPT) >> agent_hung_up(OFFER)
    play.after(later)
    attempt, offer = "w1-a1", "w1-a1-o1"
    play >> wish("w1") << rings_for(offer)
    play >> ringing(offer) >> answered(offer) >> told(offer) >> committed(attempt) >> rings(attempt)
    play >> picked_up(attempt) >> connected(offer) >> hung_up(attempt)
    assert set(play.core._floor.callbacks.answered_ends) == kept


def test_a_wrong_number_that_is_being_closed_already() -> None:
    play = dialling() >> acted(CallbackAct.CLOSE) >> acted(CallbackAct.WRONG_NUMBER)
    play << RefuseCallback(callback=CALLBACK, why="it is being closed already")


def test_nobody_dials_a_wrong_number_for_what_others_have_asked_for() -> None:
    """But who has called from it himself is called back, and so is he whom another business knows."""
    play = talking() >> wish("asked") >> wish("elsewhere", business="knives")
    play >> hung_up(ATTEMPT) >> acted(CallbackAct.WRONG_NUMBER, reason="a bakery")
    assert ends(play) == {CALLBACK: CallbackOutcome.ANSWERED, "asked": CallbackOutcome.WRONG_NUMBER}
    assert [each.reason for each in play.recorded(CallbackClosed)] == [None, "a bakery"]
    assert [each.callback.id for each in play.core.view_callbacks()] == ["elsewhere"]
    play = talking() >> wish("asked") >> acted(CallbackAct.WRONG_NUMBER)
    assert ends(play) == {"asked": CallbackOutcome.WRONG_NUMBER, CALLBACK: CallbackOutcome.WRONG_NUMBER}


def test_closing_while_talking_says_that_he_was_reached() -> None:
    play = talking() >> acted(CallbackAct.CLOSE) >> hung_up(ATTEMPT)
    assert outcome(play) is CallbackOutcome.ANSWERED


def test_retry_now() -> None:
    play = dialling() >> dial_failed() >> agent_hung_up(OFFER)
    play >> acted(CallbackAct.RETRY_NOW) << rings_for(f"{CALLBACK}-a2-o1")
    play >> acted(CallbackAct.RETRY_NOW)
    play << RefuseCallback(callback=CALLBACK, why="it is offered just now")


def test_postponing() -> None:
    play = missed() >> acted(CallbackAct.POSTPONE, until=START + 10_000)
    play >> phone("1001")
    play.quiet()
    play >> acted(CallbackAct.POSTPONE)
    why = "it can only be postponed to a time that is still to come"
    play << RefuseCallback(callback=CALLBACK, why=why)
    play.after(START + 10_000 - play.now) << rings_for()


def test_refusing_for_the_customer() -> None:
    play = missed() >> acted(CallbackAct.DECLINE)
    why = "it is due just now, and nobody is asked"
    play << RefuseCallback(callback=CALLBACK, why=why)
    play >> acted(CallbackAct.DECLINE, reason="wants nothing from us")
    assert outcome(play) is CallbackOutcome.REFUSED


def test_declining_while_it_rings_is_for_the_phone() -> None:
    play = rung() >> acted(CallbackAct.DECLINE)
    play << RefuseCallback(callback=CALLBACK, why="it is offered just now, and nobody is asked")
    play = customer_rings() >> acted(CallbackAct.DECLINE)
    play << RefuseCallback(callback=CALLBACK, why="it is ringing just now, and nobody is asked")


def test_expired_while_the_last_attempt_was_under_way_and_closed_meanwhile() -> None:
    play = dialling(calling(callback=rule(attempts=1))) >> acted(CallbackAct.WRONG_NUMBER)
    play >> dial_failed()
    assert [each.outcome for each in play.recorded(CallbackClosed)] == [CallbackOutcome.WRONG_NUMBER]


def test_what_is_being_closed_has_one_end() -> None:
    play = dialling() >> acted(CallbackAct.CLOSE) >> DoNotCallChanged(number=CALLER, listed=True)
    play >> dial_failed()
    assert [each.outcome for each in play.recorded(AttemptEnded)] == [AttemptOutcome.WITHDRAWN]
    assert [each.outcome for each in play.recorded(CallbackClosed)] == [CallbackOutcome.CLOSED]


def test_views() -> None:
    play = customer_rings()
    view = play.core.view_callback(CALLBACK)
    assert view is not None
    assert (view.state, view.attempt, view.agent) == ("ringing", ATTEMPT, "1001")
    assert view.callback.attempts == 1
    assert play.core.view_callback("nobody") is None
