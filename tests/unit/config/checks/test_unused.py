"""Warnings: what is defined and never used is seen, and keeps nothing from working."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.files import check_mistakes, text, warnings


@pytest.mark.parametrize(
    ("section", "content", "warning"),
    [
        (
            "queues",
            "queues:\n  main: {needs: {orders: 1}, groups: [vip, back]}\n  §spare: {}",
            "'spare' is never used: no number, rule or overflow leads to it",
        ),
        (
            "businesses",
            "businesses:\n  shop: {hours: day}\n  §spare: {}",
            "'spare' is never used: no number stands for it",
        ),
        (
            "hours",
            "hours:\n  day: {open: [mon 09:00-10:00]}\n  §spare: {open: [mon 09:00-10:00]}",
            "'spare' is never used: no business or rule names them",
        ),
        ("skills", "skills: [orders, english, §spare]", "the skill 'spare' is never asked for"),
        ("groups", "groups: [vip, back, §spare]", "the group 'spare' is never used"),
        ("music", "music:\n  §spare: {}", "'spare' is never used: no queue names it"),
        ("grades", "grades:\n  §spare: {level: 2}", "no agent is of the grade 'spare'"),
    ],
)
def test_what_is_never_used(tmp_path: Path, section: str, content: str, warning: str) -> None:
    whole = text(**{section: content})
    line = next(n for n, each in enumerate(whole.splitlines(), 1) if "§" in each)
    column = whole.splitlines()[line - 1].index("§") + 1
    assert warnings(tmp_path, whole) == [f"{line}:{column}: {warning}"]


def test_a_group_that_is_used_without_members(tmp_path: Path) -> None:
    content = text(
        groups="groups: [vip, back, empty]",
        queues="queues:\n  main: {needs: {orders: 1}, groups: [vip, back, empty]}",
    )
    assert warnings(tmp_path, content) == ["5:21: the group 'empty' has no members"]


def test_everything_that_leads_somewhere_counts_as_used(tmp_path: Path) -> None:
    content = text(
        skills="skills: [orders, english, french]",
        groups="groups: [vip, back, late, first]",
        hours="hours:\n  day: {open: [mon 09:00-10:00]}\n  night: {open: [mon 22:00-23:00]}\n"
        "  noon: {open: [mon 12:00-13:00]}",
        businesses="businesses:\n  shop: {hours: day, when_closed: {queue: closed}}",
        agents='agents:\n  "1": {skills: {orders: 5, english: 5, french: 5}, groups: [vip, late]}\n'
        '  "2": {groups: [back, first]}',
        rules="rules:\n  - {name: a, when: {hours: {open: night, closed: noon}}, then: {queue: ruled}}\n"
        "  - {name: b, when: {dialled: '100'}, then: {needs: {french: 1}, first: {group: first}}}",
        queues="queues:\n  main:\n    needs: {orders: 1}\n    groups: [vip, back]\n"
        "    waiting: {for_at_most: 3m}\n    on_timeout: {say: goodbye, then: {queue: over}}\n"
        "  closed: {needs: {english: 1}, widen: [{after: 5s, groups: [late, back]}]}\n"
        "  ruled: {}\n  over: {}",
    )
    assert warnings(tmp_path, content) == []


def test_a_file_with_mistakes_is_not_searched_for_what_is_unused(tmp_path: Path) -> None:
    check_mistakes(tmp_path, text(tiers="tiers: §x", groups="groups: [vip, back, spare]"), "'x' does")
