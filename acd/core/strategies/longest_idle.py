"""Longest idle: who has been free for longest (see `free_since` in agents.states)."""

from __future__ import annotations

from acd.core.routing import Strategy
from acd.core.seat import Seat
from acd.core.strategies.keyed import Entry, Keyed


class LongestIdle(Keyed):
    """By (free since, place in the file)."""

    __slots__ = ()

    strategy = Strategy.LONGEST_IDLE

    def entry(self, seat: Seat) -> Entry:
        return (seat.free_since, seat.rank, seat.mark, seat)
