"""Agents, phones and trunks: nothing belongs to two, every listed skill has a level."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.files import check_mistakes, loaded, text

SERVES = "groups: [vip, back], skills: {orders: 3}"


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"tiers": "tiers: [vip, gold, §vip]"}, "'vip' is given twice, expected each once"),
        ({"languages": "languages: [zh-CN, en, §en]"}, "'en' is given twice"),
        (
            {"pause_reasons": "pause_reasons: [lunch, §no answer]"},
            "'no answer' is a reason that only the system gives, expected one that agents choose",
        ),
        (
            {"agents": f'agents:\n  "1": {{{SERVES}}}\n  §last: {{}}'},
            "'last' means the agent who served a caller last, expected another account",
        ),
        (
            {"agents": 'agents:\n  "1": {groups: [vip, back, §vip], skills: {orders: 3}}'},
            "'vip' is given twice",
        ),
        (
            {"agents": 'agents:\n  "1": {grade: vip, groups: [vip, back], skills: [orders, §orders]}'},
            "'orders' is given twice",
        ),
        (
            {"agents": f'agents:\n  "1": {{{SERVES}}}\n  "2": {{skills: §[english]}}'},
            "the skills of agent 2 have no levels, expected a grade that sets them, give the agent a "
            "grade, or each skill a level such as {english: 5}",
        ),
        (
            {"agents": f'agents:\n  "1": {{{SERVES}}}\n  "2": {{endpoint: §pjsip/1}}'},
            "the endpoint 'pjsip/1' belongs to agent 1 too, expected one for each agent",
        ),
        (
            {"agents": f'agents:\n  "1": {{{SERVES}, endpoint: PJSIP/2}}\n  §"2": {{}}'},
            "the endpoint 'PJSIP/2' belongs to agent 1 too",
        ),
        (
            {"phones": 'phones:\n  §"2": {number: "138"}'},
            "the account '2' is taken by agents, expected each account once",
        ),
        (
            {
                "phones": 'phones:\n  demo: {number: "138"}',
                "trunks": "trunks:\n  §Demo: {match: 10.0.0.1}",
            },
            "the account 'Demo' is taken by phones",
        ),
        (
            {"trunks": "trunks:\n  a: {match: [10.0.0.1, '::1']}\n  b: {match: [§10.0.0.0/8]}"},
            "the address 10.0.0.0/8 overlaps with 10.0.0.1/32, expected each address once",
        ),
    ],
)
def test_what_cannot_be(tmp_path: Path, sections: dict[str, str], message: str) -> None:
    check_mistakes(tmp_path, text(**sections), message)


def test_one_endpoint_on_two_nodes_is_two_phones(tmp_path: Path) -> None:
    agents = f'agents:\n  "1": {{{SERVES}}}\n  "2": {{endpoint: PJSIP/1, node: other}}'
    assert loaded(tmp_path, text(agents=agents)).routing.agents["2"].node == "other"
