"""Waiting calls and idle agents, matched without a scan.

How it is used: `ready` whenever an agent has become idle, `unready` whenever he stops being idle
otherwise than by a match, `place` whenever a call begins to wait, asks for something else, or waits
again after it was held. Each of them that returns a match has already taken the call out of the
waiting and the agents out of the idle. Between two calls of these no waiting call and idle agent who
meets what it asks for ever stand beside each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from acd.core.requirement import Requirement, Stage
from acd.core.routing import Needs, Routing
from acd.core.ticket import Ticket
from agents.model import AgentState
from agents.roster import Agent, Roster

if TYPE_CHECKING:
    from random import Random


class Candidates(NamedTuple):
    """A bounded look at a decision, for the record. `more` counts those left out."""

    rows: list[tuple[str, tuple[float, ...]]] | list[tuple[str, AgentState]]
    more: int


class Matching:
    """All that waits and all that is idle, by requirement."""

    def __init__(self, routing: Routing, roster: Roster, random: Random) -> None: ...

    def configure(self, routing: Routing) -> list[Ticket]:
        """Take a new configuration; `roster.replace` comes before.

        Ready agents stay ready (leaving ones don't). Every waiting ticket is now held; those that
        were waiting are returned in the order of their keys, to be placed again one by one.
        """
        raise NotImplementedError

    def stages(self, queue: str, extra: Needs = ()) -> tuple[Stage, ...]:
        """`requirement.stages` of a queue, remembered."""
        raise NotImplementedError

    # calls

    def ticket(
        self, call: str, queue: str, *, tier: int, arrived_at: float, head_start: float
    ) -> Ticket:
        """A new place, held until `place`. Tickets of equal keys go by the order of this call."""
        raise NotImplementedError

    def place(
        self, ticket: Ticket, requirements: tuple[Requirement, ...], reach: tuple[Requirement, ...]
    ) -> tuple[Agent, ...]:
        """Let the call ask for `requirements` from now on: the agents to ring, or () and it waits.

        The first requirement that has an idle agent wins, and within it the queue's strategy; with
        ring_all it is all idle agents of all requirements. `reach` is the widest that the call will
        ever ask for. To rejoin: `place(t, t.requirements, t.reach)`.
        """
        raise NotImplementedError

    def hold(self, ticket: Ticket) -> None:
        """The call waits no longer (prompt, transfer, gone); its key is kept. Fine if it is held."""
        raise NotImplementedError

    def logged_in(self, queue: str, requirement: Requirement) -> int:
        """How many of those who meet it are logged in."""
        raise NotImplementedError

    def idle(self, queue: str, requirement: Requirement) -> int:
        """How many of those who meet it are idle."""
        raise NotImplementedError

    def anyone(self, queue: str, reach: Sequence[Requirement]) -> bool:
        """Whether anybody is logged in who meets one of them."""
        raise NotImplementedError

    # agents

    def log_in(self, agent: Agent) -> None:
        """He counts as logged in. Before `ready`."""
        raise NotImplementedError

    def log_out(self, agent: Agent) -> list[Ticket]:
        """He counts no longer; after `unready`. Returns the waiting tickets that nobody logged in can
        ever serve now, in the order of their keys (they still wait: hold them)."""
        raise NotImplementedError

    def ready(self, agent: Agent) -> Ticket | None:
        """He is idle: the call that he is to take (now held), or None and he stands ready."""
        raise NotImplementedError

    def unready(self, agent: Agent) -> None:
        """He is not idle any more, and not because of a match. Fine if he wasn't."""
        raise NotImplementedError

    def new_day(self) -> None:
        """Local midnight: the roster's counters begin at 0, and the strategies know it."""
        raise NotImplementedError

    # for the record

    def rivals(self, ticket: Ticket, limit: int = 24) -> Candidates:
        """Right after a match: those still idle who could have been chosen instead, with the keys
        that they lost by (see the strategy), best first as far as is known without sorting."""
        raise NotImplementedError

    def ruled_out(self, ticket: Ticket, limit: int = 24) -> Candidates:
        """Why a waiting call waits: agents who meet what it asks for now, with their states."""
        raise NotImplementedError
