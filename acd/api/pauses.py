"""Long work in small pieces, so that the engine on the same event loop never waits for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import Final, TypeVar

T = TypeVar("T")

SLICE_SECONDS: Final = 0.001


async def unhurried(items: Iterable[T]) -> AsyncIterator[T]:
    """The items, letting others have the event loop about every millisecond."""
    until = time.perf_counter() + SLICE_SECONDS
    for item in items:
        yield item
        if time.perf_counter() > until:
            await asyncio.sleep(0)
            until = time.perf_counter() + SLICE_SECONDS
