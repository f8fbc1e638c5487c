"""Playbooks of callers who were not told what was to serve them, or who go before it is said."""

from __future__ import annotations

import pytest

from acd.core import codes
from acd.core.events import PromptFailed
from acd.core.facts import CallEnded, CallMissed, CallOutcome, MissedReason
from acd.core.flow_words import FlowLeft
from acd.core.routing import Then, WaitOffer
from agents.model import PhoneState
from ivr.model import Exit, HangUp, Menu, NextStep, Say, Sound, ToFlow, ToQueue, Tries
from tests.playbooks.centre import flow_of, menu_first, queue
from tests.playbooks.flow_centre import in_menu, told_why
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
)

SERVED = HangUp()


def failed(prompt: str) -> PromptFailed:
    return PromptFailed(call="c1", prompt=prompt, reason="playback failed")


def says(prompt: str, go: Exit) -> Say:
    return Say(parts=(Sound(prompt=prompt),), go=go)


def test_who_cannot_be_told_is_not_served_but_missed() -> None:
    play = in_menu(flow_of(says("news", SERVED))) << plays("main-1", "news")
    play >> failed("main-1") << end()
    assert play.last(FlowLeft).exit == "not heard"
    assert codes.UNHEARD in [reason[1] for reason in play.last(FlowLeft).reasons]
    play >> hung_up()
    assert outcome(play) is CallOutcome.IVR_LEFT
    assert missed(play) == [MissedReason.ABANDONED]


def test_who_was_told_the_last_of_it_is_served() -> None:
    play = in_menu(flow_of(says("hello", NextStep(step="2")), says("news", SERVED)))
    play >> failed("main-1") << plays("main-2", "news")
    play >> prompt_over("main-2") << end()
    play >> hung_up()
    assert outcome(play) is CallOutcome.SERVED
    assert not missed(play)


def test_who_cuts_it_off_has_heard_enough() -> None:
    play = in_menu(flow_of(says("hello", NextStep(step="2")), says("news", SERVED)))
    play >> failed("main-1") >> pressed("5")
    assert play.last(FlowLeft).exit == "served"
    play >> prompt_over("main-2") >> hung_up()
    assert outcome(play) is CallOutcome.SERVED


def test_nobody_loses_his_place_by_a_prompt_that_fails() -> None:
    play = in_menu(flow_of(says("welcome", ToQueue(queue="orders"))))
    play >> failed("main-1") << ring() << music()


@pytest.mark.parametrize("go", [SERVED, ToQueue(queue="orders")])
def test_who_hangs_up_while_something_is_said_goes_nowhere(go: Exit) -> None:
    play = in_menu(flow_of(says("long", go))) << plays("main-1", "long")
    play.after(3) >> hung_up()
    play.quiet()
    assert outcome(play) is CallOutcome.IVR_LEFT
    assert play.last(FlowLeft).exit == "caller hung up"
    assert not missed(play)
    told = [reason[1:] for reason in play.last(CallEnded).reasons]
    told += [reason[1:] for reason in play.last(FlowLeft).reasons]
    assert (codes.CALLER_HUNG_UP, "in_flow") in told


# What he has said in one flow counts in the next


def two_flows(first: Menu) -> Playbook:
    main, other = flow_of(first), flow_of(says("long", SERVED), name="other")
    return in_menu(main, flows={"main": main, "other": other})


OTHER = ToFlow(flow="other")


def test_who_pressed_a_key_in_one_flow_and_hangs_up_in_the_next_is_missed() -> None:
    choose = Menu(parts=(Sound(prompt="choose"),), keys={"1": OTHER}, tries=Tries(otherwise=HangUp()))
    play = two_flows(choose) >> pressed("1") >> prompt_over("main-1") >> hung_up()
    assert outcome(play) is CallOutcome.IVR_LEFT
    assert missed(play) == [MissedReason.ABANDONED]


def test_who_was_asked_in_one_flow_and_hangs_up_in_the_next_is_missed() -> None:
    asks = Menu(parts=(Sound(prompt="choose"),), keys={}, tries=Tries(otherwise=OTHER, tries=1))
    play = two_flows(asks) >> prompt_over("main-1")
    play.after(5) << plays("other-2", "long")
    play >> hung_up()
    assert missed(play) == [MissedReason.ABANDONED]


def test_who_was_only_told_something_in_both_is_not_missed() -> None:
    main, other = flow_of(says("hello", OTHER)), flow_of(says("long", SERVED), name="other")
    play = in_menu(main, flows={"main": main, "other": other}) >> prompt_over("main-1") >> hung_up()
    assert outcome(play) is CallOutcome.IVR_LEFT
    assert not play.recorded(CallMissed)


def test_who_chose_a_flow_while_he_waited_and_hangs_up_in_it_is_missed() -> None:
    first = flow_of(Say(parts=(), go=ToQueue(queue="orders")))
    info = flow_of(says("long", ToQueue(queue="orders")), name="info")
    offer = WaitOffer(key="3", then=Then.FLOW, say="offer_flow", after=90, every=None, flow="info")
    routing = menu_first(first, queues=[queue(offers=(offer,))], flows={"main": first, "info": info})
    play = on_duty(Playbook(routing), "1001")
    play >> phone("1001", PhoneState.IN_USE) >> arrived()
    play.after(10) >> pressed("3") << plays("info-1", "long")
    assert told_why(play, codes.CHOSE)
    play.after(2) >> hung_up()
    assert missed(play) == [MissedReason.ABANDONED]
