"""A call's place among those who wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from acd.core.requirement import Requirement

if TYPE_CHECKING:
    from acd.core.pool import Pool

Entry: TypeAlias = "tuple[int, float, int, int, Ticket]"
"""(-tier, arrived at less head start, number of the ticket, its generation, the ticket)."""


class Ticket:
    """A call's place: its key never changes, whatever it asks for, however often it leaves and rejoins.

    `waiting`: it stands in the heaps of `asks`. Otherwise it is held: being rung for, hearing a
    prompt, or gone. `requirements` is what it asks for (now, or when it rejoins), `reach` the widest
    that it will ever ask for. `through` is the pool by which it was matched with one agent, until
    it is placed again.
    """

    __slots__ = (
        "asks",
        "call",
        "generation",
        "key",
        "queue",
        "reach",
        "requirements",
        "through",
        "waiting",
        "watched",
    )

    def __init__(self, call: str, queue: str, key: tuple[int, float, int]) -> None:
        self.call = call
        self.queue = queue
        self.key = key
        self.generation = 0
        self.waiting = False
        self.requirements: tuple[Requirement, ...] = ()
        self.reach: tuple[Requirement, ...] = ()
        self.asks: tuple[Pool, ...] = ()
        self.watched: tuple[Pool, ...] = ()
        self.through: Pool | None = None
