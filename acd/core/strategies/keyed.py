"""Strategies that sort agents by a key: one heap that is put in order only where it is looked at.

A pool's heap has at most one entry for each member, so it never outgrows the pool. An agent who
stops being ready leaves his entries where they are, and becoming ready again costs nothing in those
pools that still hold one: whoever looks for the best agent drops the entries of those who aren't
ready and refreshes those that are out of date, as they come to the top. That is correct because an
agent's key never becomes smaller: his old entry stands no lower in the heap than his new one would.
"""

from __future__ import annotations

from abc import abstractmethod
from heapq import heappop, heappush, heapreplace
from typing import Any, TypeAlias

from acd.core.seat import Seat
from acd.core.strategies.base import IdleIndex, Key

Entry: TypeAlias = tuple[Any, ...]
"""(numbers to sort by, unique for the seat ..., the seat's mark, the seat)."""


class Keyed(IdleIndex):
    """Idle agents in the order of `entry`, which must never become smaller for a seat."""

    __slots__ = ("heap",)

    def __init__(self) -> None:
        self.heap: list[Entry] = []

    @abstractmethod
    def entry(self, seat: Seat) -> Entry:
        """What the seat is sorted by now."""

    def join(self, seat: Seat) -> None:
        if seat.ready:
            self.add(seat)
        else:
            seat.absent.append(self)

    def part(self, seat: Seat) -> None:
        if self in seat.absent:
            seat.absent.remove(self)

    def add(self, seat: Seat) -> None:
        """A member who has no entry here became ready."""
        heappush(self.heap, self.entry(seat))

    def discard(self, seat: Seat) -> None:
        """Nothing: his entry is dropped when it comes to the top."""

    def best(self) -> Seat | None:
        heap = self.heap
        while heap:
            top = heap[0]
            seat: Seat = top[-1]
            if not seat.ready:
                heappop(heap)
                seat.absent.append(self)
            elif top[-2] != seat.mark:
                heapreplace(heap, self.entry(seat))
            else:
                return seat
        return None

    def standing(self, limit: int) -> list[tuple[str, Key]]:
        rows = []
        for entry in self.heap:
            seat: Seat = entry[-1]
            if seat.ready:
                now = entry if entry[-2] == seat.mark else self.entry(seat)
                rows.append((seat.agent.id, now[:-2]))
                if len(rows) == limit:
                    break
        return rows
