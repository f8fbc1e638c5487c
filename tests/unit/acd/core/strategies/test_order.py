from __future__ import annotations

from acd.core.requirement import Requirement
from acd.core.routing import Strategy
from tests.unit.acd.core.room import Room, profile, queue, routing

AGENTS = [profile(name, groups="vip") for name in "abcd"]
ROUND = Strategy.ROUND_ROBIN


def test_fixed_order_is_the_queues_then_the_files() -> None:
    fixed = queue(strategy=Strategy.FIXED_ORDER, order=("c", "gone", "a"))
    room = Room(AGENTS, fixed)
    room.comes("d", "b", "a", "c")
    assert [room.arrives() for _ in range(4)] == [["c"], ["a"], ["b"], ["d"]]
    for name in "bac":
        room.idle(name)
    assert room.arrives() == ["c"]


def test_round_robin_begins_in_the_order_of_the_file_and_goes_round() -> None:
    room = Room(AGENTS, queue(strategy=ROUND))
    room.comes("d", "c", "b", "a")
    assert [room.arrives() for _ in range(4)] == [["a"], ["b"], ["c"], ["d"]]
    for name in "dbca":
        room.idle(name)
    assert [room.arrives() for _ in range(2)] == [["a"], ["b"]]
    room.idle("b")
    room.idle("a")
    assert [room.arrives() for _ in range(4)] == [["c"], ["d"], ["a"], ["b"]]


def test_round_robin_begins_in_the_queues_order_where_it_has_one() -> None:
    room = Room(AGENTS, queue(strategy=ROUND, order=("d", "b")))
    room.comes("a", "b", "c", "d")
    assert [room.arrives() for _ in range(4)] == [["d"], ["b"], ["a"], ["c"]]


def test_it_is_his_turn_in_each_queue_by_itself_and_in_all_that_a_queue_asks_for() -> None:
    room = Room(AGENTS, queue("q1", strategy=ROUND), queue("q2", strategy=ROUND))
    room.comes("a", "b", "c", "d")
    assert room.asks(room.ticket("q1"), Requirement(group="vip")) == ["a"]
    room.idle("a")
    assert room.arrives("q2") == ["a"]
    room.idle("a")
    assert room.arrives("q1") == ["b"]


def test_taking_a_waiting_call_is_a_turn_too() -> None:
    room = Room(AGENTS, queue(strategy=ROUND))
    room.arrives()
    assert room.comes("a", "b") == ["c1", None]
    room.idle("a")
    assert [room.arrives(), room.arrives()] == [["b"], ["a"]]


def test_turns_outlive_a_new_configuration() -> None:
    room = Room(AGENTS, queue(strategy=ROUND))
    room.comes("a", "b", "c")
    assert [room.arrives(), room.arrives()] == [["a"], ["b"]]
    room.idle("a")
    new = routing([AGENTS[0], AGENTS[2], AGENTS[3]], queue(strategy=ROUND))
    room.roster.replace(new.agents)
    room.matching.configure(new)
    assert [room.arrives(), room.arrives()] == [["c"], ["a"]]
    assert room.matching._rotations["q"].turn("b") == 0
    plain = routing(AGENTS, queue())
    room.roster.replace(plain.agents)
    room.matching.configure(plain)
    assert room.matching._rotations == {}
