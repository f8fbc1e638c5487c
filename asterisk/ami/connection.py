"""One connection to the manager interface: our framing and checks around panoramisk's protocol.

panoramisk matches answers to actions. What it does not do well is kept from it: its `Manager`
(which reconnects by itself, and logs), its decoding of each chunk alone (a character split
between two chunks is lost), and its waiting for ever on an error that answers a list action.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Any, cast

from panoramisk.actions import Action, Command
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from asterisk.ami.errors import AmiConnectionLost, AmiTimeout
from asterisk.ami.fields import Fields, checked_fields
from asterisk.ami.message import AmiMessage

GREETING = b"Asterisk Call Manager/"
MAX_MESSAGE_BYTES = 4 * 1024 * 1024

_log = logging.getLogger(__name__)
# What panoramisk's handling of a message raises when a header it relies on is not as it expects.
_UNHANDLED = (AttributeError, IndexError, KeyError, TypeError, ValueError)


class AmiConnection(asyncio.Protocol):
    """Sends checked actions and queues what comes: events in order, at the end what ended it."""

    def __init__(self) -> None:
        self._greeted = asyncio.Event()
        self.incoming: asyncio.Queue[AmiMessage | AmiConnectionLost] = asyncio.Queue()
        self.malformed = 0
        # panoramisk reads these two of its "factory", which is this object.
        self.forgetable_actions: tuple[str, ...] = ()
        self.awaiting_actions: deque[Any] = deque()
        self._lost: AmiConnectionLost | None = None
        self._waiting: set[asyncio.Future[Any]] = set()
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._panoramisk = AMIProtocol()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no asyncio.Transport by their class.
        transport = cast(asyncio.Transport, transport)
        self._transport = transport
        self._panoramisk.connection_made(transport)
        self._panoramisk.factory = self
        self._panoramisk.log = _log
        self._panoramisk.encoding = "utf-8"

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._greeted.is_set() and not self._greeting():
            return
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            text = self._buffer[:end].decode("utf-8", "replace").lstrip("\r\n")
            del self._buffer[: end + 4]
            self._handle(text)
        if len(self._buffer) > MAX_MESSAGE_BYTES:
            self.abort("a message without end")

    def connection_lost(self, exc: object) -> None:
        """Tell all who wait. panoramisk calls it too, for Asterisk's `Shutdown` event."""
        if self._lost is not None:
            return
        why = exc if isinstance(exc, OSError | str) else "closed by Asterisk"
        lost = self._lost = AmiConnectionLost(f"The manager connection is lost: {why}.")
        self.incoming.put_nowait(lost)
        for future in self._waiting:
            if not future.done():
                future.set_exception(lost)
        self._greeted.set()

    def dispatch(self, event: Any) -> None:
        """Take an event from panoramisk."""
        self.incoming.put_nowait(_typed(event))

    async def greeting(self, *, timeout_s: float) -> None:
        """Wait until the other side has said that it is a manager interface."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._greeted.wait()
        except TimeoutError as error:
            raise AmiTimeout("The manager interface says nothing.") from error
        if self._lost is not None:
            raise self._lost

    async def act(self, name: str, fields: Fields, *, timeout_s: float) -> AmiMessage:
        """Send an action and return its answer, whatever its success."""
        return _typed(await self._send(name, fields, timeout_s, as_list=False))

    async def act_list(self, name: str, fields: Fields, *, timeout_s: float) -> list[AmiMessage]:
        """Send an action that is answered by a list; return the answer and the list's events."""
        replies = await self._send(name, fields, timeout_s, as_list=True)
        return [_typed(reply) for reply in replies]

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    async def _send(self, name: str, fields: Fields, timeout_s: float, *, as_list: bool) -> Any:
        checked = checked_fields(fields)
        kind = Command if "Command" in checked else Action
        action = kind({"Action": name, **checked})
        if self._lost is not None:
            raise self._lost
        future: asyncio.Future[Any] = self._panoramisk.send(action, as_list=as_list)
        self._waiting.add(future)
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError as error:
            raise AmiTimeout(f"{name}: no answer in {timeout_s:g} s") from error
        finally:
            self._waiting.discard(future)
            for key in (action.id, action.action_id):
                self._panoramisk.responses.pop(key, None)

    def _greeting(self) -> bool:
        """Take the first line off the buffer; False when it is not there yet, or not right."""
        if self._buffer[: len(GREETING)] != GREETING[: len(self._buffer)]:
            self.abort("this is not a manager interface")
            return False
        line, end, rest = self._buffer.partition(b"\r\n")
        if not end:
            return False
        del line
        self._buffer = rest
        self._greeted.set()
        return True

    def _handle(self, text: str) -> None:
        try:
            message = Message.from_line(text)
            if message is None:
                # Text without an event or an answer in it.
                self.malformed += 1
                return
            action = self._panoramisk.responses.get(message.id)
            self._panoramisk.handle_message(message)
        except _UNHANDLED:
            self.malformed += 1
            return
        if action is not None and not action.future.done() and message.response == "Error":
            # panoramisk would wait for the list that this action will never get.
            action.future.set_result([message])

    def abort(self, why: str) -> None:
        self.connection_lost(why)
        if self._transport is not None:
            self._transport.abort()


def _typed(message: Any) -> AmiMessage:
    # `content` is no header but a field of panoramisk's own.
    return AmiMessage({name: value for name, value in message.items() if name != "content"})
