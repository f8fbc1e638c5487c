"""The connection to one Asterisk: REST over WebSocket, kept up for as long as `run` runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from random import Random
from typing import NoReturn

from aiohttp import (
    ClientError,
    ClientSession,
    ClientTimeout,
    ClientWSTimeout,
    WSServerHandshakeError,
    encode_basic_auth,
)

from acd.errors import TelephonyError
from asterisk.ari import requests
from asterisk.ari.errors import (
    AriClosed,
    AriConnectionLost,
    AriLoginRefused,
    AriNotConnected,
    AriUnreadable,
)
from asterisk.ari.events import Event
from asterisk.ari.link import Link
from asterisk.ari.models import AsteriskInfo
from asterisk.ari.protocol import AriCounters, Malformed, OnReply, Reply, Response
from asterisk.ari.requests import Request
from asterisk.ari.settings import AriSettings
from asterisk.ari.socket import SOCKET_CLASS, PipelineSocket
from asterisk.ari.timestamps import epoch_s
from asterisk.ari.version import check_version
from asterisk.backoff import Backoff


class AriHandlers:
    """What the client tells its owner: override what is of interest.

    All are plain functions, called in order from the reading of the socket: they must be quick,
    and what they raise ends `run`.
    """

    def on_connected(self, info: AsteriskInfo) -> None:
        """The connection is up and filtered; events from now on follow this call."""

    def on_disconnected(self, error: TelephonyError) -> None:
        """The connection is lost; the requests that wait for answers fail after this call."""

    def on_event(self, event: Event) -> None:
        """An event of the application."""

    def on_handled(self, lag_s: float) -> None:
        """The event was handled; it was received `lag_s` after the time that it says (both clocks'
        difference included). Not called for events without a readable time."""

    def on_malformed(self, malformed: Malformed) -> None:
        """A message could not be read; the connection goes on."""

    def on_attempt_failed(self, error: TelephonyError, retry_in_s: float) -> None:
        """An attempt to connect failed; the next follows after `retry_in_s`."""


class AriClient:
    """Requests to one Asterisk and the events of one Stasis application there."""

    def __init__(
        self,
        settings: AriSettings,
        handlers: AriHandlers,
        *,
        rng: Random,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.counters = AriCounters()
        self._settings = settings
        self._handlers = handlers
        self._wall_clock = wall_clock
        self._backoff = Backoff(rng)
        self._link: Link | None = None

    @property
    def connected(self) -> bool:
        """Whether requests can be sent."""
        return self._link is not None

    @property
    def waiting(self) -> int:
        """How many requests wait for their answers."""
        return 0 if self._link is None else self._link.waiting

    def send(self, request: Request, on_reply: OnReply) -> None:
        """Send a request without waiting; requests keep the order in which they are sent.

        `on_reply` is called exactly once, later, with the answer or the error: an AriError
        (4xx and 5xx), AriTimeout, AriConnectionLost, AriNotConnected or AriOverloaded.
        """
        link = self._link
        if link is None:
            asyncio.get_running_loop().call_soon(on_reply, AriNotConnected())
        else:
            link.send(request, on_reply)

    def flush(self) -> None:
        """Write what was sent since the last time now, and not when the event loop goes on."""
        if self._link is not None:
            self._link.flush()

    async def request(self, request: Request) -> Response:
        """Send a request and return its good answer, or raise what `send` would have reported."""
        replied: asyncio.Future[Response] = asyncio.get_running_loop().create_future()

        def on_reply(reply: Reply) -> None:
            if replied.done():
                return
            if isinstance(reply, Response):
                replied.set_result(reply)
            else:
                replied.set_exception(reply)

        self.send(request, on_reply)
        return await replied

    async def run(self) -> NoReturn:
        """Keep the connection up until cancelled.

        Raises UnsupportedAsterisk when Asterisk is too old, and AriReplaced when another
        connection took the application over: coming back would only take it away again.
        """
        settings = self._settings
        session = ClientSession(
            headers={"Authorization": encode_basic_auth(settings.username, settings.password)},
            ws_response_class=SOCKET_CLASS,
            timeout=ClientTimeout(total=settings.connect_timeout_s),
        )
        async with session:
            while True:
                try:
                    await self._serve(session)
                except (AriNotConnected, AriConnectionLost) as error:
                    delay_s = self._backoff.next_s()
                    self._handlers.on_attempt_failed(error, delay_s)
                    await asyncio.sleep(delay_s)

    async def _serve(self, session: ClientSession) -> NoReturn:
        """Connect once and serve that connection; its end is always an exception."""
        settings = self._settings
        try:
            async with asyncio.timeout(settings.connect_timeout_s):
                info = await self._ask_version(session)
                socket = await self._open(session)
        except WSServerHandshakeError as error:
            raise _refused(error.status, error.message) from error
        except (ClientError, OSError, TimeoutError) as error:
            why = str(error) or type(error).__name__
            raise AriNotConnected(f"Cannot reach Asterisk: {why}") from error
        link = Link(socket, settings, self.counters, self._deliver, self._handlers.on_malformed)
        end: TelephonyError = AriClosed()
        try:
            await link.read(on_ready=lambda: self._up(link, info))
        except TelephonyError as lost:
            end = lost
            raise
        finally:
            self._down(link, end)
            await socket.close()

    async def _ask_version(self, session: ClientSession) -> AsteriskInfo:
        request = requests.asterisk_info()
        async with session.get(f"{self._settings.url}/{request.uri}") as answer:
            body = await answer.read()
            if answer.status != 200:
                raise _refused(answer.status, body.decode("utf-8", "replace"))
        try:
            info = Response(request_id="", status=200, body=body.decode()).read(AsteriskInfo)
        except (AriUnreadable, UnicodeDecodeError) as error:
            raise AriNotConnected(f"This is not an Asterisk: {error}") from error
        check_version(info.system.version)
        return info

    async def _open(self, session: ClientSession) -> PipelineSocket:
        settings = self._settings
        socket = await session.ws_connect(
            f"{settings.url}/events",
            params={"app": settings.app},
            heartbeat=settings.heartbeat_s,
            max_msg_size=settings.max_message_bytes,
            decode_text=False,
            timeout=ClientWSTimeout(ws_close=1.0),
        )
        assert isinstance(socket, PipelineSocket)
        return socket

    def _up(self, link: Link, info: AsteriskInfo) -> None:
        self._backoff.reset()
        self._link = link
        self._handlers.on_connected(info)

    def _down(self, link: Link, error: TelephonyError) -> None:
        was_up, self._link = self._link is link, None
        if was_up:
            self._handlers.on_disconnected(error)
        link.abandon(error)

    def _deliver(self, event: Event) -> None:
        received_at = self._wall_clock()
        self._handlers.on_event(event)
        try:
            lag_s = received_at - epoch_s(event.timestamp)
        except ValueError:
            # An event without a readable time is still an event.
            return
        self._handlers.on_handled(lag_s)


def _refused(status: int, reason: str) -> AriNotConnected:
    """Build the error for an HTTP status that kept us from connecting."""
    if status in (401, 403):
        return AriLoginRefused()
    return AriNotConnected(f"Asterisk does not serve ARI (yet): {status} {reason}")
