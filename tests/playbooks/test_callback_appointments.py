"""Playbooks of callbacks that somebody has asked for at a time, or by one agent."""

from __future__ import annotations

import pytest

from acd.core.callback_words import CallbackChanged, CallbackClosed, CallbackOutcome
from agents.model import AgentAct, PhoneState
from tests.playbooks.callback_centre import calling, rings_for, rule, wish
from tests.playbooks.harness import START, Playbook
from tests.playbooks.words import act, arrived, hung_up, on_duty, phone

LATER = START + 86_400


def appointed() -> Playbook:
    """Tomorrow, with 1002. Who else is here is busy."""
    play = on_duty(Playbook(calling()), "1001") >> phone("1001", PhoneState.IN_USE)
    return play >> wish(at=LATER, agent="1002", note="promised")


def call_of_three_seconds(play: Playbook, call: str) -> None:
    play >> arrived(call)
    play.after(3) >> hung_up(call)


@pytest.mark.parametrize("times", [1, 2])
def test_missed_call_leaves_an_appointment_as_it_is(times: int) -> None:
    play = appointed()
    before = play.core.view_callbacks()[0].callback
    for each in range(times):
        call_of_three_seconds(play, f"c{each}")
    now = play.core.view_callbacks()[0].callback
    assert (now.due_at, now.place, now.agent) == (LATER, LATER, "1002")
    assert (now.granted, now.queue, now.kept) == (before.granted, before.queue, before.kept)
    assert now.note is not None
    assert now.note.startswith("promised; a call of his was missed: abandoned, c0-cb")
    closed = play.last(CallbackClosed)
    assert (closed.outcome, closed.reason) == (CallbackOutcome.MERGED, "w1")
    play >> phone("1001")
    play.quiet()


def test_missed_call_after_the_time_brings_it_forward_for_the_same_agent() -> None:
    play = on_duty(Playbook(calling()), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> wish(agent="1002")
    call_of_three_seconds(play, "c1")
    now = play.core.view_callbacks()[0].callback
    assert (now.due_at, now.agent) == (play.now, "1002")


def test_later_wish_changes_an_appointment() -> None:
    play = appointed() >> wish("w2")
    now = play.core.view_callbacks()[0].callback
    assert (now.due_at, now.agent) == (play.now, None)


def test_agent_who_does_not_come_to_it_leaves_it_to_others() -> None:
    play = on_duty(Playbook(calling()), "1001", "1002")
    play >> act("1002", AgentAct.LOG_OUT) >> wish(agent="1002")
    play.after(1799)
    play.quiet()
    play.after(1) << rings_for("w1-a1-o1", "1001")
    opened = [each for each in play.recorded(CallbackChanged) if each.why == "1002 did not come to it"]
    assert [each.now.agent for each in opened if each.now] == [None]


def test_agent_who_comes_in_time_makes_it() -> None:
    play = on_duty(Playbook(calling()), "1001", "1002")
    play >> act("1002", AgentAct.LOG_OUT) >> wish(agent="1002")
    play.after(1700) >> act("1002", AgentAct.LOG_IN) << rings_for("w1-a1-o1", "1002")


def test_rule_says_how_long_the_agent_is_waited_for() -> None:
    play = on_duty(Playbook(calling(callback=rule(for_agent=60.0))), "1001")
    play >> wish(at=START + 600, agent="1002")
    play.after(655)
    play.quiet()
    play.after(5) << rings_for("w1-a1-o1", "1001")
