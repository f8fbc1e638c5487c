"""The entry's decision by itself: what rules add up to, and the reasons they leave."""

from __future__ import annotations

from typing import Any

from acd.core import codes
from acd.core.entry import Entry, last_agent
from acd.core.events import CallArrived, Customer
from acd.core.facts import CallOutcome
from acd.core.routing import Effect, FirstTarget, InBlacklist, NumberRoute, Rule
from tests.playbooks.centre import agent, centre, queue

AT = 1_795_000_000.0
HIDDEN = CallArrived(call="c1", node="pbx1", dialled="4001", caller=None)


def always(name: str, **effect: Any) -> Rule:
    return Rule(name=name, when=(), then=Effect(**effect))


def decide(*rules: Rule, arrived: CallArrived = HIDDEN, **changes: Any) -> Any:
    queues = [queue("orders"), queue("night")]
    return Entry(centre(queues=queues, rules=rules, **changes)).decide(arrived, AT)


def test_a_later_queue_and_language_replace_earlier_ones() -> None:
    admission = decide(
        always("one", queue="night", language="en"), always("two", queue="orders"), always("three")
    )
    assert (admission.queue, admission.language) == ("orders", "en")


def test_needs_are_merged_and_the_highest_tier_counts() -> None:
    admission = decide(
        always("one", needs=(("english", 4), ("orders", 2)), tier=2),
        always("two", needs=(("english", 3), ("vip", 1)), tier=1),
    )
    assert admission.needs == (("english", 4), ("orders", 2), ("vip", 1))
    assert admission.tier == 2


def test_stop_leaves_the_rest_unasked() -> None:
    admission = decide(always("one", stop=True), always("two", queue="night"), always("three"))
    assert admission.queue == "orders"
    assert admission.reasons[-1] == (AT, codes.RULES_STOPPED, "one", 2)


def test_every_rule_leaves_a_reason() -> None:
    admission = decide(
        Rule(name="blacklist", when=(InBlacklist(),), then=Effect(end=True)),
        always("welcome", say="welcome"),
        Rule(name="again", when=(InBlacklist(),), then=Effect(tier=1)),
    )
    rules = [reason[1:] for reason in admission.reasons if reason[1] in (codes.RULE, codes.NO_RULE)]
    assert rules == [
        (codes.NO_RULE, "blacklist", "not in the blacklist"),
        (codes.RULE, "welcome", "says welcome"),
        (codes.NO_RULE, "again", "not in the blacklist"),
    ]
    assert admission.prompts == ["welcome"]


def test_ending_rules_after_the_first_other_one_come_in_their_turn() -> None:
    admission = decide(always("one", say="welcome"), always("two", end=True, say="bye"))
    assert admission.outcome is CallOutcome.RULE
    assert admission.ending.say == "bye"


def test_leading_rules_that_all_end_leave_no_others() -> None:
    assert decide(always("one", end=True)).outcome is CallOutcome.RULE


def test_last_agent_is_resolved_or_dropped_with_a_reason() -> None:
    rule = always("again", first=FirstTarget(last_agent=True, hold=5))
    known = Customer(number="138", last_agent="1001", last_agent_at=0.0)
    arrived = CallArrived(call="c1", node="pbx1", dialled="4001", caller="138", customer=known)
    resolved = decide(rule, arrived=arrived, agents=[agent("1001")])
    assert resolved.firsts == (FirstTarget(agent="1001", hold=5),)
    gone = decide(rule, arrived=arrived, agents=[agent("1002")])
    assert gone.firsts == ()
    assert gone.reasons[-1] == (AT, codes.NO_LAST_AGENT, "again", "1001")
    assert decide(rule).reasons[-1] == (AT, codes.NO_LAST_AGENT, "again", None)
    assert last_agent(None) is None


def test_language_of_the_number_comes_before_that_of_the_centre() -> None:
    numbers = {"4001": NumberRoute(number="4001", queue="orders", language="en")}
    assert decide(numbers=numbers).language == "en"
    assert decide().language == "zh-CN"
