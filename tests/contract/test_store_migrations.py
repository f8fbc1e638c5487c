"""Tables and migrations say the same, on every database; a newer database is left alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from acd.errors import StoreUnavailable
from acd.runtime.tasks import TaskKeeper
from acd.storage.database import create_engine, database_url
from acd.storage.errors import DatabaseTooNew
from acd.storage.migrate import current_revision, upgrade
from acd.storage.store import open_archive, open_store
from acd.storage.tables import metadata


def difference(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, metadata))


async def test_the_migrations_make_what_the_tables_say(url: str) -> None:
    location = database_url(url)
    await upgrade(location)
    engine = create_engine(location)
    async with engine.connect() as connection:
        assert await connection.run_sync(difference) == []
        assert await connection.run_sync(indices_of_database) == indices_of_tables()
        assert await connection.run_sync(current_revision) == "0003"
    await engine.dispose()


def indices_of_database(connection: Connection) -> set[str]:
    """By name, since the comparison above leaves out partial indices."""
    return {
        str(index["name"])
        for table in metadata.tables
        for index in inspect(connection).get_indexes(table)
        if "duplicates_constraint" not in index
    }


def indices_of_tables() -> set[str]:
    return {str(index.name) for table in metadata.tables.values() for index in table.indexes}


async def test_upgrading_again_changes_nothing_and_at_once_is_done_once(url: str) -> None:
    location = database_url(url)
    await asyncio.gather(*(upgrade(location) for _ in range(4)))
    async with open_archive(url) as archive:
        await archive.ping()


async def test_a_newer_database_is_refused_and_left_alone(
    url: str, tmp_path: Path, keeper: TaskKeeper
) -> None:
    location = database_url(url)
    await upgrade(location)
    engine = create_engine(location)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match="9999"):
        await upgrade(location)
    with pytest.raises(DatabaseTooNew):
        async with open_store(url, spool=tmp_path / "spool", keeper=keeper):
            pass
    with pytest.raises(DatabaseTooNew):
        async with open_archive(url):
            pass
    async with engine.connect() as connection:
        assert await connection.run_sync(current_revision) == "9999"
    await engine.dispose()


async def test_a_database_that_is_away_cannot_be_upgraded() -> None:
    with pytest.raises(StoreUnavailable):
        await upgrade(database_url("postgresql://nobody@127.0.0.1:1/away"))
