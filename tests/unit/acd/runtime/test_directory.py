"""The directory in memory follows what has been stored."""

from __future__ import annotations

from dataclasses import replace

from acd.core.events import Blacklisted, CallArrived, Customer
from acd.core.facts import CallAnswered
from acd.core.numbering import Numbering
from acd.core.routing import Effect, LastAgentWithin, Rule
from acd.ports import DirectoryEntry
from acd.runtime.directory import Directory, Known, remembered_for
from tests.unit.acd.runtime.centre import routing

NUMBER = "13800138000"
KNOWN = Customer(number=NUMBER, name="Li", last_agent="1001", last_agent_at=5.0, last_agent_by="call")
ARRIVED = CallArrived(call="c1", node="a", dialled="400", caller=NUMBER)


def known(directory: Directory) -> Customer | None:
    return directory.enrich(ARRIVED, 10.0).customer


def test_a_changed_customer_keeps_the_last_agent_unless_another_is_named() -> None:
    directory = Directory()
    directory.customer_changed(NUMBER, KNOWN)
    directory.customer_changed(NUMBER, Customer(number=NUMBER, tier="vip"))
    assert known(directory) == Customer(
        number=NUMBER, tier="vip", last_agent="1001", last_agent_at=5.0, last_agent_by="call"
    )
    ordered = Customer(number=NUMBER, last_agent="1002", last_agent_at=7.0, last_agent_by="order")
    directory.customer_changed(NUMBER, ordered)
    assert known(directory) == ordered
    directory.customer_changed(NUMBER, None)
    assert known(directory) is None


def test_a_new_customer_is_known_as_given() -> None:
    directory = Directory()
    directory.customer_changed(NUMBER, KNOWN)
    assert known(directory) == KNOWN


def answered(number: str, agent: str, at: float) -> CallAnswered:
    return CallAnswered(
        call="c1",
        offer="c1-o1",
        agent=agent,
        queue="orders",
        business=None,
        caller=number,
        at=at,
        wait=0.0,
        within_service_level=True,
    )


async def test_what_changes_while_the_database_is_read_is_newer_than_what_it_says() -> None:
    directory = Directory()

    async def load() -> Known:
        directory.take([answered(NUMBER, "1009", 20.0)])
        directory.blacklist_changed("666", None, None)
        entry = DirectoryEntry(blacklisted=Blacklisted(reason="abuse", author="ops"))
        return [KNOWN], [("666", entry)]

    await directory.read(load, served_since=0.0)
    assert known(directory) == replace(KNOWN, last_agent="1009", last_agent_at=20.0)
    assert directory.enrich(replace(ARRIVED, caller="666"), 10.0).blacklisted is None


async def test_who_was_only_served_longer_ago_than_any_rule_looks_back_is_forgotten() -> None:
    directory = Directory()
    stranger = Customer(number=NUMBER, last_agent="1001", last_agent_at=5.0, last_agent_by="call")

    async def load() -> Known:
        return [stranger], []

    await directory.read(load, served_since=5.0)
    assert known(directory) == stranger
    await directory.read(load, served_since=5.1)
    assert known(directory) is None


def test_how_far_back_the_rules_look() -> None:
    plan = routing()
    assert remembered_for(plan) == 0.0
    conditions = (LastAgentWithin(seconds=60.0), LastAgentWithin(seconds=90.0))
    rules = tuple(Rule(name="r", when=(each,), then=Effect()) for each in conditions)
    assert remembered_for(replace(plan, rules=rules)) == 90.0


async def test_all_writings_of_a_number_find_the_same_customer() -> None:
    """Also in rows that were stored before the routing said how numbers are written."""
    directory = Directory(Numbering("CN"))
    entry = DirectoryEntry(blacklisted=Blacklisted(reason="abuse", author="ops"))

    async def load() -> Known:
        return [Customer(number="013800138000", tier="vip")], [("8613900000001", entry)]

    await directory.read(load, served_since=0.0)
    for came, mark in (("13800138000", None), ("8613800138000", "+8613800138000")):
        found = directory.enrich(replace(ARRIVED, caller=came, written=mark), 10.0)
        assert found.customer is not None
        assert (found.caller, found.written) == ("+8613800138000", mark or came)
    found = directory.enrich(replace(ARRIVED, caller="013900000001"), 10.0)
    assert found.blacklisted == entry.blacklisted
    assert directory.enrich(replace(ARRIVED, caller=None), 10.0).caller is None
