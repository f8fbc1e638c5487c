"""The reasons about agents: who was chosen and by which key, who else was idle, why nobody was.

Looks at a bounded number of agents, and shares what many calls' stories have in common, so that a
waiting call's story costs about a kilobyte whatever the size of the centre.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.core import codes
from acd.core.routing import Strategy

if TYPE_CHECKING:
    from acd.core.call import Call, QueueDesk
    from acd.core.floor import Floor
    from acd.core.requirement import Requirement
    from agents.roster import Agent

CONSIDERED: Final = 8
"""So many agents are named at most in one reason."""

REMEMBERED: Final = 4096
"""So many requirements are remembered in words."""


class Interned:
    """Values that the stories of many calls share. Cleared when a new routing is taken."""

    __slots__ = ("states", "words")

    def __init__(self) -> None:
        self.states: dict[tuple[str, str], tuple[str, str]] = {}
        self.words: dict[int, tuple[tuple[Requirement, ...], tuple[str, ...]]] = {}


def words(floor: Floor, requirements: tuple[Requirement, ...]) -> tuple[str, ...]:
    """Requirements in words. Those of a queue's stage are one object for all its calls."""
    known = floor.interned.words.get(id(requirements))
    if known is None or known[0] is not requirements:
        known = (requirements, tuple([str(each) for each in requirements]))
        if len(floor.interned.words) >= REMEMBERED:
            floor.interned.words.clear()
        floor.interned.words[id(requirements)] = known
    return known[1]


def note_queued(floor: Floor, call: Call, desk: QueueDesk) -> None:
    """The call takes its place."""
    asks = words(floor, call.stages[0].requirements)
    call.note(floor.now, codes.QUEUED, desk.queue.name, call.tier, call.head_start, desk.waiting, asks)


def note_choice(floor: Floor, call: Call, agents: tuple[Agent, ...]) -> None:
    """The call chose among those who are idle."""
    assert call.desk is not None
    assert call.ticket is not None
    if call.desk.queue.strategy is Strategy.RING_ALL:
        call.note(floor.now, codes.RING_ALL, tuple([agent.id for agent in agents[:CONSIDERED]]))
        return
    rows, more = floor.matching.rivals(call.ticket, CONSIDERED)
    strategy, key = floor.matching.won(call.ticket, agents[0])
    call.note(floor.now, codes.CHOSEN, agents[0].id, strategy.value, key, tuple(rows), more)


def note_none_idle(floor: Floor, call: Call) -> None:
    """Nobody was idle: once for each thing that the call asks for."""
    if call.ticket is None or call.looked_for == call.asks:
        return
    call.looked_for = call.asks
    rows, more = floor.matching.ruled_out(call.ticket, CONSIDERED)
    share = floor.interned.states.setdefault
    states = tuple([share(pair, pair) for pair in rows])
    call.note(floor.now, codes.NONE_IDLE, states, more)
