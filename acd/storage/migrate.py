"""Bringing a database to this version's tables, and refusing one of a newer version."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, NullPool, inspect, text
from sqlalchemy import create_engine as create_sync_engine
from sqlalchemy.exc import DBAPIError

from acd.errors import StoreUnavailable
from acd.storage.database import connect_sqlite, create_engine
from acd.storage.errors import DatabaseTooNew

MIGRATIONS = Path(__file__).parent / "migrations"

LOCK = 0x5772_6F77_6765_7200
"""The advisory lock that PostgreSQL keeps while one of us migrates."""


def config() -> Config:
    """Alembic's configuration, without an ini file."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return made


TURN_MS = 60_000
"""So long one who upgrades waits for others who do: they take turns."""


async def upgrade(url: URL) -> None:
    """Bring the database (see `database_url`) to the newest schema that this version knows.

    Runs in a thread, since migrations are synchronous work. Raises
    DatabaseTooNew and changes nothing where a newer version has been at work; StoreUnavailable where
    the database is away.
    """
    try:
        if url.get_backend_name() == "sqlite":
            await asyncio.to_thread(_upgrade_file, url)
        else:
            await asyncio.to_thread(asyncio.run, _upgrade(url))
    except (DBAPIError, OSError, TimeoutError) as error:
        raise StoreUnavailable(f"The database cannot be reached: {error}") from error


def _upgrade_file(url: URL) -> None:
    """Without an event loop, which the driver's thread could outlive where it fails to connect."""
    file = Path(url.database or "")
    file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_sync_engine(
        "sqlite://",
        creator=lambda: connect_sqlite(str(file), busy_ms=TURN_MS),
        poolclass=NullPool,
    )
    with engine.connect() as connection:
        upgrade_connection(connection)
        connection.commit()


async def _upgrade(url: URL) -> None:
    engine = create_engine(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(upgrade_connection)
            await connection.commit()
    finally:
        await engine.dispose()


def upgrade_connection(connection: Connection) -> None:
    """The same over a connection; in one transaction that the caller commits."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    alembic = config()
    script = ScriptDirectory.from_config(alembic)
    current = current_revision(connection)
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise DatabaseTooNew(
            f"The database has the schema {current}, which this version does not know; "
            "it was written by a newer Strowger. Install that one, or restore a backup."
        )
    if current != script.get_current_head():
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "head")


def current_revision(connection: Connection) -> str | None:
    """The revision of the database's schema; None where it has none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found
