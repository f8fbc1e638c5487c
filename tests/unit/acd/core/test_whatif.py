"""What would happen to a call that doesn't exist."""

from __future__ import annotations

from random import Random
from typing import Any

from acd.core import codes
from acd.core.events import Blacklisted, Customer
from acd.core.explain import one_line
from acd.core.records import Reason
from acd.core.routing import (
    CustomerTierIs,
    Effect,
    Ending,
    FirstTarget,
    InBlacklist,
    Rule,
    Then,
    Voicemail,
    WideningStep,
)
from acd.core.whatif import what_if
from ivr.model import HangUp, Say
from tests.playbooks.centre import agent, centre, flow_of, menu_first, queue

AT = 1_795_000_000.0
WIDE = WideningStep(after=20, needs=(("orders", 1),))
ROUTING = centre(
    agents=[agent("1001", orders=5, groups=("vip",)), agent("1002", orders=1)],
    queues=[queue(needs=(("orders", 3),), widen=(WIDE,), for_at_most=60)],
    rules=[
        Rule(name="blacklist", when=(InBlacklist(),), then=Effect(say="system_busy", end=True)),
        Rule(
            name="VIP",
            when=(CustomerTierIs(tiers=frozenset({"vip"})),),
            then=Effect(say="welcome", first=FirstTarget(group="vip")),
        ),
    ],
)


def ask(**changes: Any) -> tuple[Reason, ...]:
    plain: dict[str, Any] = {"dialled": "4001", "caller": "138", "at": AT, "random": Random(1)}
    return what_if(ROUTING, **(plain | changes))


def codes_of(trace: tuple[Reason, ...]) -> list[str]:
    return [reason[1] for reason in trace]


def test_everybody_is_idle_by_default() -> None:
    trace = ask()
    assert codes_of(trace)[-1] == codes.CHOSEN
    assert "1001 is chosen" in one_line(trace)


def test_only_those_logged_in_count() -> None:
    trace = ask(logged_in=["1002"])
    assert (AT + 20, codes.WIDENED, 1, ("orders ≥ 1",)) in trace
    assert trace[-1][:3] == (AT + 20, codes.CHOSEN, "1002")


def test_a_patient_caller_waits_to_the_end() -> None:
    trace = ask(busy=["1001", "1002"])
    ends = (codes.TIMED_OUT, codes.MISSED, codes.SAID, codes.ENDED)
    assert tuple(code for code in codes_of(trace) if code in ends) == ends
    assert trace[-1][0] == AT + 60


def test_nobody_logged_in() -> None:
    assert codes.NOBODY in codes_of(ask(logged_in=[]))


def test_blacklisted_callers_and_customers() -> None:
    entry = Blacklisted(reason="x", author="y")
    assert codes_of(ask(blacklisted=entry))[-2:] == [codes.SAID, codes.ENDED]
    trace = ask(customer=Customer(number="138", tier="vip"))
    assert codes_of(trace)[-1] == codes.CHOSEN
    assert codes.SAID in codes_of(trace)


def test_a_queue_without_an_end_ends_the_story_all_the_same() -> None:
    routing = centre()
    trace = what_if(routing, dialled="1", caller=None, at=AT, random=Random(1), busy=["1001", "1002"])
    assert codes_of(trace)[-1] == codes.NONE_IDLE


def test_the_story_ends_in_a_flow() -> None:
    trace = what_if(menu_first(), dialled="4001", caller=None, at=AT, random=Random(1))
    assert (AT, codes.FLOW, "main", "ivr") in trace
    assert codes.CHOSEN not in codes_of(trace)
    assert "goes into flow main" in one_line(trace)


def test_a_flow_that_asks_for_nothing_is_walked_through() -> None:
    routing = menu_first(flow_of(Say(parts=(), go=HangUp())))
    trace = what_if(routing, dialled="4001", caller=None, at=AT, random=Random(1))
    assert codes_of(trace)[-2:] == [codes.FLOW_LEFT, codes.ENDED]


def test_the_story_ends_in_a_voicemail_dialogue() -> None:
    ending = Ending(say=None, then=Then.VOICEMAIL, voicemail="orders")
    routing = centre(
        queues=[queue(for_at_most=60, on_timeout=ending)],
        voicemail={"orders": Voicemail(name="orders", label="Orders")},
    )
    trace = what_if(routing, dialled="4001", caller=None, at=AT, random=Random(1), busy=["1001", "1002"])
    assert (AT + 60, codes.FLOW, "orders", "voicemail") in trace
