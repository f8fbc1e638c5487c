"""Queues: somebody can serve them, widening widens, waiting ends, overflow leads somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.files import check_mistakes, loaded, text, warnings


def queues(*lines: str) -> str:
    """The base file with these queues, and main, which is all right."""
    main = "main: {needs: {orders: 1}, groups: [vip, back]}"
    return text(queues="queues:\n" + "\n".join(f"  {line}" for line in (main, *lines)))


@pytest.mark.parametrize(
    ("queue", "message"),
    [
        # nobody
        (
            "§q: {needs: {orders: 9}}",
            "nobody could ever serve the queue 'q': no agent meets {orders: 9}, expected at",
        ),
        (
            "§q: {needs: {english: 10}, widen: [{after: 20s, needs: {english: 9}}]}",
            "nobody could ever serve the queue 'q': no agent meets {english: 10}, also",
        ),
        # widening
        (
            "q: {needs: {orders: 2}, widen: [{after: 20s, needs: {orders: §3}}]}",
            "this step narrows: orders is asked for at 3, before it only 2, expected a lower level",
        ),
        (
            "q: {needs: {orders: 2}, widen: [{after: 20s, needs: {orders: 1, english: §1}}]}",
            "this step narrows: english is asked for at 1, before it not at all",
        ),
        (
            "q: {needs: {orders: 2}, widen: [{after: 20s, needs: §{orders: 2}}]}",
            "this step changes nothing: the needs are {orders: 2} already, expected lower levels",
        ),
        (
            "q: {needs: {orders: 5}, widen: [{after: 20s, needs: {orders: 2}}, "
            "{after: 30s, needs: {orders: §3}}]}",
            "this step narrows: orders is asked for at 3, before it only 2",
        ),
        (
            "q: {needs: {orders: 2}, widen: [§{after: 20s}]}",
            "this step changes nothing, expected needs or groups",
        ),
        (
            "q: {needs: {orders: 2}, groups: [vip], widen: [{after: 20s, groups: [back, §vip]}]}",
            "the group 'vip' may serve already, expected another one",
        ),
        (
            "q: {needs: {orders: 2}, widen: [{after: 20s, groups: [back, §back]}]}",
            "the group 'back' may serve already",
        ),
        (
            "q: {widen: [§{after: 20s, groups: [vip]}]}",
            "this step changes nothing: anyone may serve already, leave it out",
        ),
        (
            "q: {needs: {orders: 5}, widen: [{after: 9s, needs: anyone}, §{after: 30s, groups: [vip]}]}",
            "this step changes nothing: anyone may serve already",
        ),
        (
            "q: {needs: {orders: 5}, widen: [{after: 20s, needs: {orders: 2}}, "
            "{after: §20s, groups: [back]}]}",
            "this step comes at 20s, not after the one before (20s), expected steps in",
        ),
        (
            "q: {needs: {orders: 5}, waiting: {for_at_most: 1m}, widen: [{after: §1m, needs: anyone}]}",
            "this step comes at 1m, when nobody waits any more (waiting.for_at_most is 1m)",
        ),
        # order, groups, wrap-up
        (
            "q: {strategy: longest_idle, §order: ['1']}",
            "order has no effect with the strategy longest_idle, expected fixed_order or round_robin",
        ),
        ("q: {strategy: fixed_order, order: ['1', '2', §'1']}", "'1' is given twice"),
        ("q: {needs: {orders: 2}, groups: [vip, §vip]}", "'vip' is given twice"),
        (
            "q: {needs: anyone, §groups: [vip]}",
            "groups has no effect: anyone may serve this queue, leave out either needs or groups",
        ),
        (
            "q: {wrap_up: {§extend: 30s}}",
            "there is no wrap-up time that could be extended, expected wrap_up.for",
        ),
        # overflow
        ("q: {on_nobody: {queue: §q}}", "the queue 'q' overflows into itself, expected another queue"),
        ("q: {on_full: {say: goodbye, then: {queue: §q}}}", "the queue 'q' overflows into itself"),
    ],
)
def test_what_cannot_be(tmp_path: Path, queue: str, message: str) -> None:
    check_mistakes(tmp_path, queues(queue), message)


def test_overflow_that_goes_in_a_circle(tmp_path: Path) -> None:
    content = queues(
        "a: {waiting: {for_at_most: 1m}, on_timeout: {queue: b}, on_nobody: {queue: main}}",
        "b: {on_nobody: {queue: c}}",
        "c: {on_nobody: {queue: §a}}",
        "d: {on_nobody: {queue: a}}",
    )
    check_mistakes(tmp_path, content, "overflow goes in a circle: a -> b -> c -> a, expected an end")


def test_overflow_of_many_queues_in_a_row_is_no_circle(tmp_path: Path) -> None:
    lines = [f"q{n}: {{on_nobody: {{queue: q{n + 1}}}}}" for n in range(1500)]
    loaded(tmp_path, queues(*lines, "q1500: {}"))


def test_an_overflow_to_a_queue_with_mistakes_is_not_followed(tmp_path: Path) -> None:
    content = queues("q: {on_nobody: {queue: r}}", "r: {groups: §5, on_nobody: {queue: q}}")
    check_mistakes(tmp_path, content, "5 does not fit")


def test_an_empty_group_alone_serves_nobody(tmp_path: Path) -> None:
    content = queues("§q: {groups: [empty]}").replace("[vip, back]\n", "[vip, back, empty]\n", 1)
    check_mistakes(tmp_path, content, "nobody could ever serve the queue 'q': no agent is in empty")


def test_without_agents_nobody_serves_anything(tmp_path: Path) -> None:
    content = text(agents="").replace("queues:", "§queues:")
    check_mistakes(tmp_path, content, "there are no agents, expected somebody who serves the queues")


def test_numbers_without_a_default(tmp_path: Path) -> None:
    content = text(numbers='§numbers:\n  "100": {queue: main, business: shop}')
    check_mistakes(
        tmp_path, content, "numbers has no 'default', expected a queue for all other numbers, such as"
    )


def test_agents_with_mistakes_leave_open_who_could_serve(tmp_path: Path) -> None:
    content = queues("q: {needs: {english: 5}}").replace("grade: senior", "grade: §senoir")
    check_mistakes(tmp_path, content, "unknown grade 'senoir'")


def test_a_queue_of_groups_may_widen_to_skills(tmp_path: Path) -> None:
    content = queues("q: {groups: [vip], widen: [{after: 20s, needs: {orders: 2}}]}")
    step = loaded(tmp_path, content).routing.queues["q"].widen[0]
    assert step.needs == (("orders", 2),)


@pytest.mark.parametrize(
    ("queue", "warning"),
    [
        ("q: {§on_timeout: goodbye}", "on_timeout never happens: the queue has no waiting.for_at_most"),
        ("q: {§on_full: goodbye}", "on_full never happens: the queue has no waiting.at_most"),
        (
            "§q: {needs: {english: 9}, widen: [{after: 20s, needs: {english: 8}}]}",
            "nobody could serve the queue 'q' before its first widening steps",
        ),
        (
            "q: {needs: {orders: 2}, widen: [§{after: 20s, needs: {orders: 1}}]}",
            "this step lets nobody in who may not serve already",
        ),
        (
            "q: {needs: {orders: 5}, strategy: round_robin, order: ['1', §'2']}",
            "agent 2 could never serve this queue",
        ),
    ],
)
def test_what_is_odd(tmp_path: Path, queue: str, warning: str) -> None:
    content = queues(queue).replace("default: {queue: main}", "default: {queue: q}")
    line = next(n for n, each in enumerate(content.splitlines(), 1) if "§" in each)
    column = content.splitlines()[line - 1].index("§") + 1
    assert warnings(tmp_path, content) == [f"{line}:{column}: {warning}"]
