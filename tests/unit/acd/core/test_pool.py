from __future__ import annotations

from acd.core.pool import SMALL
from tests.unit.acd.core.room import Room, profile, queue


def test_entries_of_calls_that_have_gone_do_not_pile_up() -> None:
    room = Room([profile("a")], queue())
    room.arrives()
    [pool] = room.matching._seats["a"].pools
    for _ in range(1000):
        ticket = room.ticket()
        room.asks(ticket)
        room.matching.hold(ticket)
        assert len(pool.waiting) <= SMALL
    assert pool.asked == 1
    assert room.comes("a") == ["c1"]


def test_compacting_keeps_the_order_of_those_who_wait() -> None:
    room = Room([profile("a")], queue())
    tickets = [room.ticket(head_start=float(n * 7 % 90)) for n in range(90)]
    for ticket in tickets:
        room.asks(ticket)
    [pool] = room.matching._seats["a"].pools
    in_order = sorted(tickets, key=lambda ticket: ticket.key)
    for ticket in in_order[10:70]:
        room.matching.hold(ticket)
    assert len(pool.waiting) < 60
    left = in_order[:10] + in_order[70:]
    served = [room.comes("a")[0], *(room.idle("a") for _ in left[1:])]
    assert served == [ticket.call for ticket in left]
    assert pool.head is None
    assert pool.stale == 0
