"""Frames as they come from the socket: cut anywhere, of any length, in any order."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk.ari.frames import FrameReader


class Passed:
    """Takes the place of aiohttp's parser."""

    def __init__(self, broken: bool = False) -> None:
        self.data: list[bytes] = []
        self.broken = broken
        self.ended = False

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self.data.append(data)
        return self.broken, b""

    def feed_eof(self) -> None:
        self.ended = True


def frame(payload: bytes, first: int = 0x81) -> bytes:
    """A server's frame: without a mask."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", first, size) + payload
    if size < 65536:
        return struct.pack("!BBH", first, 126, size) + payload
    return struct.pack("!BBQ", first, 127, size) + payload


PING = frame(b"?", 0x89)


def started(passed: Passed | None = None, max_bytes: int = 1_000_000) -> tuple[FrameReader, list[bytes]]:
    taken: list[bytes] = []
    reader = FrameReader(passed or Passed())
    reader.start(taken.append, max_bytes)
    return reader, taken


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536])
def test_a_message_of_any_length(size: int) -> None:
    reader, taken = started()
    assert reader.feed_data(frame(b"x" * size)) == (False, b"")
    assert taken == [b"x" * size]


@given(st.lists(st.integers(0, 300), max_size=8), st.data())
def test_wherever_the_bytes_are_cut_the_messages_are_the_same(
    sizes: list[int], data: st.DataObject
) -> None:
    messages = [bytes([65 + number]) * size for number, size in enumerate(sizes)]
    stream = b"".join(frame(message) + PING for message in messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    passed = Passed()
    reader, taken = started(passed)
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        if begin < end:
            reader.feed_data(stream[begin:end])
    assert taken == messages
    assert passed.data == [PING] * len(messages)


def test_what_comes_before_the_start_is_kept() -> None:
    reader = FrameReader(Passed())
    reader.feed_data(frame(b"one") + frame(b"two")[:2])
    taken: list[bytes] = []
    reader.start(taken.append, 100)
    assert taken == [b"one"]
    reader.feed_data(frame(b"two")[2:])
    assert taken == [b"one", b"two"]


@pytest.mark.parametrize("odd", [frame(b"piece", 0x01), frame(b"binary", 0x82)])
def test_after_a_message_in_pieces_all_keep_their_order_in_aiohttps_queue(odd: bytes) -> None:
    passed = Passed()
    reader, taken = started(passed)
    reader.feed_data(frame(b"before") + odd + frame(b"after"))
    assert taken == [b"before"]
    assert passed.data == [odd, frame(b"after")]


def test_a_masked_frame_is_not_for_us_to_read() -> None:
    masked = b"\x81\x82abcdxy"
    passed = Passed()
    reader, taken = started(passed)
    reader.feed_data(masked + frame(b""))
    assert passed.data[0] == masked
    assert taken == []


def test_a_message_that_is_too_long_is_left_to_aiohttp_before_it_is_read() -> None:
    passed = Passed(broken=True)
    reader, taken = started(passed, max_bytes=10)
    assert reader.feed_data(frame(b"x" * 11)[:4]) == (True, b"")
    assert taken == []


def test_a_broken_protocol_is_told_to_aiohttp() -> None:
    reader, taken = started(Passed(broken=True))
    assert reader.feed_data(PING + frame(b"never")) == (True, b"")
    assert taken == []


def test_the_end_is_passed_on() -> None:
    passed = Passed()
    reader, _ = started(passed)
    reader.feed_eof()
    assert passed.ended
