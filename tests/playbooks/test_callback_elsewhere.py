"""Playbooks of call-flow.md, 3: a called customer, for whom no agent comes, is served otherwise."""

from __future__ import annotations

import pytest

from acd.core import codes
from acd.core.callback_words import (
    AttemptEnded,
    AttemptOutcome,
    CallbackAct,
    CallbackClosed,
    CallbackOpened,
    CallbackOutcome,
)
from acd.core.commands import RingAgent
from acd.core.events import RingFailure
from acd.core.facts import CallEnded, CallOutcome
from acd.core.flow_words import StartTape, TapeEnd, TapeFinished
from acd.core.routing import SetAside, Then, Voicemail, WaitOffer
from acd.core.waiting import FOREMOST
from ivr.model import Flow, HangUp, Say
from tests.playbooks.callback_centre import (
    ATTEMPT,
    CALLBACK,
    OFFER,
    acted,
    calling,
    committed,
    joining,
    picked_up,
    rule,
    rung,
    said,
    wish,
)
from tests.playbooks.centre import queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import connect_failed, failed, hung_up, pressed, prompt_over

MESSAGE = WaitOffer(key="2", then=Then.VOICEMAIL, say="by_two", after=60, every=None, voicemail="orders")
MENU = WaitOffer(key="3", then=Then.FLOW, say="by_three", after=60, every=None, flow="bye")


def waits(*, served: bool = True) -> Playbook:
    """Customer first: he picked up, and the agent who was held for him refuses."""
    desk = queue(
        offers=(MESSAGE, MENU), callback=rule(agent_first=False), refused=SetAside(pause_reason="no")
    )
    bye = Flow(name="bye", start="1", steps={"1": Say(parts=(), go=HangUp(served=served))})
    box = Voicemail(name="orders", label="orders", queue="orders")
    play = rung(calling(queues=[desk], voicemail={"orders": box}, flows={"bye": bye}))
    return play >> committed() >> picked_up() >> failed(OFFER, RingFailure.REFUSED)


def leaves_message(seconds: float = 10.0) -> Playbook:
    play = waits() >> pressed("2", ATTEMPT) >> prompt_over("orders-1", ATTEMPT)
    (tape,) = said(play, StartTape)
    play >> TapeFinished(call=ATTEMPT, file=tape.file, seconds=seconds, ended_by=TapeEnd.HUNG_UP)
    return play >> hung_up(ATTEMPT)


def calls_again(play: Playbook) -> bool:
    before = len(play.said)
    play.after(86400)
    return any(isinstance(each, RingAgent) for each in play.said[before:])


def test_who_leaves_a_message_is_not_called_again() -> None:
    play = leaves_message()
    assert play.last(CallEnded).outcome is CallOutcome.MESSAGE
    closed = play.last(CallbackClosed)
    assert (closed.callback, closed.outcome) == (CALLBACK, CallbackOutcome.CLOSED)
    assert (closed.by, closed.reason, closed.attempts) == ("customer", "left a message", 1)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.ANSWERED
    reasons = [reason[1] for reason in play.last(CallEnded).reasons]
    assert codes.CALLBACK_NOT_REACHED not in reasons
    assert not play.core.view_callbacks()
    assert not calls_again(play)


def test_who_says_too_little_is_called_again() -> None:
    play = leaves_message(seconds=0.5)
    assert play.last(CallEnded).outcome is not CallOutcome.MESSAGE
    assert play.core.view_callbacks()


@pytest.mark.parametrize("served", [True, False])
def test_who_is_served_by_a_flow_is_not_called_again(served: bool) -> None:
    play = waits(served=served) >> pressed("3", ATTEMPT) >> hung_up(ATTEMPT)
    assert bool(play.core.view_callbacks()) is not served
    if served:
        closed = play.last(CallbackClosed)
        assert (closed.outcome, closed.reason) == (CallbackOutcome.CLOSED, "served by a flow")


def test_what_somebody_said_before_stays() -> None:
    play = waits() >> acted(CallbackAct.WRONG_NUMBER) >> pressed("3", ATTEMPT) >> hung_up(ATTEMPT)
    (closed,) = play.recorded(CallbackClosed)
    assert closed.outcome is CallbackOutcome.WRONG_NUMBER
    assert not play.core.view_callbacks()


def test_who_asked_for_a_callback_is_known() -> None:
    play = Playbook(calling()) >> wish(by="api:1001")
    assert [view.callback.asked_by for view in play.core.view_callbacks()] == ["api:1001"]
    assert leaves_message().recorded(CallbackOpened)[0].callback.asked_by is None


def test_who_cannot_be_joined_waits_for_an_agent_before_everybody() -> None:
    play = joining() >> connect_failed(OFFER)
    (view,) = play.core.view_calls()
    assert (view.call, view.state, view.tier) == (ATTEMPT, "waiting", FOREMOST)
