"""Ring all: everybody idle at once; who answers first has the call."""

from __future__ import annotations

from acd.core.seat import Seat
from acd.core.strategies.base import Eager, Key


class RingAll(Eager):
    """All idle agents; by (free since, place in the file) where an order is needed."""

    __slots__ = ("_seats",)

    def __init__(self) -> None:
        self._seats: dict[Seat, None] = {}

    def add(self, seat: Seat) -> None:
        self._seats[seat] = None

    def discard(self, seat: Seat) -> None:
        del self._seats[seat]

    def everyone(self) -> list[Seat]:
        """All who are ready, longest idle first."""
        return sorted(self._seats, key=lambda seat: (seat.free_since, seat.rank))

    def best(self) -> Seat | None:
        return min(self._seats, key=lambda seat: (seat.free_since, seat.rank), default=None)

    def standing(self, limit: int) -> list[tuple[str, Key]]:
        return [(seat.agent.id, (seat.free_since, seat.rank)) for seat in self.everyone()[:limit]]
