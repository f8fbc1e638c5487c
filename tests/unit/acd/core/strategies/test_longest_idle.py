from __future__ import annotations

from agents.inputs import Release
from tests.unit.acd.core.room import Room, profile, queue


def test_who_has_been_free_for_longest_is_rung_first() -> None:
    room = Room([profile(name) for name in "abc"], queue())
    room.comes("b", "c", "a")
    assert [room.arrives() for _ in range(3)] == [["b"], ["c"], ["a"]]
    for name in "cab":
        room.idle(name)
    assert [room.arrives() for _ in range(3)] == [["c"], ["a"], ["b"]]


def test_agents_free_since_the_same_instant_go_by_the_file() -> None:
    room = Room([profile(name) for name in "abc"], queue())
    room.comes("c", "b", "a")
    for name in "cba":
        agent = room.agent(name)
        room.matching.unready(agent)
        agent.status = agent.status._replace(free_since=99.0)
        room.matching.ready(agent)
    assert [room.arrives() for _ in range(3)] == [["a"], ["b"], ["c"]]


def test_whose_offer_was_withdrawn_keeps_his_place() -> None:
    room = Room([profile(name) for name in "abc"], queue())
    room.comes("a", "b", "c")
    assert room.arrives() == ["a"]
    room.agent("a").apply(Release(), room.now + 10)
    assert room.matching.ready(room.agent("a")) is None
    assert room.arrives() == ["a"]


def test_nobody_is_best_where_nobody_is_ready() -> None:
    room = Room([profile("a")], queue())
    [pool] = room.matching._seats["a"].pools
    assert pool.index.best() is None
    room.comes("a")
    room.matching.unready(room.agent("a"))
    assert pool.index.best() is None
    assert room.idle("a") is None
    assert room.arrives() == ["a"]
