"""A mistake in one step of a flow hides none of the others, and makes none up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.checks.test_flows import with_flows
from tests.unit.config.files import check_mistakes, problems


def test_an_unreadable_flow_hides_the_others_no_mistakes(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        with_flows(
            "  f:\n    a: {say: hello, go: {flow: g}}\n    b: {say: hello, go: nowhere}\n"
            "  g:\n    a: {say: 5, go: served}"
        ),
    )
    assert [problem.message[:18] for problem in found] == [
        "the step 'b' is ne",
        "unknown step 'nowh",
        "5 is not text, exp",
    ]


@pytest.mark.parametrize(
    ("flows", "messages"),
    [
        pytest.param(
            "  f:\n    m: {say: §wellcome, keys: {'1': {queue: §ordrs}}, otherwise: §hangup}\n"
            "    §x: {say: hello, go: {dial: §'138'}}",
            [
                "unknown prompt 'wellcome'",
                "unknown queue 'ordrs'",
                "unknown step 'hangup'",
                "the step 'x' is never reached",
                "no trunk dials out",
            ],
            id="a name hides nothing",
        ),
        pytest.param(
            "  f:\n    a: {say: §helo, go: b}\n"
            "    b: {say: hello, keys: {'1': served}, otherwise: §a}\n"
            "    §c: {say: hello, go: {flow: §g}}",
            [
                "unknown prompt 'helo'",
                "a caller who does nothing goes in a circle: a -> b -> a",
                "the step 'c' is never reached",
                "unknown flow 'g'",
            ],
            id="nor a circle",
        ),
        pytest.param(
            "  f:\n    a: {say: hello, go: §secnd}\n    second: {say: §helo, go: served}\n"
            "    §third: {say: hello, go: served}",
            [
                "unknown step 'secnd'",
                "unknown prompt 'helo'",
                "the step 'third' is never reached",
            ],
            id="what a misspelled step may have meant is reached",
        ),
        pytest.param(
            "  f:\n    a: {say: [hello, §5], go: second}\n"
            "    second: {say: hello, keys: {'1': fourth, '2': §nowhere}, otherwise: served}\n"
            "    §third: {say: hello, go: third}\n    fourth: §[a, {x: third}, served]",
            [
                "5 is not text",
                "unknown step 'nowhere'",
                "no way leads out of the step 'third'",
                "a list does not fit, expected a mapping",
            ],
            id="nor does a step that cannot be read, whatever it names",
        ),
    ],
)
def test_all_mistakes_are_told_at_once(tmp_path: Path, flows: str, messages: list[str]) -> None:
    check_mistakes(tmp_path, with_flows(flows), *messages)


def test_in_a_flow_with_too_many_unread_words_nothing_is_called_unreached(tmp_path: Path) -> None:
    lines = "".join(f"    s{number}: {{say: 5, go: x{number}}}\n" for number in range(300))
    found = problems(tmp_path, with_flows(f"  f:\n{lines}    last: {{say: hello, go: served}}"))
    assert len(found) == 300


def test_what_an_unknown_flow_leads_to_may_be_a_queue(tmp_path: Path) -> None:
    numbers = 'numbers:\n  "100": {flow: f, business: shop}\n  default: {queue: main}'
    whole = with_flows("  f:\n    a: {say: hello, go: {flow: §g}}", numbers=numbers)
    check_mistakes(tmp_path, whole, "unknown flow 'g'")
