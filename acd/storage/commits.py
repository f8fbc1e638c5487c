"""What must be durable before it acts: attempts to reach customers, on the disk before they are dialled.

Beside the journal, in transactions of their own: never gathered, never spooled. What is asked for while
a transaction runs goes into the next one together, so that a hundred agents who become idle at once
cost a hundred attempts and two waits for the disk.

The journal may be behind, or its facts may be lost with the engine. So an attempt refers to nothing,
and its callback is stored with it where the journal has not come to that yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from acd.core.callback_words import AttemptCommitted, AttemptNotCommitted, CommitAttempt
from acd.core.events import Event
from acd.errors import StoreUnavailable
from acd.storage.errors import FactRefused
from acd.storage.reach_rows import attempt_row, callback_row
from acd.storage.steps import Step
from acd.storage.writers import FactWriter, Steps

log = structlog.get_logger(__name__)

MOST = 100
"""Attempts in one transaction."""


class DurableCommits:
    """Implements Commits of `acd.ports`; `writer`: whose transactions are on the disk at their end."""

    def __init__(self, writer: FactWriter) -> None:
        self._writer = writer
        self._asked: list[CommitAttempt] = []
        self._wake = asyncio.Event()

    def commit(self, command: CommitAttempt) -> None:
        self._asked.append(command)
        self._wake.set()

    async def run(self, sink: Callable[[Event], None]) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._asked:
                asked, self._asked = self._asked[:MOST], self._asked[MOST:]
                for event in await self._store(asked):
                    sink(event)

    async def close(self) -> None:
        """Let go of the database. What is not stored by now was not reported, so it is not dialled."""
        await self._writer.close()

    async def _store(self, asked: Sequence[CommitAttempt]) -> list[Event]:
        """Store all of it in one transaction; where that is refused, one for each, so that only the
        culprit stays out."""
        try:
            await self._write(_steps(asked))
        except StoreUnavailable as error:
            log.error("attempts not committed: they are not dialled", why=str(error))
            return [AttemptNotCommitted(attempt=each.attempt.id, why=str(error)) for each in asked]
        except FactRefused as error:
            if len(asked) > 1:
                return [event for each in asked for event in await self._store([each])]
            (culprit,) = asked
            log.error("an attempt is refused", attempt=culprit.attempt.id, why=str(error))
            return [AttemptNotCommitted(attempt=culprit.attempt.id, why=str(error))]
        return [AttemptCommitted(attempt=each.attempt.id) for each in asked]

    async def _write(self, steps: Steps) -> None:
        """Once more on a new connection where the one that was kept is broken. It may have been written
        the first time: that makes no difference."""
        try:
            await self._writer.write(steps)
        except StoreUnavailable:
            await self._writer.write(steps)


def _steps(asked: Sequence[CommitAttempt]) -> Steps:
    """Raises FactRefused for values of the wrong type, as a database would."""
    try:
        return [
            (Step.CALLBACK_OPENED, [callback_row(each.callback) for each in asked]),
            (Step.ATTEMPT_MADE, [attempt_row(each.attempt) for each in asked]),
        ]
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        raise FactRefused(f"It cannot be turned into rows: {error}") from error
