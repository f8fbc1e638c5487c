"""What a strategy is: an index of the idle agents of one pool that knows whom to ring first.

All of them are lazy in the same way, because an agent belongs to dozens of pools and only one of
them is asked at a time. An index has at most one entry for each member of its pool. An agent who
stops being ready leaves his entries where they are; who looks at an index drops the entries of those
who aren't ready as he comes across them, and notes the index in the seat's `absent`. So becoming
ready again costs only as many additions as there were removals.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, TypeAlias

from acd.core.routing import Strategy
from acd.core.seat import Seat

Key: TypeAlias = tuple[float, ...]
"""What an agent was compared by, for the record; the smallest is chosen. Empty where chance decides."""


class IdleIndex(ABC):
    """The idle agents of one pool, and left-over entries of some who aren't idle any more."""

    __slots__ = ()

    strategy: ClassVar[Strategy]

    @abstractmethod
    def add(self, seat: Seat) -> None:
        """A member who has no entry is ready."""

    @abstractmethod
    def best(self) -> Seat | None:
        """Whom to ring, among those ready; he stays in the index."""

    @abstractmethod
    def key(self, seat: Seat) -> Key:
        """What the seat is compared by; for the one just chosen, what it was chosen by."""

    @abstractmethod
    def standing(self, limit: int) -> list[tuple[str, Key]]:
        """At most `limit` of those ready, by agent's id, with their keys; likely ones first."""

    def join(self, seat: Seat) -> None:
        """The seat becomes a member of the pool."""
        if seat.ready:
            self.add(seat)
        else:
            seat.absent.append(self)

    def part(self, seat: Seat) -> None:
        """The seat is a member no longer; the index is not used any more."""
        if self in seat.absent:
            seat.absent.remove(self)
