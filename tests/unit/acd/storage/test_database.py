from __future__ import annotations

from pathlib import Path

import pytest

from acd.errors import StoreUnavailable
from acd.storage.database import connect_sqlite, create_engine, database_url, reading
from acd.storage.errors import UnsupportedDatabase


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///var/acd.db", "sqlite+aiosqlite:///var/acd.db"),
        ("sqlite+aiosqlite:////var/acd.db", "sqlite+aiosqlite:////var/acd.db"),
        ("postgresql://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgres://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgresql+asyncpg://u@h/d", "postgresql+asyncpg://u@h/d"),
    ],
)
def test_the_driver_is_filled_in(given: str, used: str) -> None:
    assert str(database_url(given)) == used


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://h/d", "sqlite://", "sqlite:///:memory:", "postgresql+psycopg://h/d"]
)
def test_other_databases_are_refused_without_showing_the_url(url: str) -> None:
    with pytest.raises(UnsupportedDatabase) as refusal:
        database_url(url)
    assert "secret" not in str(refusal.value)


def test_a_password_is_not_in_the_error() -> None:
    with pytest.raises(UnsupportedDatabase) as refusal:
        database_url("mysql://me:secret@host/d")
    assert "secret" not in str(refusal.value)


def test_sqlite_is_set_up_for_a_writer_beside_readers(tmp_path: Path) -> None:
    connection = connect_sqlite(str(tmp_path / "a.db"))
    for pragma, value in (("journal_mode", "wal"), ("synchronous", 1), ("foreign_keys", 1)):
        assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)
    connection.close()


async def test_reading_sqlite_is_set_up_the_same(tmp_path: Path) -> None:
    engine = create_engine(database_url(f"sqlite:///{tmp_path}/deeper/a.db"))
    async with reading(engine) as connection:
        for pragma, value in (
            ("journal_mode", "wal"),
            ("synchronous", 1),
            ("foreign_keys", 1),
            ("busy_timeout", 5000),
        ):
            assert (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar() == value
    await engine.dispose()


async def test_a_file_that_is_no_database_is_a_database_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("this is a shopping list, " * 100)
    engine = create_engine(database_url(f"sqlite:///{tmp_path}/a.db"))
    with pytest.raises(StoreUnavailable, match="not a database"):
        async with reading(engine):
            pass
    await engine.dispose()
