"""Lists in pages, newest first: what every list of records in the database has in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.archive import Page
from acd.storage.paging import decode_cursor, demand_limit, encode_cursor

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestFirst(Generic[R]):
    """How the records of one table are listed.

    `columns` are the record's fields in their order. `at` is the column of the instant that orders them,
    `id` that of the key that orders those of the same instant; both are fields of the record. `key` is
    what a cursor holds of the two.
    """

    record: type[R]
    columns: Sequence[ColumnElement[Any]]
    at: ColumnElement[float]
    id: ColumnElement[Any]
    key: type[tuple[float, Any]] = tuple[float, str]

    def statement(
        self, conditions: Sequence[ColumnElement[bool]], limit: int, cursor: str | None
    ) -> Select[Any]:
        """The page that the cursor asks for and one row more. Raises BadCursor, ValueRefused."""
        statement = select(*self.columns).where(*conditions)
        if cursor is not None:
            before = tuple_(*decode_cursor(cursor, self.key))
            statement = statement.where(tuple_(self.at, self.id) < before)
        return statement.order_by(self.at.desc(), self.id.desc()).limit(demand_limit(limit) + 1)

    async def read(
        self,
        connection: AsyncConnection,
        conditions: Sequence[ColumnElement[bool]],
        limit: int,
        cursor: str | None,
    ) -> Page[R]:
        """The page of those that meet all conditions. Raises BadCursor, ValueRefused."""
        rows = (await connection.execute(self.statement(conditions, limit, cursor))).all()
        items = [self.record(**row._mapping) for row in rows[:limit]]
        more = len(rows) > limit
        return Page(items=items, next_cursor=self._cursor(rows[limit - 1]) if more else None)

    def _cursor(self, last: Row[Any]) -> str:
        return encode_cursor((last._mapping[self.at], last._mapping[self.id]))
