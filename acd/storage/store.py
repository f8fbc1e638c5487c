"""Opening the store: the journal, the commits, the memory and the archive over one database.

async with open_store("sqlite:///var/acd.db", spool=Path("var/spool"), keeper=keeper) as store:
    restored = await store.memory.load_open(since_day)
    store.journal.take(facts)
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.core.events import Customer
from acd.core.past import PastCall
from acd.errors import StoreUnavailable
from acd.ports import DirectoryEntry, Restored
from acd.runtime.tasks import TaskKeeper
from acd.storage import promises, recall
from acd.storage.archive import SqlArchive
from acd.storage.commits import DurableCommits
from acd.storage.database import create_engine, database_url, reading
from acd.storage.journal import GATHER, WriteBehind
from acd.storage.migrate import upgrade
from acd.storage.past_calls import past_calls
from acd.storage.spool import Spool
from acd.storage.writers import commit_writer, fact_writer


class SqlMemory:
    """See acd.ports.Memory. Raises StoreUnavailable while the database is away, and while facts of an
    earlier run are still in the spool: without them, calls that have ended would look open."""

    def __init__(self, engine: AsyncEngine, journal: WriteBehind) -> None:
        self._engine = engine
        self._journal = journal

    async def load_open(self, since_day: float, *, surveyed_since: float = math.inf) -> Restored:
        if not self._journal.healthy:
            raise StoreUnavailable("Facts still wait in the spool to be written.")
        await self._journal.flush()
        async with reading(self._engine) as connection:
            return await recall.load_open(connection, since_day, surveyed_since)

    async def load_promises(self, *, surveyed_since: float) -> Restored:
        async with reading(self._engine) as connection:
            return await recall.load_promises(connection, surveyed_since)

    async def load_past(self, *, since: float, until: float) -> tuple[PastCall, ...]:
        async with reading(self._engine) as connection:
            return await past_calls(connection, since, until)

    async def load_directory(
        self,
    ) -> tuple[Sequence[Customer], Sequence[tuple[str, DirectoryEntry]]]:
        async with reading(self._engine) as connection:
            return await recall.load_directory(connection)

    async def load_do_not_call(self) -> frozenset[str]:
        async with reading(self._engine) as connection:
            return await promises.do_not_call(connection)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The four ports of one database. Somebody must `run` the commits."""

    journal: WriteBehind
    commits: DurableCommits
    memory: SqlMemory
    archive: SqlArchive


@asynccontextmanager
async def open_store(
    url: str,
    *,
    spool: Path,
    keeper: TaskKeeper,
    interval: float = GATHER,
    spool_max_bytes: int = 256 << 20,
    now: Callable[[], float] = time.time,
) -> AsyncIterator[Store]:
    """Migrate the database, write what the spool still holds, and start writing behind.

    A database that is away is no reason to turn calls away: the store opens all the same, facts go to
    the spool folder, and the rest is done when the database is back. Leave it before `keeper` closes.
    Raises UnsupportedDatabase, DatabaseTooNew and SpoolInUse, and OSError where the spool folder
    cannot be used. `interval` is in seconds.
    """
    location = database_url(url)
    engine = create_engine(location)
    journal = WriteBehind(
        fact_writer(location, engine),
        Spool(spool, max_bytes=spool_max_bytes),
        run=int(now() * 1e6),
        prepare=partial(_prepare, location, engine),
        interval=interval,
    )
    commits = DurableCommits(commit_writer(location, engine))
    try:
        await journal.start(keeper)
        yield Store(
            journal=journal,
            commits=commits,
            memory=SqlMemory(engine, journal),
            archive=SqlArchive(engine),
        )
    finally:
        await commits.close()
        await journal.close()
        await engine.dispose()


async def _prepare(location: URL, engine: AsyncEngine) -> None:
    """Migrate, and let nobody go on reading from a SQLite file that is no longer there."""
    await engine.dispose()
    await upgrade(location)


@asynccontextmanager
async def open_archive(url: str) -> AsyncIterator[SqlArchive]:
    """The archive alone, for the command line beside a running engine. Migrates the database.

    Raises UnsupportedDatabase, DatabaseTooNew, StoreUnavailable.
    """
    location = database_url(url)
    await upgrade(location)
    engine = create_engine(location)
    try:
        yield SqlArchive(engine)
    finally:
        await engine.dispose()
