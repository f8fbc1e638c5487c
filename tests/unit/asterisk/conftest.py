from __future__ import annotations

import pytest

from tests.unit.asterisk.conversation import Play


@pytest.fixture
def play() -> Play:
    """The core's side of a conversation with one Asterisk."""
    return Play()
