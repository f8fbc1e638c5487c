"""A WebSocket that reads and writes at once, without a coroutine for each message.

From the arrival of bytes to the handling of a message aiohttp takes a trip through its queue, a future
and the event loop, and for each chunk it plans another callback for its heartbeat: 0.1 ms of the time
from a caller's arrival to the agent's ring. What is private to aiohttp and used here is held by tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, cast

from aiohttp import ClientWebSocketResponse

from asterisk.ari.frames import FrameReader, Parser, text_frame


class PipelineSocket(ClientWebSocketResponse[Literal[False]]):
    """aiohttp's client socket with `start` and `write_texts`.

    For `ClientSession(ws_response_class=SOCKET_CLASS)`. Compression must be off. Frames go to the
    transport whole and in order, so aiohttp's own (ping, pong, close) never fall inside one.
    """

    _frames: FrameReader | None = None

    def start(self, take: Callable[[bytes], None], max_bytes: int) -> None:
        """Hand each text message to `take` from now on, out of the reading of the socket.

        Iterate as well: control frames and messages in pieces come there, and the end.
        """
        assert self._frames is not None
        self._frames.start(take, max_bytes)

    def write_texts(self, payloads: Sequence[bytes]) -> bool:
        """Write text messages in one go; False when the socket is closed or closing.

        What the peer doesn't take piles up in the transport: whoever calls bounds it by the
        number of answers that are waited for.
        """
        transport = self._writer.transport
        if self.closed or transport.is_closing():
            return False
        transport.write(b"".join([text_frame(payload) for payload in payloads]))
        return True

    def abort(self) -> None:
        """Cut the connection at once; whoever reads from it sees its end."""
        self._writer.transport.abort()

    def _on_data_received(self) -> None:
        if self._pong_response_cb is None and self._heartbeat is not None:
            self._heartbeat_when = self._loop.time() + self._heartbeat
        else:
            super()._on_data_received()

    if not TYPE_CHECKING:
        # aiohttp keeps its parser here and then lets the connection feed what it finds here.
        @property
        def _parser(self) -> Parser | None:
            return self._frames

        @_parser.setter
        def _parser(self, parser: Parser | None) -> None:
            self._frames = None if parser is None else FrameReader(parser)


SOCKET_CLASS = cast(type[ClientWebSocketResponse[Literal[True]]], PipelineSocket)
"""For `ClientSession(ws_response_class=...)`, whose annotation forgets the sockets that don't
decode text."""
