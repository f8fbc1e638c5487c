"""What a playbook expects last is compared too, when its test is over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.playbooks.harness import Playbook


@pytest.fixture(autouse=True)
def checked_at_the_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    begun: list[Playbook] = []
    begin = Playbook.__init__

    def beginning(self: Playbook, *arguments: Any, **more: Any) -> None:
        begin(self, *arguments, **more)
        begun.append(self)

    monkeypatch.setattr(Playbook, "__init__", beginning)
    yield
    for play in begun:
        play.check()
