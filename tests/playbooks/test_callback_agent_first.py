"""Playbooks of callbacks in which the agent is rung first, hears whom he will call, and may decline."""

from __future__ import annotations

import pytest

from acd.core.callback_words import (
    Attempt,
    AttemptEnded,
    AttemptOutcome,
    CallbackAct,
    CallbackChanged,
    CallbackClosed,
    CallbackOpened,
    CallbackOutcome,
    CommitAttempt,
    DialCustomer,
)
from acd.core.commands import RingAgent
from acd.core.events import RingFailure
from acd.core.facts import (
    CallAnswered,
    CallEnded,
    CallEntered,
    CallMissed,
    CallOutcome,
    OfferEnded,
    OfferOutcome,
    StaleEventSeen,
)
from acd.core.routing import SetAside, WrapUp
from agents.model import AgentState, PhoneState
from tests.playbooks.callback_centre import (
    ATTEMPT,
    CALLBACK,
    OFFER,
    acted,
    asked,
    calling,
    cancels,
    commits,
    committed,
    committing,
    customer_rings,
    dial_failed,
    dialling,
    dials,
    how_it_stands,
    joining,
    missed,
    not_committed,
    outcome,
    picked_up,
    pressed,
    rings,
    rings_for,
    rule,
    rung,
    said,
    says_to_agent,
    talking,
    told,
    wish,
)
from tests.playbooks.centre import queue
from tests.playbooks.harness import Playbook
from tests.playbooks.seen import state
from tests.playbooks.words import (
    CALLER,
    agent_hung_up,
    answered,
    arrived,
    connect,
    connected,
    end,
    failed,
    hung_up,
    music,
    on_duty,
    phone,
    release,
    ring,
    ringback,
    ringing,
)


def test_agent_first() -> None:
    play = missed() >> phone("1001") << rings_for()
    play >> ringing(OFFER) >> answered(OFFER) << says_to_agent("callback_to")
    play >> told()
    assert commits(play) == CommitAttempt(
        attempt=Attempt(
            id=ATTEMPT, callback=CALLBACK, number_of=1, number=CALLER, agent="1001", made_at=play.now
        ),
        callback=play.last(CallbackOpened).callback,
    )
    play >> committed() << dials()
    play >> rings()
    play.quiet()
    play.after(3) >> picked_up() << connect(OFFER)
    entered = play.last(CallEntered)
    assert (entered.call, entered.callback, entered.caller) == (ATTEMPT, CALLBACK, CALLER)
    play >> connected(OFFER)
    assert play.last(CallAnswered).callback == CALLBACK
    ended = play.last(AttemptEnded)
    assert (ended.outcome, ended.agent, ended.ring) == (AttemptOutcome.ANSWERED, "1001", 3)
    play.after(60) >> hung_up(ATTEMPT) << release(OFFER)
    closed = play.last(CallbackClosed)
    assert (closed.outcome, closed.agent, closed.attempts) == (CallbackOutcome.ANSWERED, "1001", 1)
    assert (play.last(CallEnded).outcome, play.last(CallEnded).talk) == (CallOutcome.ANSWERED, 60)
    play >> agent_hung_up(OFFER)
    assert state(play) is AgentState.IDLE
    assert play.core.view_callbacks() == []


def test_wrap_up_follows_the_talk_as_after_any_call() -> None:
    play = talking(calling(queues=[queue(wrap_up=WrapUp(seconds=30), callback=rule())]))
    play >> agent_hung_up(OFFER) << end(ATTEMPT)
    assert state(play) is AgentState.WRAP_UP
    play >> hung_up(ATTEMPT)
    assert outcome(play) is CallbackOutcome.ANSWERED


