"""A WebSocket that writes at once, without a coroutine for each message."""

from __future__ import annotations

import struct
from typing import Literal, cast

from aiohttp import ClientWebSocketResponse

_FINAL_TEXT = 0x81
_MASKED = 0x80
# The identity mask: what is sent is the payload itself. RFC 6455 5.3 wants masks that a web page
# cannot foresee, to protect proxies from it; there is neither a web page nor a proxy here.
_MASK = b"\0\0\0\0"

_pack_short = struct.Struct("!BB").pack
_pack_medium = struct.Struct("!BBH").pack
_pack_long = struct.Struct("!BBQ").pack


def text_frame(payload: bytes) -> bytes:
    """Return a client's text frame with this payload."""
    size = len(payload)
    if size < 126:
        header = _pack_short(_FINAL_TEXT, _MASKED | size)
    elif size < 65536:
        header = _pack_medium(_FINAL_TEXT, _MASKED | 126, size)
    else:
        header = _pack_long(_FINAL_TEXT, _MASKED | 127, size)
    return header + _MASK + payload


class PipelineSocket(ClientWebSocketResponse[Literal[False]]):
    """aiohttp's client socket with `write_text`.

    For `ClientSession(ws_response_class=SOCKET_CLASS)`. Compression must be off. Frames go to the
    transport whole and in order, so aiohttp's own (ping, pong, close) never fall inside one.
    """

    def write_text(self, payload: bytes) -> bool:
        """Write a text message; False when the socket is closed or closing.

        What the peer doesn't take piles up in the transport: whoever calls bounds it by the
        number of answers that are waited for.
        """
        transport = self._writer.transport
        if self.closed or transport.is_closing():
            return False
        transport.write(text_frame(payload))
        return True

    def abort(self) -> None:
        """Cut the connection at once; whoever reads from it sees its end."""
        self._writer.transport.abort()


SOCKET_CLASS = cast(type[ClientWebSocketResponse[Literal[True]]], PipelineSocket)
"""For `ClientSession(ws_response_class=...)`, whose annotation forgets the sockets that don't
decode text."""
