from __future__ import annotations

from acd.core.routing import Strategy
from tests.unit.acd.core.room import Room, profile, queue


def test_everybody_idle_is_rung_the_longest_idle_first() -> None:
    room = Room([profile(name) for name in "abcd"], queue(strategy=Strategy.RING_ALL))
    room.comes("d", "a", "c", "b")
    room.matching.unready(room.agent("a"))
    assert room.arrives() == ["d", "c", "b"]
    assert room.arrives() == []


def test_who_becomes_idle_again_is_rung_again() -> None:
    room = Room([profile(name) for name in "abc"], queue(strategy=Strategy.RING_ALL))
    room.comes("a", "b", "c")
    assert room.arrives() == ["a", "b", "c"]
    room.idle("c")
    room.idle("a")
    assert room.arrives() == ["c", "a"]


def test_the_index_by_itself() -> None:
    room = Room([profile(name) for name in "ab"], queue(strategy=Strategy.RING_ALL))
    [pool] = room.matching._seats["a"].pools
    assert pool.index.best() is None
    room.comes("b", "a")
    best = pool.index.best()
    assert best is not None
    assert best.id == "b"
    assert [name for name, _ in pool.index.standing(limit=1)] == ["b"]
