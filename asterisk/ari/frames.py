"""Frames of a WebSocket as a client sees them: whole text messages at once, without a task between."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Protocol

FINAL_TEXT = 0x81
MASKED = 0x80
_CONTROL = frozenset({8, 9, 10})
"""The opcodes close, ping and pong."""
LONGEST_BYTES = 64 * 1024 * 1024
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
        header = _pack_short(FINAL_TEXT, MASKED | size)
    elif size < 65536:
        header = _pack_medium(FINAL_TEXT, MASKED | 126, size)
    else:
        header = _pack_long(FINAL_TEXT, MASKED | 127, size)
    return header + _MASK + payload


class Parser(Protocol):
    """What aiohttp's own parser offers: whether the peer broke the protocol, and an unused tail."""

    def feed_data(self, data: bytes) -> tuple[bool, bytes]: ...

    def feed_eof(self) -> None: ...


class FrameReader:
    """Takes the place of aiohttp's parser: a message in one frame goes straight to `take`.

    All other frames go on to aiohttp's parser, whole: pings, the end, messages that are too long. After
    a message in pieces or a binary one, which Asterisk never sends, all messages go there, so that
    they stay in order. What comes before `start` is kept for it.
    """

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._max_bytes = LONGEST_BYTES
        self._take: Callable[[bytes], None] | None = None
        self._direct = True
        self._early: list[bytes] = []
        self._pieces: list[bytes] = []
        self._have = 0
        self._need = 0

    def start(self, take: Callable[[bytes], None], max_bytes: int) -> None:
        """Hand over what came so far, and everything from now on as it comes."""
        self._max_bytes = max_bytes
        early, self._early = self._early, []
        self._take = take
        for payload in early:
            take(payload)

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Take in what came from the socket; called by aiohttp."""
        if self._pieces:
            self._pieces.append(data)
            self._have += len(data)
            if self._have < self._need:
                return False, b""
            data = b"".join(self._pieces)
            self._pieces.clear()
        begin, size = 0, len(data)
        while begin < size:
            start, end = _frame(data, begin)
            if end - start > self._max_bytes:
                return self._parser.feed_data(data[begin:])
            if end > size:
                self._pieces.append(data[begin:])
                self._have, self._need = size - begin, end - begin
                break
            if self._direct and data[begin] == FINAL_TEXT and data[begin + 1] < MASKED:
                payload = data[start:end]
                if self._take is None:
                    self._early.append(payload)
                else:
                    self._take(payload)
            else:
                self._direct = self._direct and data[begin] & 15 in _CONTROL
                if (broken := self._parser.feed_data(data[begin:end]))[0]:
                    return broken
            begin = end
        return False, b""

    def feed_eof(self) -> None:
        """The peer has ended the connection."""
        self._parser.feed_eof()


def _frame(data: bytes, begin: int) -> tuple[int, int]:
    """Where the payload of the frame at `begin` starts and ends; beyond the data if not all is there."""
    start = begin + 2
    if len(data) < start:
        return start, start
    length = data[begin + 1]
    if length >= MASKED:
        start += 4
        length -= MASKED
    if length == 126:
        length = int.from_bytes(data[begin + 2 : begin + 4], "big")
        start += 2
    elif length == 127:
        length = int.from_bytes(data[begin + 2 : begin + 10], "big")
        start += 8
    if len(data) < start:
        return start, start
    return start, start + length
