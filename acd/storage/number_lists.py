"""The blacklist and the do-not-call list: read, and changed by people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Table, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.archive import BlacklistEntry, Page
from acd.reached import DoNotCallEntry
from acd.storage import tables as t
from acd.storage.bounds import NUMBER, TEXT, demand, fit
from acd.storage.changes import execute_all, insert, names
from acd.storage.newest_first import NewestFirst
from acd.storage.selecting import columns_of

E = TypeVar("E", BlacklistEntry, DoNotCallEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberList(Generic[E]):
    """Numbers, each with a reason and who signed for it. The columns are the entry's fields."""

    table: Table
    entry: type[E]

    async def read(self, connection: AsyncConnection, limit: int, cursor: str | None) -> Page[E]:
        """Newest first."""
        listed = NewestFirst(
            record=self.entry,
            columns=columns_of(self.table, self.entry),
            at=self.table.c.created_at,
            id=self.table.c.number,
        )
        return await listed.read(connection, (), limit, cursor)

    async def put(self, connection: AsyncConnection, entries: Iterable[E]) -> int:
        """Insert or replace by number; how many. Raises ValueRefused."""
        row = insert(connection.dialect.name, self.table)
        statement = row.on_conflict_do_update(
            index_elements=[self.table.c.number],
            set_={name: row.excluded[name] for name in names(self.table, "number")},
        )
        return await execute_all(connection, statement, (_row(entry) for entry in entries))

    async def delete(self, connection: AsyncConnection, number: str) -> bool:
        """Whether it was there."""
        result = await connection.execute(
            delete(self.table).where(self.table.c.number == fit(number, NUMBER))
        )
        return result.rowcount == 1


def _row(entry: BlacklistEntry | DoNotCallEntry) -> dict[str, Any]:
    demand("number", entry.number, NUMBER)
    demand("reason", entry.reason, TEXT)
    demand("author", entry.author, TEXT)
    return asdict(entry)


BLACKLIST: Final = NumberList(table=t.blacklist, entry=BlacklistEntry)
DO_NOT_CALL: Final = NumberList(table=t.do_not_call, entry=DoNotCallEntry)
