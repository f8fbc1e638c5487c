"""Playbooks of an engine that started while its store was away: what is owed comes later."""

from __future__ import annotations

from acd.core.callback_words import (
    AttemptEnded,
    AttemptOutcome,
    CallbackClosed,
    CallbackOutcome,
    RestoredCallback,
)
from acd.core.commands import RingAgent
from acd.core.events import NodeLost, PromisesRestored, StateRestored
from agents.model import PhoneState
from tests.playbooks.callback_centre import CALLBACK, calling, how_it_stands, said
from tests.playbooks.callback_memory import UNFINISHED, back, owed
from tests.playbooks.centre import NODE
from tests.playbooks.harness import START, Playbook
from tests.playbooks.words import arrived, hung_up, on_duty, phone


def without_memory() -> Playbook:
    """The engine has started knowing nobody, and has been connected since."""
    play = Playbook(calling()) >> StateRestored(agents=(), calls=())
    return on_duty(back(play), "1001")


def test_what_is_owed_is_called_as_soon_as_it_is_known() -> None:
    play = without_memory()
    play >> PromisesRestored(callbacks=(RestoredCallback(callback=owed()),))
    assert len(said(play, RingAgent)) == 1
    assert play.recorded(AttemptEnded) == []


def test_an_attempt_of_the_engine_before_counts_as_made() -> None:
    play = without_memory()
    play >> PromisesRestored(callbacks=(RestoredCallback(callback=owed(), unfinished=UNFINISHED),))
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    assert said(play, RingAgent) == []
    play.after(300)
    assert len(said(play, RingAgent)) == 1


def test_a_node_that_is_away_is_asked_first() -> None:
    play = without_memory() >> NodeLost(node=NODE)
    play >> PromisesRestored(callbacks=(RestoredCallback(callback=owed(), unfinished=UNFINISHED),))
    assert how_it_stands(play) == "unclear"
    back(play)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN


def test_who_has_called_again_meanwhile_is_owed_one_call() -> None:
    play = without_memory()
    play >> phone("1001", PhoneState.IN_USE) >> arrived("c9")
    play.after(30)
    play >> hung_up("c9")
    play >> PromisesRestored(callbacks=(RestoredCallback(callback=owed(attempts=1)),))
    closed = play.last(CallbackClosed)
    assert (closed.callback, closed.outcome, closed.reason) == (
        CALLBACK,
        CallbackOutcome.MERGED,
        "c9-cb",
    )
    assert closed.attempts == 1
    assert closed.waited == play.now - (START - 60)
    (view,) = play.core.view_callbacks()
    assert view.callback.id == "c9-cb"


def test_what_is_known_already_is_not_taken_up_twice() -> None:
    play = without_memory()
    both = PromisesRestored(callbacks=(RestoredCallback(callback=owed()),), do_not_call=frozenset({"1"}))
    play >> both
    before = play.core.view_callbacks()
    play >> both
    assert play.core.view_callbacks() == before
    assert play.core.do_not_call == {"1"}
    assert dict(play.core.open_callbacks()) == {"orders": 1}
