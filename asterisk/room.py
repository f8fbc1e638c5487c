"""Whether there is room for one more recording, asked without ever holding the calls up.

The folder may be on a network share that does not answer: a thread of its own looks there, and who
asked is told after a while that no answer came.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TypeAlias

from recordings.policy import refusal

Told: TypeAlias = Callable[[str | None], None]
"""Is told why there is no room; None where there is."""

PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Question:
    told: Told
    patience: asyncio.TimerHandle


class Room:
    """The folder of recordings, as this machine sees it. With `min_free_bytes` 0 nobody looks there."""

    def __init__(self, folder: Path, *, min_free_bytes: int, patience_s: float = PATIENCE_S) -> None:
        self._folder = folder
        self._min_free_bytes = min_free_bytes
        self._patience_s = patience_s
        self._questions: list[_Question] = []
        self._looking = False

    def ask(self, told: Told) -> None:
        """Call `told`, soon, in the event loop. Whoever asks during one look shares its answer."""
        if not self._min_free_bytes:
            told(None)
            return
        loop = asyncio.get_running_loop()
        patience = loop.call_later(self._patience_s, self._give_up)
        self._questions.append(_Question(told=told, patience=patience))
        if not self._looking:
            self._looking = True
            # A daemon: one that hangs must not keep the program from ending.
            Thread(target=self._look, args=(loop,), name="room for recordings", daemon=True).start()

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            free_bytes = shutil.disk_usage(self._folder).free
            answer = refusal(free_bytes=free_bytes, min_free_bytes=self._min_free_bytes)
        except OSError as error:
            answer = f"{self._folder}: {error.strerror}"
        with suppress(RuntimeError):  # the loop has been closed: nobody is left to be told
            loop.call_soon_threadsafe(self._answer, answer)

    def _answer(self, answer: str | None) -> None:
        self._looking = False
        questions, self._questions = self._questions, []
        for question in questions:
            question.patience.cancel()
            question.told(answer)

    def _give_up(self) -> None:
        """The oldest question has waited long enough."""
        question = self._questions.pop(0)
        question.told(f"{self._folder} does not answer")
