"""A pool: the agents who meet one requirement, the idle among them, and the calls that ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappush

from acd.core.requirement import Requirement
from acd.core.seat import Seat
from acd.core.strategies.base import IdleIndex
from acd.core.ticket import Entry, Ticket

SMALL = 32
"""Heaps shorter than this are not worth compacting."""


class Pool:
    """One requirement under one strategy (and of one queue, where that has an order of its own).

    `waiting` is a heap of the tickets that ask for it now; `stale` of its entries have gone and are
    dropped when they come to the top or when they are more than half. `watchers` are the waiting
    tickets that ask for it now or in the end. `logged_in` and `idle` count members. A pool that is
    not `lasting` is let go some time after nobody asks for it any more.
    """

    __slots__ = (
        "asked",
        "idle",
        "index",
        "lasting",
        "logged_in",
        "members",
        "requirement",
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
        self.waiting: list[Entry] = []
        self.stale = 0
        self.asked = 0
        self.watchers: dict[int, Ticket] = {}
        self.logged_in = 0
        self.idle = 0
        for seat in members:
            seat.pools.append(self)
            self.logged_in += seat.logged_in
            self.idle += seat.ready
            index.join(seat)

    @property
    def unused(self) -> bool:
        return not self.asked and not self.watchers

    def dissolve(self) -> None:
        """Its members are members no longer."""
        for seat in self.members:
            seat.pools.remove(self)
            self.index.part(seat)

    def push(self, entry: Entry) -> None:
        """A ticket begins to ask for it."""
        heappush(self.waiting, entry)
        self.asked += 1

    def forsake(self) -> None:
        """One of the waiting tickets has gone (it raised its generation before)."""
        self.asked -= 1
        self.stale += 1
        waiting = self.waiting
        if self.stale * 2 > len(waiting) >= SMALL:
            self.waiting = [entry for entry in waiting if entry[3] == entry[4].generation]
            heapify(self.waiting)
            self.stale = 0
