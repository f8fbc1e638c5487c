"""The databases that the store's contract holds on, and stores opened on them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest

from acd.runtime.tasks import TaskKeeper
from acd.storage.store import Store, open_store
from tests.contract.postgres import ThrowAwayPostgres

OpenStore: TypeAlias = Callable[..., AbstractAsyncContextManager[Store]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[ThrowAwayPostgres]:
    """A server for all tests that let it live."""
    server = ThrowAwayPostgres()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/acd.db"
    server: ThrowAwayPostgres = request.getfixturevalue("postgres")
    return await server.empty_database()


@pytest.fixture
async def keeper() -> AsyncIterator[TaskKeeper]:
    """Keeps the journal's task; a task that fails fails the test."""
    failures: list[str] = []
    keeper = TaskKeeper(on_failure=lambda name, error: failures.append(f"{name}: {error!r}"))
    yield keeper
    await keeper.close()
    assert failures == []


@pytest.fixture
def open_it(url: str, tmp_path: Path, keeper: TaskKeeper) -> OpenStore:
    """Opens the store on the database of this test, as often as wanted, one after the other."""
    return partial(open_store, url, spool=tmp_path / "spool", keeper=keeper, interval=0.01)


@pytest.fixture
async def store(open_it: OpenStore) -> AsyncIterator[Store]:
    async with open_it() as opened:
        yield opened
