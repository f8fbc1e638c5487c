"""Waiting for what other processes do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

LOOK_EVERY_S = 0.1


async def until(is_so: Callable[[], bool], within_s: float = 60.0) -> None:
    """Return when it is so; raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while True:
            if is_so():
                return
            await asyncio.sleep(LOOK_EVERY_S)
