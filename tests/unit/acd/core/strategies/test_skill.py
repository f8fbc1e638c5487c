from __future__ import annotations

import pytest

from acd.core.requirement import Requirement
from acd.core.routing import Strategy
from tests.unit.acd.core.room import Room, profile, queue

AGENTS = [
    profile("a", {"orders": 4, "english": 9, "cooking": 10}, "vip"),
    profile("b", {"orders": 8, "english": 2}, "vip"),
    profile("c", {"orders": 9, "english": 4}, "vip"),
    profile("d", {"orders": 1, "english": 9}, "vip"),
]
NEEDS = (("english", 2), ("orders", 3))


@pytest.mark.parametrize(
    ("strategy", "order"), [(Strategy.MOST_SKILLED, "cab"), (Strategy.LEAST_SKILLED, "bca")]
)
def test_goes_by_the_sum_of_the_levels_that_are_asked_for(strategy: Strategy, order: str) -> None:
    room = Room(AGENTS, queue(needs=NEEDS, strategy=strategy))
    room.comes("c", "b", "a", "d")
    assert [room.arrives() for _ in range(4)] == [[name] for name in order] + [[]]


@pytest.mark.parametrize("strategy", [Strategy.MOST_SKILLED, Strategy.LEAST_SKILLED])
def test_equal_skill_goes_by_longest_idle(strategy: Strategy) -> None:
    room = Room(AGENTS, queue(needs=(("orders", 1),), strategy=strategy))
    room.comes("d", "b", "c", "a")
    vip = Requirement(group="vip")
    assert [room.asks(room.ticket(), vip) for _ in range(4)] == [["d"], ["b"], ["c"], ["a"]]


def test_the_key_says_the_sum() -> None:
    room = Room(AGENTS, queue(needs=NEEDS, strategy=Strategy.MOST_SKILLED))
    room.comes("a", "c")
    ticket = room.ticket()
    assert room.asks(ticket) == ["a"]
    [(name, key)] = room.matching.rivals(ticket).rows
    assert (name, key[0]) == ("c", -13)
