"""Playbooks of what flows ask about: conditions, input, and a shop's web service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from acd.core.events import Blacklisted, ChannelsReconciled, Customer, LiveCall, NodeLost
from acd.core.flow_words import FlowEntered, FlowLeft, LookedUp, LookUp
from ivr.model import (
    Branch,
    Case,
    Clock,
    Collect,
    CollectedIs,
    Condition,
    Digits,
    HangUp,
    HoursOpen,
    InList,
    NextStep,
    Say,
    Sound,
    TierIs,
    ToFlow,
    ToQueue,
    Tries,
)
from ivr.model import LookUp as LookUpStep
from tests.playbooks.centre import flow_of, menu_first
from tests.playbooks.flow_centre import in_menu, menu_hours
from tests.playbooks.harness import Playbook
from tests.playbooks.words import arrived, end, music, plays, pressed, prompt_over, ring


@pytest.mark.parametrize(
    ("condition", "caller", "holds"),
    [
        (HoursOpen(hours="always"), {}, True),
        (HoursOpen(hours="always", open=False), {}, False),
        (HoursOpen(hours="gone"), {}, False),
        (TierIs(tiers=frozenset({"vip"})), {"customer": Customer(number="1", tier="vip")}, True),
        (TierIs(tiers=frozenset({"vip"})), {}, False),
        (InList(list="customers"), {"customer": Customer(number="1")}, True),
        (InList(list="customers"), {}, False),
        (InList(list="blacklist"), {"blacklisted": Blacklisted(reason="x", author="y")}, True),
        (InList(list="do_not_call"), {}, False),
    ],
)
def test_branches(condition: Condition, caller: Mapping[str, Any], holds: bool) -> None:
    branch = Branch(cases=(Case(when=(condition,), go=HangUp()),), otherwise=ToQueue(queue="orders"))
    play = Playbook(menu_first(flow_of(branch), hours={"always": menu_hours()}))
    play >> arrived(**caller)
    assert play.last(FlowLeft).exit == ("served" if holds else "queue orders")


def test_the_clock_is_that_of_the_routing() -> None:
    play = Playbook(menu_first(flow_of(Say(parts=(Clock(),), go=HangUp())))) >> arrived()
    said = next(line for line in reversed(play.story) if "PlayPrompt" in line)
    assert "'num_19', 'oclock', 'num_0', 'num_6'" in said


def test_collected_input_is_read_back_and_goes_along() -> None:
    other = replace(flow_of(Say(parts=(Digits(of="order"),), go=HangUp())), name="other")
    first = flow_of(
        Collect(
            parts=(Sound(prompt="order"),),
            into="order",
            at_least=2,
            at_most=4,
            go=ToFlow(flow="other"),
            tries=Tries(otherwise=HangUp(served=False)),
        )
    )
    play = in_menu(first, flows={"main": first, "other": other})
    play >> pressed("2") >> pressed("3") >> pressed("#") << plays("other-2", "num_2", "num_3")
    play.check()
    assert play.last(FlowLeft).collected == (("order", "23"),)
    assert [each.flow for each in play.recorded(FlowEntered)] == ["main", "other"]
    play >> prompt_over("other-2") << end()


SHOP = flow_of(
    LookUpStep(
        url="http://shop.test/orders?of={caller}",
        keep={"state": "state"},
        go=NextStep(step="2"),
        otherwise=ToQueue(queue="orders"),
        parts=(Sound(prompt="please_wait"),),
    ),
    Branch(
        cases=(Case(when=(CollectedIs(name="state", values=frozenset({"sent"})),), go=HangUp()),),
        otherwise=ToQueue(queue="orders"),
    ),
)


ASKS = LookUp(call="c1", url="http://shop.test/orders?of=13800000001", within=2.0)


def test_a_look_up_is_asked_while_he_hears_something() -> None:
    play = Playbook(menu_first(SHOP))
    play >> arrived() << ASKS << plays("main-1", "please_wait")
    play >> LookedUp(call="c1", values={"state": "sent", "more": "x"})
    play.quiet()
    play >> prompt_over("main-1") << end()
    play.check()
    assert play.last(FlowLeft).collected == (("state", "sent"),)
    play.after(10).quiet()


def test_a_look_up_that_failed_goes_on_otherwise() -> None:
    play = in_menu(SHOP) >> prompt_over("main-1")
    play >> LookedUp(call="c1", values=None) << ring() << music()


def test_a_look_up_of_which_nothing_is_heard_has_failed_too() -> None:
    play = in_menu(SHOP) >> prompt_over("main-1")
    play.after(2.9).quiet()
    play.after(0.1) << ring() << music()
    play >> LookedUp(call="c1", values={"state": "sent"})
    play.quiet()


def test_an_answer_that_comes_while_the_node_is_lost_waits_for_it() -> None:
    play = in_menu(SHOP) >> prompt_over("main-1") >> NodeLost(node="pbx1")
    play >> LookedUp(call="c1", values={"state": "sent"})
    play.after(10).quiet()
    live = LiveCall(arrived=arrived(), created_at=play.now)
    play >> ChannelsReconciled(node="pbx1", restarted=False, calls=(live,)) << end()


def test_an_answer_that_nobody_waits_for_is_passed_over() -> None:
    play = in_menu() >> LookedUp(call="c1", values={"state": "sent"})
    play.quiet()
