"""Customers: their list, and the changes that people make.

Putting a customer replaces name and tier. His last agent is replaced only where one is given, as by
order or by call as `last_agent_by` says (by order where it says nothing): a list of customers that is
imported again must not make the centre forget who served them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, case, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.archive import Page
from acd.core.events import Customer
from acd.storage import tables as t
from acd.storage.bounds import ID, NAME, NUMBER, TEXT, demand, demand_optional, fit
from acd.storage.changes import execute_all, insert
from acd.storage.errors import ValueRefused
from acd.storage.paging import decode_cursor, demand_limit, encode_cursor
from acd.storage.recall import customer_of


async def read_customers(
    connection: AsyncConnection, tier: str | None, limit: int, cursor: str | None
) -> Page[Customer]:
    """By number, since customers have no time of their own."""
    conditions: list[ColumnElement[bool]] = []
    if tier is not None:
        conditions.append(t.customers.c.tier == fit(tier, NAME))
    if cursor is not None:
        conditions.append(t.customers.c.number > decode_cursor(cursor, str))
    rows = (
        await connection.execute(
            select(t.customers)
            .where(*conditions)
            .order_by(t.customers.c.number)
            .limit(demand_limit(limit) + 1)
        )
    ).all()
    items = [customer_of(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=encode_cursor(items[-1].number) if len(rows) > limit else None)


async def read_customer(connection: AsyncConnection, number: str) -> Customer | None:
    row = (
        await connection.execute(select(t.customers).where(t.customers.c.number == fit(number, NUMBER)))
    ).one_or_none()
    return None if row is None else customer_of(row)


async def put_customers(connection: AsyncConnection, customers: Iterable[Customer]) -> int:
    row = insert(connection.dialect.name, t.customers)
    new, old = row.excluded, t.customers.c
    statement = row.on_conflict_do_update(
        index_elements=[old.number],
        set_={
            "name": new.name,
            "tier": new.tier,
            **{
                f"{by}_{what}": case(
                    (new[f"{by}_agent"].is_not(None), new[f"{by}_{what}"]), else_=old[f"{by}_{what}"]
                )
                for by in ("order", "call")
                for what in ("agent", "at")
            },
        },
    )
    return await execute_all(connection, statement, map(_customer_row, customers))


def _customer_row(customer: Customer) -> dict[str, Any]:
    agent = demand_optional("last_agent", customer.last_agent, ID)
    by = customer.last_agent_by or "order"
    if by not in ("order", "call"):
        raise ValueRefused(f"last_agent_by is 'order' or 'call', not {by!r}.")
    ordered = by == "order" and agent is not None
    called = by == "call" and agent is not None
    return {
        "number": demand("number", customer.number, NUMBER),
        "name": demand_optional("name", customer.name, TEXT),
        "tier": demand_optional("tier", customer.tier, NAME),
        "order_agent": agent if ordered else None,
        "order_at": customer.last_agent_at if ordered else None,
        "call_agent": agent if called else None,
        "call_at": customer.last_agent_at if called else None,
    }


async def delete_customer(connection: AsyncConnection, number: str) -> bool:
    result = await connection.execute(
        delete(t.customers).where(t.customers.c.number == fit(number, NUMBER))
    )
    return result.rowcount == 1
