"""Missed calls: the list, and closing one by hand."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import ColumnElement, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.archive import Page, StoredMissedCall
from acd.storage import tables as t
from acd.storage.bounds import NAME, TEXT, demand, fit
from acd.storage.paging import decode_cursor, demand_limit, encode_cursor

_MISSED = [t.missed_calls.c[field.name] for field in fields(StoredMissedCall)]


async def read_missed_calls(
    connection: AsyncConnection,
    state: str | None,
    business: str | None,
    limit: int,
    cursor: str | None,
) -> Page[StoredMissedCall]:
    missed = t.missed_calls.c
    conditions: list[ColumnElement[bool]] = []
    if state is not None:
        conditions.append(missed.state == fit(state, NAME))
    if business is not None:
        conditions.append(missed.business == fit(business, NAME))
    if cursor is not None:
        conditions.append(
            tuple_(missed.at, missed.id) < tuple_(*decode_cursor(cursor, tuple[float, int]))
        )
    rows = (
        await connection.execute(
            select(*_MISSED)
            .where(*conditions)
            .order_by(missed.at.desc(), missed.id.desc())
            .limit(demand_limit(limit) + 1)
        )
    ).all()
    items = [StoredMissedCall(**row._mapping) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(items=items, next_cursor=encode_cursor((items[-1].at, items[-1].id)) if more else None)


async def close_missed_call(connection: AsyncConnection, id: int, why: str, at: float) -> bool:
    if not 0 < id <= t.MOST_SERIAL:
        return False
    missed = t.missed_calls
    result = await connection.execute(
        update(missed)
        .where(missed.c.id == id, missed.c.closed_at.is_(None))
        .values(state="closed", closed_at=at, closed_why=demand("why", why, TEXT))
    )
    return result.rowcount == 1
