"""Rules: each can match, is reached, and does what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.files import check_mistakes, loaded, text


def rules(*lines: str) -> str:
    return text(rules="rules:\n" + "\n".join(f"  - {line}" for line in lines))


def when(condition: str, name: str = "late", mark: str = "") -> str:
    return f"{mark}{{name: {name}, when: {{{condition}}}, then: {{tier: 1}}}}"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            when("caller: {in: blacklist, withheld: §true}"),
            "this can never match: a caller without a number cannot be checked for blacklist",
        ),
        (when("caller: {starts_with: '1', withheld: §true}"), "this can never match: a caller without"),
        (when("caller: {withheld: §true}, customer: {tier: vip}"), "this can never match: a caller"),
        (
            when("caller: {withheld: §true}, customer: {last_agent: {within: 1d}}"),
            "this can never match: a caller without a number cannot be checked for last_agent",
        ),
        (
            when("hours: §{open: day, closed: day}"),
            "this can never match: day are both open and closed",
        ),
        (
            when("business: §idle"),
            "this can never match: no number stands for idle, expected a number that does",
        ),
        (
            when("business: §[idle, shop], dialled: '200'"),
            "this can never match: the numbers of this rule do not stand for idle or shop",
        ),
        (
            "{name: a, then: {end: true, §queue: main}}",
            "queue has no effect in a rule that ends the call, expected only say and end",
        ),
        ("{name: a, then: {end: true, §stop: true}}", "stop has no effect in a rule that ends the call"),
        ("{name: a, then: {first: {group: §empty}}}", "the group 'empty' has no members, expected"),
        (
            "{name: a, then: {needs: §{orders: 9}}}",
            "no agent meets {orders: 9}, expected somebody who could serve the call",
        ),
    ],
)
def test_what_cannot_be(tmp_path: Path, rule: str, message: str) -> None:
    content = rules(rule).replace("[vip, back]\n", "[vip, back, empty]\n", 1)
    content = content.replace("  shop: {hours: day}", "  shop: {hours: day}\n  idle: {}")
    content = content.replace("  default: {", '  "200": {queue: main}\n  default: {')
    check_mistakes(tmp_path, content, message)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("", "caller: {in: blacklist}"),
        ("caller: {in: blacklist}", "caller: {in: blacklist}, dialled: '100'"),
        ("caller: {starts_with: ['13', '2']}", "caller: {starts_with: ['138', '20']}"),
        ("caller: {withheld: true}", "caller: {withheld: true}"),
        ("customer: {tier: [vip, gold]}", "customer: {tier: vip}"),
        ("customer: {last_agent: {within: 90d}}", "customer: {last_agent: {within: 30d}}"),
        ("dialled: '100'", "dialled: '100', business: shop"),
        ("business: shop", "business: shop"),
        ("hours: {open: day}", "hours: {open: day}"),
        ("hours: {closed: day}", "hours: {closed: day}"),
    ],
)
@pytest.mark.parametrize("closing", ["end", "stop"])
def test_a_rule_behind_one_that_always_comes_first(
    tmp_path: Path, earlier: str, later: str, closing: str
) -> None:
    condition = f"when: {{{earlier}}}, " if earlier else ""
    content = rules(f"{{name: early, {condition}then: {{{closing}: true}}}}", when(later, mark="§"))
    what = "ends the call" if closing == "end" else "stops the rules"
    check_mistakes(
        tmp_path, content, f"the rule 'late' is never reached: 'early' {what} before it whenever"
    )


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("caller: {in: blacklist}", ""),
        ("caller: {starts_with: '138'}", "caller: {starts_with: '13'}"),
        ("caller: {withheld: true}", "caller: {withheld: false}"),
        ("customer: {tier: vip}", "customer: {tier: [vip, gold]}"),
        ("customer: {last_agent: {within: 30d}}", "customer: {last_agent: {within: 90d}}"),
        ("hours: {open: day}", "hours: {closed: day}"),
        ("dialled: '100'", "business: shop"),
    ],
)
def test_a_rule_behind_one_that_may_not_match(tmp_path: Path, earlier: str, later: str) -> None:
    early = f"{{name: early, when: {{{earlier}}}, then: {{end: true}}}}"
    late = when(later) if later else "{name: late, then: {tier: 1}}"
    assert len(loaded(tmp_path, rules(early, late)).routing.rules) == 2


def test_rules_of_one_name(tmp_path: Path) -> None:
    content = rules("{name: a, then: {tier: 1}}", "{name: §a, then: {tier: 2}}")
    check_mistakes(tmp_path, content, "the rule 'a' exists already, expected another name, the first is")


def test_numbers_with_mistakes_leave_open_what_they_stand_for(tmp_path: Path) -> None:
    content = rules(when("business: shop")).replace("{queue: main, b", "{queue: §mian, b")
    check_mistakes(tmp_path, content, "unknown queue 'mian'")


def test_agents_with_mistakes_leave_open_what_they_meet(tmp_path: Path) -> None:
    content = rules("{name: a, then: {needs: {orders: 9}}}").replace("grade: senior", "grade: §snior")
    check_mistakes(tmp_path, content, "unknown grade")
