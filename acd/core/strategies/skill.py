"""Most skilled and least skilled: by the levels of the skills that are asked for."""

from __future__ import annotations

from acd.core.routing import Needs
from acd.core.seat import Seat
from acd.core.strategies.keyed import Entry, Keyed


class BySkill(Keyed):
    """By (sum of the levels, free since, place in the file).

    Only the skills of the requirement count, so that a group that is asked for without skills goes
    by longest idle. `sign` 1 has the least skilled first, -1 the most skilled.
    """

    __slots__ = ("_sign", "_skills")

    def __init__(self, needs: Needs, sign: int) -> None:
        super().__init__()
        self._skills = [skill for skill, _ in needs]
        self._sign = sign

    def entry(self, seat: Seat) -> Entry:
        levels = seat.agent.profile.skills
        total = sum([levels[skill] for skill in self._skills])
        return (self._sign * total, seat.free_since, seat.rank, seat.mark, seat)
