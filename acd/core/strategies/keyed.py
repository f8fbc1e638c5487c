"""Strategies that sort agents by a key: one heap that is put in order only where it is looked at.

An entry that is out of date (the agent has been away and back since) is refreshed when it comes to
the top. That is correct because an agent's key never becomes smaller: his old entry stands no lower
in the heap than his new one would.
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

    __slots__ = ("_heap",)

    def __init__(self) -> None:
        self._heap: list[Entry] = []

    @abstractmethod
    def entry(self, seat: Seat) -> Entry:
        """What the seat is sorted by now."""

    def add(self, seat: Seat) -> None:
        heappush(self._heap, self.entry(seat))

    def best(self) -> Seat | None:
        heap = self._heap
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

    def key(self, seat: Seat) -> Key:
        top = self._heap[0]
        return (top if top[-1] is seat else self.entry(seat))[:-2]

    def standing(self, limit: int) -> list[tuple[str, Key]]:
        rows = []
        for entry in self._heap:
            seat: Seat = entry[-1]
            if seat.ready:
                rows.append((seat.id, (entry if entry[-2] == seat.mark else self.entry(seat))[:-2]))
                if len(rows) == limit:
                    break
        return rows
