"""What the machines of calls, offers and agents share: the floor of the call centre.

They tell one another what happened by the events of each other's tables; everything else that two of
them need stands here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.core.call import Call, QueueDesk
from acd.core.commands import Command, Record
from acd.core.considered import Interned
from acd.core.deadlines import Deadlines
from acd.core.entry import Entry
from acd.core.estimating import estimates_for
from acd.core.facts import Fact, StaleEventSeen
from acd.core.matching import Matching
from acd.core.offer import Offer
from acd.core.routing import Routing
from acd.core.tapes import Tapes
from agents.roster import Roster

if TYPE_CHECKING:
    from random import Random

    from acd.core.callbacks import Callbacks
    from acd.core.calls import Calls
    from acd.core.events import RestoredOffer
    from acd.core.mailboxes import Mailboxes
    from acd.core.messages import Messages
    from acd.core.offers import Offers
    from acd.core.recordings import Recordings
    from acd.core.staff import Staff


class Floor:
    """Everything that lives, the moment of the decision, and what it has led to so far.

    `lost` are the nodes whose connection is gone. `interned` are values that many reasons share.
    `rings` are offers of the engine before, each with its caller's node ("": there is none), until it
    turns out what became of them. `ended` are calls of late with the number of their last offer, in
    case that one's channel comes back. `estimates` is None where no queue announces. `now` and
    `day_began` (the last local midnight) are UTC seconds. `secret_key`: the secret input that the last
    key belonged to, see `ivr.turns.Turn`.
    """

    __slots__ = (
        "call_machine",
        "callbacks",
        "calls",
        "commands",
        "day_began",
        "deadlines",
        "desks",
        "do_not_call",
        "ended",
        "entry",
        "estimates",
        "interned",
        "lost",
        "mailboxes",
        "matching",
        "messages",
        "now",
        "offer_machine",
        "offers",
        "random",
        "recordings",
        "rings",
        "roster",
        "routing",
        "secret_key",
        "staff",
        "tapes",
    )

    call_machine: Calls
    callbacks: Callbacks
    mailboxes: Mailboxes
    messages: Messages
    offer_machine: Offers
    recordings: Recordings
    staff: Staff

    def __init__(self, routing: Routing, random: Random) -> None:
        self.routing = routing
        self.entry = Entry(routing)
        self.roster = Roster(routing.agents)
        self.matching = Matching(routing, self.roster, random)
        self.deadlines = Deadlines()
        self.desks = {name: QueueDesk(queue) for name, queue in routing.queues.items()}
        self.tapes = Tapes(self)
        self.calls: dict[str, Call] = {}
        self.offers: dict[str, Offer] = {}
        self.rings: dict[str, tuple[RestoredOffer, str]] = {}
        self.ended: dict[str, int] = {}
        self.lost: set[str] = set()
        self.do_not_call: set[str] = set()
        self.random = random
        self.interned = Interned()
        self.estimates = estimates_for(routing, None)
        self.now = 0.0
        self.day_began = 0.0
        self.secret_key: str | None = None
        self.commands: list[Command] = []

    def record(self, fact: Fact) -> None:
        """Ask for a fact to be remembered."""
        self.commands.append(Record(fact=fact))

    def stale(self, what: str, subject: str) -> None:
        """An event came too late to matter, as it lawfully may; `what` is the row of the table."""
        self.commands.append(Record(fact=StaleEventSeen(at=self.now, what=what, subject=subject)))
