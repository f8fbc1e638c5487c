"""A FastAGI server: the dialplan's `AGI(agi://host:port/script)` becomes a call of the handler."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from acd.errors import AcdError
from asterisk.agi.session import AgiSession

Handler = Callable[[AgiSession], Awaitable[None]]
OnFailed = Callable[[AcdError], None]


def _ignore(error: AcdError) -> None:
    """Nobody wants to know."""


class FastAgiServer:
    """Serves sessions until it is closed; `async with` opens and closes it.

    A session that fails (hangup, time-out, a peer that speaks no AGI) is told to `on_failed` and
    closed; the others go on. What is beyond `max_sessions` is closed at once.
    """

    def __init__(
        self,
        handler: Handler,
        host: str,
        port: int,
        *,
        on_failed: OnFailed = _ignore,
        open_timeout_s: float = 5.0,
        command_timeout_s: float = 60.0,
        max_sessions: int = 1000,
    ) -> None:
        self._handler = handler
        self._host = host
        self._port = port
        self._on_failed = on_failed
        self._open_timeout_s = open_timeout_s
        self._command_timeout_s = command_timeout_s
        self._max_sessions = max_sessions
        self._server: asyncio.Server | None = None
        self._sessions: set[asyncio.Task[None]] = set()
        self._closing = False

    @property
    def port(self) -> int:
        """The port that it listens on (the real one, when 0 was asked for)."""
        if self._server is None or not self._server.sockets:
            return self._port
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def sessions(self) -> int:
        """How many sessions are open."""
        return len(self._sessions)

    async def __aenter__(self) -> FastAgiServer:
        self._server = await asyncio.start_server(self._serve, self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._sessions:
            task.cancel()
        if self._sessions:
            await asyncio.wait(self._sessions)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._sessions) >= self._max_sessions:
            writer.close()
            return
        self._sessions.add(task)
        session = AgiSession(reader, writer, timeout_s=self._command_timeout_s)
        try:
            await session.open(self._open_timeout_s)
            await self._handler(session)
        except AcdError as error:
            self._on_failed(error)
        except asyncio.CancelledError:
            # asyncio's streams would log a session that we end ourselves as an error.
            if not self._closing:
                raise
        finally:
            self._sessions.discard(task)
            writer.close()
