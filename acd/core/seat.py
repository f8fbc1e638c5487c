"""An agent as the matching sees him: which pools he belongs to and whether he stands idle in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.roster import Agent

if TYPE_CHECKING:
    from acd.core.pool import Pool
    from acd.core.strategies.base import IdleIndex
    from acd.core.strategies.keyed import Keyed


class Seat:
    """One agent of the file. `ready`: idle, and to be found by calls that arrive.

    `mark` grows whenever what he is sorted by may have changed; an entry in an idle index that
    carries an older mark is out of date. `absent` are those sorted indexes that have no entry for
    him at all (each has at most one), `eager` those that must be told of each coming and going.
    """

    __slots__ = ("absent", "agent", "eager", "free_since", "logged_in", "mark", "pools", "rank", "ready")

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.rank = agent.rank
        self.free_since = agent.status.free_since
        self.logged_in = agent.logged_in
        self.ready = False
        self.mark = 0
        self.pools: list[Pool] = []
        self.absent: list[Keyed] = []
        self.eager: list[IdleIndex] = []
