"""What a strategy is: an index of the idle agents of one pool that knows whom to ring first."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeAlias

from acd.core.seat import Seat

Key: TypeAlias = tuple[float, ...]
"""What an agent was compared by, for the record; the smallest is chosen. Empty where chance decides."""


class IdleIndex(ABC):
    """The idle agents of one pool. `Matching` keeps it true as agents come and go."""

    __slots__ = ()

    @abstractmethod
    def join(self, seat: Seat) -> None:
        """A member of the pool joins; called once for each, ready or not."""

    @abstractmethod
    def part(self, seat: Seat) -> None:
        """A member leaves the pool for good."""

    @abstractmethod
    def add(self, seat: Seat) -> None:
        """A member became ready."""

    @abstractmethod
    def discard(self, seat: Seat) -> None:
        """A member stopped being ready."""

    @abstractmethod
    def best(self) -> Seat | None:
        """Whom to ring, among those ready; he stays in the index."""

    @abstractmethod
    def standing(self, limit: int) -> list[tuple[str, Key]]:
        """At most `limit` of those ready, by agent's id, with their keys; likely ones first."""


class Eager(IdleIndex):
    """An index that is told of each coming and going."""

    __slots__ = ()

    def join(self, seat: Seat) -> None:
        seat.eager.append(self)
        if seat.ready:
            self.add(seat)

    def part(self, seat: Seat) -> None:
        seat.eager.remove(self)
        if seat.ready:
            self.discard(seat)
