"""An installation for whatever is tried as a person would."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.acd.console.installation import Installation


@pytest.fixture
def installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Installation:
    return Installation(tmp_path, monkeypatch, capsys)


@pytest.fixture(autouse=True)
def _hang_up_signal() -> Iterator[None]:
    """An engine leaves SIGHUP ignored, which no other test shall inherit."""
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)
