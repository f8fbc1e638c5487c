"""Most skilled and least skilled: by the levels of the skills that are asked for."""

from __future__ import annotations

from typing import ClassVar

from acd.core.routing import Needs, Strategy
from acd.core.seat import Seat
from acd.core.strategies.keyed import Entry, Keyed


class LeastSkilled(Keyed):
    """By (sum of the levels, free since, place in the file).

    Only the skills of the requirement count, so that a group that is asked for without skills goes
    by longest idle.
    """

    __slots__ = ("_skills",)

    strategy = Strategy.LEAST_SKILLED
    sign: ClassVar[int] = 1

    def __init__(self, needs: Needs) -> None:
        super().__init__()
        self._skills = [skill for skill, _ in needs]

    def entry(self, seat: Seat) -> Entry:
        levels = seat.agent.profile.skills
        total = sum([levels[skill] for skill in self._skills])
        return (self.sign * total, seat.free_since, seat.rank, seat.mark, seat)


class MostSkilled(LeastSkilled):
    """The same with the sum below zero."""

    __slots__ = ()

    strategy = Strategy.MOST_SKILLED
    sign = -1
