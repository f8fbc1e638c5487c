"""Connecting: URLs, engines and SQLite's settings."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from acd.errors import StoreUnavailable
from acd.storage.errors import UnsupportedDatabase, ValueRefused

BUSY_MS = 5000
"""How long SQLite waits for another writer of the file."""

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA wal_autocheckpoint = 4000",  # pages: the tree tops are copied back less often
)


def database_url(text: str) -> URL:
    """The URL with the asynchronous driver filled in; raises UnsupportedDatabase.

    Taken are `sqlite:///FILE` and `postgresql://...`, with or without "+aiosqlite" and "+asyncpg".
    """
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise UnsupportedDatabase("The database URL cannot be read.") from error
    match url.drivername:
        case "sqlite" | "sqlite+aiosqlite":
            if url.database in (None, "", ":memory:"):
                raise UnsupportedDatabase("SQLite needs a file: sqlite:///path/to/file")
            return url.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres" | "postgresql+asyncpg":
            return url.set(drivername="postgresql+asyncpg")
        case other:
            raise UnsupportedDatabase(f"Strowger uses sqlite or postgresql, not {other!r}.")


DURABLE = "PRAGMA synchronous = FULL"
"""A commit returns when it is on the disk, and with it all that was committed to the file before."""


def connect_sqlite(file: str, *, busy_ms: int = BUSY_MS, durable: bool = False) -> sqlite3.Connection:
    """A plain connection in autocommit mode, with the project's settings."""
    connection = sqlite3.connect(file, isolation_level=None, timeout=busy_ms / 1000)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    if durable:
        connection.execute(DURABLE)
    return connection


def create_engine(url: URL) -> AsyncEngine:
    """An engine for reading and for the API's changes. Connects when first used."""
    if url.get_backend_name() == "sqlite":
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
        engine = create_async_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_MS / 1000})
        listen_for_connections(engine)
        return engine
    return create_async_engine(
        url,
        hide_parameters=True,  # they are numbers and names of callers
        pool_size=5,
        max_overflow=5,
        pool_timeout=10,
        pool_pre_ping=True,
        connect_args={"timeout": 5, "command_timeout": 30},
    )


def listen_for_connections(engine: AsyncEngine) -> None:
    """Have every new connection of a SQLite engine use the project's settings."""

    def set_up(connection: DBAPIConnection, _: object) -> None:
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    event.listen(engine.sync_engine, "connect", set_up)


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection whose errors mean: the database is away."""
    async with _available(), engine.connect() as connection:
        yield connection


@asynccontextmanager
async def changing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction, committed at the end; errors as in `reading`."""
    async with _available(), engine.begin() as connection:
        yield connection


@asynccontextmanager
async def _available() -> AsyncIterator[None]:
    try:
        yield
    except (DataError, IntegrityError, OverflowError) as error:
        raise ValueRefused(f"The database refuses it: {_said(error)}") from error
    except (TimeoutError, DBAPIError, PoolTimeoutError, OSError, sqlite3.Error) as error:
        raise StoreUnavailable(f"The database cannot be reached: {_said(error)}") from error


def _said(error: BaseException) -> str:
    """What the driver said, without the statement around it."""
    return str(error.orig if isinstance(error, DBAPIError) else error) or type(error).__name__
