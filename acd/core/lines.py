"""Who waits before whom, and how much of whose agents' time that takes: kept only while some queue tells
its callers how long they will wait.

A *line* is all callers of one queue who ask for the same (named agents left out, where they ask for
others too): a sorted list of their keys. A caller's *crew* are all who may serve him. Callers of other
lines with earlier keys are before him too, where some of his crew may serve them: those agents are
common to both lines, the others of that line serve it apart.

Crews are counted by looking at `LOOKED_AT` agents of each pool at most, evenly spread: exact for small
pools. What was counted for large ones stands for `FRESH` seconds (with many lines `FRESH_OF_MANY`), so
that no caller's announcement costs a look at ten thousand agents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from acd.core.ranks import Key, Ranks

if TYPE_CHECKING:
    from acd.core.pool import Pool
    from acd.core.seat import Seat
    from acd.core.ticket import Ticket

LOOKED_AT: Final = 64
FRESH: Final = 15.0
FRESH_OF_MANY: Final = 60.0
FEW_LINES: Final = 64
"""With more lines than these (one per queue and widening step), all crews are counted like large ones,
with half of the agents or fewer looked at."""
MOST_LINES: Final = 16
"""Of many lines those with the most callers for common agents are looked at."""
ANY: Final = -1
Pools: TypeAlias = "tuple[Pool, ...]"


class Line:
    """Callers of `queue` who ask for the members of `pools`, in the order in which they are served."""

    __slots__ = ("pools", "queue", "ranks")

    def __init__(self, queue: str, pools: Pools) -> None:
        self.queue = queue
        self.pools = pools
        self.ranks = Ranks()


class Share(NamedTuple):
    """How a line's crew stands to another: so many of its agents belong to both (`common`), and it can
    count on so many others (`apart`), those who serve further lines in part only."""

    line: Line
    common: float
    apart: float


class Crew(NamedTuple):
    """How many may serve, and the lines that some of them serve. Stands `until` then, as long as the
    centre has `version` (ANY where not everybody was looked at)."""

    agents: float
    shares: list[Share]
    version: int
    until: float


class Before(NamedTuple):
    """So many callers of a queue are before somebody; `common` and `apart` are their agents, see
    Share."""

    queue: str
    callers: int
    common: float
    apart: float


class Lines:
    """All lines of one configuration."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, Pools], Line] = {}
        self._of_pool: dict[Pool, list[Line]] = {}
        self._of_queue: dict[str, list[Line]] = {}
        self._crews: dict[Pools, Crew] = {}
        self._totals: dict[Seat, int] = {}
        self._totalled = -FRESH_OF_MANY
        self._version = 0

    def join(self, ticket: Ticket) -> None:
        """A ticket begins to ask for what it asks for."""
        pools = _anonymous(ticket.asks)
        line = self._lines.get((ticket.queue, pools))
        if line is None:
            line = self._lines[ticket.queue, pools] = Line(ticket.queue, pools)
            for pool in pools:
                self._of_pool.setdefault(pool, []).append(line)
            self._of_queue.setdefault(ticket.queue, []).append(line)
            self._version += 1
        line.ranks.add(ticket.key)

    def leave(self, ticket: Ticket) -> None:
        """It asks for that no longer. Before its `asks` change."""
        pools = _anonymous(ticket.asks)
        line = self._lines[ticket.queue, pools]
        line.ranks.remove(ticket.key)
        if not line.ranks and not all(pool.lasting for pool in pools):
            self._forget(line)

    def changed(self) -> None:
        """Somebody came, went, paused or resumed: exact counts are made anew."""
        self._version += 1

    def position(self, queue: str, key: Key) -> int:
        """From 1, among those who wait in this queue."""
        return 1 + sum(line.ranks.before(key) for line in self._of_queue.get(queue, ()))

    def first(self, queue: str) -> Key | None:
        """Who is to be served first of those who wait in this queue."""
        firsts = [line.ranks.first for line in self._of_queue.get(queue, ())]
        return min((key for key in firsts if key is not None), default=None)

    def before(self, key: Key, pools: Pools, now: float) -> tuple[float, list[Before]]:
        """How many may serve somebody with this key who asks for `pools`, and who is before him."""
        crew = self._crew(_anonymous(pools), now)
        found = []
        for line, common, apart in crew.shares:
            ahead = line.ranks.before(key) if line.ranks else 0
            if ahead:
                found.append(Before(line.queue, ahead, common, apart))
        return crew.agents, found

    def _forget(self, line: Line) -> None:
        del self._lines[line.queue, line.pools]
        for pool in line.pools:
            lines = self._of_pool[pool]
            lines.remove(line)
            if not lines:
                del self._of_pool[pool]
        self._of_queue[line.queue].remove(line)
        self._version += 1

    def _crew(self, pools: Pools, now: float) -> Crew:
        crew = self._crews.get(pools)
        if crew is not None and now < crew.until and crew.version in (self._version, ANY):
            return crew
        crew = self._count(pools, now)
        if all(pool.lasting for pool in pools):
            self._crews[pools] = crew
        return crew

    def _count(self, pools: Pools, now: float) -> Crew:
        few = len(self._lines) <= FEW_LINES
        agents = 0.0
        common: dict[Line, float] = {}
        for seat, weight in _sample(pools, LOOKED_AT if few else LOOKED_AT // 2):
            agents += weight
            for line in self._lines_of(seat):
                common[line] = common.get(line, 0.0) + weight
        lines = list(common.items())
        if not few:
            if now - self._totalled >= FRESH_OF_MANY:
                self._totals, self._totalled = {}, now
            lines.sort(key=lambda each: -each[1] * len(each[0].ranks))
            del lines[MOST_LINES:]
        mine = frozenset(pools)
        shares = [Share(line, both, self._apart(line, mine, few)) for line, both in lines]
        exact = few and all(len(pool.members) <= LOOKED_AT for pool in pools)
        until = now + (FRESH if few else FRESH_OF_MANY)
        return Crew(agents, shares, self._version if exact else ANY, until)

    def _apart(self, line: Line, pools: frozenset[Pool], few: bool) -> float:
        """Agents of a line who belong to none of the pools, each in the proportion in which callers of
        this line, of all whom he may serve, wait."""
        apart = 0.0
        for seat, weight in _sample(line.pools, LOOKED_AT if few else LOOKED_AT // 8):
            if pools.isdisjoint(seat.pools):
                waiting = self._waiting(seat) if few else self._waiting_of_late(seat)
                apart += weight * min(1.0, len(line.ranks) / waiting) if waiting else weight
        return apart

    def _waiting(self, seat: Seat) -> int:
        """How many callers he may serve."""
        return sum(len(each.ranks) for each in self._lines_of(seat))

    def _waiting_of_late(self, seat: Seat) -> int:
        """The same, counted at most `FRESH_OF_MANY` ago."""
        found = self._totals.get(seat)
        if found is None:
            found = self._totals[seat] = self._waiting(seat)
        return found

    def _lines_of(self, seat: Seat) -> Iterable[Line]:
        """Each once, in an order that is the same in every process."""
        of_pool = self._of_pool
        return dict.fromkeys([line for pool in seat.pools for line in of_pool.get(pool, ())])


def _anonymous(pools: Pools) -> Pools:
    """Without named agents, where others may serve too: one agent more or less, but a line of its own
    for each returning customer."""
    if len(pools) == 1:
        return pools
    return tuple([pool for pool in pools if pool.requirement.agent is None]) or pools


def _sample(pools: Pools, most: int) -> Iterator[tuple[Seat, float]]:
    """Members who are logged in and not paused, each with how many agents he stands for; of each pool
    so many are looked at."""
    for pool in pools:
        members: Sequence[Seat] = pool.members
        if len(members) > most:
            members = members[:: -(-len(members) // most)]
        serving = [seat for seat in members if seat.serving]
        for seat in serving:
            weight = pool.serving / len(serving)
            if len(pools) > 1:
                weight /= sum(1 for each in pools if each in seat.pools)
            yield seat, weight
