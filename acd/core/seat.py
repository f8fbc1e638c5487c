"""An agent as the matching sees him: which pools he belongs to and whether he stands idle in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.roster import Agent

if TYPE_CHECKING:
    from acd.core.pool import Pool
    from acd.core.strategies.base import IdleIndex


class Seat:
    """One agent of the file. `ready`: idle, and to be found by calls that arrive.

    `mark` grows whenever what he is sorted by may have changed; an entry in an idle index that
    carries an older mark is out of date. `serving`: logged in and not paused. `absent` are those indexes
    of his pools that have no entry for him at all (each has at most one).
    """

    __slots__ = (
        "absent",
        "agent",
        "free_since",
        "id",
        "logged_in",
        "mark",
        "pools",
        "rank",
        "ready",
        "serving",
    )

    def __init__(self, agent: Agent) -> None:
        self.id = agent.id
        self.agent = agent
        self.rank = agent.rank
        self.free_since = agent.status.free_since
        self.logged_in = agent.logged_in
        self.serving = agent.logged_in and not agent.paused
        self.ready = False
        self.mark = 0
        self.pools: list[Pool] = []
        self.absent: list[IdleIndex] = []
