"""The HTTP server under the application, so that what never reaches it is refused in the one form too.

A header that is too long, bytes that are no HTTP, a defect in a handler: aiohttp answers these itself,
as plain text, behind the back of every middleware.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

from acd.api.problems import Kind, Refusal

Answer = Callable[[Refusal], web.Response]
"""Makes a refusal the answer, and counts it."""

ANSWER: Final[web.AppKey[Answer]] = web.AppKey("answer")
LINE_BYTES: Final = 8190
"""The longest request line, and the longest header."""


class OneFormRunner(web.AppRunner):
    """Runs an application that has an ANSWER; `settings` are those of web.AppRunner."""

    def __init__(self, app: web.Application, *, shutdown_timeout: float, **settings: Any) -> None:
        super().__init__(app, shutdown_timeout=shutdown_timeout)
        self._settings = settings

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        return _Server(server, self.app[ANSWER], self._settings)


class _Server(web.Server):
    """The same server with handlers of ours."""

    def __init__(self, server: web.Server, answer: Answer, settings: dict[str, Any]) -> None:
        super().__init__(server.request_handler, request_factory=server.request_factory)
        self._answer = answer
        self._settings = settings

    def __call__(self) -> web.RequestHandler:
        loop = asyncio.get_running_loop()
        return _Handler(self, self._answer, loop=loop, **self._settings)


class _Handler(web.RequestHandler):
    """One connection."""

    __slots__ = ("_answer",)

    def __init__(self, server: web.Server, answer: Answer, **settings: Any) -> None:
        super().__init__(server, **settings)
        self._answer = answer

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """It is logged as always, with the trace. Raises ConnectionError where an answer has begun."""
        super().handle_error(request, status, exc, message)
        response = self._answer(_refusal(status, exc))
        response.force_close()
        return response


def _refusal(status: int, error: BaseException | None) -> Refusal:
    if isinstance(error, LineTooLong):
        detail = f"The request line or a header is longer than {LINE_BYTES} bytes."
        return Refusal(status, Kind.BAD_REQUEST, detail)
    if status < 500:
        return Refusal(status, Kind.BAD_REQUEST, "This is no HTTP request that can be understood.")
    return Refusal(status, Kind.DEFECT, "Something is wrong here, not with the request; see the log.")
