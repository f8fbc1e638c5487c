"""State changes on their way to those who watch.

Facts go into one ring for all watchers; each watcher has a place in it. So a fact costs the engine the
same however many watch, memory is bounded, and a watcher who lags behind by more than the ring holds
is known by that alone. A fact is encoded once, when the first watcher needs it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from acd.api.schemas.facts import encode
from acd.core.facts import Fact
from acd.errors import AcdError

GATHER_SECONDS: Final = 0.02
"""Changes within this time go out together."""


class TooSlow(AcdError):
    """The changes that come next are gone from the ring."""


class Change:
    """A fact, with its JSON once somebody needed it."""

    __slots__ = ("_json", "fact")

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        self._json: str | None = None

    @property
    def json(self) -> str:
        if self._json is None:
            self._json = encode(self.fact)
        return self._json


class Feed:
    """A FactSink. Keeps the last `backlog` facts while anybody watches."""

    def __init__(self, backlog: int) -> None:
        self._ring: list[Change | None] = [None] * backlog
        self._next = 0
        self._changed = asyncio.Event()
        self._waking = False
        self.watchers = 0

    @property
    def position(self) -> int:
        """Where somebody stands who has seen everything until now."""
        return self._next

    def take(self, facts: Sequence[Fact]) -> None:
        """Keep the facts for those who watch, and tell them soon."""
        if not self.watchers:
            return
        for fact in facts:
            self._ring[self._next % len(self._ring)] = Change(fact)
            self._next += 1
        if not self._waking:
            self._waking = True
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._wake)

    def _wake(self) -> None:
        self._waking = False
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def beyond(self, position: int) -> None:
        """Return when there is something to be read at `position`."""
        while self._next <= position:
            await self._changed.wait()

    def read(self, position: int, most: int) -> list[Change]:
        """Up to `most` changes from `position` on. Raises TooSlow where they are gone."""
        if position < self._next - len(self._ring):
            raise TooSlow
        until = min(self._next, position + most)
        changes = (self._ring[at % len(self._ring)] for at in range(position, until))
        return [change for change in changes if change is not None]
