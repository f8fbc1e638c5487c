from __future__ import annotations

from acd.core.promises import SMALL
from acd.core.requirement import Requirement
from acd.core.ticket import Ticket
from tests.unit.acd.core.room import Room, profile, queue

ANYONE = (Requirement(),)


def owed(room: Room, place: float, *, behind: bool = True) -> Ticket:
    return room.matching.promise_ticket(f"p{place}", "q", behind=behind, tier=0, place=place)


def test_those_who_have_left_the_line_do_not_pile_up() -> None:
    room = Room([profile("a")], queue())
    tickets = [owed(room, float(n)) for n in range(200)]
    for ticket in tickets:
        assert room.matching.promise(ticket, ANYONE, 0) is None
    [pool] = room.matching._seats["a"].pools
    for ticket in tickets[20:180]:
        room.matching.break_off(ticket)
    assert pool.promised is not None
    assert len(pool.promised[0].heap) < 2 * 40 + SMALL
    assert room.matching.promises.due == 40
    left = [*tickets[:20], *tickets[180:]]
    for ticket in left:
        room.matching.break_off(ticket)
    assert pool.promised is None


def test_the_first_in_line_goes_first() -> None:
    room = Room([profile("a")], queue())
    for place in (5.0, 3.0, 4.0):
        room.matching.promise(owed(room, place), ANYONE, 0)
    room.comes("a")
    taken = room.matching.promised_to(room.agent("a"))
    assert taken is not None
    assert (taken[0].call, taken[1].id) == ("p3.0", "a")
    assert room.matching.promised_to(room.agent("a")) is None


def test_paused_lines_give_nobody_to_anybody() -> None:
    room = Room([profile("a")], queue())
    room.comes("a")
    room.matching.promises.pause(paused=True)
    assert room.matching.promise(owed(room, 1.0), ANYONE, 0) is None
    assert room.matching.promised_to(room.agent("a")) is None
    room.matching.promises.pause(paused=False)
    assert room.matching.promised_to(room.agent("a")) is not None


def test_an_agent_who_is_not_needed_stands_idle_as_before() -> None:
    room = Room([profile("a")], queue())
    room.comes("a")
    assert room.matching.promise(owed(room, 1.0), ANYONE, 0) is room.agent("a")
    room.matching.not_used(room.agent("a"))
    assert room.arrives() == ["a"]


def test_a_pool_that_only_a_callback_asks_for_goes_with_it() -> None:
    room = Room([profile("a")], queue())
    before = len(room.matching._pools)
    ticket = owed(room, 1.0)
    room.matching.promise(ticket, (Requirement(agent="a"),), 0)
    assert len(room.matching._pools) == before + 1
    room.matching.break_off(ticket)
    assert len(room.matching._pools) == before


def test_of_two_lines_the_earlier_key_goes_first_where_its_reserve_allows_it() -> None:
    room = Room([profile("a"), profile("b")], queue())
    reserved, later = owed(room, 1.0), owed(room, 2.0)
    room.matching.promise(reserved, ANYONE, 1)
    room.matching.promise(later, ANYONE, 0)
    room.comes("a")
    taken = room.matching.promised_to(room.agent("a"))
    assert taken is not None
    assert taken[0] is later
    earlier = owed(room, 0.5)
    room.matching.promise(earlier, ANYONE, 0)
    room.comes("b")
    taken = room.matching.promised_to(room.agent("b"))
    assert taken is not None
    assert taken[0] is earlier


def test_the_lines_of_all_pools_are_looked_at() -> None:
    orders = (("orders", 1),)
    agents = [profile("a", {"orders": 5}), profile("b", {"orders": 5})]
    room = Room(agents, queue(), queue("orders", needs=orders), queue("two", needs=(("orders", 2),)))
    first, second = owed(room, 1.0), owed(room, 2.0)
    room.matching.promise(first, ANYONE, 1)
    room.matching.promise(second, (Requirement(needs=orders),), 1)
    room.comes("a")
    room.matching.unready(room.agent("a"))
    assert room.matching.ready(room.agent("a")) is None
    room.comes("b")
    taken = room.matching.promised_to(room.agent("b"))
    assert taken is not None
    assert taken[0] is first