@pytest.mark.parametrize(
    ("how", "prompt"),
    [
        (AttemptOutcome.BUSY, "customer_busy"),
        (AttemptOutcome.NO_ANSWER, "customer_no_answer"),
        (AttemptOutcome.FAILED, "customer_failed"),
        (AttemptOutcome.REFUSED, "customer_failed"),
    ],
)
def test_agent_hears_why_nobody_comes(how: AttemptOutcome, prompt: str) -> None:
    play = customer_rings() >> dial_failed(how) << says_to_agent(prompt)
    assert play.last(AttemptEnded).outcome is how
    assert play.last(OfferEnded).outcome is OfferOutcome.CALLER_GONE
    assert state(play) is AgentState.TALKING
    play >> told(prompt=prompt) << release(OFFER)
    play >> agent_hung_up(OFFER)
    assert state(play) is AgentState.IDLE
    changed = play.last(CallbackChanged)
    assert (changed.due_at, changed.attempts) == (play.now + 300, 1)
    assert not play.recorded(CallEntered)[1:]


def test_attempts_are_spaced_and_come_to_an_end() -> None:
    play = dialling()
    for number, spacing in ((1, 300.0), (2, 1800.0)):
        attempt = f"{CALLBACK}-a{number}"
        play >> dial_failed(AttemptOutcome.BUSY, attempt) >> agent_hung_up(f"{attempt}-o1")
        play.after(spacing - 0.001)
        play.quiet()
        play.after(0.001) << rings_for(f"{CALLBACK}-a{number + 1}-o1")
        following = f"{CALLBACK}-a{number + 1}"
        play >> answered(f"{following}-o1") >> told(f"{following}-o1") >> committed(following)
        play << dials(following)
    play >> dial_failed(AttemptOutcome.BUSY, f"{CALLBACK}-a3")
    closed = play.last(CallbackClosed)
    assert (closed.outcome, closed.attempts) == (CallbackOutcome.EXPIRED, 3)
    assert closed.reason == "3 attempts were made"


def test_it_expires() -> None:
    play = missed(calling(callback=rule(within=3600)))
    play.after(3600)
    assert outcome(play) is CallbackOutcome.EXPIRED


def test_agent_who_does_not_answer_costs_no_place() -> None:
    play = on_duty(rung(), "1002") >> failed(OFFER, RingFailure.NO_ANSWER)
    play << rings_for(f"{ATTEMPT}-o2", "1002")


@pytest.mark.parametrize("how", ["key", "hanging up", "API"])
def test_agent_may_decline(how: str) -> None:
    play = on_duty(asked(), "1002")
    if how == "key":
        play >> pressed("*") << release(OFFER)
    elif how == "API":
        play >> acted(CallbackAct.DECLINE, reason="quarrel") << release(OFFER)
        assert "quarrel" in play.last(CallbackChanged).why
    else:
        play >> agent_hung_up(OFFER)
        play.quiet()
    assert not said(play, DialCustomer)
    changed = play.last(CallbackChanged)
    assert (changed.due_at, changed.attempts) == (play.now + 30, 0)
    play.after(30) << rings_for(f"{ATTEMPT}-o2", "1002")


@pytest.mark.parametrize("refused", [SetAside(pause_reason="refused"), SetAside(rest=60)])
def test_who_declines_by_key_may_and_who_hangs_up_has_refused(refused: SetAside) -> None:
    routing = calling(queues=[queue(callback=rule(), refused=refused)])
    play = asked(routing) >> pressed("*") >> agent_hung_up(OFFER)
    assert state(play) is AgentState.IDLE
    assert play.last(OfferEnded).outcome is OfferOutcome.REFUSED
    play = asked(routing) >> agent_hung_up(OFFER)
    paused = refused.pause_reason is not None
    assert state(play) is (AgentState.PAUSED if paused else AgentState.UNAVAILABLE)
    assert play.last(OfferEnded).outcome is OfferOutcome.REFUSED


def test_agent_may_go_on_at_once() -> None:
    play = asked() >> pressed("#")
    assert commits(play)
    play >> told()
    play.quiet()
    play >> pressed("5")
    play.quiet()


def test_keys_at_another_time_are_stale() -> None:
    play = customer_rings() >> pressed("*")
    play.quiet()
    play >> pressed("*", "no-such-offer")
    play.quiet()


