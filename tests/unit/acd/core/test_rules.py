"""Conditions of rules: what holds, and what is said when it doesn't."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from acd.core.events import Blacklisted, Customer
from acd.core.hours import OpeningHours
from acd.core.routing import (
    BusinessIs,
    CallerStartsWith,
    CallerWithheld,
    Condition,
    CustomerTierIs,
    DialledIs,
    Effect,
    FirstTarget,
    InBlacklist,
    LastAgentWithin,
    Rule,
    TimeWithin,
)
from acd.core.rules import Subject, compile_rule, describe

AT = 1_795_000_000.0
DAY = 86_400.0
ALWAYS = OpeningHours(name="day", zone=ZoneInfo("UTC"), weekly=(((0, 86_400),),) * 7, closed={})
NEVER = OpeningHours(
    name="tv", zone=ZoneInfo("UTC"), weekly=(((0, 86_400),),) * 7, closed={date(2026, 11, 18): "holiday"}
)


def subject(**changes: object) -> Subject:
    plain = Subject("4001", "knives", "13800000001", None, None, AT)
    for name, value in changes.items():
        setattr(plain, name, value)
    return plain


def customer(
    tier: str | None = None, last_agent: str | None = None, last_agent_at: float | None = None
) -> Customer:
    return Customer(number="138", tier=tier, last_agent=last_agent, last_agent_at=last_agent_at)


CASES: list[tuple[Condition, Subject, str | None]] = [
    (InBlacklist(), subject(blacklisted=Blacklisted(reason="x", author="y")), None),
    (InBlacklist(), subject(), "not in the blacklist"),
    (CustomerTierIs(tiers=frozenset({"vip"})), subject(customer=customer("vip")), None),
    (CustomerTierIs(tiers=frozenset({"vip"})), subject(), "not a known customer"),
    (
        CustomerTierIs(tiers=frozenset({"vip", "gold"})),
        subject(customer=customer()),
        "a customer without a tier, not gold or vip",
    ),
    (
        CustomerTierIs(tiers=frozenset({"vip"})),
        subject(customer=customer("new")),
        "customer tier is new, not vip",
    ),
    (LastAgentWithin(seconds=DAY), subject(customer=customer(None, "1001", AT - DAY)), None),
    (
        LastAgentWithin(seconds=DAY),
        subject(customer=customer(None, "1001", AT - 3 * DAY)),
        "last served 3 days ago, more than 1",
    ),
    (
        LastAgentWithin(seconds=DAY),
        subject(customer=customer(None, "1001", None)),
        "no agent is known to have served the caller before",
    ),
    (LastAgentWithin(seconds=DAY), subject(), "no agent is known to have served the caller before"),
    (DialledIs(numbers=frozenset({"4001"})), subject(), None),
    (DialledIs(numbers=frozenset({"2", "1"})), subject(), "dialled none of 1, 2"),
    (BusinessIs(businesses=frozenset({"knives"})), subject(), None),
    (BusinessIs(businesses=frozenset({"pans"})), subject(), "the business is none of pans"),
    (CallerStartsWith(prefixes=("139", "138")), subject(), None),
    (
        CallerStartsWith(prefixes=("139",)),
        subject(),
        "the caller's number begins with none of 139",
    ),
    (
        CallerStartsWith(prefixes=("138",)),
        subject(caller=None),
        "the caller's number begins with none of 138",
    ),
    (CallerWithheld(withheld=True), subject(caller=None), None),
    (CallerWithheld(withheld=False), subject(), None),
    (CallerWithheld(withheld=True), subject(), "the caller shows his number"),
    (CallerWithheld(withheld=False), subject(caller=None), "the caller hides his number"),
    (TimeWithin(name="day", hours=ALWAYS), subject(), None),
    (
        TimeWithin(name="day", hours=ALWAYS, within=False),
        subject(),
        "the moment is within day: within opening hours",
    ),
    (TimeWithin(name="tv", hours=NEVER), subject(), "the moment is outside of tv: holiday"),
    (TimeWithin(name="tv", hours=NEVER, within=False), subject(), None),
]


@pytest.mark.parametrize(("condition", "asked", "why"), CASES, ids=lambda each: type(each).__name__)
def test_condition(condition: Condition, asked: Subject, why: str | None) -> None:
    rule = compile_rule(Rule(name="r", when=(condition,), then=Effect()))
    assert rule.why_not(asked) == why
    assert rule.blacklist == isinstance(condition, InBlacklist)


def test_all_conditions_must_hold_and_the_first_that_does_not_says_why() -> None:
    conditions = (CallerWithheld(withheld=False), DialledIs(numbers=frozenset({"1"})), InBlacklist())
    rule = compile_rule(Rule(name="r", when=conditions, then=Effect()))
    assert rule.why_not(subject()) == "dialled none of 1"
    assert compile_rule(Rule(name="r", when=(), then=Effect())).why_not(subject()) is None


def test_effects_are_described_in_words() -> None:
    full = Effect(
        say="hello",
        end=True,
        stop=True,
        first=FirstTarget(group="vip"),
        head_start=600,
        tier=1,
        needs=(("english", 4),),
        queue="orders",
        language="en",
    )
    assert describe(full) == (
        "says hello, first group vip, head start 600 s, tier 1, needs english>=4, queue orders, "
        "language en, ends the call, stops the rules"
    )
    assert describe(Effect()) == "adds nothing"
    assert describe(Effect(first=FirstTarget(agent="1001"))) == "first agent 1001"
    assert describe(Effect(first=FirstTarget(last_agent=True))) == "first last agent"
