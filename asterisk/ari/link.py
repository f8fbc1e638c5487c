"""One connection to Asterisk, from its opening to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NoReturn

from aiohttp import WSMsgType

from acd.errors import TelephonyError
from asterisk.ari import requests
from asterisk.ari.errors import (
    AriConnectionLost,
    AriNotConnected,
    AriOverloaded,
    AriReplaced,
)
from asterisk.ari.events import ApplicationReplaced, Event
from asterisk.ari.protocol import AriCounters, AriProtocol, Malformed, OnReply, Reply
from asterisk.ari.requests import Request
from asterisk.ari.settings import AriSettings
from asterisk.ari.socket import PipelineSocket


class Link:
    """A socket, the requests that wait on it, and one timer for all of them."""

    def __init__(
        self,
        socket: PipelineSocket,
        settings: AriSettings,
        counters: AriCounters,
        on_event: Callable[[Event], None],
        on_malformed: Callable[[Malformed], None],
    ) -> None:
        self._socket = socket
        self._settings = settings
        self._on_event = on_event
        self._on_malformed = on_malformed
        self._counters = counters
        self._protocol = AriProtocol(
            timeout_s=settings.request_timeout_s,
            max_waiting=settings.max_waiting,
            counters=counters,
            on_malformed=on_malformed,
        )
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._failure: Exception | None = None
        self._unsent: list[bytes] = []
        # Events that come before the filter is set and `on_ready` was called.
        self._held: list[Event] | None = []

    @property
    def waiting(self) -> int:
        """How many requests wait for their answers."""
        return self._protocol.waiting

    def send(self, request: Request, on_reply: OnReply) -> None:
        """Send a request with the next `flush`; `on_reply` is called later, exactly once."""
        try:
            message = self._protocol.request(request, on_reply, self._loop.time())
        except AriOverloaded as error:
            self._loop.call_soon(on_reply, error)
            return
        if not self._unsent:
            self._loop.call_soon(self.flush)
        self._unsent.append(message)
        if self._timer is None:
            self._arm()

    def flush(self) -> None:
        """Write what has been sent; it happens by itself when the event loop goes on.

        Each write costs 50 to 80 µs, most of it for waking Asterisk up.
        """
        if self._unsent:
            # When the socket is closing, the end of `read` fails the requests with the others.
            self._socket.write_texts(self._unsent)
            self._unsent.clear()

    async def read(self, *, on_ready: Callable[[], None]) -> NoReturn:
        """Set the event filter, call `on_ready`, then take in what comes until the end.

        Raises AriReplaced, AriNotConnected when it ended before `on_ready`, or else
        AriConnectionLost.
        """
        settings = self._settings

        def on_filtered(reply: Reply) -> None:
            if isinstance(reply, TelephonyError):
                self._fail(AriNotConnected(f"Cannot set the event filter: {reply}"))
                return
            on_ready()
            held, self._held = self._held or [], None
            for event in held:
                self._on_event(event)

        # A new connection starts without a filter, whatever the last one had set.
        allowed = (*settings.allowed, "ApplicationReplaced")
        self.send(requests.event_filter(settings.app, allowed), on_filtered)
        self._socket.start(self._receive, settings.max_message_bytes)
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                self._receive(message.data)
            else:
                self._counters.malformed += 1
                self._on_malformed(Malformed(excerpt="", why=f"a message of type {message.type}"))
        raise self._failure or self._ending()

    def abandon(self, error: TelephonyError) -> None:
        """Fail all that waits and stop the timer: nothing comes from this connection any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._protocol.abandon(error)

    def _receive(self, message: bytes) -> None:
        """Take a message in, out of the reading of the socket. What goes wrong here ends `read`."""
        if self._failure is not None:
            return
        try:
            event = self._protocol.receive(message)
            if event is not None:
                self._take(event)
        except Exception as error:
            # Nothing is swallowed: this is how it gets from the socket's callback to the task.
            self._fail(error)

    def _take(self, event: Event) -> None:
        if self._held is not None:
            self._held.append(event)
            return
        self._on_event(event)
        if isinstance(event, ApplicationReplaced):
            self._fail(AriReplaced())

    def _ending(self) -> TelephonyError:
        why = self._socket.exception() or f"close code {self._socket.close_code}"
        kind = AriConnectionLost if self._held is None else AriNotConnected
        return kind(f"The connection to Asterisk is lost: {why}")

    def _fail(self, error: Exception) -> None:
        """End the connection from outside `read`, which may be waiting for a message."""
        self._failure = self._failure or error
        self._socket.abort()

    def _arm(self) -> None:
        deadline_s = self._protocol.next_deadline()
        self._timer = None if deadline_s is None else self._loop.call_at(deadline_s, self._expire)

    def _expire(self) -> None:
        self._protocol.expire(self._loop.time())
        self._arm()
