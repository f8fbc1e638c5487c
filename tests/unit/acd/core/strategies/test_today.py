from __future__ import annotations

import pytest

from acd.core.routing import Strategy
from tests.unit.acd.core.room import Room, profile, queue

TODAY = {"a": (3, 60.0), "b": (1, 300.0), "c": (2, 10.0), "d": (1, 300.0)}


def at_work(strategy: Strategy) -> Room:
    """Agents with the counters of TODAY, d idle for longer than b."""
    room = Room([profile(name) for name in "abcd"], queue(strategy=strategy))
    for name in "dabc":
        room.agent(name).calls_today, room.agent(name).talk_today = TODAY[name]
        room.comes(name)
    return room


@pytest.mark.parametrize(
    ("strategy", "order"), [(Strategy.FEWEST_CALLS, "dbca"), (Strategy.LEAST_TALK_TIME, "cadb")]
)
def test_goes_by_the_day_so_far_then_by_longest_idle(strategy: Strategy, order: str) -> None:
    room = at_work(strategy)
    assert [room.arrives() for _ in range(4)] == [[name] for name in order]


@pytest.mark.parametrize("strategy", [Strategy.FEWEST_CALLS, Strategy.LEAST_TALK_TIME])
def test_at_midnight_all_are_equal_again_idle_or_not(strategy: Strategy) -> None:
    room = at_work(strategy)
    first = room.arrives()[0]
    room.matching.new_day()
    room.agent(first).calls_today, room.agent(first).talk_today = 1, 5.0
    room.idle(first)
    rest = [name for name in "dabc" if name != first]
    assert [room.arrives() for _ in range(4)] == [[name] for name in (*rest, first)]


@pytest.mark.parametrize("strategy", [Strategy.FEWEST_CALLS, Strategy.LEAST_TALK_TIME])
def test_what_an_agent_did_meanwhile_counts_when_he_is_back(strategy: Strategy) -> None:
    room = Room([profile(name) for name in "abc"], queue(strategy=strategy))
    room.comes("a", "b", "c")
    assert room.arrives() == ["a"]
    room.agent("a").calls_today, room.agent("a").talk_today = 1, 5.0
    room.idle("a")
    assert [room.arrives() for _ in range(3)] == [["b"], ["c"], ["a"]]
