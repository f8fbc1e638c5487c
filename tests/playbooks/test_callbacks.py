"""Playbooks of call-flow.md, 3: who is called back, when, by whom, and how it ends."""

from __future__ import annotations

from dataclasses import replace

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
    CallbackSource,
    CommitAttempt,
    DialCustomer,
    DoNotCallChanged,
    RefuseCallback,
)
from acd.core.callbacks_table import CallbackEvent
from acd.core.commands import EndCall, RingAgent
from acd.core.events import Blacklisted, ConfigReplaced, DigitPressed, RingFailure
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
from acd.core.routing import (
    Business,
    CallingHours,
    Ending,
    NumberRoute,
    SetAside,
    Then,
    WaitOffer,
    WrapUp,
)
from acd.core.tables import ImpossibleEventError
from agents.model import AgentAct, AgentState, PhoneState
from tests.playbooks.callback_centre import (
    ALWAYS,
    ATTEMPT,
    CALLBACK,
    OFFER,
    TRUNK,
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
from tests.playbooks.centre import agent, queue
from tests.playbooks.harness import START, Playbook
from tests.playbooks.seen import state
from tests.playbooks.words import (
    CALLER,
    act,
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
    prompt_over,
    release,
    ring,
    ringback,
    ringing,
    says,
    stop_ringing,
    talk,
)

# who is owed a call


def test_whoever_hung_up_while_waiting_is_owed_a_call() -> None:
    play = missed()
    opened = play.last(CallbackOpened).callback
    assert (opened.id, opened.number, opened.queue) == (CALLBACK, CALLER, "orders")
    assert (opened.source, opened.place, opened.kept) == (CallbackSource.ABANDONED, START + 1, False)
    assert opened.due_at == opened.created_at == START + 31


def test_whoever_waited_too_long_is_owed_a_call_once_he_has_hung_up() -> None:
    play = on_duty(Playbook(calling(queues=[queue(for_at_most=30, callback=rule())])), "1001")
    play >> phone("1001", PhoneState.IN_USE) >> arrived()
    play.after(30) << says("all_busy_recorded")
    assert play.last(CallbackOpened).callback.source is CallbackSource.TIMED_OUT
    play >> phone("1001")
    play.quiet()
    assert how_it_stands(play) == "held"
    play >> prompt_over("all_busy_recorded") << end()
    play >> hung_up() << rings_for()


def test_withheld_numbers_come_to_their_end_at_once() -> None:
    play = missed(caller=None)
    play.quiet()
    assert outcome(play) is CallbackOutcome.NO_NUMBER
    assert play.last(CallbackClosed).callback == CALLBACK


def test_short_abandons_are_called_back_unless_configured() -> None:
    routing = calling(callback=rule(short_abandons=False))
    play = on_duty(Playbook(routing), "1001") >> phone("1001", PhoneState.IN_USE) >> arrived()
    play.after(4) >> hung_up()
    closed = play.last(CallbackClosed)
    assert (closed.outcome, closed.by) == (CallbackOutcome.CLOSED, "rule")
    play >> arrived("c2")
    play.after(6) >> hung_up("c2")
    assert how_it_stands(play, "c2-cb") == "due"


def test_blacklisted_numbers_are_not_called_back() -> None:
    play = missed(blacklisted=Blacklisted(reason="abuse", author="test"))
    assert outcome(play) is CallbackOutcome.DO_NOT_CALL


def test_numbers_on_the_do_not_call_list_are_not_called_back() -> None:
    play = Playbook(calling()) >> DoNotCallChanged(number=CALLER, listed=True)
    play >> arrived() << says("all_busy_recorded")
    assert outcome(play) is CallbackOutcome.DO_NOT_CALL
    play >> hung_up() >> DoNotCallChanged(number=CALLER, listed=False) >> arrived("c2")
    assert how_it_stands(play, "c2-cb") == "held"
    play >> DoNotCallChanged(number=CALLER, listed=True)
    assert play.last(CallbackClosed).callback == "c2-cb"


def test_second_callback_for_number_and_business_is_merged_into_the_first() -> None:
    play = missed() >> arrived("c2")
    assert how_it_stands(play) == "held"
    play.after(10) >> hung_up("c2")
    closed = play.last(CallbackClosed)
    assert (closed.callback, closed.outcome, closed.reason) == (
        "c2-cb",
        CallbackOutcome.MERGED,
        CALLBACK,
    )
    changed = play.last(CallbackChanged)
    assert changed.now is not None
    assert (changed.now.place, changed.why) == (START + 1, "merged with c2-cb")
    assert [view.callback.id for view in play.core.view_callbacks()] == [CALLBACK]
    play >> phone("1001") << rings_for()


def test_other_number_has_a_callback_of_its_own() -> None:
    play = missed() >> arrived("c2", caller="13900000002")
    play >> hung_up("c2")
    assert [view.callback.id for view in play.core.view_callbacks()] == [CALLBACK, "c2-cb"]


def test_wish_by_key_keeps_the_place() -> None:
    play = on_duty(Playbook(calling()), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> arrived("c1", caller="13900000001")
    play.after(5) >> arrived("c2", caller="13900000002")
    play.after(5)
    call = play.core._floor.calls["c1"]
    assert play.core._floor.callbacks.keep_place(call) == CALLBACK
    play >> hung_up("c1")
    assert not play.recorded(CallMissed)
    play >> phone("1001") << rings_for(caller="13900000001")


def test_missed_call_comes_behind_those_who_wait() -> None:
    play = missed() >> arrived("c2", caller="13900000002")
    play >> phone("1001") << ring("c2-o1", caller="13900000002")


def test_missed_call_comes_by_its_arrival_where_the_queue_says_so() -> None:
    play = missed(calling(callback=rule(behind=False))) >> arrived("c2", caller="13900000002")
    play >> phone("1001") << rings_for()


def test_reserve_is_never_used() -> None:
    play = on_duty(Playbook(calling(callback=rule(reserve=1))), "1001") >> phone(
        "1001", PhoneState.IN_USE
    )
    play >> arrived()
    play.after(10) >> hung_up() >> phone("1001")
    play.quiet()
    assert how_it_stands(play) == "due"
    play >> act("1002", AgentAct.LOG_IN) >> phone("1002") << rings_for()


def test_agent_of_the_reserve_is_there_for_the_next_caller() -> None:
    play = rung(calling(callback=rule(reserve=1)))
    play.quiet()
    play >> arrived("c2", caller="13900000002") << ring("c2-o1", caller="13900000002") << ringback("c2")


def test_asked_for_at_a_time_by_one_agent() -> None:
    play = on_duty(Playbook(calling()), "1001", "1002")
    play >> wish(at=START + 602, agent="1002")
    play.quiet()
    play.after(600) << rings_for("w1-a1-o1", "1002")
    opened = play.last(CallbackOpened).callback
    assert (opened.source, opened.agent, opened.business) == (CallbackSource.API, "1002", None)


def test_what_cannot_be_asked_for_is_refused() -> None:
    play = Playbook(calling())
    play >> wish(queue="nowhere") << RefuseCallback(callback="w1", why="there is no queue nowhere")
    play >> wish(agent="9999") << RefuseCallback(callback="w1", why="there is no agent 9999")
    play >> wish() >> wish()
    play.quiet()
    assert len(play.recorded(CallbackOpened)) == 1


# agent first


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
    assert play.last(AttemptEnded).outcome is AttemptOutcome.FAILED
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
    assert play.last(AttemptEnded).outcome is AttemptOutcome.FAILED
    assert play.last(CallbackChanged).attempts == 1


def test_customer_who_hangs_up_before_he_is_joined_is_lost_and_called_again() -> None:
    play = joining() >> hung_up(ATTEMPT) << release(OFFER)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.LOST
    assert play.last(CallEnded).outcome is CallOutcome.ABANDONED
    assert len(play.recorded(CallMissed)) == 1
    assert play.last(CallbackChanged).due_at == play.now + 300


# customer first


def first(**changes: object) -> Playbook:
    return rung(calling(callback=rule(agent_first=False, **changes)))


def test_customer_first() -> None:
    play = first()
    assert commits(play).attempt.agent == "1001"
    assert state(play) is AgentState.RESERVED
    play >> committed() << dials()
    play >> rings() >> picked_up() << rings_for() << music(ATTEMPT)
    play >> ringing(OFFER) >> answered(OFFER) << connect(OFFER)
    play >> connected(OFFER)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.ANSWERED
    play >> agent_hung_up(OFFER) << end(ATTEMPT)
    play >> hung_up(ATTEMPT)
    assert outcome(play) is CallbackOutcome.ANSWERED


def test_customer_first_who_is_not_reached_bothers_no_agent() -> None:
    play = first() >> committed() >> dial_failed(AttemptOutcome.BUSY)
    play.quiet()
    assert state(play) is AgentState.IDLE


def test_customer_first_waits_for_another_agent_before_everybody() -> None:
    play = first() >> committed() >> picked_up() >> arrived("c2", caller="13900000002")
    play >> failed(OFFER, RingFailure.NO_ANSWER)
    play.quiet()
    play >> act("1002", AgentAct.LOG_IN) >> phone("1002") << rings_for(f"{ATTEMPT}-o2", "1002")


def test_customer_first_who_gives_up_is_called_again() -> None:
    play = first() >> committed() >> picked_up() >> hung_up(ATTEMPT) << stop_ringing(OFFER)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.LOST
    assert how_it_stands(play) == "planned"


# the customer himself


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
    assert play.last(AttemptEnded).outcome is AttemptOutcome.FAILED
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


# people


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
    play >> dial_failed(AttemptOutcome.FAILED)
    assert outcome(play) is CallbackOutcome.CLOSED


def test_closing_while_the_customer_picks_up() -> None:
    play = dialling() >> acted(CallbackAct.CLOSE) >> picked_up() << end(ATTEMPT)
    play >> hung_up(ATTEMPT)
    assert outcome(play) is CallbackOutcome.CLOSED


def test_wrong_number_is_found_out_while_talking() -> None:
    play = talking() >> acted(CallbackAct.WRONG_NUMBER)
    play.quiet()
    play >> hung_up(ATTEMPT)
    assert (outcome(play), play.last(CallbackClosed).agent) == (CallbackOutcome.WRONG_NUMBER, "1001")


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


# hours, trunks, routings


def at_night() -> CallingHours:
    return CallingHours(
        begin=19 * 60 + 30, end=1260, zone="UTC", zones=(("13", "Asia/Shanghai"), ("1380", "Asia/Tokyo"))
    )


def test_nobody_is_called_outside_his_hours() -> None:
    """19:06 in Shanghai is 11:06 in UTC, 20:06 in Tokyo."""
    routing = calling(callback=rule(hours=CallingHours(begin=12 * 60, end=21 * 60, zone="UTC")))
    play = rung(routing)
    play.quiet()
    at = play.last(CallbackChanged).due_at
    noon = START - START % 86_400 + 12 * 3600
    assert noon <= at <= noon + 20
    play.after(at - play.now - 1)
    play.quiet()
    play.after(1) << rings_for()


def test_hours_are_those_of_the_customers_zone() -> None:
    play = rung(calling(callback=rule(hours=at_night())))
    play << rings_for()


def test_who_is_due_when_the_hours_end_is_called_the_next_day() -> None:
    hours = CallingHours(begin=9 * 60, end=19 * 60 + 20, zone="Asia/Shanghai")
    play = missed(calling(callback=rule(hours=hours)))
    assert how_it_stands(play) == "due"
    play.after(14 * 60) >> phone("1001")
    play.quiet()
    assert how_it_stands(play) == "planned"
    play.after(23 * 3600)
    assert said(play, RingAgent)


def test_hours_that_end_while_the_agent_is_asked_end_it() -> None:
    hours = CallingHours(begin=9 * 60, end=19 * 60 + 20, zone="Asia/Shanghai")
    play = missed(calling(callback=rule(hours=hours)))
    play.after(739) >> phone("1001") >> answered(OFFER)
    play.after(31) >> told() << says_to_agent("customer_failed")
    assert not said(play, CommitAttempt)
    assert how_it_stands(play) == "planned"


def test_without_a_trunk_that_dials_nobody_is_rung_and_it_expires() -> None:
    play = rung(replace(calling(callback=rule(within=7200)), trunks={}))
    play.quiet()
    play.after(7200)
    assert outcome(play) is CallbackOutcome.EXPIRED


def test_views() -> None:
    play = customer_rings()
    view = play.core.view_callback(CALLBACK)
    assert view is not None
    assert (view.state, view.attempt, view.agent) == ("ringing", ATTEMPT, "1001")
    assert view.callback.attempts == 1
    assert play.core.view_callback("nobody") is None


def test_agents_of_other_skills_are_not_used() -> None:
    queues = [queue(needs=(("orders", 3),), callback=rule())]
    agents = [agent("1001", orders=5), agent("1002", orders=1)]
    play = missed(calling(queues=queues, agents=agents))
    on_duty(play, "1002")
    play.quiet()
    play >> phone("1001") << rings_for()


def test_stray_answer_is_hung_up() -> None:
    Playbook(calling()) >> picked_up("nobody-cb-a1") << EndCall(call="nobody-cb-a1")


def test_always_means_always() -> None:
    assert ALWAYS.end == 1440


def test_what_no_row_lists_raises() -> None:
    play = missed()
    callbacks = play.core._floor.callbacks
    with pytest.raises(ImpossibleEventError, match="callback 'c1-cb': 'joined' cannot happen in state"):
        callbacks.fire(callbacks.open[CALLBACK], CallbackEvent.JOINED)
    with pytest.raises(ImpossibleEventError, match="'joined' cannot happen in state 'closed'"):
        callbacks.attempted("nobody", CallbackEvent.JOINED)


def test_trunk_that_the_queue_names() -> None:
    other = replace(TRUNK, name="other", dial="PJSIP/00{number}@other", caller_id=None)
    routing = calling(callback=rule(trunk="other"))
    play = committing(replace(routing, trunks={"carrier": TRUNK, "other": other})) >> committed()
    play << dials(endpoint=f"PJSIP/00{CALLER}@other", caller_id="4001")
    inward = replace(other, dial=None)
    play = rung(replace(routing, trunks={"carrier": TRUNK, "other": inward}))
    play.quiet()


def test_another_prompt_than_the_one_that_is_meant_is_stale() -> None:
    play = dialling() >> dial_failed() >> told()
    play.quiet()
    play.check()
    assert play.last(StaleEventSeen).what == "offer told: another prompt"


def test_expired_while_the_last_attempt_was_under_way_and_closed_meanwhile() -> None:
    play = dialling(calling(callback=rule(attempts=1))) >> acted(CallbackAct.WRONG_NUMBER)
    play >> dial_failed()
    assert [each.outcome for each in play.recorded(CallbackClosed)] == [CallbackOutcome.WRONG_NUMBER]


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


def test_late_for_the_hours_by_a_moment() -> None:
    """An event may be decided on after the hours have ended and before that is noticed."""
    hours = CallingHours(begin=9 * 60, end=19 * 60 + 20, zone="Asia/Shanghai")
    play = missed(calling(callback=rule(hours=hours)))
    play.now += 900
    play >> phone("1001")
    play.quiet()
    assert how_it_stands(play) == "planned"
    assert state(play) is AgentState.IDLE


def test_declining_while_it_rings_is_for_the_phone() -> None:
    play = rung() >> acted(CallbackAct.DECLINE)
    play << RefuseCallback(callback=CALLBACK, why="it is offered just now, and nobody is asked")
    play = customer_rings() >> acted(CallbackAct.DECLINE)
    play << RefuseCallback(callback=CALLBACK, why="it is ringing just now, and nobody is asked")


def test_somebody_else_who_is_answered_changes_nothing() -> None:
    play = missed() >> arrived("c2", caller="13900000002") >> phone("1001")
    talk(play, "c2-o1")
    assert how_it_stands(play) == "due"


def test_what_is_being_closed_has_one_end() -> None:
    play = dialling() >> acted(CallbackAct.CLOSE) >> DoNotCallChanged(number=CALLER, listed=True)
    play >> dial_failed()
    assert [each.outcome for each in play.recorded(CallbackClosed)] == [CallbackOutcome.CLOSED]


def test_two_businesses_call_one_after_the_other() -> None:
    play = on_duty(missed() >> wish("w1", business="other") >> arrived("c2"), "1002")
    play >> phone("1001") >> hung_up("c2")
    assert len({each.call for each in said(play, RingAgent)}) == 1
    assert sorted(view.state for view in play.core.view_callbacks()) == ["held", "offered"]


def test_named_agent_is_kept_in_reserve_for_nobody() -> None:
    staff = [agent(str(1001 + each)) for each in range(3)]
    play = Playbook(calling(callback=rule(reserve=1), agents=staff))
    on_duty(play, *[each.id for each in staff])
    play >> wish(agent="1001") << rings_for("w1-a1-o1")


# what is asked for while one is under way, or late in its life


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


@pytest.mark.parametrize("dialled", ["", "4001"])
def test_wish_without_a_business_is_owed_by_that_of_the_queues_number(dialled: str) -> None:
    closed = Ending(say=None, then=Then.GOODBYE)
    tv = Business(name="tv", label="tv", hours=None, when_closed=closed)
    number = NumberRoute(number="4001", queue="orders", business="tv")
    play = Playbook(calling(businesses={"tv": tv}, numbers={"4001": number}))
    play >> wish(dialled=dialled)
    assert play.last(CallbackOpened).callback.business == "tv"


def test_attempts_of_a_new_rule_count_for_what_is_being_stored() -> None:
    play = dialling() >> dial_failed() >> told(prompt="customer_no_answer") >> agent_hung_up(OFFER)
    second = f"{CALLBACK}-a2"
    play.after(300) >> ringing(f"{second}-o1") >> answered(f"{second}-o1") >> told(f"{second}-o1")
    play >> ConfigReplaced(routing=calling(callback=rule(attempts=1))) >> committed(second)
    assert not said(play, DialCustomer)
    assert outcome(play) is CallbackOutcome.EXPIRED
