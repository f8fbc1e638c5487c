"""Playbooks of an engine that started while its store was away: what is owed comes later."""

from __future__ import annotations

from typing import Any

from acd.core.callback_words import (
    AttemptEnded,
    AttemptOutcome,
    CallbackClosed,
    CallbackOutcome,
    RestoredCallback,
)
from acd.core.commands import RingAgent
from acd.core.events import NodeLost, PromisesRestored, RestoredCall, StateRestored
from acd.core.facts import CallEnded, CallMissed, CallOutcome
from acd.core.records import Placement
from acd.core.tape_words import FindTape
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


def remembered(**known: Any) -> PromisesRestored:
    """A call that had not ended when the engine before died."""
    call = RestoredCall(arrived=arrived("c7"), arrived_at=START - 60, **known)
    return PromisesRestored(calls=(call,))


WAITED = Placement(
    queue="orders",
    visit=1,
    joined_at=START - 60,
    tier=0,
    head_start=0.0,
    extra_needs=(),
    firsts=(),
    language="zh-CN",
    business=None,
)


def test_who_had_waited_and_was_gone_when_the_engine_came_is_missed() -> None:
    play = without_memory() >> remembered(placement=WAITED)
    assert play.last(CallEnded).outcome is CallOutcome.ABANDONED
    assert play.last(CallMissed).call == "c7"
    assert len(said(play, RingAgent)) == 1  # for the callback that he is owed
    assert "c7" not in [call.call for call in play.core.view_calls()]


def test_who_had_talked_has_only_ended() -> None:
    play = without_memory()
    play >> remembered(placement=WAITED, agent="1001", offer="c7-o1", answered_at=START - 30)
    play.quiet()
    assert play.last(CallEnded).outcome is CallOutcome.ANSWERED
    assert play.recorded(CallMissed) == []


def test_who_was_asked_for_a_message_may_have_left_one() -> None:
    trace = ((START - 60, "flow", "orders", "voicemail"),)
    play = without_memory() >> remembered(trace=trace)
    play << FindTape(call="c7", box="orders", since=START - 60)
    play.check()
    assert play.recorded(CallEnded) == []


def test_whose_node_is_away_is_asked_for_first() -> None:
    play = without_memory() >> NodeLost(node=NODE)
    play >> remembered(placement=WAITED)
    assert play.recorded(CallEnded) == []
    back(play)
    assert play.last(CallEnded).outcome is CallOutcome.ABANDONED


def test_who_is_known_is_not_taken_up_again() -> None:
    play = without_memory() >> arrived("c7")
    play >> remembered(placement=WAITED)
    assert play.recorded(CallEnded) == []
    assert len(play.core.view_calls()) == 1
