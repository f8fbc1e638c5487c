"""An installation for whatever is tried as a person would."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.unit.acd.console.installation import Installation
from tests.unit.acd.whole import free_port
from tests.unit.asterisk.node import Node


@pytest.fixture
def installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Installation:
    return Installation(tmp_path, monkeypatch, capsys)


@pytest.fixture
async def node() -> AsyncIterator[Node]:
    """An Asterisk that follows a script."""
    node = Node()
    await node.start()
    yield node
    await node.stop()


@pytest.fixture
def house(installation: Installation, node: Node) -> Installation:
    """The installation with that Asterisk, and the API on a port of its own."""
    installation.set(
        ari_url=node.url.removesuffix("/ari"), ari_password="secret", api_port=free_port(), node="pbx1"
    )
    return installation


@pytest.fixture(autouse=True)
def _hang_up_signal() -> Iterator[None]:
    """An engine leaves SIGHUP ignored, which no other test shall inherit."""
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)
