"""Who has listened to what of late: a player that asks for a message piece by piece listens once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

FOR_S: Final = 300.0
"""After so long without a request, the next one is another listening."""
_MOST: Final = 10_000


class Listened:
    """By token and message, when a piece was asked for last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: dict[tuple[int, str], float] = {}

    def anew(self, token: int, message: str) -> bool:
        """Whether this request begins a listening."""
        now = self._clock()
        key = token, message
        last = self._last.pop(key, None)
        self._last[key] = now
        if len(self._last) > _MOST:
            del self._last[next(iter(self._last))]
        return last is None or now - last >= FOR_S
