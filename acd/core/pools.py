"""All pools: made for every queue's every step beforehand, others when they are first asked for.

Needs that rules add, and last agents, make requirements that no queue has. Their pools are made on
first use, through the index of the rarest of the skills or the group, not by looking at all agents.
Those that name an agent cost next to nothing and go as soon as nobody asks for them; of the others
the SPARE most recently used are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from acd.core.pool import Pool
from acd.core.requirement import Requirement, stages
from acd.core.routing import Queue, Strategy
from acd.core.seat import Seat
from acd.core.strategies.base import IdleIndex
from acd.core.strategies.chance import Uniform, Weighted
from acd.core.strategies.longest_idle import LongestIdle
from acd.core.strategies.order import FixedOrder, Order, Rotation, RoundRobin
from acd.core.strategies.ring_all import RingAll
from acd.core.strategies.skill import LeastSkilled, MostSkilled
from acd.core.strategies.today import FewestCalls, LeastTalkTime
from agents.roster import Agent, Roster

if TYPE_CHECKING:
    from random import Random

SPARE = 256

Name: TypeAlias = tuple[Requirement, Strategy, "str | None"]
"""What a pool is found by: requirement, strategy, and the queue where its order is the queue's own."""


class Pools:
    """The pools of one configuration. `rotations` outlive it, by queue."""

    def __init__(
        self,
        queues: Mapping[str, Queue],
        roster: Roster,
        seats: Mapping[str, Seat],
        rotations: Mapping[str, Rotation],
        random: Random,
    ) -> None:
        self._queues = queues
        self._roster = roster
        self._seats = seats
        self._rotations = rotations
        self._random = random
        self._pools: dict[Name, Pool] = {}
        self._spare: dict[Name, Pool] = {}
        self._orders = {queue.name: Order(queue.order) for queue in queues.values()}
        self._lasting: dict[str, dict[Requirement, Pool]] = {name: {} for name in queues}
        members: dict[Requirement, tuple[Seat, ...]] = {}
        for queue in queues.values():
            for stage in stages(queue):
                for requirement in stage.requirements:
                    name = self._name(queue.name, requirement)
                    if requirement not in members:
                        members[requirement] = self._members(requirement)
                    if name not in self._pools:
                        self._pools[name] = Pool(
                            requirement, members[requirement], self._index(name), lasting=True
                        )
                    self._lasting[queue.name][requirement] = self._pools[name]

    def __len__(self) -> int:
        return len(self._pools)

    def find(self, queue: str, requirement: Requirement) -> Pool:
        """The pool in which a call in this queue asks for this. `let_go` it when that is over."""
        pool = self._lasting[queue].get(requirement)
        if pool is not None:
            return pool
        name = self._name(queue, requirement)
        pool = self._pools.get(name)
        if pool is None:
            pool = Pool(requirement, self._members(requirement), self._index(name), lasting=False)
            self._pools[name] = pool
        else:
            self._spare.pop(name, None)
        return pool

    def lasting(self, queue: str, requirement: Requirement) -> Pool | None:
        """The pool of a requirement that the queue itself has; None where it has no such."""
        return self._lasting[queue].get(requirement)

    def let_go(self, queue: str, pool: Pool) -> None:
        """A pool that isn't lasting may not be needed any more. Fine if it has gone already."""
        name = self._name(queue, pool.requirement)
        if not pool.unused or name not in self._pools:
            return
        pool.clear()
        if pool.requirement.agent is not None:
            self._dissolve(name)
            return
        self._spare[name] = pool
        if len(self._spare) > SPARE:
            oldest = next(iter(self._spare))
            del self._spare[oldest]
            self._dissolve(oldest)

    def _dissolve(self, name: Name) -> None:
        self._pools.pop(name).dissolve()

    def _name(self, queue: str, requirement: Requirement) -> Name:
        strategy = self._queues[queue].strategy
        if requirement.agent is not None and strategy is not Strategy.RING_ALL:
            return requirement, Strategy.LONGEST_IDLE, None
        if strategy is Strategy.ROUND_ROBIN or strategy is Strategy.FIXED_ORDER:
            return requirement, strategy, queue
        return requirement, strategy, None

    def _members(self, requirement: Requirement) -> tuple[Seat, ...]:
        seats = self._seats
        return tuple(
            seats[agent.id] for agent in self._likely(requirement) if requirement.met_by(agent.profile)
        )

    def _likely(self, requirement: Requirement) -> Sequence[Agent]:
        """The shortest list, in the order of the file, that holds all who meet the requirement."""
        if requirement.agent is not None:
            agent = self._roster.get(requirement.agent)
            return () if agent is None or agent.leaving else (agent,)
        lists = [self._roster.skilled(skill) for skill, _ in requirement.needs]
        if requirement.group is not None:
            lists.append(self._roster.in_group(requirement.group))
        return min(lists, key=len) if lists else tuple(self._roster)

    def _index(self, name: Name) -> IdleIndex:
        requirement, strategy, queue = name
        match strategy:
            case Strategy.LONGEST_IDLE:
                return LongestIdle()
            case Strategy.MOST_SKILLED:
                return MostSkilled(requirement.needs)
            case Strategy.LEAST_SKILLED:
                return LeastSkilled(requirement.needs)
            case Strategy.FEWEST_CALLS:
                return FewestCalls(self._roster)
            case Strategy.LEAST_TALK_TIME:
                return LeastTalkTime(self._roster)
            case Strategy.ROUND_ROBIN | Strategy.FIXED_ORDER:
                return self._ordered(strategy, queue or "")
            case Strategy.RANDOM:
                return Uniform(self._random)
            case Strategy.WEIGHTED_RANDOM:
                return Weighted(self._random)
            case Strategy.RING_ALL:
                return RingAll()
        assert_never(strategy)

    def _ordered(
        self, strategy: Literal[Strategy.ROUND_ROBIN, Strategy.FIXED_ORDER], queue: str
    ) -> IdleIndex:
        """By the order that is the queue's own."""
        order = self._orders[queue]
        if strategy is Strategy.FIXED_ORDER:
            return FixedOrder(order)
        return RoundRobin(order, self._rotations[queue])
