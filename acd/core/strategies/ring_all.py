"""Ring all: everybody idle at once; who answers first has the call."""

from __future__ import annotations

from acd.core.routing import Strategy
from acd.core.seat import Seat
from acd.core.strategies.base import IdleIndex, Key


class RingAll(IdleIndex):
    """All idle agents; by (free since, place in the file) where an order is needed."""

    __slots__ = ("_seats",)

    strategy = Strategy.RING_ALL

    def __init__(self) -> None:
        self._seats: list[Seat] = []

    def add(self, seat: Seat) -> None:
        self._seats.append(seat)

    def everyone(self) -> list[Seat]:
        """All who are ready, longest idle first."""
        for seat in self._seats:
            if not seat.ready:
                seat.absent.append(self)
        self._seats = [seat for seat in self._seats if seat.ready]
        self._seats.sort(key=self.key)
        return list(self._seats)

    def best(self) -> Seat | None:
        return next(iter(self.everyone()), None)

    def key(self, seat: Seat) -> Key:
        return (seat.free_since, seat.rank)

    def standing(self, limit: int) -> list[tuple[str, Key]]:
        return [(seat.id, self.key(seat)) for seat in self.everyone()[:limit]]
