"""The directory in memory follows what has been stored."""

from __future__ import annotations

from acd.core.events import CallArrived, Customer
from acd.runtime.directory import Directory

NUMBER = "13800138000"
KNOWN = Customer(number=NUMBER, name="Li", last_agent="1001", last_agent_at=5.0, last_agent_by="call")
ARRIVED = CallArrived(call="c1", node="a", dialled="400", caller=NUMBER)


def known(directory: Directory) -> Customer | None:
    return directory.enrich(ARRIVED, 10.0).customer


def test_a_changed_customer_keeps_the_last_agent_unless_another_is_named() -> None:
    directory = Directory([KNOWN])
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
