"""An installation for whatever is tried as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.acd.console.installation import Installation


@pytest.fixture
def installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Installation:
    return Installation(tmp_path, monkeypatch, capsys)
