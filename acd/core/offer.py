"""An offer while it lives: one ringing of one agent for one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.core.offers_table import OfferState

if TYPE_CHECKING:
    from acd.core.call import Call
    from acd.core.deadlines import Deadline
    from acd.core.routing import Queue
    from agents.inputs import Input
    from agents.roster import Agent


def offer_id(call: str, number: int) -> str:
    """The name of a call's offer, which is also that of the agent's leg."""
    return f"{call}-o{number}"


def call_of(offer: str) -> str:
    """The call, or the attempt to make one, whose offer it is by its name."""
    return offer.rpartition("-o")[0]


def number_of(offer: str) -> int:
    """Which of its call's offers it is; 0 where the name says nothing of it."""
    number = offer.rpartition("-o")[2]
    return int(number) if number.isdecimal() else 0


class Offer:
    """One ringing of one agent, as long as his leg lives.

    `call` is None once the offer no longer concerns a call. `ringing_at` is when the phone began to
    ring, None before. `settle` is what happens to the agent when the leg is gone. `leg` is False when
    the leg is known to be gone already, so that nothing is asked of it. UTC seconds.
    """

    __slots__ = (
        "agent",
        "answered_at",
        "call",
        "id",
        "leg",
        "queue",
        "ringing_at",
        "settle",
        "state",
        "timer",
    )

    def __init__(self, offer_id: str, call: Call | None, agent: Agent, queue: Queue | None) -> None:
        self.id = offer_id
        self.call = call
        self.agent = agent
        self.queue = queue
        self.state = OfferState.RESERVED
        self.ringing_at: float | None = None
        self.answered_at: float | None = None
        self.timer: Deadline | None = None
        self.settle: Input | None = None
        self.leg = True
