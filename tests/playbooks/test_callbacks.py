"""Playbooks of call-flow.md, 3: who is owed a call, by whom, and his place among those who wait."""

from __future__ import annotations

import pytest

from acd.core.callback_words import (
    CallbackChanged,
    CallbackClosed,
    CallbackOpened,
    CallbackOutcome,
    CallbackSource,
    CancelDial,
    DoNotCallChanged,
    NumberBlacklisted,
    RefuseCallback,
)
from acd.core.callbacks_table import CallbackEvent
from acd.core.commands import RingAgent
from acd.core.events import Blacklisted
from acd.core.facts import CallMissed
from acd.core.routing import Business, Ending, NumberRoute, Then
from acd.core.tables import ImpossibleEventError
from agents.model import AgentAct, PhoneState
from tests.playbooks.callback_centre import (
    CALLBACK,
    calling,
    dialling,
    how_it_stands,
    missed,
    outcome,
    rings_for,
    rule,
    rung,
    said,
    wish,
)
from tests.playbooks.centre import agent, queue
from tests.playbooks.harness import START, Playbook
from tests.playbooks.words import (
    CALLER,
    act,
    arrived,
    end,
    hung_up,
    on_duty,
    phone,
    prompt_over,
    ring,
    ringback,
    says,
)


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


@pytest.mark.parametrize("dialled", [False, True])
def test_who_comes_into_the_blacklist_is_not_called_back(dialled: bool) -> None:
    play = dialling() if dialled else missed()
    play >> NumberBlacklisted(number=CALLER, reason="swears at agents")
    closed = play.last(CallbackClosed)
    told = (closed.outcome, closed.by, closed.reason)
    assert told == (CallbackOutcome.DO_NOT_CALL, "blacklist", "swears at agents")
    assert bool(said(play, CancelDial)) is dialled
    play >> NumberBlacklisted(number="13900000002", reason="of another")
    play.quiet()


def test_a_wish_for_a_blacklisted_number_is_refused() -> None:
    play = on_duty(Playbook(calling()), "1001") >> wish(blacklisted="swears at agents")
    play.quiet()
    closed = play.last(CallbackClosed)
    told = (closed.outcome, closed.by, closed.reason)
    assert told == (CallbackOutcome.DO_NOT_CALL, "blacklist", "swears at agents")
    assert play.core.view_callbacks() == []


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


@pytest.mark.parametrize("dialled", ["", "4001"])
def test_wish_without_a_business_is_owed_by_that_of_the_queues_number(dialled: str) -> None:
    closed = Ending(say=None, then=Then.GOODBYE)
    tv = Business(name="tv", label="tv", hours=None, when_closed=closed)
    number = NumberRoute(number="4001", queue="orders", business="tv")
    play = Playbook(calling(businesses={"tv": tv}, numbers={"4001": number}))
    play >> wish(dialled=dialled)
    assert play.last(CallbackOpened).callback.business == "tv"


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


def test_agents_of_other_skills_are_not_used() -> None:
    queues = [queue(needs=(("orders", 3),), callback=rule())]
    agents = [agent("1001", orders=5), agent("1002", orders=1)]
    play = missed(calling(queues=queues, agents=agents))
    on_duty(play, "1002")
    play.quiet()
    play >> phone("1001") << rings_for()


def test_what_no_row_lists_raises() -> None:
    play = missed()
    callbacks = play.core._floor.callbacks
    with pytest.raises(ImpossibleEventError, match="callback 'c1-cb': 'joined' cannot happen in state"):
        callbacks.fire(callbacks.open[CALLBACK], CallbackEvent.JOINED)
    with pytest.raises(ImpossibleEventError, match="'joined' cannot happen in state 'closed'"):
        callbacks.attempted("nobody", CallbackEvent.JOINED)
