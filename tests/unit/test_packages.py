"""The import packages stand at the top level: they must be this repository's, not somebody else's."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["acd", "agents", "asterisk", "config", "ivr", "recordings"])
def test_a_package_is_ours(name: str) -> None:
    found = importlib.import_module(name).__file__
    assert found is not None
    assert Path(found).is_relative_to(ROOT)
