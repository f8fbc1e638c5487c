"""Fewest calls and least talk time: by what an agent has done since the last local midnight.

The keys begin with the number of the day, because the counters go back to 0 at midnight and a key
must never become smaller (see acd.core.strategies.keyed).
"""

from __future__ import annotations

from acd.core.routing import Strategy
from acd.core.seat import Seat
from acd.core.strategies.keyed import Entry, Keyed
from agents.roster import Roster


class FewestCalls(Keyed):
    """By (day, calls answered today, free since, place in the file)."""

    __slots__ = ("_roster",)

    strategy = Strategy.FEWEST_CALLS

    def __init__(self, roster: Roster) -> None:
        super().__init__()
        self._roster = roster

    def entry(self, seat: Seat) -> Entry:
        return (self._roster.day, seat.agent.calls_today, seat.free_since, seat.rank, seat.mark, seat)


class LeastTalkTime(Keyed):
    """By (day, seconds talked today, free since, place in the file)."""

    __slots__ = ("_roster",)

    strategy = Strategy.LEAST_TALK_TIME

    def __init__(self, roster: Roster) -> None:
        super().__init__()
        self._roster = roster

    def entry(self, seat: Seat) -> Entry:
        return (self._roster.day, seat.agent.talk_today, seat.free_since, seat.rank, seat.mark, seat)
