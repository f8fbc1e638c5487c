"""Callbacks that are due, in line for agents, beside the waiting calls.

They stand in heaps of their own, so that the calls' are as short as without them and are asked as
before. An agent who becomes idle takes the first waiting call, as ever; only then, or where a callback
that kept its place has an earlier key, the callbacks of his pools are looked at. A line is of one pool
and one reserve: of those who meet the pool's requirement more than so many must be idle before one of
them is used for a callback.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Final

from acd.core.ticket import Entry, Ticket

if TYPE_CHECKING:
    from acd.core.pool import Pool
    from acd.core.seat import Seat

SMALL: Final = 32
"""Heaps shorter than this are not worth compacting."""

BEHIND: Final = 100
"""What the key of a callback behind all waiting calls begins with: above minus the lowest tier."""


class Line:
    """The callbacks of one pool and one reserve: a heap; who has left is dropped when he comes to its
    top, or when the gone are more than half."""

    __slots__ = ("gone", "head", "heap")

    def __init__(self) -> None:
        self.heap: list[Entry] = []
        self.head: Entry | None = None
        self.gone = 0

    def push(self, entry: Entry) -> None:
        """A callback takes its place."""
        heappush(self.heap, entry)
        self.head = self.heap[0]

    def settle(self) -> None:
        """Many were put in, in any order."""
        heapify(self.heap)
        self.head = self.heap[0]

    def forsake(self) -> None:
        """One of them has gone (it raised its generation before)."""
        self.gone += 1
        heap = self.heap
        while heap and heap[0][3] != heap[0][4].generation:
            heappop(heap)
            self.gone -= 1
        if self.gone * 2 > len(heap) >= SMALL:
            heap = self.heap = [entry for entry in heap if entry[3] == entry[4].generation]
            heapify(heap)
            self.gone = 0
        self.head = heap[0] if heap else None


class Promises:
    """All lines. `due` is how many callbacks stand in them, `active` how many of those may be carried
    out: all, or none while the lines are paused."""

    __slots__ = ("_standing", "active", "due", "paused")

    def __init__(self) -> None:
        self.due = 0
        self.active = 0
        self.paused = False
        self._standing: dict[int, tuple[Ticket, tuple[Pool, ...], int]] = {}

    def stand(self, ticket: Ticket, pools: tuple[Pool, ...], reserve: int) -> None:
        """A callback for which nobody may be used now waits in these pools."""
        tier, start, number = ticket.key
        entry: Entry = (tier, start, number, ticket.generation, ticket)
        for pool in pools:
            pool.line(reserve).push(entry)
        self._standing[number] = ticket, pools, reserve
        self._count(1)

    def leave(self, ticket: Ticket) -> tuple[Pool, ...]:
        """It stands in no line any more; the pools in which it stood. Fine if it stood in none."""
        found = self._standing.pop(ticket.key[2], None)
        if found is None:
            return ()
        _, pools, reserve = found
        ticket.generation += 1
        for pool in pools:
            pool.line(reserve).forsake()
            pool.drop_empty(reserve)
        self._count(-1)
        return pools

    def pause(self, *, paused: bool) -> None:
        """Nobody is to be called now, whoever is idle; or again."""
        self.paused = paused
        self._count(0)

    def _count(self, more: int) -> None:
        self.due += more
        self.active = 0 if self.paused else self.due

    def first(self, seat: Seat, idle: int) -> tuple[Entry, Pool, int] | None:
        """The first of those for which an agent may be used, with the pool through which and its
        reserve. `idle`: 1 where he does not count as idle in his pools yet."""
        best: tuple[Entry, Pool, int] | None = None
        for pool in seat.pools:
            if pool.promised is None:
                continue
            for reserve, line in pool.promised.items():
                head = line.head
                if head is None or pool.idle + idle <= reserve:
                    continue
                if best is None or head < best[0]:
                    best = head, pool, reserve
        return best

    def stands(self, ticket: Ticket | None) -> bool:
        """Whether the callback of this ticket stands in line."""
        return ticket is not None and ticket.key[2] in self._standing

    def carry(self, successor: Callable[[str, Pool], Pool | None]) -> None:
        """The pools are made anew: who asks for the same as before, and for whom nobody may be used now,
        stands in their successors. Everybody else is to take his place again, in his turn.

        `successor` tells by queue what has come in place of a pool; None: it asks for something else.
        """
        before, self._standing = self._standing, {}
        lines: set[Line] = set()
        for number, (ticket, pools, reserve) in before.items():
            after = tuple([successor(ticket.queue, pool) for pool in pools])
            kept = tuple([pool for pool in after if pool is not None and pool.idle <= reserve])
            if len(kept) < len(pools):
                ticket.generation += 1
                continue
            tier, start, _ = ticket.key
            entry: Entry = (tier, start, number, ticket.generation, ticket)
            for pool in kept:
                line = pool.line(reserve)
                line.heap.append(entry)
                lines.add(line)
            self._standing[number] = ticket, kept, reserve
        for line in lines:
            line.settle()
        self._count(len(self._standing) - self.due)
