"""Who waits before whom, and how much of whose agents' time that takes: kept only while some queue tells
its callers how long they will wait.

A *line* is all callers of one queue who ask for the same (named agents left out, where they ask for
others too): a sorted list of their keys. A caller's *crew* are all who may serve him. Of the callers in
other lines those with earlier keys are before him too, as far as the crews share agents: of a line
whose crew is `k` agents, `m` of them in his crew as well, the share m / k comes to his crew.

Crews are counted by looking at `LOOKED_AT` agents of each pool at most, evenly spread: exact for small
pools. What was counted for large ones stands for `FRESH` seconds, so that no caller's announcement costs
a look at ten thousand agents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from acd.core.ranks import Key, Ranks

if TYPE_CHECKING:
    from acd.core.pool import Pool
    from acd.core.seat import Seat
    from acd.core.ticket import Ticket

LOOKED_AT: Final = 64
FRESH: Final = 15.0
SMALL: Final = 0.01
"""Less of an agent's share than this is nobody."""

Pools: TypeAlias = "tuple[Pool, ...]"


class Line:
    """Callers of `queue` who ask for the members of `pools`, in the order in which they are served."""

    __slots__ = ("pools", "queue", "ranks")

    def __init__(self, queue: str, pools: Pools) -> None:
        self.queue = queue
        self.pools = pools
        self.ranks = Ranks()


class Crew(NamedTuple):
    """How many may serve, and how many of them serve each line. Counted `at`, in `version` of the
    centre; `exact` when everybody was looked at."""

    agents: float
    shared: list[tuple[Line, float]]
    version: int
    at: float
    exact: bool


class Before(NamedTuple):
    """Callers of one queue who are before somebody: so many of them come to his crew, of which they take
    up `agents` at most."""

    queue: str
    callers: float
    agents: float


class Lines:
    """All lines of one configuration."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, Pools], Line] = {}
        self._of_pool: dict[Pool, list[Line]] = {}
        self._of_queue: dict[str, list[Line]] = {}
        self._crews: dict[Pools, Crew] = {}
        self._version = 0

    def __len__(self) -> int:
        return len(self._lines)

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

    def before(self, key: Key, pools: Pools, now: float) -> tuple[float, list[Before]]:
        """How many may serve somebody with this key who asks for `pools`, and who is before him."""
        crew = self._crew(_anonymous(pools), now)
        found = []
        for line, shared in crew.shared:
            ahead = line.ranks.before(key) if line.ranks else 0
            if ahead:
                of = max(self._agents(line.pools, now), shared)
                found.append(Before(line.queue, ahead * shared / of, shared))
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

    def _agents(self, pools: Pools, now: float) -> float:
        return float(pools[0].serving) if len(pools) == 1 else self._crew(pools, now).agents

    def _crew(self, pools: Pools, now: float) -> Crew:
        crew = self._crews.get(pools)
        if crew is not None and (
            crew.version == self._version or (not crew.exact and now - crew.at < FRESH)
        ):
            return crew
        crew = self._count(pools, now)
        if all(pool.lasting for pool in pools):
            self._crews[pools] = crew
        return crew

    def _count(self, pools: Pools, now: float) -> Crew:
        agents = 0.0
        shared: dict[Line, float] = {}
        of_pool = self._of_pool
        for seat, weight in _sample(pools):
            agents += weight
            for line in {line for pool in seat.pools for line in of_pool.get(pool, ())}:
                shared[line] = shared.get(line, 0.0) + weight
        exact = all(len(pool.members) <= LOOKED_AT for pool in pools)
        return Crew(agents, list(shared.items()), self._version, now, exact)


def _anonymous(pools: Pools) -> Pools:
    """Without named agents, where others may serve too: one agent more or less, but a line of its own
    for each returning customer."""
    if len(pools) == 1:
        return pools
    return tuple([pool for pool in pools if pool.requirement.agent is None]) or pools


def _sample(pools: Pools) -> Iterator[tuple[Seat, float]]:
    """Members who are logged in and not paused, each with how many agents he stands for."""
    for pool in pools:
        members: Sequence[Seat] = pool.members
        if len(members) > LOOKED_AT:
            members = members[:: -(-len(members) // LOOKED_AT)]
        serving = [seat for seat in members if seat.serving]
        for seat in serving:
            weight = pool.serving / len(serving)
            if len(pools) > 1:
                weight /= sum(1 for each in pools if each in seat.pools)
            yield seat, weight
