"""Missed calls: the list, and closing one by hand."""

from __future__ import annotations

from sqlalchemy import ColumnElement, update
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.archive import Page, StoredMissedCall
from acd.storage import tables as t
from acd.storage.bounds import NAME, TEXT, demand, fit
from acd.storage.newest_first import NewestFirst
from acd.storage.selecting import columns_of

_NEWEST = NewestFirst(
    record=StoredMissedCall,
    columns=columns_of(t.missed_calls, StoredMissedCall),
    at=t.missed_calls.c.at,
    id=t.missed_calls.c.id,
    key=tuple[float, int],
)


async def read_missed_calls(
    connection: AsyncConnection,
    state: str | None,
    business: str | None,
    limit: int,
    cursor: str | None,
) -> Page[StoredMissedCall]:
    """Newest first."""
    missed = t.missed_calls.c
    conditions: list[ColumnElement[bool]] = []
    if state is not None:
        conditions.append(missed.state == fit(state, NAME))
    if business is not None:
        conditions.append(missed.business == fit(business, NAME))
    return await _NEWEST.read(connection, conditions, limit, cursor)


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
