"""Taking over a changed routing configuration while running: all or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from acd.core.events import ConfigReplaced, Event
from acd.core.numbering import Numbering
from acd.core.routing import Routing
from acd.errors import OperatorError
from acd.ports import Check, Clock, ReloadResult, RuntimeMetrics

log = structlog.get_logger(__name__)


class Reloader:
    """Loads, checks and hands over. A bad file leaves the running configuration and says so.

    `load` reads the files and raises an OperatorError, a problem per line of its message.
    `refresh` reads customers and blacklist again, which may have been changed in the database by
    somebody else. `on_taken` follows a change outside the core (phones to watch, metrics by queue).
    """

    def __init__(
        self,
        *,
        load: Callable[[], Routing],
        post: Callable[[Event], None],
        on_taken: Callable[[Routing], None],
        refresh: Callable[[], Awaitable[None]],
        clock: Clock,
        metrics: RuntimeMetrics,
        running: str,
        numbering: Numbering | None = None,
    ) -> None:
        self._load = load
        self._post = post
        self._on_taken = on_taken
        self._refresh = refresh
        self._clock = clock
        self._metrics = metrics
        self._running = running
        self._numbering = numbering
        self._problems: tuple[str, ...] = ()
        self._one_at_a_time = asyncio.Lock()

    async def reload(self) -> ReloadResult:
        """Read the files again; a thread parses them, so that calls go on meanwhile."""
        async with self._one_at_a_time:
            try:
                routing = await asyncio.to_thread(self._load)
                self._demand_same_numbering(routing)
            except (OperatorError, OSError, ValueError, RecursionError) as error:
                # Whatever is wrong with a file, it is the file's fault, and the next one may be good.
                return self._refused(error)
            await self._refresh()
            self._problems = ()
            if routing.revision != self._running:
                self._post(ConfigReplaced(routing=routing))
                self._running = routing.revision
                self._on_taken(routing)
                log.info("routing configuration taken over", revision=routing.revision)
            self._metrics.reloaded(True, self._clock.now())
            return ReloadResult(taken=True, revision=self._running)

    def _demand_same_numbering(self, routing: Routing) -> None:
        """Whom callers and lists are compared with is known by the form in which numbers were read."""
        if routing.numbering != self._numbering:
            raise OperatorError("numbering has changed, which only a new start of the engine takes over")

    def _refused(self, error: Exception) -> ReloadResult:
        self._problems = tuple(str(error).splitlines()) or (type(error).__name__,)
        log.error("routing configuration refused, the running one stays", problems=self._problems)
        self._metrics.reloaded(False, self._clock.now())
        self._metrics.bad_input("yaml", "routing")
        return ReloadResult(taken=False, revision=self._running, problems=self._problems)

    def check(self) -> Check:
        """Whether the files on disk are the ones that run."""
        detail = self._problems[0] if self._problems else self._running
        return Check(name="routing", healthy=not self._problems, detail=detail)
