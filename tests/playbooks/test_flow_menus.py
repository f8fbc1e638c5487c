"""Playbooks of IVR menus, and of what comes before a flow."""

from __future__ import annotations

from typing import Any

from acd.core import codes
from acd.core.events import Blacklisted, PromptFailed
from acd.core.facts import CallEnded, CallOutcome, CallQueued, MissedReason
from acd.core.flow_words import FlowEntered, FlowLeft
from acd.core.hours import OpeningHours
from acd.core.routing import Business, Effect, Ending, InBlacklist, NumberRoute, Routing, Rule, Then
from agents.model import PhoneState
from tests.playbooks.centre import MENU, menu_first
from tests.playbooks.flow_centre import in_menu, menu_hours, told_why
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
    ring,
    says,
    stops,
    talk,
)


def test_a_digit_cuts_the_menu_off_and_leads_to_the_queue() -> None:
    play = on_duty(Playbook(menu_first()), "1001")
    play >> arrived() << plays("main-1", "choose")
    view = play.core.view_call("c1")
    assert view is not None
    assert view.state == "in_flow"
    play.after(3) >> pressed("1") << stops("main-1") << ring() << music()
    play.check()
    entered, left = play.last(FlowEntered), play.last(FlowLeft)
    assert (entered.flow, entered.purpose) == ("main", "ivr")
    assert (left.flow, left.exit, left.collected) == ("main", "queue orders", ())


def test_the_wait_counts_from_the_queue_and_the_place_from_the_arrival() -> None:
    play = on_duty(Playbook(menu_first()), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> arrived("c1")
    play.after(10) >> arrived("c2", dialled="other") << music("c2")
    play.after(5) >> pressed("1") << stops("main-1") << music()
    assert play.last(CallQueued).placement.joined_at == play.now
    play.after(5) >> phone("1001") << ring("c1-o1")
    talk(play, "c1-o1") >> hung_up()
    assert play.last(CallEnded).wait == 5


def test_wrong_digits_and_silence_end_after_the_tries() -> None:
    play = in_menu()
    play >> pressed("7") << stops("main-1") << plays("main-2", "wrong", "choose")
    play >> prompt_over("main-1")
    play >> prompt_over("main-2")
    play.after(4.9).quiet()
    play.after(0.1) << end()
    play >> hung_up()
    assert outcome(play) is CallOutcome.IVR_LEFT
    assert play.last(CallEnded).queue is None
    assert missed(play) == [MissedReason.ABANDONED]
    words = [reason[1] for reason in play.last(FlowLeft).reasons]
    assert codes.FLOW_WRONG in words
    assert codes.FLOW_SILENCE in words


def test_served_by_the_flow() -> None:
    play = in_menu() >> pressed("9")
    play >> hung_up()
    assert outcome(play) is CallOutcome.SERVED
    assert not missed(play)
    assert play.last(FlowLeft).exit == "served"


def test_a_prompt_that_cannot_be_played_counts_as_played() -> None:
    play = in_menu() >> PromptFailed(call="c1", prompt="main-1", reason="no file")
    play.after(5) << plays("main-2", "choose")


def test_a_caller_who_hangs_up_before_he_was_asked_is_not_missed() -> None:
    play = in_menu() >> hung_up()
    assert outcome(play) is CallOutcome.IVR_LEFT
    assert not missed(play)
    assert play.last(FlowLeft).exit == "caller hung up"
    assert play.core.next_deadline() is not None  # midnight only: nothing is left of the call
    play.after(60).quiet()


def test_a_caller_who_hangs_up_when_asked_is_missed() -> None:
    play = in_menu() >> prompt_over("main-1") >> hung_up()
    assert missed(play) == [MissedReason.ABANDONED]
    assert outcome(play) is CallOutcome.IVR_LEFT


def test_the_blacklist_comes_before_the_flow() -> None:
    rule = Rule(name="no", when=(InBlacklist(),), then=Effect(say="system_busy", end=True))
    play = Playbook(menu_first(rules=[rule]))
    play >> arrived(blacklisted=Blacklisted(reason="x", author="y")) << says("system_busy")
    play.check()
    assert not play.recorded(FlowEntered)


def test_what_rules_say_comes_before_the_flow() -> None:
    rule = Rule(name="hello", when=(), then=Effect(say="welcome"))
    play = Playbook(menu_first(rules=[rule]))
    play >> arrived() << says("welcome")
    play >> prompt_over("welcome") << plays("main-1", "choose")


def test_a_rule_that_names_a_queue_goes_past_the_flow() -> None:
    rule = Rule(name="direct", when=(), then=Effect(queue="orders"))
    play = on_duty(Playbook(menu_first(rules=[rule])), "1001") >> arrived()
    assert [call.state for call in play.core.view_calls()] == ["offered"]
    assert codes.PAST_FLOW in [reason[1] for reason in play.last(CallQueued).reasons]


def closed(ending: Ending, **changes: Any) -> Routing:
    never = OpeningHours(name="never", zone=menu_hours().zone, weekly=((),) * 7, closed={})
    shop = Business(name="shop", label="Shop", hours=never, when_closed=ending)
    return menu_first(
        businesses={"shop": shop},
        numbers={"4001": NumberRoute(number="4001", queue="orders", business="shop", flow="main")},
        **changes,
    )


def test_a_closed_business_may_have_a_flow_of_its_own() -> None:
    ending = Ending(say="closed", then=Then.FLOW, flow="main")
    play = Playbook(closed(ending)) >> arrived()
    play >> prompt_over("closed") << plays("main-1", "choose")
    play >> prompt_over("main-1") >> hung_up()
    assert outcome(play) is CallOutcome.CLOSED
    assert missed(play) == [MissedReason.CLOSED]


def test_a_closed_business_that_names_a_queue_goes_past_the_flow() -> None:
    ending = Ending(say=None, then=Then.QUEUE, queue="orders")
    play = on_duty(Playbook(closed(ending)), "1001") >> arrived()
    assert [call.state for call in play.core.view_calls()] == ["offered"]


def test_the_menu_is_told_in_the_why() -> None:
    play = in_menu()
    assert told_why(play, codes.FLOW)
    assert MENU.keys.keys() == {"1", "9"}
