"""The open event streams, so that they can be ended from outside."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

REVOKED: Final = 4001
GOING_AWAY: Final = 1001


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Why a stream ends, as the client is told."""

    code: int
    why: str


class Watchers:
    """All open streams: by the future that ends one, the token with which it was opened."""

    def __init__(self) -> None:
        self._open: dict[asyncio.Future[End | None], int] = {}

    def __len__(self) -> int:
        return len(self._open)

    def add(self, gone: asyncio.Future[End | None], token: int) -> None:
        self._open[gone] = token

    def remove(self, gone: asyncio.Future[End | None]) -> None:
        del self._open[gone]

    def end_token(self, token: int) -> None:
        """The token was revoked: end the streams opened with it."""
        self._end(End(code=REVOKED, why="the token was revoked"), token)

    def end_all(self) -> None:
        """The engine stops."""
        self._end(End(code=GOING_AWAY, why="the engine stops"), None)

    def _end(self, end: End, token: int | None) -> None:
        for gone, opened_with in self._open.items():
            if token in (None, opened_with) and not gone.done():
                gone.set_result(end)
