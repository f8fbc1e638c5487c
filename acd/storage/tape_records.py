"""What callers said in flows and surveys: which files are kept, and since when."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.reached import StoredTape
from acd.storage import tables as t
from acd.storage.bounds import TEXT, fit
from acd.storage.selecting import columns_of

_TAPE = columns_of(t.tapes, StoredTape)


async def read_tape(connection: AsyncConnection, file: str) -> StoredTape | None:
    found = await connection.execute(select(*_TAPE).where(t.tapes.c.file == fit(file, TEXT)))
    row = found.one_or_none()
    return None if row is None else StoredTape(**row._mapping)


async def read_kept(
    connection: AsyncConnection, until: float, limit: int, after: tuple[float, str] | None
) -> Sequence[StoredTape]:
    """The oldest first."""
    tapes = t.tapes.c
    conditions = [tapes.deleted_at.is_(None), tapes.made_at <= until]
    if after is not None:
        conditions.append(tuple_(tapes.made_at, tapes.file) > tuple_(*after))
    rows = await connection.execute(
        select(*_TAPE).where(*conditions).order_by(tapes.made_at, tapes.file).limit(limit)
    )
    return [StoredTape(**row._mapping) for row in rows]


async def read_named(connection: AsyncConnection, files: Collection[str]) -> frozenset[str]:
    """Those of these files that a message or a recording names, whatever has become of it."""
    wanted = [fit(file, TEXT) for file in files]
    named: set[str] = set()
    for column in (t.messages.c.file, t.tapes.c.file):
        named.update((await connection.execute(select(column).where(column.in_(wanted)))).scalars())
    return frozenset(named)
