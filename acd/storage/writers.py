"""The two ways to bring a batch into a database in one transaction.

Both run prepared text with the driver's own `executemany`. SQLite's runs in one thread of the
writer's own: a batch is some fifteen statements, and one change of thread for all of them costs a
tenth of what aiosqlite's change for each would. Within it, sqlite3 lets the event loop run during
every row.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Protocol, TypeAlias

import asyncpg
from sqlalchemy import URL, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from acd.errors import StoreUnavailable
from acd.storage import tables
from acd.storage.batch import Row
from acd.storage.database import connect_sqlite
from acd.storage.errors import DatabaseReplaced, FactRefused
from acd.storage.statements import Statement, compile_statements
from acd.storage.steps import Step

Steps: TypeAlias = Sequence[tuple[Step, Sequence[Row]]]

JOURNAL_BUSY_MS = 1000
"""How long the journal waits for another writer of the SQLite file before it turns to the spool."""

COMMIT_WITHIN = 3.0
"""Seconds that a commit waits for PostgreSQL: an agent and a customer wait for it."""


class FactWriter(Protocol):
    """Writes batches. Raises StoreUnavailable (try again: it may or may not have been written; where
    it is DatabaseReplaced, after preparing the database again) or FactRefused (nothing of it was
    written, and it will not be next time either)."""

    async def last_seq(self, writer: int) -> int:
        """The last fact of this writer that is in the database; 0 where there is none."""

    async def write(self, steps: Steps) -> None: ...

    async def close(self) -> None: ...


_FileId: TypeAlias = tuple[int, int]
"""Device and inode."""


def _file_id(path: Path) -> _FileId | None:
    """Which file is at the path; None where none can be seen."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


class SqliteWriter:
    """Writes to one SQLite file from one thread, `name`. `connect` is called in that thread.

    SQLite goes on writing into a file that was deleted or replaced: so each batch counts as written
    only if the file is still the one at `path`.
    """

    def __init__(
        self,
        path: Path,
        connect: Callable[[], sqlite3.Connection],
        statements: Mapping[Step, Statement],
        *,
        name: str = "journal",
    ) -> None:
        self._path = path
        self._wal = path.with_name(f"{path.name}-wal")
        self._connect = connect
        self._file: _FileId | None = None
        self._wal_file: _FileId | None = None
        self._sql = {step: statement.sql for step, statement in statements.items()}
        self._connection: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def write(self, steps: Steps) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._write, steps)

    async def last_seq(self, writer: int) -> int:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._last_seq, writer)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown()

    def _write(self, steps: Steps) -> None:
        try:
            connection = self._connected()
            connection.execute("BEGIN IMMEDIATE")
            for step, rows in steps:
                connection.executemany(self._sql[step], rows)
            connection.execute("COMMIT")
            self._demand_in_place()
        except (
            sqlite3.IntegrityError,
            sqlite3.DataError,
            sqlite3.ProgrammingError,
            sqlite3.InterfaceError,
            OverflowError,
            ValueError,
        ) as error:
            self._disconnect()
            raise FactRefused(f"SQLite refuses it: {error}") from error
        except sqlite3.Error as error:
            self._disconnect()
            raise StoreUnavailable(f"SQLite: {error}") from error

    def _last_seq(self, writer: int) -> int:
        try:
            row = (
                self._connected()
                .execute("SELECT last_seq FROM journals WHERE writer = ?", (writer,))
                .fetchone()
            )
        except sqlite3.Error as error:
            self._disconnect()
            raise StoreUnavailable(f"SQLite: {error}") from error
        return 0 if row is None else int(row[0])

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect()
            self._file, self._wal_file = _file_id(self._path), None
        return self._connection

    def _demand_in_place(self) -> None:
        """Raise DatabaseReplaced unless the path still leads to the file that is open."""
        found = _file_id(self._path)
        if found is not None and found == self._file:
            if self._wal_file is None:
                self._wal_file = _file_id(self._wal)
            return
        self._disconnect()
        if self._wal_file is not None and _file_id(self._wal) == self._wal_file:
            # It belongs to the file that is gone: SQLite would play it into the new one.
            self._wal.unlink(missing_ok=True)
            self._path.with_name(f"{self._path.name}-shm").unlink(missing_ok=True)
        what = "was deleted" if found is None else "was replaced"
        raise DatabaseReplaced(f"SQLite: the file {self._path} {what} while it was open")

    def _disconnect(self) -> None:
        """Close, which rolls back what was not committed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class PostgresWriter:
    """Writes over one connection, kept open. A batch that takes longer than `timeout` seconds counts
    as a database that is away. `durable`: what is committed is on the disk, whatever the server's
    `synchronous_commit` says."""

    def __init__(
        self,
        engine: AsyncEngine,
        statements: Mapping[Step, Statement],
        *,
        timeout: float = 10.0,
        durable: bool = False,
    ) -> None:
        self._engine = engine
        self._durable = durable
        self._sql = {step: statement.sql for step, statement in statements.items()}
        self._timeout = timeout
        self._connection: AsyncConnection | None = None

    async def write(self, steps: Steps) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                connection = await self._connected()
                async with connection.transaction():
                    if self._durable:
                        await connection.execute("SET LOCAL synchronous_commit = on")
                    for step, rows in steps:
                        await connection.executemany(self._sql[step], rows)
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
            raise FactRefused(f"PostgreSQL refuses it: {error}") from error
        except (
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
            DBAPIError,
            OSError,
            TimeoutError,
        ) as error:
            await self._disconnect()
            raise StoreUnavailable(f"PostgreSQL: {error or type(error).__name__}") from error

    async def last_seq(self, writer: int) -> int:
        journals = tables.journals
        try:
            async with asyncio.timeout(self._timeout), self._engine.connect() as connection:
                found = await connection.scalar(
                    select(journals.c.last_seq).where(journals.c.writer == writer)
                )
        except (DBAPIError, OSError, TimeoutError) as error:
            raise StoreUnavailable(f"PostgreSQL: {error}") from error
        return 0 if found is None else int(found)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None:
            self._connection = await self._engine.connect()
        raw = (await self._connection.get_raw_connection()).driver_connection
        assert isinstance(raw, asyncpg.Connection)
        return raw

    async def _disconnect(self) -> None:
        """Drop the connection without a word: the far side may be gone."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.invalidate()
            await connection.close()


def fact_writer(url: URL, engine: AsyncEngine) -> FactWriter:
    """The writer for this database."""
    statements = compile_statements(engine.dialect)
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        return SqliteWriter(
            path, partial(connect_sqlite, str(path), busy_ms=JOURNAL_BUSY_MS), statements
        )
    return PostgresWriter(engine, statements)


def commit_writer(url: URL, engine: AsyncEngine) -> FactWriter:
    """A writer whose transactions are on the disk when `write` returns. Of another file handle and
    thread than the journal's, so that neither waits for the other's batches longer than the database
    demands."""
    statements = compile_statements(engine.dialect)
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        connect = partial(connect_sqlite, str(path), busy_ms=JOURNAL_BUSY_MS, durable=True)
        return SqliteWriter(path, connect, statements, name="commits")
    return PostgresWriter(engine, statements, timeout=COMMIT_WITHIN, durable=True)
