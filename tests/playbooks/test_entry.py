"""Playbooks of call-flow.md, 1.1 to 1.5: number, blacklist, hours, VIP, returning customer."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from acd.core.commands import EndCause
from acd.core.events import Blacklisted, Customer, PromptFailed
from acd.core.explain import one_line
from acd.core.facts import (
    CallEnded,
    CallEntered,
    CallMissed,
    CallOutcome,
    CallQueued,
    CallWidened,
    MissedReason,
    QueueLeft,
)
from acd.core.hours import OpeningHours
from acd.core.routing import (
    Business,
    CustomerTierIs,
    Effect,
    Ending,
    FirstTarget,
    InBlacklist,
    LastAgentWithin,
    NumberRoute,
    Routing,
    Rule,
    Then,
)
from tests.playbooks.centre import CALLBACK, GOODBYE, agent, centre, queue
from tests.playbooks.harness import START, Playbook
from tests.playbooks.words import (
    agent_hung_up,
    arrived,
    end,
    failed,
    hung_up,
    music,
    on_duty,
    prompt_over,
    ring,
    ringback,
    says,
    talk,
)

BLACKLIST = Rule(name="blacklist", when=(InBlacklist(),), then=Effect(say="system_busy", end=True))
BLACKLISTED = Blacklisted(reason="abuse", author="supervisor")


def vip_rule(hold: float = 0) -> Rule:
    return Rule(
        name="VIP",
        when=(CustomerTierIs(tiers=frozenset({"vip"})),),
        then=Effect(first=FirstTarget(group="vip", hold=hold), head_start=600),
    )


def again_rule(hold: float = 0) -> Rule:
    return Rule(
        name="returning customer",
        when=(LastAgentWithin(seconds=90 * 86_400),),
        then=Effect(first=FirstTarget(last_agent=True, hold=hold), head_start=300),
    )


def vip(**more: Any) -> Customer:
    return Customer(number="138", tier="vip", **more)


def served_by(agent_id: str, days_ago: float = 1) -> Customer:
    return Customer(number="138", last_agent=agent_id, last_agent_at=START - days_ago * 86_400)


def story(play: Playbook, call: str = "c1") -> str:
    """The whole story of a call in one line, from its facts and what is not told yet."""
    view = play.core.why(call)
    if view is not None:
        return one_line(view.trace)
    reasons = [r for f in play.facts if getattr(f, "call", 0) == call for r in getattr(f, "reasons", ())]
    return one_line(reasons)


# 1. the number dialled


def test_unknown_number_goes_the_default_way() -> None:
    play = on_duty(Playbook(centre()), "1001")
    play >> arrived(dialled="9999") << ring() << ringback()
    assert "9999 is no number of ours" in story(play)
    assert play.last(CallEntered).dialled == "9999"


def test_number_gives_business_and_language() -> None:
    business = Business(
        name="knives", label="Knives", hours=None, when_closed=CALLBACK, campaign="late", language="en"
    )
    numbers = {"4001": NumberRoute(number="4001", queue="orders", business="knives")}
    play = Playbook(centre(numbers=numbers, businesses={"knives": business}))
    play >> arrived() << says("all_busy_recorded", language="en")
    entered = play.last(CallEntered)
    assert (entered.business, entered.campaign, entered.language) == ("knives", "late", "en")


def test_withheld_number_is_missed_too() -> None:
    play = on_duty(Playbook(centre()), "1001")
    play >> arrived(caller=None) << ring(caller=None) << ringback()
    play >> hung_up()
    assert play.last(CallMissed).caller is None


def test_the_same_call_arrives_once() -> None:
    play = on_duty(Playbook(centre()), "1001", "1002")
    play >> arrived() >> arrived()
    play.quiet()
    play.check()
    assert len(play.recorded(CallEntered)) == 1


# 2. the blacklist


def test_blacklisted_caller_hears_that_the_system_is_busy_and_is_hung_up() -> None:
    play = on_duty(Playbook(centre(rules=[BLACKLIST])), "1001")
    play >> arrived(blacklisted=BLACKLISTED) << says("system_busy")
    play >> prompt_over("system_busy") << end()
    play >> hung_up()
    assert play.last(CallEnded).outcome is CallOutcome.BLACKLISTED
    assert len(play.recorded(CallEntered)) == 1
    assert not play.recorded(CallQueued)
    assert not play.recorded(CallMissed)


def test_blacklisted_caller_who_hangs_up_during_the_prompt_is_stored_alike() -> None:
    play = Playbook(centre(rules=[BLACKLIST]))
    play >> arrived(blacklisted=BLACKLISTED) >> hung_up()
    assert play.last(CallEnded).outcome is CallOutcome.BLACKLISTED
    assert not play.recorded(CallMissed)


def test_prompt_that_fails_ends_the_call_as_if_it_had_been_played() -> None:
    play = Playbook(centre(rules=[BLACKLIST]))
    play >> arrived(blacklisted=BLACKLISTED)
    play >> PromptFailed(call="c1", prompt="system_busy", reason="no such file") << end()


def test_rule_that_ends_without_a_prompt_lets_the_caller_hear_busy() -> None:
    rule = Rule(name="stop it", when=(), then=Effect(end=True))
    play = Playbook(centre(rules=[rule]))
    play >> arrived() << end(cause=EndCause.BUSY)
    play >> hung_up()
    assert play.last(CallEnded).outcome is CallOutcome.RULE


def test_ending_rule_after_others_ends_the_call_too() -> None:
    rules = [vip_rule(), Rule(name="enough", when=(), then=Effect(say="bye", end=True))]
    play = on_duty(Playbook(centre(rules=rules)), "1001")
    play >> arrived() << says("bye")
    assert play.core.view_queues()[0].waiting == ()


# 3. opening hours


def closed_centre(when_closed: Ending, **changes: Any) -> Routing:
    zone = ZoneInfo("Asia/Shanghai")
    hours = OpeningHours(
        name="tv", zone=zone, weekly=(((0, 86_400),),) * 7, closed={date(2026, 11, 18): "stocktaking"}
    )
    business = Business(name="knives", label="Knives", hours=hours, when_closed=when_closed)
    numbers = {"4001": NumberRoute(number="4001", queue="orders", business="knives")}
    return centre(numbers=numbers, businesses={"knives": business}, **changes)


def test_closed_says_so_and_records_a_callback() -> None:
    play = on_duty(Playbook(closed_centre(Ending(say="closed", then=Then.CALLBACK))), "1001")
    play >> arrived() << says("closed")
    assert play.last(CallMissed).reason is MissedReason.CLOSED
    play >> prompt_over("closed") << end()
    play >> hung_up()
    assert play.last(CallEnded).outcome is CallOutcome.CLOSED
    assert "knives is closed: stocktaking" in story(play)


def test_closed_and_goodbye_records_nothing() -> None:
    play = Playbook(closed_centre(GOODBYE))
    play >> arrived() << end(cause=EndCause.BUSY)
    assert not play.recorded(CallMissed)


def test_closed_may_mean_another_queue_after_its_prompt() -> None:
    ending = Ending(say="closed", then=Then.QUEUE, queue="night")
    queues = [queue("orders"), queue("night")]
    play = on_duty(Playbook(closed_centre(ending, queues=queues)), "1001")
    play >> arrived() << says("closed")
    play >> prompt_over("closed") << ring(queue="night") << music()


def test_closed_may_mean_another_queue_at_once() -> None:
    ending = Ending(say=None, then=Then.QUEUE, queue="night")
    queues = [queue("orders"), queue("night")]
    play = on_duty(Playbook(closed_centre(ending, queues=queues)), "1001")
    play >> arrived() << ring(queue="night") << ringback()


def test_open_goes_on() -> None:
    play = on_duty(Playbook(closed_centre(GOODBYE), start=START + 86_400), "1001")
    play >> arrived() << ring() << ringback()
    assert not play.recorded(CallMissed)


def test_blacklist_comes_before_the_hours() -> None:
    play = Playbook(closed_centre(CALLBACK, rules=[BLACKLIST]))
    play >> arrived(blacklisted=BLACKLISTED) << says("system_busy")


# prompts of rules


def test_rule_that_says_something_is_heard_before_the_queue() -> None:
    rules = [
        Rule(name="one", when=(), then=Effect(say="welcome", language="en")),
        Rule(name="two", when=(), then=Effect(say="recorded")),
    ]
    play = on_duty(Playbook(centre(rules=rules)), "1001")
    play >> arrived() << says("welcome", language="en")
    play >> prompt_over("welcome") << says("recorded", language="en")
    play >> prompt_over("recorded") << ring() << music()
    play >> prompt_over("recorded")
    play.quiet()


def test_caller_who_hangs_up_while_he_is_welcomed_is_missed() -> None:
    play = Playbook(centre(rules=[Rule(name="one", when=(), then=Effect(say="welcome"))]))
    play >> arrived()
    play.after(2) >> hung_up()
    ended = play.last(CallEnded)
    assert (ended.outcome, ended.short) == (CallOutcome.ABANDONED, True)
    assert play.last(CallMissed).reason is MissedReason.ABANDONED
    assert not play.recorded(QueueLeft)


# 4. VIP

VIP_AGENTS = [agent("1001", groups=("vip",)), agent("1002"), agent("1003")]


def test_vip_with_his_group_free_is_rung_there() -> None:
    play = on_duty(Playbook(centre(agents=VIP_AGENTS, rules=[vip_rule()])), "1002", "1003", "1001")
    play >> arrived(customer=vip()) << ring(agent="1001") << ringback()


def test_vip_with_his_group_busy_goes_to_others_at_once() -> None:
    play = on_duty(Playbook(centre(agents=VIP_AGENTS, rules=[vip_rule()])), "1001", "1002")
    talk(play >> arrived("c0", customer=vip()), "c0-o1")
    play >> arrived(customer=vip()) << ring(agent="1002") << ringback()
    assert "group vip is busy: the others are asked at once" in story(play)


def test_vip_with_his_group_busy_waits_for_it_alone_as_configured() -> None:
    play = on_duty(Playbook(centre(agents=VIP_AGENTS, rules=[vip_rule(hold=10)])), "1001", "1002")
    talk(play >> arrived("c0", customer=vip()), "c0-o1")
    play >> arrived(customer=vip()) << music()
    play.after(9.9).quiet()
    play.after(0.1) << ring(agent="1002")
    assert play.last(CallWidened).step == 0
    assert "group vip is busy: the call waits 10 s for it alone" in story(play)


def test_vip_group_stays_in_the_running() -> None:
    play = on_duty(Playbook(centre(agents=VIP_AGENTS, rules=[vip_rule()])), "1001")
    talk(play >> arrived("c0", customer=vip()), "c0-o1")
    play >> arrived(customer=vip()) << music()
    play >> agent_hung_up("c0-o1") << end("c0") << ring(agent="1001")


def test_vip_with_his_group_offline_loses_no_time() -> None:
    play = on_duty(Playbook(centre(agents=VIP_AGENTS, rules=[vip_rule(hold=60)])), "1002")
    play >> arrived(customer=vip()) << ring(agent="1002") << ringback()
    assert "group vip is not logged in: no time is spent on it" in story(play)


def test_vip_overtakes_callers_who_came_up_to_his_head_start_earlier() -> None:
    play = on_duty(Playbook(centre(agents=[agent("1002")], rules=[vip_rule()])), "1002")
    talk(play >> arrived("c0"), "c0-o1")
    play >> arrived("old")
    play.after(601) >> arrived("c1") >> arrived("vip", customer=vip())
    assert [view.call for view in play.core.view_calls()] == ["c0", "old", "c1", "vip"]
    assert play.core.view_queues()[0].waiting == ("old", "vip", "c1")


# 5. returning customer


def test_returning_customer_with_his_agent_free_gets_him() -> None:
    play = on_duty(Playbook(centre(rules=[again_rule()])), "1001", "1002")
    play >> arrived(customer=served_by("1002")) << ring(agent="1002") << ringback()


def test_returning_customer_with_his_agent_busy_goes_to_others_with_a_head_start() -> None:
    play = on_duty(Playbook(centre(rules=[again_rule()])), "1001", "1002")
    talk(play >> arrived("c0", customer=served_by("1002")), "c0-o1")
    play >> arrived(customer=served_by("1002")) << ring(agent="1001") << ringback()
    view = play.core.view_call("c1")
    assert view is not None
    assert view.head_start == 300


def test_returning_customer_is_first_when_his_agent_comes_free_within_the_hold() -> None:
    play = on_duty(Playbook(centre(rules=[again_rule(hold=15)])), "1001", "1002")
    talk(play >> arrived("c0", customer=served_by("1002")), "c0-o1")
    play >> arrived(customer=served_by("1002")) << music()
    play.after(5) >> agent_hung_up("c0-o1") << end("c0") << ring(agent="1002")


def test_returning_customer_whose_agent_is_not_logged_in_loses_no_time() -> None:
    play = on_duty(Playbook(centre(rules=[again_rule(hold=15)])), "1001")
    play >> arrived(customer=served_by("1002")) << ring(agent="1001") << ringback()


def test_returning_customer_of_an_agent_who_has_left_is_like_others() -> None:
    play = on_duty(Playbook(centre(rules=[again_rule(hold=15)])), "1001")
    play >> arrived(customer=served_by("9999")) << ring(agent="1001") << ringback()


def test_last_agent_of_long_ago_does_not_count() -> None:
    play = on_duty(Playbook(centre(rules=[again_rule(hold=15)])), "1001", "1002")
    play >> arrived(customer=served_by("1002", days_ago=91)) << ring(agent="1001") << ringback()


def test_several_head_starts_the_largest_counts_and_all_are_named() -> None:
    play = on_duty(Playbook(centre(agents=VIP_AGENTS, rules=[vip_rule(), again_rule()])), "1003")
    (
        play
        >> arrived(customer=vip(last_agent="1003", last_agent_at=START))
        << ring(agent="1003")
        << ringback()
    )
    why = play.core.why("c1")
    assert why is not None
    head = next(reason for reason in why.trace if reason[1] == "head_start")
    assert head[2:] == (600, (("VIP", 600), ("returning customer", 300)))


def test_targets_are_asked_in_the_order_of_their_rules() -> None:
    rules = [vip_rule(hold=10), again_rule(hold=15)]
    play = on_duty(Playbook(centre(agents=VIP_AGENTS, rules=rules)), "1001", "1002", "1003")
    talk(play >> arrived("c0", customer=vip()), "c0-o1")
    talk(play >> arrived("c9", customer=served_by("1002")), "c9-o1")
    play >> arrived(customer=vip(last_agent="1002", last_agent_at=START)) << music()
    play.after(10).quiet()
    play.after(14.9).quiet()
    play.after(0.1) << ring(agent="1003")


def test_first_target_that_does_not_answer_gives_way_to_the_next() -> None:
    play = on_duty(Playbook(centre(agents=VIP_AGENTS, rules=[vip_rule(hold=30)])), "1001", "1002")
    play >> arrived(customer=vip()) << ring(agent="1001") << ringback()
    play >> failed() << ring("c1-o2", agent="1002")
