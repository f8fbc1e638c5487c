"""Branches: each case can hold for somebody, and no earlier one takes all of its callers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.files import check_mistakes, loaded, text, warnings

HELLO = 'prompts:\n  hello: {zh-CN: "您好", en: Hello}\n'
NUMBERS = 'numbers:\n  "100": {queue: main, business: shop, flow: f}\n  default: {queue: main}'
NEVER = "this case is never reached: an earlier one holds whenever it would, expected it further up"


def with_cases(*cases: str, numbers: str = NUMBERS, more: str = "", **sections: str) -> str:
    lines = "".join(f"        - {case}\n" for case in cases)
    flow = (
        "  f:\n    ask: {say: hello, collect: order, go: b, otherwise: b}\n"
        f"    b:\n      cases:\n{lines}      otherwise: served\n"
    )
    return text(numbers=numbers, extra=f"{HELLO}flows:\n{flow}{more}", **sections)


def case(when: str) -> str:
    return f"{{when: {{{when}}}, go: served}}"


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("caller: {in: customers}", "caller: {in: customers}"),
        ("caller: {in: customers}", "customer: {tier: vip}, caller: {in: customers}"),
        ("customer: {tier: [vip, gold]}", "customer: {tier: gold}"),
        ("hours: {open: day}", "hours: {open: day}"),
        ("collected: {order: {is: ['1', '2']}}", "collected: {order: {is: '2'}}"),
        ("collected: {order: {starts_with: '1'}}", "collected: {order: {is: '12', starts_with: '13'}}"),
    ],
)
def test_a_case_that_an_earlier_one_covers(tmp_path: Path, earlier: str, later: str) -> None:
    check_mistakes(tmp_path, with_cases(case(earlier), f"§{case(later)}"), NEVER)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("caller: {in: customers}", "caller: {in: do_not_call}"),
        ("caller: {in: customers}, customer: {tier: vip}", "caller: {in: customers}"),
        ("customer: {tier: vip}", "customer: {tier: [vip, gold]}"),
        ("customer: {tier: vip}", "caller: {in: customers}"),
        ("hours: {open: day}", "hours: {closed: day}"),
        ("collected: {order: {is: '2'}}", "collected: {order: {is: ['1', '2']}}"),
        ("collected: {order: {is: '12'}}", "collected: {order: {starts_with: '12'}}"),
        ("collected: {order: {starts_with: '12'}}", "collected: {order: {is: '12', starts_with: '1'}}"),
        ("collected: {order: {is: '1'}}", "collected: {tape: {is: '1'}}"),
    ],
)
def test_a_case_that_may_hold_after_another(tmp_path: Path, earlier: str, later: str) -> None:
    other = "  g:\n    ask: {say: hello, collect: tape, go: {flow: f}, otherwise: {flow: f}}\n"
    numbers = NUMBERS.replace("{queue: main}", "{queue: main, flow: g}")
    loaded(tmp_path, with_cases(case(earlier), case(later), numbers=numbers, more=other))


def test_a_case_that_can_never_hold(tmp_path: Path) -> None:
    odd = "{when: {hours: §{open: day, closed: day}}, go: served}"
    check_mistakes(tmp_path, with_cases(odd), "this can never hold: day are both open and closed")


CLOSED = "{when: {hours: {§closed: day}}, go: callback}"
HARDLY = "hardly ever holds: when day are closed, so is the business of every number that leads here"


def hardly(tmp_path: Path, content: str) -> bool:
    line = next(n for n, each in enumerate(content.splitlines(), 1) if "§" in each)
    column = content.splitlines()[line - 1].index("§") + 1
    return any(each.startswith(f"{line}:{column}: {HARDLY}") for each in warnings(tmp_path, content))


def test_hours_that_a_business_has_looked_at_before(tmp_path: Path) -> None:
    assert hardly(tmp_path, with_cases(CLOSED))


def test_hours_that_every_way_into_a_flow_has_passed(tmp_path: Path) -> None:
    numbers = NUMBERS.replace("flow: f}", "flow: g}")
    other = "  g:\n    a: {say: hello, go: {flow: f}}\n    b: {say: hello, go: a}\n"
    first = other.replace("go: {flow: f}", "keys: {'1': b, '2': {flow: f}}, otherwise: served")
    assert hardly(tmp_path, with_cases(CLOSED, numbers=numbers, more=first))


@pytest.mark.parametrize(
    "sections",
    [
        {"numbers": NUMBERS.replace(", business: shop", "")},
        {"numbers": NUMBERS.replace("{queue: main}", "{queue: main, flow: f}")},
        {"businesses": "businesses:\n  shop: {}"},
        {"businesses": "businesses:\n  shop: {hours: day, when_closed: {flow: f}}"},
        {"businesses": "businesses:\n  shop: {hours: day, when_closed: {say: closed, then: {flow: f}}}"},
        {
            "queues": "queues:\n  main: {needs: {orders: 1}, groups: [vip, back], "
            "waiting: {offers: {'1': {then: {flow: f}}}}}"
        },
        {
            "queues": "queues:\n  main: {needs: {orders: 1}, groups: [vip, back], "
            "waiting: {for_at_most: 1m}, on_timeout: {flow: f}}"
        },
    ],
)
def test_who_may_come_while_it_is_closed(tmp_path: Path, sections: dict[str, str]) -> None:
    assert not hardly(tmp_path, with_cases(CLOSED, **sections))


def test_a_flow_that_nobody_comes_into(tmp_path: Path) -> None:
    other = "  g:\n    ask: {say: hello, go: served}\n"
    numbers = NUMBERS.replace("flow: f}", "flow: g}")
    assert not hardly(tmp_path, with_cases(CLOSED, numbers=numbers, more=other))
