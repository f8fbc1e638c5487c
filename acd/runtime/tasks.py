"""The only place that creates tasks: each one has a name, a keeper and a stated end.

A background task that fails must neither vanish silently nor take the calls down with it: the keeper
logs it, counts it, and tells the engine's owner, who decides (an essential task ends the program).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from acd.errors import AcdError

log = structlog.get_logger(__name__)


class TaskKeeper:
    """Keeps background tasks alive and referenced, and ends them all in `close`.

    `on_failure(name, error)` is called when a task ends by an exception.
    """

    def __init__(self, on_failure: Callable[[str, BaseException], None] | None = None) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._on_failure = on_failure

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            return
        if isinstance(error, AcdError):
            log.error("background task failed", task=task.get_name(), error=str(error))
        else:
            log.error("background task failed", task=task.get_name(), exc_info=error)
        if self._on_failure is not None:
            self._on_failure(task.get_name(), error)

    async def close(self) -> None:
        """Cancel what still runs and wait until it has ended."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
