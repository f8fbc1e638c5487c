"""A pool: the agents who meet one requirement, the idle among them, and the calls that ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from acd.core.promises import Line
from acd.core.requirement import Requirement
from acd.core.seat import Seat
from acd.core.strategies.base import IdleIndex
from acd.core.ticket import Entry, Ticket

SMALL = 32
"""Heaps shorter than this are not worth compacting."""


class Pool:
    """One requirement under one strategy (and of one queue, where that has an order of its own).

    `head` is the first of the tickets that ask for it now, and stands at the top of `waiting`, a heap
    of them; `stale` of its entries are of tickets that have gone, and are dropped when they come to
    the top or when they are more than half. `watchers` are the waiting
    tickets that ask for it now or in the end. `logged_in`, `serving` (those not paused) and `idle` count
    members. A pool that is not `lasting` is let go some time after nobody asks for it any more.
    `promised` are its lines of callbacks, by their reserve (see acd.core.promises).
    """

    __slots__ = (
        "asked",
        "head",
        "idle",
        "index",
        "lasting",
        "logged_in",
        "members",
        "promised",
        "requirement",
        "serving",
        "stale",
        "waiting",
        "watchers",
    )

    def __init__(
        self, requirement: Requirement, members: Sequence[Seat], index: IdleIndex, *, lasting: bool
    ) -> None:
        self.requirement = requirement
        self.members = members
        self.index = index
        self.lasting = lasting
        self.clear()
        self.asked = 0
        self.watchers: dict[int, Ticket] = {}
        self.promised: dict[int, Line] | None = None
        self.logged_in = 0
        self.serving = 0
        self.idle = 0
        for seat in members:
            seat.pools.append(self)
            self.logged_in += seat.logged_in
            self.serving += seat.serving
            self.idle += seat.ready
            index.join(seat)

    @property
    def unused(self) -> bool:
        return not self.asked and not self.watchers and self.promised is None

    def line(self, reserve: int) -> Line:
        """The line of callbacks for which more than `reserve` agents must be idle."""
        if self.promised is None:
            self.promised = {}
        line = self.promised.get(reserve)
        if line is None:
            line = self.promised[reserve] = Line()
        return line

    def drop_empty(self, reserve: int) -> None:
        """Nobody may be left in a line of callbacks."""
        if self.promised is not None and self.promised[reserve].head is None:
            del self.promised[reserve]
            self.promised = self.promised or None

    def dissolve(self) -> None:
        """Its members are members no longer."""
        for seat in self.members:
            seat.pools.remove(self)
            self.index.part(seat)

    def clear(self) -> None:
        """Nobody asks for it, so left-over entries may go."""
        self.head: Entry | None = None
        self.waiting: list[Entry] = []
        self.stale = 0

    def push(self, entry: Entry) -> None:
        """A ticket begins to ask for it."""
        heappush(self.waiting, entry)
        self.head = self.waiting[0]
        self.asked += 1

    def forsake(self) -> None:
        """One of the waiting tickets has gone (it raised its generation before)."""
        self.asked -= 1
        self.stale += 1
        waiting = self.waiting
        while waiting and waiting[0][3] != waiting[0][4].generation:
            heappop(waiting)
            self.stale -= 1
        self.head = waiting[0] if waiting else None
        if self.stale * 2 > len(waiting) >= SMALL:
            self.waiting = [entry for entry in waiting if entry[3] == entry[4].generation]
            heapify(self.waiting)
            self.stale = 0
