"""Playbooks of where flows lead: a queue, a callback, an outside number, and what is gone."""

from __future__ import annotations

from dataclasses import replace

from acd.core import codes
from acd.core.callback_words import CallbackOpened, CallbackSource
from acd.core.commands import EndCause
from acd.core.facts import (
    CallEnded,
    CallMissed,
    CallOutcome,
    CallQueued,
    MissedReason,
    OfferMade,
    StaleEventSeen,
)
from acd.core.flow_words import DialOutside, FlowEntered
from acd.core.routing import CallerStartsWith, Effect, Rule, Trunk
from ivr.model import (
    Finish,
    HangUp,
    Menu,
    Say,
    Sound,
    ToCallback,
    ToFlow,
    ToNumber,
    ToQueue,
    ToVoicemail,
    Tries,
)
from tests.playbooks import callback_centre
from tests.playbooks.centre import CALLBACK, flow_of, menu_first, queue
from tests.playbooks.flow_centre import in_menu, leads_to, told_why
from tests.playbooks.harness import Playbook
from tests.playbooks.seen import missed, outcome
from tests.playbooks.words import (
    arrived,
    end,
    hung_up,
    on_duty,
    outside_answered,
    outside_ended,
    pressed,
    ring,
    ringback,
    talk,
)


def test_skills_and_head_start_of_the_flow() -> None:
    rule = Rule(name="VIP", when=(CallerStartsWith(prefixes=("138",)),), then=Effect(head_start=60))
    to = ToQueue(queue="orders", needs=(("english", 2),), head_start=100)
    play = leads_to(to, rules=[rule])
    assert told_why(play, codes.NOBODY)
    play = leads_to(replace(to, needs=()), rules=[rule])
    assert play.last(CallQueued).placement.head_start == 100
    play = leads_to(replace(to, needs=(), head_start=30), rules=[rule])
    assert play.last(CallQueued).placement.head_start == 60


def test_to_a_callback() -> None:
    play = leads_to(ToCallback()) >> hung_up()
    assert outcome(play) is CallOutcome.CALLBACK
    assert missed(play) == [MissedReason.IVR]


def test_who_asked_for_it_in_a_menu_is_called_back() -> None:
    flow = flow_of(Say(parts=(), go=ToCallback()))
    play = on_duty(Playbook(menu_first(flow, queues=[queue(callback=callback_centre.rule())])), "1001")
    play >> arrived() << end(cause=EndCause.BUSY)
    play >> hung_up()
    opened = play.last(CallbackOpened).callback
    assert (opened.number, opened.source, opened.queue) == (
        "13800000001",
        CallbackSource.IVR,
        "orders",
    )
    assert play.last(OfferMade).agent == "1001"


def test_the_end_of_a_dialogue_in_an_ivr_flow_has_served_him() -> None:
    play = leads_to(Finish(how="done")) >> hung_up()
    assert outcome(play) is CallOutcome.SERVED


def test_to_an_outside_number() -> None:
    play = Playbook(menu_first(flow_of(Say(parts=(), go=ToNumber(number="95555")))))
    play >> arrived() << DialOutside(call="c1", number="95555", trunk="out", caller_id=None, ring_s=30.0)
    play.check()
    view = play.core.view_call("c1")
    assert view is not None
    assert view.state == "outside"
    play >> outside_ended() << end()
    play >> hung_up()
    assert outcome(play) is CallOutcome.SERVED


def test_who_hangs_up_while_an_outside_number_rings_was_not_served() -> None:
    play = leads_to(ToNumber(number="95555"))
    play.after(10) >> hung_up()
    assert outcome(play) is CallOutcome.IVR_LEFT
    assert play.last(CallMissed).reason is MissedReason.ABANDONED


def test_who_hangs_up_after_an_outside_number_has_answered_was_served() -> None:
    play = leads_to(ToNumber(number="95555")) >> outside_answered() >> outside_answered()
    play.quiet()
    play >> hung_up()
    assert outcome(play) is CallOutcome.SERVED
    assert not play.recorded(CallMissed)
    told = [reason for reason in play.last(CallEnded).reasons if reason[1] == codes.OUTSIDE_ANSWERED]
    assert len(told) == 1


def test_an_outside_number_of_a_caller_who_is_elsewhere_is_stale() -> None:
    play = leads_to(ToNumber(number="95555")) >> outside_ended(answered=False) >> outside_answered()
    assert play.last(StaleEventSeen).subject == "c1"


def test_an_outside_number_that_is_not_reached_means_the_queue() -> None:
    play = leads_to(ToNumber(number="95555"))
    play >> outside_ended(answered=False) << ring() << ringback()
    talk(play) >> hung_up()
    assert outcome(play) is CallOutcome.ANSWERED


def test_without_a_trunk_that_dials_he_goes_to_the_queue() -> None:
    play = leads_to(ToNumber(number="95555"), trunks={"in": Trunk(name="in", match=("192.0.2.1",))})
    assert told_why(play, codes.NO_TRUNK)
    assert [call.state for call in play.core.view_calls()] == ["offered"]


def test_a_flow_that_is_gone_means_the_queue() -> None:
    play = leads_to(ToFlow(flow="other"))
    assert told_why(play, codes.FLOW_GONE)
    assert [call.state for call in play.core.view_calls()] == ["offered"]


def test_a_box_that_is_gone_means_the_queue() -> None:
    play = leads_to(ToVoicemail(box="other"))
    assert [call.state for call in play.core.view_calls()] == ["offered"]


def test_flows_in_a_circle_without_a_key_end_in_the_queue() -> None:
    play = leads_to(ToFlow(flow="main"))
    assert told_why(play, codes.FLOW_LOOP)
    assert len(play.recorded(FlowEntered)) == 10
    assert [call.state for call in play.core.view_calls()] == ["offered"]


def test_a_key_begins_the_count_anew() -> None:
    again = Menu(
        parts=(Sound(prompt="again"),),
        keys={"1": ToFlow(flow="main")},
        tries=Tries(otherwise=HangUp(served=False)),
    )
    play = in_menu(flow_of(again))
    for _ in range(30):
        play >> pressed("1")
    assert len(play.recorded(FlowEntered)) == 31


def test_a_queue_that_ends_in_a_callback_as_ever() -> None:
    play = leads_to(ToQueue(queue="orders"), queues=[queue(needs=(("x", 1),), on_nobody=CALLBACK)])
    assert play.recorded(CallMissed)
