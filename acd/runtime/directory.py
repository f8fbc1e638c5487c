"""Customers and blacklist in memory, so that no call waits for a database look-up.

Loaded once at start, then kept current by the API's changes and by the facts themselves: whoever
answers a caller becomes his last agent. About 300 bytes a customer; see docs/adr.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from acd.core.events import Blacklisted, CallArrived, Customer
from acd.core.facts import CallAnswered, Fact
from acd.core.numbering import Numbering
from acd.core.routing import LastAgentWithin, Routing
from acd.ports import DirectoryEntry

Known: TypeAlias = tuple[Sequence[Customer], Sequence[tuple[str, DirectoryEntry]]]
"""What `acd.ports.Memory.load_directory` brings."""


class Directory:
    """What is known of numbers. A FactSink: it learns last agents from CallAnswered. All numbers are
    in canonical form from here on, if `numbering` says which that is."""

    def __init__(self, numbering: Numbering | None = None) -> None:
        self._numbering = numbering
        self._customers: dict[str, Customer] = {}
        self._blacklist: dict[str, tuple[Blacklisted, float | None]] = {}
        self._meanwhile: list[Callable[[], None]] | None = None
        """What was learned while the database is being read: newer than what it says."""

    async def read(self, load: Callable[[], Awaitable[Known]], *, served_since: float) -> None:
        """Know what `load` brings, and what changes while it does.

        Numbers of which nothing is known but that an agent served them before `served_since` (UTC
        seconds) are forgotten: no rule looks that far back. What `load` raises changes nothing.
        """
        self._meanwhile = []
        try:
            self._replace(*await load(), served_since)
            for learned in self._meanwhile:
                learned()
        finally:
            self._meanwhile = None

    def _replace(
        self,
        customers: Iterable[Customer],
        blacklist: Iterable[tuple[str, DirectoryEntry]],
        served_since: float,
    ) -> None:
        self._customers = {
            self._canonical(customer.number): customer
            for customer in customers
            if customer.tier or customer.name or (customer.last_agent_at or 0.0) >= served_since
        }
        self._blacklist = {
            self._canonical(number): (entry.blacklisted, entry.expires_at)
            for number, entry in blacklist
            if entry.blacklisted is not None
        }

    def enrich(self, arrived: CallArrived, now: float) -> CallArrived:
        """The same call with what is known of its caller."""
        number = arrived.caller
        if number is None:
            return arrived
        if self._numbering is not None:
            written = arrived.written or number
            number = self._numbering.canonical(written)
            arrived = replace(arrived, caller=number, written=written)
        customer = self._customers.get(number)
        blacklisted = self.blacklisted(number, now)
        if customer is None and blacklisted is None:
            return arrived
        return replace(arrived, customer=customer, blacklisted=blacklisted)

    def blacklisted(self, number: str, now: float) -> Blacklisted | None:
        """What the blacklist says of a number, unless that has expired."""
        entry = self._blacklist.get(number)
        if entry is None:
            return None
        blacklisted, expires_at = entry
        return blacklisted if expires_at is None or now < expires_at else None

    def customer_changed(self, number: str, customer: Customer | None) -> None:
        """See acd.ports.Centre."""
        self._learn(lambda: self._know_customer(number, customer))

    def blacklist_changed(
        self, number: str, entry: Blacklisted | None, expires_at: float | None
    ) -> None:
        """See acd.ports.Centre."""
        self._learn(lambda: self._know_blacklisted(number, entry, expires_at))

    def take(self, facts: Sequence[Fact]) -> None:
        """See acd.ports.FactSink."""
        for fact in facts:
            if type(fact) is CallAnswered and fact.caller is not None:
                self._learn(partial(self._served, fact.caller, fact.agent, fact.at))

    def _canonical(self, number: str) -> str:
        """Rows that are older than the routing's word for how numbers are written count all the same."""
        return number if self._numbering is None else self._numbering.canonical(number)

    def _learn(self, what: Callable[[], None]) -> None:
        what()
        if self._meanwhile is not None:
            self._meanwhile.append(what)

    def _know_customer(self, number: str, customer: Customer | None) -> None:
        if customer is None:
            self._customers.pop(number, None)
            return
        known = self._customers.get(number)
        if known is not None and customer.last_agent is None:
            customer = replace(known, name=customer.name, tier=customer.tier)
        self._customers[number] = customer

    def _know_blacklisted(
        self, number: str, entry: Blacklisted | None, expires_at: float | None
    ) -> None:
        if entry is None:
            self._blacklist.pop(number, None)
        else:
            self._blacklist[number] = (entry, expires_at)

    def _served(self, number: str, agent: str, at: float) -> None:
        """By last order where orders are known, else by last answered call (call-flow.md, 1.5)."""
        known = self._customers.get(number)
        if known is None:
            known = Customer(number=number)
        elif known.last_agent_by == "order":
            return
        self._customers[number] = replace(
            known, last_agent=agent, last_agent_at=at, last_agent_by="call"
        )


def remembered_for(routing: Routing) -> float:
    """How far back (seconds) any rule asks who served a caller last; 0 where none does."""
    return max(
        (
            condition.seconds
            for rule in routing.rules
            for condition in rule.when
            if isinstance(condition, LastAgentWithin)
        ),
        default=0.0,
    )
