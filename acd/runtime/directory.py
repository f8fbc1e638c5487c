"""Customers and blacklist in memory, so that no call waits for a database look-up.

Loaded once at start, then kept current by the API's changes and by the facts themselves: whoever
answers a caller becomes his last agent. About 300 bytes a customer; see docs/adr.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from acd.core.events import Blacklisted, CallArrived, Customer
from acd.core.facts import CallAnswered, Fact
from acd.ports import DirectoryEntry


class Directory:
    """What is known of numbers. A FactSink: it learns last agents from CallAnswered."""

    def __init__(
        self,
        customers: Iterable[Customer] = (),
        blacklist: Iterable[tuple[str, DirectoryEntry]] = (),
    ) -> None:
        self.replace(customers, blacklist)

    def replace(
        self, customers: Iterable[Customer], blacklist: Iterable[tuple[str, DirectoryEntry]]
    ) -> None:
        """Forget everything and know this."""
        self._customers = {customer.number: customer for customer in customers}
        self._blacklist: dict[str, tuple[Blacklisted, float | None]] = {
            number: (entry.blacklisted, entry.expires_at)
            for number, entry in blacklist
            if entry.blacklisted is not None
        }

    def enrich(self, arrived: CallArrived, now: float) -> CallArrived:
        """The same call with what is known of its caller."""
        number = arrived.caller
        if number is None:
            return arrived
        customer = self._customers.get(number)
        blacklisted = self._blacklisted(number, now)
        if customer is None and blacklisted is None:
            return arrived
        return replace(arrived, customer=customer, blacklisted=blacklisted)

    def _blacklisted(self, number: str, now: float) -> Blacklisted | None:
        entry = self._blacklist.get(number)
        if entry is None:
            return None
        blacklisted, expires_at = entry
        return blacklisted if expires_at is None or now < expires_at else None

    def customer_changed(self, number: str, customer: Customer | None) -> None:
        if customer is None:
            self._customers.pop(number, None)
            return
        known = self._customers.get(number)
        if known is not None and customer.last_agent is None:
            customer = replace(known, name=customer.name, tier=customer.tier)
        self._customers[number] = customer

    def blacklist_changed(
        self, number: str, entry: Blacklisted | None, expires_at: float | None
    ) -> None:
        if entry is None:
            self._blacklist.pop(number, None)
        else:
            self._blacklist[number] = (entry, expires_at)

    def take(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            if type(fact) is CallAnswered and fact.caller is not None:
                self._served(fact.caller, fact.agent, fact.at)

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
