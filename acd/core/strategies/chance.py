"""Random and weighted random: drawn at the decision, among those who are idle then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.core.seat import Seat
from acd.core.strategies.base import Eager, Key

if TYPE_CHECKING:
    from random import Random


class Bag:
    """A bag of seats from which any can be taken in O(1): the last one fills the gap."""

    __slots__ = ("_place", "seats")

    def __init__(self) -> None:
        self.seats: list[Seat] = []
        self._place: dict[Seat, int] = {}

    def add(self, seat: Seat) -> None:
        self._place[seat] = len(self.seats)
        self.seats.append(seat)

    def discard(self, seat: Seat) -> None:
        place = self._place.pop(seat)
        last = self.seats.pop()
        if last is not seat:
            self.seats[place] = last
            self._place[last] = place


class Uniform(Eager):
    """Everybody idle is equally likely."""

    __slots__ = ("_bag", "_random")

    def __init__(self, random: Random) -> None:
        self._random = random
        self._bag = Bag()

    def add(self, seat: Seat) -> None:
        self._bag.add(seat)

    def discard(self, seat: Seat) -> None:
        self._bag.discard(seat)

    def best(self) -> Seat | None:
        seats = self._bag.seats
        return seats[int(self._random.random() * len(seats))] if seats else None

    def standing(self, limit: int) -> list[tuple[str, Key]]:
        return [(seat.agent.id, ()) for seat in self._bag.seats[:limit]]


class Weighted(Eager):
    """Everybody idle is as likely as his weight says.

    Seats lie in bags by the binary length of their weights. A bag is drawn by its total weight, then
    a seat in it, uniformly, until one is accepted with the probability weight / 2^length, which is
    at least one half. So a draw costs O(number of bags) and two tries on average, and is exact.
    """

    __slots__ = ("_bags", "_random", "_totals")

    def __init__(self, random: Random) -> None:
        self._random = random
        self._bags: dict[int, Bag] = {}
        self._totals: dict[int, int] = {}

    def add(self, seat: Seat) -> None:
        weight = seat.agent.profile.weight
        length = weight.bit_length()
        bag = self._bags.get(length)
        if bag is None:
            bag = self._bags[length] = Bag()
            self._totals[length] = 0
        bag.add(seat)
        self._totals[length] += weight

    def discard(self, seat: Seat) -> None:
        weight = seat.agent.profile.weight
        length = weight.bit_length()
        self._bags[length].discard(seat)
        self._totals[length] -= weight

    def best(self) -> Seat | None:
        point = int(self._random.random() * sum(self._totals.values()))
        for length, total in self._totals.items():
            if point < total:
                return self._draw(self._bags[length].seats, 1 << length)
            point -= total
        return None

    def _draw(self, seats: list[Seat], at_most: int) -> Seat:
        random = self._random.random
        while True:
            seat = seats[int(random() * len(seats))]
            if random() * at_most < seat.agent.profile.weight:
                return seat

    def standing(self, limit: int) -> list[tuple[str, Key]]:
        rows: list[tuple[str, Key]] = []
        for bag in self._bags.values():
            for seat in bag.seats[: limit - len(rows)]:
                rows.append((seat.agent.id, (seat.agent.profile.weight,)))
        return rows
