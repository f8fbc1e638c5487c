"""Netstrings, however the stream cuts them."""

from __future__ import annotations

from asyncio import IncompleteReadError, StreamReader

import pytest

from asterisk.lab.errors import ToolFailed
from asterisk.lab.netstring import frame, read_frame


def stream(*chunks: bytes) -> StreamReader:
    reader = StreamReader()
    for chunk in chunks:
        reader.feed_data(chunk)
    reader.feed_eof()
    return reader


async def test_what_was_framed_is_read() -> None:
    reader = stream(frame(b"hello"), frame(b""), frame("字:,".encode()))
    assert [await read_frame(reader) for _ in range(3)] == [b"hello", b"", "字:,".encode()]
    with pytest.raises(IncompleteReadError):
        await read_frame(reader)


async def test_a_frame_may_come_in_pieces() -> None:
    assert await read_frame(stream(b"1", b"1:hel", b"lo w", b"orld", b",")) == b"hello world"


@pytest.mark.parametrize("bad", [b"x:hello,", b"-1:,", b"99999999999:", b":,"])
async def test_a_length_that_is_none_is_refused(bad: bytes) -> None:
    with pytest.raises(ToolFailed, match="Not the length"):
        await read_frame(stream(bad))


async def test_a_missing_comma_is_noticed() -> None:
    with pytest.raises(ToolFailed, match="comma"):
        await read_frame(stream(b"5:helloX"))
