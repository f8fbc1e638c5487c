"""Waiting calls and idle agents, matched without a scan.

How it is used: `ready` whenever an agent has become idle, `unready` whenever he stops being idle
otherwise than by a match, `place` whenever a call begins to wait, asks for something else, or waits
again after it was held. Each of them that returns a match has already taken the call out of the
waiting and the agents out of the idle. Between two calls of these no waiting call and idle agent who
meets what it asks for ever stand beside each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from acd.core.lines import Before, Lines
from acd.core.listed import LISTED, Rivals, RuledOut
from acd.core.pools import Pools
from acd.core.promises import BEHIND, Promises
from acd.core.requirement import Requirement, Stage, stages
from acd.core.routing import Needs, Queue, Routing, Strategy
from acd.core.seat import Seat
from acd.core.strategies.base import Key
from acd.core.strategies.order import Rotation
from acd.core.strategies.ring_all import RingAll
from acd.core.ticket import Entry, Ticket
from agents.model import AgentState
from agents.roster import Agent, Roster

if TYPE_CHECKING:
    from random import Random

    from acd.core.pool import Pool

REMEMBERED = 4096
"""The stages of so many (queue, extra needs) are remembered."""


class Matching:
    """All that waits and all that is idle, by requirement."""

    def __init__(self, routing: Routing, roster: Roster, random: Random) -> None:
        self._roster = roster
        self._random = random
        self._numbered = 0
        self._waiting: dict[int, Ticket] = {}
        self._rotations: dict[str, Rotation] = {}
        self._seats: dict[str, Seat] = {}
        self._queues: Mapping[str, Queue] = {}
        self.promises = Promises()
        self.configure(routing)

    # what is configured

    def configure(self, routing: Routing) -> list[Ticket]:
        """Take a new configuration; `roster.replace` comes before.

        Ready agents stay ready (leaving ones don't). All tickets are held now; those that were
        waiting are returned in the order of their keys, to be placed again one by one. Callbacks stay in
        line where nothing has changed for them, see `Promises.carry`.
        """
        held = sorted(self._waiting.values(), key=lambda ticket: ticket.key)
        for ticket in held:
            self.hold(ticket)
        before, queues_before = self._seats, self._queues
        self._seats = {agent.id: Seat(agent) for agent in self._roster}
        for agent_id, seat in self._seats.items():
            seat.ready = agent_id in before and before[agent_id].ready
        self._queues = routing.queues
        self._stages: dict[tuple[str, Needs], tuple[Stage, ...]] = {}
        self._rotations = {
            name: self._rotations.get(name) or Rotation()
            for name, queue in routing.queues.items()
            if queue.strategy is Strategy.ROUND_ROBIN
        }
        for rotation in self._rotations.values():
            rotation.keep(self._seats.keys())
        self._pools = Pools(routing.queues, self._roster, self._seats, self._rotations, self._random)
        same = {name for name, queue in queues_before.items() if routing.queues.get(name) == queue}
        self.promises.carry(
            lambda queue, pool: self._pools.lasting(queue, pool.requirement) if queue in same else None
        )
        told = any(queue.announcements is not None for queue in routing.queues.values())
        self._lines = Lines() if told else None
        return held

    def stages(self, queue: str, extra: Needs = ()) -> tuple[Stage, ...]:
        """`requirement.stages` of a queue, remembered."""
        found = self._stages.get((queue, extra))
        if found is None:
            if len(self._stages) >= REMEMBERED:
                self._stages.clear()
            found = self._stages[queue, extra] = stages(self._queues[queue], extra)
        return found

    # calls

    @property
    def waiting(self) -> int:
        """How many tickets wait."""
        return len(self._waiting)

    def ticket(
        self, call: str, queue: str, *, tier: int, arrived_at: float, head_start: float
    ) -> Ticket:
        """A new place, held until `place`. Tickets of equal keys go by the order of this call."""
        self._numbered += 1
        return Ticket(call, queue, (-tier, arrived_at - head_start, self._numbered))

    def place(
        self, ticket: Ticket, requirements: tuple[Requirement, ...], reach: tuple[Requirement, ...]
    ) -> tuple[Agent, ...]:
        """Let the call ask for `requirements` from now on: the agents to ring, or () and it waits.

        The first requirement that has an idle agent wins, and within it the queue's strategy; with
        ring_all it is all idle agents of all requirements. `reach` is the widest that the call will
        ever ask for. To rejoin: `place(t, t.requirements, t.reach)`.
        """
        asks = self._find(ticket.queue, requirements)
        ticket.through = None
        chosen = self._choose(ticket, asks)
        if chosen:
            self.hold(ticket)
            self._let_go(ticket.queue, asks)
            ticket.requirements = requirements
            ticket.reach = reach
        elif ticket.waiting:
            self._wait_for(ticket, asks, requirements, reach)
        else:
            self._wait(ticket, asks, requirements, reach)
        return chosen

    def _choose(self, ticket: Ticket, asks: tuple[Pool, ...]) -> tuple[Agent, ...]:
        if self._queues[ticket.queue].strategy is Strategy.RING_ALL:
            return self._choose_all(ticket, asks)
        for pool in asks:
            seat = pool.index.best() if pool.idle else None
            if seat is not None:
                ticket.through = pool
                self._leave(seat)
                self._offered(ticket, seat)
                return (seat.agent,)
        return ()

    def _choose_all(self, ticket: Ticket, asks: tuple[Pool, ...]) -> tuple[Agent, ...]:
        indexes = [pool.index for pool in asks if pool.idle]
        seats = dict.fromkeys(
            seat for index in indexes if isinstance(index, RingAll) for seat in index.everyone()
        )
        for seat in seats:
            self._leave(seat)
        return tuple([seat.agent for seat in seats])

    def _wait(
        self,
        ticket: Ticket,
        asks: tuple[Pool, ...],
        requirements: tuple[Requirement, ...],
        reach: tuple[Requirement, ...],
    ) -> None:
        """A held ticket begins to wait."""
        tier, start, number = ticket.key
        entry: Entry = (tier, start, number, ticket.generation, ticket)
        for pool in asks:
            pool.push(entry)
        ticket.waiting = True
        ticket.requirements = requirements
        ticket.asks = asks
        if self._lines is not None:
            self._lines.join(ticket)
        self._waiting[number] = ticket
        self._watch(ticket, reach)

    def _wait_for(
        self,
        ticket: Ticket,
        asks: tuple[Pool, ...],
        requirements: tuple[Requirement, ...],
        reach: tuple[Requirement, ...],
    ) -> None:
        """A waiting ticket goes on waiting, for something else."""
        before, watched = ticket.asks, ticket.watched
        if self._lines is not None:
            self._lines.leave(ticket)
        ticket.generation += 1
        for pool in before:
            pool.forsake()
        tier, start, number = ticket.key
        entry: Entry = (tier, start, number, ticket.generation, ticket)
        for pool in asks:
            pool.push(entry)
        ticket.requirements = requirements
        ticket.asks = asks
        if self._lines is not None:
            self._lines.join(ticket)
        if ticket.reach != reach:
            for pool in watched:
                del pool.watchers[number]
            self._watch(ticket, reach)
            self._let_go(ticket.queue, watched)
        self._let_go(ticket.queue, before)

    def _watch(self, ticket: Ticket, reach: tuple[Requirement, ...]) -> None:
        ticket.reach = reach
        same = reach == ticket.requirements
        ticket.watched = ticket.asks if same else self._find(ticket.queue, reach)
        for pool in ticket.watched:
            pool.watchers[ticket.key[2]] = ticket

    def hold(self, ticket: Ticket) -> None:
        """The call waits no longer (prompt, transfer, gone); its key is kept. Fine if it is held."""
        if not ticket.waiting:
            return
        ticket.waiting = False
        ticket.generation += 1
        if self._lines is not None:
            self._lines.leave(ticket)
        number = ticket.key[2]
        del self._waiting[number]
        for pool in ticket.asks:
            pool.forsake()
        for pool in ticket.watched:
            del pool.watchers[number]
        self._let_go(ticket.queue, ticket.asks)
        if ticket.watched is not ticket.asks:
            self._let_go(ticket.queue, ticket.watched)
        ticket.asks = ticket.watched = ()

    def _find(self, queue: str, requirements: tuple[Requirement, ...]) -> tuple[Pool, ...]:
        """Their pools, each once."""
        find = self._pools.find
        if len(requirements) == 1:
            return (find(queue, requirements[0]),)
        return tuple(dict.fromkeys([find(queue, requirement) for requirement in requirements]))

    def _let_go(self, queue: str, pools: tuple[Pool, ...]) -> None:
        for pool in pools:
            if not pool.lasting:
                self._pools.let_go(queue, pool)

    def logged_in(self, queue: str, requirement: Requirement) -> int:
        """How many of those who meet it are logged in."""
        if requirement.agent is not None:
            return int(any(seat.logged_in for seat in self._named(requirement)))
        pool = self._pools.find(queue, requirement)
        self._let_go(queue, (pool,))
        return pool.logged_in

    def idle(self, queue: str, requirement: Requirement) -> int:
        """How many of those who meet it are idle."""
        if requirement.agent is not None:
            return int(any(seat.ready for seat in self._named(requirement)))
        pool = self._pools.find(queue, requirement)
        self._let_go(queue, (pool,))
        return pool.idle

    def _named(self, requirement: Requirement) -> tuple[Seat, ...]:
        """The agent whom the requirement names, if he meets all of it: without making a pool."""
        seat = self._seats.get(requirement.agent or "")
        return (seat,) if seat is not None and requirement.met_by(seat.agent.profile) else ()

    def anyone(self, queue: str, reach: Sequence[Requirement]) -> bool:
        """Whether anybody is logged in who meets one of them."""
        return any(self.logged_in(queue, requirement) for requirement in reach)

    # agents

    def log_in(self, agent: Agent) -> None:
        """He counts as logged in. Before `ready`. Fine if he does."""
        seat = self._seats.get(agent.id)
        if seat is not None and not seat.logged_in:
            seat.logged_in = True
            for pool in seat.pools:
                pool.logged_in += 1
            self.pauses(agent)

    def log_out(self, agent: Agent) -> list[Ticket]:
        """He counts no longer; after `unready`. Fine if he doesn't.

        Returns the waiting tickets that nobody logged in can ever serve now, in the order of their
        keys. They still wait: hold them.
        """
        seat = self._seats.get(agent.id)
        if seat is None or not seat.logged_in:
            return []
        seat.logged_in = False
        self.pauses(agent)
        hopeless: dict[int, Ticket] = {}
        for pool in seat.pools:
            pool.logged_in -= 1
            if not pool.logged_in:
                hopeless.update(pool.watchers)
        return sorted(
            (
                ticket
                for ticket in hopeless.values()
                if not any(pool.logged_in for pool in ticket.watched)
            ),
            key=lambda ticket: ticket.key,
        )

    def pauses(self, agent: Agent) -> None:
        """He may have paused, or resumed. Fine if he did neither."""
        seat = self._seats.get(agent.id)
        serving = seat is not None and seat.logged_in and not agent.paused
        if seat is None or seat.serving is serving:
            return
        seat.serving = serving
        for pool in seat.pools:
            pool.serving += 1 if serving else -1
        if self._lines is not None:
            self._lines.changed()

    def ready(self, agent: Agent) -> Ticket | None:
        """He is idle: the call that he is to take (now held), or None and he stands ready.

        ValueError when he stands ready already, KeyError when the file doesn't name him.
        """
        seat = self._seats[agent.id]
        if seat.ready:
            raise ValueError(f"agent {agent.id} is ready already")
        head: Entry | None = None
        through = None
        for pool in seat.pools:
            entry = pool.head
            if entry is not None and (head is None or entry < head):
                head = entry
                through = pool
        if head is None or (self.promises.active and self._outranked(seat, head)):
            self._stand(seat)
            return None
        ticket = head[4]
        self.hold(ticket)
        ticket.through = through
        self._offered(ticket, seat)
        return ticket

    # callbacks

    def promise(
        self, ticket: Ticket, requirements: tuple[Requirement, ...], reserve: int
    ) -> Agent | None:
        """Let a callback ask for `requirements` from now on: the agent to be used for it, or None and
        it stands in line. `reserve`: so many of those who meet one must be left idle."""
        self.break_off(ticket)
        asks = self._find(ticket.queue, requirements)
        ticket.through = None
        for pool in asks if not self.promises.paused else ():
            seat = pool.index.best() if pool.idle > reserve else None
            if seat is not None:
                ticket.through = pool
                self._leave(seat)
                self._offered(ticket, seat)
                self._let_go(ticket.queue, asks)
                return seat.agent
        self.promises.stand(ticket, asks, reserve)
        return None

    def promise_ticket(
        self, callback: str, queue: str, *, behind: bool, tier: int, place: float
    ) -> Ticket:
        """A callback's place: among the calls, or behind all of them."""
        self._numbered += 1
        return Ticket(callback, queue, ((BEHIND if behind else 0) - tier, place, self._numbered))

    def break_off(self, ticket: Ticket) -> None:
        """The callback is not to be carried out now. Fine if it stands in no line."""
        self._let_go(ticket.queue, self.promises.leave(ticket))

    def promised_to(self, agent: Agent) -> tuple[Ticket, Agent] | None:
        """The callback (out of line now) for which somebody may be used since this agent stands idle,
        and who that is (no longer idle); by the strategy, where some are kept in reserve."""
        seat = self._seats.get(agent.id)
        if seat is None or not seat.ready or not self.promises.active:
            return None
        found = self.promises.first(seat, 0)
        if found is None:
            return None
        entry, pool, reserve = found
        if any(each.head is not None and each.head < entry for each in seat.pools):
            return None  # a call comes first
        ticket = entry[4]
        chosen = (pool.index.best() if reserve else None) or seat
        self.break_off(ticket)
        ticket.through = pool
        self._leave(chosen)
        self._offered(ticket, chosen)
        return ticket, chosen.agent

    def not_used(self, agent: Agent) -> None:
        """The agent whom `promise` or `promised_to` gave is not needed: he stands idle as before."""
        self._stand(self._seats[agent.id])

    def _outranked(self, seat: Seat, head: Entry) -> bool:
        """Whether a callback comes before the first call that an agent may serve."""
        first = self.promises.first(seat, 1)
        return first is not None and first[0] < head

    def _stand(self, seat: Seat) -> None:
        seat.ready = True
        seat.mark += 1
        seat.free_since = seat.agent.status.free_since
        for pool in seat.pools:
            pool.idle += 1
        for index in seat.absent:
            index.add(seat)
        seat.absent.clear()

    def unready(self, agent: Agent) -> None:
        """He is not idle any more, and not because of a match. Fine if he wasn't."""
        seat = self._seats.get(agent.id)
        if seat is not None and seat.ready:
            self._leave(seat)

    def _leave(self, seat: Seat) -> None:
        seat.ready = False
        for pool in seat.pools:
            pool.idle -= 1

    def _offered(self, ticket: Ticket, seat: Seat) -> None:
        rotation = self._rotations.get(ticket.queue)
        if rotation is not None:
            rotation.offered(seat.agent.id)

    def new_day(self) -> None:
        """Local midnight: the roster's counters begin at 0, and the strategies know it."""
        self._roster.new_day()
        for seat in self._seats.values():
            seat.mark += 1

    # how long it takes

    def position(self, ticket: Ticket) -> int:
        """From 1, among those who wait in the same queue. Only where some queue tells its callers."""
        return 1 if self._lines is None else self._lines.position(ticket.queue, ticket.key)

    def head(self, queue: str) -> str | None:
        """The call that is to be served first of those who wait in this queue. None where nobody waits,
        or no queue tells its callers."""
        key = None if self._lines is None else self._lines.first(queue)
        return None if key is None else self._waiting[key[2]].call

    def before(
        self, ticket: Ticket, requirements: tuple[Requirement, ...], now: float
    ) -> tuple[float, list[Before]]:
        """How many may serve a call that asks for this, and who is before it there. (0, []) where no
        queue tells its callers how long they will wait."""
        if self._lines is None:
            return 0.0, []
        if requirements == ticket.requirements and ticket.waiting:
            return self._lines.before(ticket.key, ticket.asks, now)
        pools = self._find(ticket.queue, requirements)
        found = self._lines.before(ticket.key, pools, now)
        self._let_go(ticket.queue, pools)
        return found

    # for the record

    def won(self, ticket: Ticket, agent: Agent) -> tuple[Strategy, Key]:
        """Right after `place` chose this agent: the strategy that chose, and the key he won by.

        What the numbers mean stands in `strategies.meaning`. A requirement that names an agent
        has the strategy longest_idle, whatever the queue's. ValueError after any other match.
        """
        if ticket.through is None:
            raise ValueError(f"call {ticket.call} has not chosen one agent")
        index = ticket.through.index
        return index.strategy, index.key(self._seats[agent.id])

    def rivals(self, ticket: Ticket, limit: int = LISTED) -> Rivals:
        """Right after a match: those still idle who could have been chosen instead, with the keys
        that they lost by (see the strategy), likely ones first."""
        pool = ticket.through
        if pool is None or not pool.idle:
            return Rivals([], 0)
        rows = pool.index.standing(limit)
        return Rivals(rows, pool.idle - len(rows))

    def ruled_out(self, ticket: Ticket, limit: int = LISTED) -> RuledOut:
        """Why a waiting call waits: agents who meet what it asks for now, with their states."""
        rows: dict[str, AgentState] = {}
        more = 0
        for pool in ticket.asks:
            members = pool.members
            room = limit - len(rows)
            for seat in members[:room]:
                rows[seat.id] = seat.agent.becomes or seat.agent.status.state
            more += max(0, len(members) - room)
        return RuledOut(list(rows.items()), more)

    def members(self, queue: str, requirements: Sequence[Requirement]) -> Iterator[Agent]:
        """Everybody in the file who meets one of them, each once: a scan, for views."""
        seen: dict[str, Agent] = {}
        for requirement in requirements:
            pool = self._pools.find(queue, requirement)
            self._let_go(queue, (pool,))
            seen.update({seat.agent.id: seat.agent for seat in pool.members})
        return iter(seen.values())
