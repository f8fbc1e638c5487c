"""What every acceptance test stands on: a real Asterisk and real phones in a private root."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asterisk.lab.lab import Lab
from asterisk.lab.root import Root, ensure_root

HERE = Path(__file__).parent


def pytest_collection_finish(session: pytest.Session) -> None:
    """Make the root before the first test: it takes longer than a test may."""
    if any(item.path.is_relative_to(HERE) for item in session.items):
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        ensure_root(reporter.write_line if reporter else print)


@pytest.fixture(scope="session")
def root() -> Root:
    return ensure_root(print)


@pytest.fixture
async def lab(root: Root) -> AsyncIterator[Lab]:
    async with Lab(root) as lab:
        yield lab
