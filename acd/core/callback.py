"""A callback while it is open: the promise, and what is being done about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from acd.core.callbacks_table import CallbackState
from acd.core.views import CallbackView

if TYPE_CHECKING:
    from acd.core.call import Call
    from acd.core.callback_words import Attempt, AttemptOutcome, Callback, CallbackOutcome
    from acd.core.deadlines import Deadline
    from acd.core.ticket import Ticket
    from agents.roster import Agent


class Verdict(NamedTuple):
    """How a callback is to end, decided before it can."""

    outcome: CallbackOutcome
    by: str | None = None
    reason: str | None = None


class OpenCallback:
    """One promise that has not come to its end.

    `now` is its record as it stands. `timer` is when something happens to it by itself. `ticket` is its
    place, once it was due. While an attempt is under way: `call` is the call that it will be, `agent`
    who is to talk, `attempt` what was committed, `ringing_at` when the customer's phone began to ring,
    `outcome` how it ended. `reached_by` is the agent who talked with the customer. `offers` counts the
    offers made to agents for the attempt that is next. `told`: its end is in the store already.
    `engages`: his number counts as engaged for an attempt of which nobody knows what became.
    """

    __slots__ = (
        "agent",
        "attempt",
        "call",
        "engages",
        "now",
        "offers",
        "outcome",
        "reached_by",
        "ringing_at",
        "state",
        "ticket",
        "timer",
        "told",
        "verdict",
    )

    def __init__(self, callback: Callback) -> None:
        self.now = callback
        self.state = CallbackState.PLANNED
        self.timer: Deadline | None = None
        self.ticket: Ticket | None = None
        self.call: Call | None = None
        self.agent: Agent | None = None
        self.attempt: Attempt | None = None
        self.ringing_at: float | None = None
        self.outcome: AttemptOutcome | None = None
        self.verdict: Verdict | None = None
        self.reached_by: str | None = None
        self.offers = 0
        self.told = False
        self.engages = False

    @property
    def id(self) -> str:
        return self.now.id

    def view(self) -> CallbackView:
        """What can be seen of it."""
        return CallbackView(
            callback=self.now,
            state=self.state.value,
            attempt=self.call.id if self.call is not None else None,
            agent=self.agent.id if self.agent is not None else self.reached_by,
        )

    def change(self, **fields: Any) -> None:
        """Its record is another from now on."""
        self.now = replace(self.now, **fields)
