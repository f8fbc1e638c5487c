"""Insertions and changes as SQLAlchemy Core states them, with the values of a row left open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Table, Update, bindparam, func, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import Insert

from acd.storage.chunks import chunks


def insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insertion that this database lets turn into a change."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def upsert(
    dialect: str,
    table: Table,
    columns: Sequence[str],
    *,
    replace: Sequence[str] = (),
    keep: Sequence[str] = (),
    fill: Sequence[str] = (),
) -> Insert:
    """Insert; of a row that is there, `replace` what is named, of `keep` only what is given now, and of
    `fill` only what was not known."""
    row = insert(dialect, table).values({name: bindparam(name) for name in columns}).inline()
    changes: dict[str, object] = {name: row.excluded[name] for name in replace}
    changes |= {name: func.coalesce(row.excluded[name], table.c[name]) for name in keep}
    changes |= {name: func.coalesce(table.c[name], row.excluded[name]) for name in fill}
    if not changes:
        return row.on_conflict_do_nothing()
    return row.on_conflict_do_update(index_elements=list(table.primary_key), set_=changes)


def names(table: Table, *without: str) -> list[str]:
    """The columns of a table in their order."""
    return [column.name for column in table.columns if column.name not in without]


def update_where(
    table: Table, key: Sequence[str], *, replace: Sequence[str] = (), keep: Sequence[str] = ()
) -> Update:
    """Change the rows with this key: `replace` what is named, and of `keep` only what is given now."""
    changes: list[tuple[Column[object], object]] = [
        (table.c[name], bindparam(f"new_{name}", type_=table.c[name].type)) for name in replace
    ]
    changes += [
        (table.c[name], func.coalesce(bindparam(f"new_{name}", type_=table.c[name].type), table.c[name]))
        for name in keep
    ]
    statement = update(table).ordered_values(*changes)
    for name in key:
        statement = statement.where(table.c[name] == bindparam(f"key_{name}", type_=table.c[name].type))
    return statement


async def execute_all(
    connection: AsyncConnection, statement: Insert, rows: Iterator[dict[str, Any]]
) -> int:
    """The statement for each row, in small portions; how many rows they were."""
    count = 0
    for chunk in chunks(rows):
        await connection.execute(statement, chunk)
        count += len(chunk)
    return count
