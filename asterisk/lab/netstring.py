"""Netstrings, the framing of baresip's control connection: `5:hello,`."""

from __future__ import annotations

from asyncio import StreamReader

from asterisk.lab.errors import ToolFailed

LONGEST_BYTES = 1_000_000


def frame(payload: bytes) -> bytes:
    """The payload as a netstring."""
    return b"%d:%b," % (len(payload), payload)


async def read_frame(reader: StreamReader) -> bytes:
    """The payload of the next netstring; raises `IncompleteReadError` at the end of the stream."""
    digits = await reader.readuntil(b":")
    if not digits[:-1].isdigit() or int(digits[:-1]) > LONGEST_BYTES:
        raise ToolFailed(f"Not the length of a netstring: {digits[:20]!r}")
    payload = await reader.readexactly(int(digits[:-1]) + 1)
    if payload[-1:] != b",":
        raise ToolFailed(f"A netstring does not end in a comma: {payload[-20:]!r}")
    return payload[:-1]
