"""The API to be asked."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.unit.acd.api.house import House, serve


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with serve() as house:
        yield house
