"""A routing as YAML again: what it looks like, and that it means the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from acd.core.routing import Ending, SurveyRule, Then
from config.load import load
from config.printing import printed
from tests.unit.config.files import loaded, text

EXAMPLE = Path("config/examples/tv-shopping.yaml")


def test_the_example_survives_being_printed(tmp_path: Path) -> None:
    today = date(2026, 11, 21)
    first = load(EXAMPLE, today=today).routing
    again = tmp_path / "printed.yaml"
    again.write_text(printed(first), encoding="utf-8")
    second = load(again, today=today)
    assert replace(second.routing, revision=first.revision) == first
    assert second.warnings == ()


def test_the_small_file_with_all_defaults_filled_in(tmp_path: Path) -> None:
    routing = loaded(tmp_path, text()).routing
    assert (
        printed(replace(routing, revision="abc"))
        == """\
# routing abc, all defaults filled in
version: 1
timezone: Asia/Shanghai
languages: [zh-CN, en]
skills: [english, orders]
groups: [back, vip]
tiers: [gold, vip]
pause_reasons: [lunch]
hours:
  day:
    open: ["mon,tue,wed,thu,fri 09:00-18:00"]
    timezone: Asia/Shanghai
businesses:
  shop: {name: shop, hours: day, when_closed: {say: closed, then: callback}}
numbers:
  "100": {queue: main, business: shop}
  default: {queue: main}
grades:
  intermediate: {level: 5}
  junior: {level: 3}
  senior: {level: 8}
  vip: {level: 10}
agents:
  "1": {name: "1", grade: senior, groups: [vip], skills: {english: 8, orders: 8}, weight: 1, \
endpoint: PJSIP/1, node: asterisk}
  "2": {name: "2", groups: [back], skills: {orders: 2}, weight: 1, endpoint: PJSIP/2, node: asterisk}
queues:
  main:
    name: main
    needs: {orders: 1}
    groups: [back, vip]
    strategy: longest_idle
    ring: 20s
    no_answer: {rest: 5s}
    refused: {rest: 5s}
    wrap_up: {for: 0s}
    service_level: {within: 20s, target: 80%}
    waiting: {music: default}
    on_nobody: {say: all_busy_recorded, then: callback}
    short_abandon: 5s
flow_recordings:
  keep_for: 90d
"""
    )


def test_words_that_others_take_for_something_else_are_quoted(tmp_path: Path) -> None:
    names = ["yes", "No", "null", "1e3", "20:30", "a: b", "# c", "2027-02-06", "刀具", '"', "late show"]
    businesses = "businesses:\n  shop: {hours: day}\n" + "\n".join(
        f"  b{number}: {{name: '{name}'}}" for number, name in enumerate(names)
    )
    lines = printed(loaded(tmp_path, text(businesses=businesses)).routing).splitlines()
    written = [line.split("name: ")[1].split(", when")[0] for line in lines if line.startswith("  b")]
    assert written == [
        '"yes"', '"No"', '"null"', '"1e3"', '"20:30"', '"a: b"', '"# c"', '"2027-02-06"', '"刀具"',
        r'"\""', "late show",
    ]  # fmt: skip


def test_an_ending_that_cannot_happen_is_printed_only_if_it_was_given(tmp_path: Path) -> None:
    routing = loaded(tmp_path, text()).routing
    main = replace(routing.queues["main"], on_full=Ending(say=None, then=Then.GOODBYE))
    again = printed(replace(routing, queues={"main": main}))
    assert "    on_full: {say: nothing, then: goodbye}\n" in again
    assert "on_timeout" not in again


def test_closed_days_stand_one_to_a_line(tmp_path: Path) -> None:
    hours = "hours:\n  day: {open: [mon 09:00-10:00], closed_on: {2027-02-06: 春节, 2027-02-07: x}}"
    lines = printed(loaded(tmp_path, text(hours=hours)).routing).splitlines()
    at = lines.index("    closed_on:")
    assert lines[at + 1 : at + 3] == ['      "2027-02-06": "春节"', '      "2027-02-07": x']


def test_a_rule_without_effect_can_be_read_again(tmp_path: Path) -> None:
    rules = "rules:\n  - {name: counted only, when: {business: shop}, then: {tier: 0}}"
    routing = loaded(tmp_path, text(rules=rules)).routing
    assert "  - {name: counted only, when: {business: [shop]}, then: {tier: 0}}" in printed(routing)


def test_a_survey_survives_being_printed(tmp_path: Path) -> None:
    for written, rule in (
        (
            "{share: 20%, not_within: 10d, remark: 60s}",
            SurveyRule(share=0.2, not_within=864e3, remark=60),
        ),
        ("{share: 100%}", SurveyRule(share=1.0)),
    ):
        businesses = f"businesses: {{shop: {{survey: {written}}}}}"
        routing = loaded(tmp_path, text(businesses=businesses)).routing
        assert routing.businesses["shop"].survey == rule
        (tmp_path / "again.yaml").write_text(printed(routing), encoding="utf-8")
        assert load(tmp_path / "again.yaml").routing.businesses["shop"].survey == rule
