"""The manager connection to one Asterisk, kept up for as long as `run` runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import NoReturn

from acd.errors import TelephonyError
from asterisk.ami.connection import AmiConnection
from asterisk.ami.errors import (
    AmiConnectionLost,
    AmiError,
    AmiLoginRefused,
    AmiNotConnected,
)
from asterisk.ami.fields import Fields
from asterisk.ami.message import AmiMessage
from asterisk.backoff import Backoff


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiSettings:
    """Where the manager interface is, and which events are wanted: none unless named."""

    host: str
    port: int
    username: str
    secret: str = field(repr=False)
    events: tuple[str, ...] = ()
    connect_timeout_s: float = 5.0
    action_timeout_s: float = 5.0
    ping_interval_s: float = 10.0


class AmiHandlers:
    """What the client tells its owner: override what is of interest.

    All are plain functions, called in order; what they raise ends `run`.
    """

    def on_connected(self) -> None:
        """Logged in; actions can be sent."""

    def on_disconnected(self, error: TelephonyError) -> None:
        """The connection is lost."""

    def on_event(self, event: AmiMessage) -> None:
        """One of the events that were asked for."""

    def on_attempt_failed(self, error: TelephonyError, retry_in_s: float) -> None:
        """An attempt to connect failed; the next follows after `retry_in_s`."""


class AmiClient:
    """Actions on one Asterisk. Every value is checked before it is sent (AmiValueError)."""

    def __init__(self, settings: AmiSettings, handlers: AmiHandlers, *, rng: Random) -> None:
        self._settings = settings
        self._handlers = handlers
        self._backoff = Backoff(rng)
        self._connection: AmiConnection | None = None

    @property
    def connected(self) -> bool:
        """Whether actions can be sent."""
        return self._connection is not None

    async def run(self) -> NoReturn:
        """Keep the connection up until cancelled."""
        while True:
            try:
                await self._serve()
            except TelephonyError as error:
                delay_s = self._backoff.next_s()
                self._handlers.on_attempt_failed(error, delay_s)
                await asyncio.sleep(delay_s)

    async def action(self, name: str, fields: Fields | None = None) -> AmiMessage:
        """Send an action and return its good answer, or raise AmiError."""
        answer = await self._up().act(name, fields or {}, timeout_s=self._settings.action_timeout_s)
        return _good(name, answer)

    async def list_action(self, name: str, fields: Fields | None = None) -> list[AmiMessage]:
        """Send an action that is answered by a list of events, and return these events."""
        timeout_s = self._settings.action_timeout_s
        answer, *events = await self._up().act_list(name, fields or {}, timeout_s=timeout_s)
        _good(name, answer)
        return [event for event in events if event.get("EventList") != "Complete"]

    async def command(self, cli: str) -> tuple[str, ...]:
        """Run a command of Asterisk's console and return its lines, or raise AmiError."""
        timeout_s = self._settings.action_timeout_s
        answer = await self._up().act("Command", {"Command": cli}, timeout_s=timeout_s)
        output = answer.all("Output")
        if answer["Response"] != "Success":
            raise AmiError("Command", " ".join(output) or answer["Message"])
        return output

    async def reload(self, module: str | None = None) -> None:
        """Reload a module (`res_pjsip.so`), or all; raise AmiError when it refuses."""
        await self.action("Reload", {} if module is None else {"Module": module})

    async def queue_pause(
        self, interface: str, *, paused: bool, queue: str | None = None, reason: str | None = None
    ) -> None:
        """Pause or unpause a member of the fallback app_queue, in one queue or in all."""
        fields = {"Interface": interface, "Paused": "true" if paused else "false"}
        if queue is not None:
            fields["Queue"] = queue
        if reason is not None:
            fields["Reason"] = reason
        await self.action("QueuePause", fields)

    async def ping(self) -> None:
        """Ask whether Asterisk is there."""
        await self.action("Ping")

    def _up(self) -> AmiConnection:
        if self._connection is None:
            raise AmiNotConnected
        return self._connection

    async def _serve(self) -> NoReturn:
        """Connect once and serve that connection; its end is always an exception."""
        connection = await self._open()
        end: TelephonyError = AmiConnectionLost("The manager connection was closed by us.")
        try:
            await self._log_in(connection)
            self._backoff.reset()
            self._connection = connection
            self._handlers.on_connected()
            await self._read(connection)
        except TelephonyError as lost:
            end = lost
            raise
        finally:
            connection.close()
            was_up, self._connection = self._connection is connection, None
            if was_up:
                self._handlers.on_disconnected(end)

    async def _open(self) -> AmiConnection:
        settings = self._settings
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(settings.connect_timeout_s):
                _, connection = await loop.create_connection(AmiConnection, settings.host, settings.port)
        except (OSError, TimeoutError) as error:
            why = str(error) or type(error).__name__
            raise AmiNotConnected(f"Cannot reach the manager interface: {why}") from error
        return connection

    async def _log_in(self, connection: AmiConnection) -> None:
        settings = self._settings
        timeout_s = settings.action_timeout_s
        await connection.greeting(timeout_s=settings.connect_timeout_s)
        login = {"Username": settings.username, "Secret": settings.secret, "Events": "off"}
        answer = await connection.act("Login", login, timeout_s=timeout_s)
        if answer["Response"] != "Success":
            raise AmiLoginRefused
        for fields in _filters(settings.events):
            _good("Filter", await connection.act("Filter", fields, timeout_s=timeout_s))
        if settings.events:
            mask = {"EventMask": "on"}
            _good("Events", await connection.act("Events", mask, timeout_s=timeout_s))

    async def _read(self, connection: AmiConnection) -> NoReturn:
        """Hand events on; ping when none comes, or a peer that is gone would never be noticed."""
        settings = self._settings
        while True:
            try:
                async with asyncio.timeout(settings.ping_interval_s):
                    message = await connection.incoming.get()
            except TimeoutError:
                await connection.act("Ping", {}, timeout_s=settings.action_timeout_s)
                continue
            if isinstance(message, AmiConnectionLost):
                raise message
            self._handlers.on_event(message)


def _filters(events: Iterable[str]) -> list[dict[str, str]]:
    return [{"Operation": "Add", "MatchCriteria": f"name({event})"} for event in events]


def _good(name: str, answer: AmiMessage) -> AmiMessage:
    if answer["Response"] != "Success":
        raise AmiError(name, answer.get("Message") or answer["Response"])
    return answer
