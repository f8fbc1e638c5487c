"""Fixed order and round robin: by a queue's order of its agents."""

from __future__ import annotations

from collections.abc import Container, Sequence

from acd.core.routing import Strategy
from acd.core.seat import Seat
from acd.core.strategies.keyed import Entry, Keyed


class Order:
    """A queue's order: first the agents it names, then the others in the order of the file."""

    __slots__ = ("_named",)

    def __init__(self, named: Sequence[str]) -> None:
        self._named = {agent: position for position, agent in enumerate(named)}

    def position(self, seat: Seat) -> int:
        """From 0; different for different agents."""
        position = self._named.get(seat.agent.id)
        return len(self._named) + seat.rank if position is None else position


class Rotation:
    """Whose turn it is in a queue: the turn in which each agent was last offered a call of it."""

    __slots__ = ("_last", "_turn")

    def __init__(self) -> None:
        self._turn = 0
        self._last: dict[str, int] = {}

    def offered(self, agent_id: str) -> None:
        """He is offered a call, so he is the last in line now."""
        self._turn += 1
        self._last[agent_id] = self._turn

    def turn(self, agent_id: str) -> int:
        """When he was last offered one; 0: never."""
        return self._last.get(agent_id, 0)

    def keep(self, agent_ids: Container[str]) -> None:
        """Forget all agents but these."""
        self._last = {agent: turn for agent, turn in self._last.items() if agent in agent_ids}


class FixedOrder(Keyed):
    """By (position)."""

    __slots__ = ("_order",)

    strategy = Strategy.FIXED_ORDER

    def __init__(self, order: Order) -> None:
        super().__init__()
        self._order = order

    def entry(self, seat: Seat) -> Entry:
        return (self._order.position(seat), seat.mark, seat)


class RoundRobin(Keyed):
    """By (the turn in which he was last offered a call of the queue, position)."""

    __slots__ = ("_order", "_rotation")

    strategy = Strategy.ROUND_ROBIN

    def __init__(self, order: Order, rotation: Rotation) -> None:
        super().__init__()
        self._order = order
        self._rotation = rotation

    def entry(self, seat: Seat) -> Entry:
        turn = self._rotation.turn(seat.agent.id)
        return (turn, self._order.position(seat), seat.mark, seat)
