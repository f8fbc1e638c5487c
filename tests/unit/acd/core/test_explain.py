"""The story of a call stays readable when another version wrote it."""

from __future__ import annotations

from typing import Any

import pytest

from acd.core import codes
from acd.core.explain import one_line, tell, text_of


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ((0.0, "of_tomorrow", "1001", 7), "of_tomorrow 1001 7"),
        ((0.0, "of_tomorrow"), "of_tomorrow"),
        ((0.0, codes.ANSWERED, "1001"), "answered 1001"),
        ((0.0, codes.ANSWERED, "1001", 2.0, "more"), "answered 1001 2.0 more"),
        ((0.0, codes.ANSWERED, "1001", None), "answered 1001 None"),
        ((0.0, codes.CHOSEN, "1001", "longest_idle", 5.0, [["1002"]], 0), None),
        ((0.0, codes.ANSWERED, "1001", 2.0), "1001 answered after a wait of 2 s"),
    ],
)
def test_what_is_not_known_is_shown_as_it_is(reason: tuple[Any, ...], text: str | None) -> None:
    assert text_of(reason) == (text or " ".join(map(str, reason[1:])))


def test_one_strange_step_spoils_no_story() -> None:
    trace = [(10.0, codes.NOBODY, "orders"), (11.0, codes.ENDED), (12.5, "of_tomorrow", 1)]
    assert [(line.offset, line.text) for line in tell(trace)] == [
        (0.0, "nobody is logged in who could ever serve it in queue orders"),
        (1.0, "ended"),
        (2.5, "of_tomorrow 1"),
    ]
    assert one_line(trace) == "nobody is logged in who could ever serve it in queue orders; ended"


@pytest.mark.parametrize(
    ("strategy", "key", "words"),
    [
        ("longest_idle", (87.0, 3), "idle for 13 s"),
        ("most_skilled", (-12, 87.0, 3), "levels of 12 in sum, idle for 13 s"),
        ("fewest_calls", (1, 4, 99.5, 0), "4 calls today, idle for 0.5 s"),
        ("least_talk_time", (1, 125.0, 87.0, 0), "2 min 5 s of talk today, idle for 13 s"),
        ("round_robin", (0, 1), "not offered yet"),
        ("round_robin", (7, 1), "turn 7"),
        ("fixed_order", (1,), "place 2"),
        ("weighted_random", (3,), "weight 3"),
        ("random", (), ""),
    ],
)
def test_a_key_in_words(strategy: str, key: tuple[float, ...], words: str) -> None:
    reason = (100.0, codes.CHOSEN, "1001", strategy, key, (("1002", key),), 2)
    shown = f" ({words})" if words else ""
    assert text_of(reason) == (f"1001 is chosen by {strategy}{shown}; also idle: 1002{shown} and 2 more")