def test_what_is_not_stored_is_not_dialled() -> None:
    play = committing() >> not_committed() << says_to_agent("customer_failed")
    play >> told(prompt="customer_failed") << release(OFFER)
    play >> agent_hung_up(OFFER)
    play.after(14)
    play.quiet()
    play.after(1) << rings_for(f"{ATTEMPT}-o2")
    assert play.last(CallbackChanged).attempts == 0


def test_while_the_store_is_away_no_agent_is_bothered() -> None:
    play = committing() >> arrived("c2", caller="13900000002")
    play >> hung_up("c2") >> not_committed() >> told(prompt="customer_failed") >> agent_hung_up(OFFER)
    play.quiet()
    play.check()
    assert how_it_stands(play, "c2-cb") == "due"
    play >> arrived("c3", caller="13900000003") << ring("c3-o1", caller="13900000003") << ringback("c3")
    play >> hung_up("c3") >> failed("c3-o1")
    play.quiet()
    play.after(15) << rings_for("c2-cb-a1-o1", caller="13900000002")


def test_agent_who_hangs_up_while_it_rings_at_the_customer() -> None:
    play = customer_rings() >> agent_hung_up(OFFER) << cancels()
    play >> dial_failed(AttemptOutcome.FAILED)
    play.quiet()
    assert play.last(AttemptEnded).outcome is AttemptOutcome.WITHDRAWN
    assert how_it_stands(play) == "planned"


def test_customer_who_picks_up_meanwhile_comes_before_everybody() -> None:
    play = on_duty(customer_rings(), "1002")
    play >> arrived("c2", caller="13900000002") >> arrived("c3", caller="13900000003")
    play >> agent_hung_up(OFFER) << cancels()
    play >> picked_up() << music(ATTEMPT)
    play >> hung_up("c2")
    play >> failed("c2-o1") << rings_for(f"{ATTEMPT}-o2", "1002")


def test_agent_who_hangs_up_before_the_commit_dials_nobody() -> None:
    play = committing() >> agent_hung_up(OFFER) >> committed()
    play.quiet()
    assert play.last(AttemptEnded).outcome is AttemptOutcome.WITHDRAWN
    assert play.last(CallbackChanged).attempts == 1


def test_customer_who_hangs_up_before_he_is_joined_is_lost_and_called_again() -> None:
    play = joining() >> hung_up(ATTEMPT) << release(OFFER)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.LOST
    assert play.last(CallEnded).outcome is CallOutcome.ABANDONED
    assert len(play.recorded(CallMissed)) == 1
    assert play.last(CallbackChanged).due_at == play.now + 300


def test_another_prompt_than_the_one_that_is_meant_is_stale() -> None:
    play = dialling() >> dial_failed() >> told()
    play.quiet()
    play.check()
    assert play.last(StaleEventSeen).what == "offer told: another prompt"


def test_agents_who_work_again_when_the_store_is_back() -> None:
    play = on_duty(committing(), "1002") >> not_committed() >> told(prompt="customer_failed")
    play >> phone("1002", PhoneState.IN_USE) >> agent_hung_up(OFFER)
    play.after(15) << rings_for(f"{ATTEMPT}-o2")


def test_two_attempts_that_cannot_be_stored_pause_but_once() -> None:
    play = on_duty(Playbook(calling()), "1001", "1002")
    play >> wish("w1", number="13900000001") >> wish("w2", number="13900000002")
    for offer in ("w1-a1-o1", "w2-a1-o1"):
        play >> answered(offer) >> told(offer)
    play >> not_committed("w1-a1") >> not_committed("w2-a1")
    for offer in ("w1-a1-o1", "w2-a1-o1"):
        play >> told(offer, "customer_failed") >> agent_hung_up(offer)
    play.after(15)
    assert sorted(each.call for each in said(play, RingAgent)) == ["w1-a1", "w2-a1"]
