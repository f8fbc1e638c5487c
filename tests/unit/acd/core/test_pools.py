from __future__ import annotations

from acd.core.pools import SPARE
from acd.core.requirement import Requirement
from acd.core.routing import Needs, Strategy, WideningStep
from tests.unit.acd.core.room import Room, profile, queue

NEEDS: Needs = (("orders", 3),)
SKILLED = Requirement(needs=NEEDS)


def spare(n: int) -> Requirement:
    """A requirement of no queue."""
    return Requirement(needs=(("orders", 1), (f"x{n}", 1)))


def test_queues_that_ask_for_the_same_in_the_same_way_share_their_pool() -> None:
    widening = (WideningStep(after=20, needs=(("orders", 1),)),)
    room = Room(
        [profile("a")],
        queue("q1", needs=NEEDS, widen=widening),
        queue("q2", needs=NEEDS),
        queue("q3", needs=NEEDS, strategy=Strategy.RANDOM),
        queue("q4", needs=NEEDS, strategy=Strategy.FIXED_ORDER),
        queue("q5", needs=NEEDS, strategy=Strategy.FIXED_ORDER),
    )
    pools = room.matching._pools
    assert len(pools) == 5
    assert pools.find("q1", SKILLED) is pools.find("q2", SKILLED)
    assert pools.find("q4", SKILLED) is not pools.find("q5", SKILLED)


def test_a_pool_of_no_queue_is_kept_while_it_is_asked_for() -> None:
    room = Room([profile("a", {"orders": 5, "x1": 1}, "vip")], queue(needs=NEEDS))
    ticket, other = room.ticket(), room.ticket()
    room.asks(ticket, spare(1))
    room.asks(other, spare(1))
    room.matching.hold(other)
    assert room.comes("a") == ["c1"]
    again = room.ticket()
    room.asks(again, spare(1))
    assert room.idle("a") == "c3"
    assert len(room.matching._pools) == 2


def test_a_pool_made_while_agents_are_idle_knows_them() -> None:
    room = Room([profile(n, {"orders": 5, "x1": 1}) for n in "abc"], queue(needs=NEEDS))
    room.comes("c", "b", "a")
    room.matching.unready(room.agent("c"))
    assert room.asks(room.ticket(), spare(1)) == ["b"]
    assert room.idle("c") is None
    assert room.asks(room.ticket(), spare(1)) == ["a"]
    assert room.asks(room.ticket(), spare(1)) == ["c"]


def test_only_so_many_pools_that_nobody_asks_for_are_kept() -> None:
    room = Room([profile("a", {"orders": 5, "x0": 1, "x1": 1})], queue(needs=NEEDS))
    room.comes("a")
    room.matching.unready(room.agent("a"))
    for n in range(SPARE + 50):
        assert room.matching.idle("q", spare(n)) == 0
        assert room.matching.logged_in("q", spare(0)) == 1
    assert len(room.matching._pools) == SPARE + 1
    seat = room.matching._seats["a"]
    assert [pool.requirement for pool in seat.pools] == [SKILLED, spare(0)]
    assert len(seat.absent) == 1


def test_pools_that_name_an_agent_go_at_once() -> None:
    room = Room([profile("a"), profile("b")], queue(), queue("all", strategy=Strategy.RING_ALL))
    before = len(room.matching._pools)
    for name in ("q", "all"):
        ticket = room.ticket(name)
        room.asks(ticket, Requirement(agent="a"))
        assert len(room.matching._pools) == before + 1
        room.matching.hold(ticket)
        assert len(room.matching._pools) == before
    room.comes("a")
    assert room.asks(room.ticket("all"), Requirement(agent="a")) == ["a"]
    assert room.idle("a") is None
    assert room.asks(room.ticket(), Requirement(agent="a")) == ["a"]
    assert len(room.matching._pools) == before
    assert len(room.matching._seats["a"].absent) == 0


def test_members_are_those_of_the_file_who_meet_it_whatever_index_is_shortest() -> None:
    agents = [
        profile("a", {"orders": 3, "english": 1}, "vip"),
        profile("b", {"orders": 3}, "vip"),
        profile("c", {"orders": 3, "english": 1}),
        profile("d", {"orders": 2, "english": 1}, "vip"),
    ]
    matching = Room(agents, queue(needs=NEEDS)).matching

    def members(requirement: Requirement) -> list[str]:
        return [agent.id for agent in matching.members("q", [requirement])]

    both: Needs = (("english", 1), ("orders", 3))
    assert members(SKILLED) == ["a", "b", "c"]
    assert members(Requirement(needs=both)) == ["a", "c"]
    assert members(Requirement(needs=both, group="vip")) == ["a"]
    assert members(Requirement(group="vip")) == ["a", "b", "d"]
    assert members(Requirement()) == ["a", "b", "c", "d"]
    assert members(Requirement(agent="d")) == ["d"]
    assert members(Requirement(agent="d", needs=NEEDS)) == []
    assert members(Requirement(agent="nobody")) == []
