"""The do-not-call list, and the changes that people make to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.archive import Page
from acd.reached import DoNotCallEntry
from acd.storage import tables as t
from acd.storage.bounds import NUMBER, TEXT, demand, fit
from acd.storage.changes import insert
from acd.storage.chunks import chunks
from acd.storage.paging import decode_cursor, demand_limit, encode_cursor

_ENTRY = [t.do_not_call.c[field.name] for field in fields(DoNotCallEntry)]


async def read_do_not_call(
    connection: AsyncConnection, limit: int, cursor: str | None
) -> Page[DoNotCallEntry]:
    """Newest first."""
    entries = t.do_not_call.c
    statement = select(*_ENTRY)
    if cursor is not None:
        key = tuple_(entries.created_at, entries.number)
        statement = statement.where(key < tuple_(*decode_cursor(cursor, tuple[float, str])))
    rows = (
        await connection.execute(
            statement.order_by(entries.created_at.desc(), entries.number.desc()).limit(
                demand_limit(limit) + 1
            )
        )
    ).all()
    items = [DoNotCallEntry(**row._mapping) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(
        items=items,
        next_cursor=encode_cursor((items[-1].created_at, items[-1].number)) if more else None,
    )


async def put_do_not_call(connection: AsyncConnection, entries: Iterable[DoNotCallEntry]) -> int:
    row = insert(connection.dialect.name, t.do_not_call)
    statement = row.on_conflict_do_update(
        index_elements=[t.do_not_call.c.number],
        set_={name: row.excluded[name] for name in ("reason", "author", "created_at")},
    )
    count = 0
    for chunk in chunks(_row(entry) for entry in entries):
        await connection.execute(statement, chunk)
        count += len(chunk)
    return count


def _row(entry: DoNotCallEntry) -> dict[str, Any]:
    demand("number", entry.number, NUMBER)
    demand("reason", entry.reason, TEXT)
    demand("author", entry.author, TEXT)
    return asdict(entry)


async def delete_do_not_call(connection: AsyncConnection, number: str) -> bool:
    result = await connection.execute(
        delete(t.do_not_call).where(t.do_not_call.c.number == fit(number, NUMBER))
    )
    return result.rowcount == 1
