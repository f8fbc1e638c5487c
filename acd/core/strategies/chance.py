"""Random and weighted random: drawn at the decision, among those who are idle then.

A draw falls on any entry, and is repeated when it falls on one who isn't idle (who is then taken
out); so it is exact whatever else lies in the bag.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from acd.core.routing import Strategy
from acd.core.seat import Seat
from acd.core.strategies.base import IdleIndex, Key

if TYPE_CHECKING:
    from random import Random


class Uniform(IdleIndex):
    """Everybody idle is equally likely."""

    __slots__ = ("_bag", "_random")

    strategy = Strategy.RANDOM

    def __init__(self, random: Random) -> None:
        self._random = random
        self._bag: list[Seat] = []

    def add(self, seat: Seat) -> None:
        self._bag.append(seat)

    def best(self) -> Seat | None:
        random = self._random.random
        bag = self._bag
        while bag:
            place = int(random() * len(bag))
            seat = bag[place]
            if seat.ready:
                return seat
            _take_out(bag, place)
            seat.absent.append(self)
        return None

    def key(self, seat: Seat) -> Key:
        return ()

    def standing(self, limit: int) -> list[tuple[str, Key]]:
        return [(seat.id, ()) for seat in islice((seat for seat in self._bag if seat.ready), limit)]


class Weighted(IdleIndex):
    """Everybody idle is as likely as his weight says.

    Seats lie in bags by the binary length of their weights. A bag is drawn by its total weight, then
    a seat in it, uniformly, until one is accepted with the probability weight / 2^length, which is
    at least one half. So a draw costs O(number of bags) and two tries on average, and is exact.
    """

    __slots__ = ("_bags", "_random", "_totals")

    strategy = Strategy.WEIGHTED_RANDOM

    def __init__(self, random: Random) -> None:
        self._random = random
        self._bags: dict[int, list[Seat]] = {}
        self._totals: dict[int, int] = {}

    def add(self, seat: Seat) -> None:
        weight = seat.agent.profile.weight
        length = weight.bit_length()
        self._bags.setdefault(length, []).append(seat)
        self._totals[length] = self._totals.get(length, 0) + weight

    def best(self) -> Seat | None:
        random = self._random.random
        while (total := sum(self._totals.values())) > 0:
            length = self._length_at(random() * total)
            bag = self._bags[length]
            weight = 0
            while random() * (1 << length) >= weight:
                place = int(random() * len(bag))
                seat = bag[place]
                weight = seat.agent.profile.weight
            if seat.ready:
                return seat
            _take_out(bag, place)
            self._totals[length] -= weight
            seat.absent.append(self)
        return None

    def _length_at(self, point: float) -> int:
        lengths = iter(self._totals)
        length = next(lengths)
        while point >= self._totals[length]:
            point -= self._totals[length]
            length = next(lengths)
        return length

    def key(self, seat: Seat) -> Key:
        return (seat.agent.profile.weight,)

    def standing(self, limit: int) -> list[tuple[str, Key]]:
        ready = (seat for bag in self._bags.values() for seat in bag if seat.ready)
        return [(seat.id, self.key(seat)) for seat in islice(ready, limit)]


def _take_out(bag: list[Seat], place: int) -> None:
    """In O(1): the last one fills the gap."""
    last = bag.pop()
    if place < len(bag):
        bag[place] = last
