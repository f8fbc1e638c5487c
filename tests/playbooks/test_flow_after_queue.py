"""Playbooks of endings that lead into flows: who waited in vain is asked what he wants."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from acd.core import codes
from acd.core.commands import EndCause
from acd.core.facts import CallEnded, CallOutcome, MissedReason
from acd.core.flow_words import FlowEntered
from acd.core.routing import Ending, Then
from agents.model import PhoneState
from ivr.model import HangUp, Menu, Say, Sound, ToCallback, ToQueue, Tries
from tests.playbooks.centre import centre, flow_of, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.seen import missed, outcome
from tests.playbooks.words import (
    arrived,
    end,
    hung_up,
    music,
    on_duty,
    phone,
    plays,
    pressed,
    prompt_over,
    says,
    stops,
)

MORE = Menu(
    parts=(Sound(prompt="more"),),
    keys={"1": ToQueue(queue="orders"), "2": ToCallback()},
    tries=Tries(otherwise=ToQueue(queue="orders"), tries=1),
)


INTO_FLOW = Ending(say=None, then=Then.FLOW, flow="main")


def timed_out(**changes: Any) -> Playbook:
    """A caller waited for 30 seconds in vain, and is asked what he wants."""
    routing = centre(
        queues=[queue(for_at_most=30, on_timeout=INTO_FLOW, on_nobody=INTO_FLOW, **changes)],
        flows={"main": flow_of(MORE)},
    )
    play = on_duty(Playbook(routing), "1001") >> phone("1001", PhoneState.IN_USE)
    return (play >> arrived()).after(30)


def test_a_time_out_may_lead_into_a_flow_and_back_by_a_key() -> None:
    play = timed_out()
    assert play.last(FlowEntered).flow == "main"
    play >> pressed("1") << stops("main-1") << music()
    play.after(30) << plays("main-2", "more")


def test_a_flow_that_leads_back_without_a_key_ends_in_a_callback() -> None:
    play = timed_out()
    play >> prompt_over("main-1")
    play.after(5) << end()
    play >> hung_up()
    assert outcome(play) is CallOutcome.TIMED_OUT
    assert missed(play) == [MissedReason.TIMED_OUT]
    assert codes.OVERFLOW_LOOP in [reason[1] for reason in play.last(CallEnded).reasons]


def test_who_waited_in_vain_is_missed_even_if_he_was_not_asked() -> None:
    play = timed_out() >> hung_up()
    assert outcome(play) is CallOutcome.TIMED_OUT
    assert missed(play) == [MissedReason.TIMED_OUT]


def test_nobody_there_may_lead_into_a_flow() -> None:
    routing = centre(
        queues=[queue(on_nobody=replace(INTO_FLOW, say="nobody"))], flows={"main": flow_of(MORE)}
    )
    play = Playbook(routing)
    play >> arrived() << says("nobody")
    play >> prompt_over("nobody") << plays("main-1", "more")
    play >> pressed("2") << stops("main-1") << end()
    play >> hung_up()
    assert missed(play) == [MissedReason.IVR]


def test_a_circle_of_flow_and_queue_without_a_key_ends_in_a_callback() -> None:
    routing = centre(
        queues=[queue(on_nobody=INTO_FLOW)],
        flows={"main": flow_of(Say(parts=(), go=ToQueue(queue="orders")))},
    )
    play = Playbook(routing) >> arrived()
    play >> hung_up()
    assert missed(play) == [MissedReason.NOBODY]


def test_an_ending_whose_flow_is_gone_means_a_callback() -> None:
    routing = centre(queues=[queue(on_nobody=replace(INTO_FLOW, flow="gone"))])
    play = Playbook(routing) >> arrived()
    play >> hung_up()
    assert outcome(play) is CallOutcome.NOBODY
    assert missed(play) == [MissedReason.NOBODY]


def test_a_full_queue_may_lead_into_a_flow() -> None:
    routing = centre(
        queues=[queue(at_most=1, on_full=INTO_FLOW)], flows={"main": flow_of(Say(parts=(), go=HangUp()))}
    )
    play = on_duty(Playbook(routing), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> arrived("c1") >> arrived("c2") << end("c2", EndCause.BUSY)


def test_who_leaves_a_flow_after_a_queue_has_been_in_it() -> None:
    play = timed_out() >> hung_up()
    ended = play.last(CallEnded)
    assert (ended.outcome, ended.queue) == (CallOutcome.TIMED_OUT, "orders")
