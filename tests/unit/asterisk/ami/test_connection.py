"""The framing, byte by byte, without a network."""

from __future__ import annotations

import asyncio
from unittest.mock import create_autospec

import pytest

from asterisk.ami.connection import AmiConnection
from asterisk.ami.errors import AmiConnectionLost, AmiTimeout
from asterisk.ami.message import AmiMessage
from tests.unit.asterisk.ami.fake_manager import GREETING, message


class Wire:
    """A connection with a transport that only takes notes."""

    def __init__(self) -> None:
        self.connection = AmiConnection()
        self.transport = create_autospec(asyncio.Transport, instance=True)
        self.connection.connection_made(self.transport)

    def came(self) -> list[AmiMessage | AmiConnectionLost]:
        queue = self.connection.incoming
        return [queue.get_nowait() for _ in range(queue.qsize())]


@pytest.fixture
async def wire() -> Wire:
    return Wire()


async def test_a_character_split_between_packets_survives(wire: Wire) -> None:
    for byte in GREETING + message("Event: Name", "Name: 坐席一😀") * 2:
        wire.connection.data_received(bytes([byte]))
    names = [one["Name"] for one in wire.came() if isinstance(one, AmiMessage)]
    assert names == ["坐席一😀", "坐席一😀"]
    assert wire.connection.malformed == 0


async def test_many_messages_in_one_packet_keep_their_order(wire: Wire) -> None:
    messages = b"".join(message("Event: N", f"N: {number}") for number in range(100))
    wire.connection.data_received(GREETING + messages)
    numbers = [one["N"] for one in wire.came() if isinstance(one, AmiMessage)]
    assert numbers == [str(number) for number in range(100)]


async def test_bytes_that_are_no_text_and_text_that_is_no_message(wire: Wire) -> None:
    wire.connection.data_received(GREETING)
    wire.connection.data_received(b"Event: X\r\nName: \xff\xe4\r\n\r\n")
    wire.connection.data_received(b"no header here\r\n\r\n")
    wire.connection.data_received(message("Event: Twice", "Event: Twice"))
    wire.connection.data_received(b"\r\n" + message("Event: Last", "Empty: "))
    first, last = wire.came()
    assert isinstance(first, AmiMessage)
    assert isinstance(last, AmiMessage)
    assert first["Name"] == "\ufffd\ufffd"
    assert last["Empty"] == ""
    assert wire.connection.malformed == 2


async def test_the_end_is_told_once_and_nothing_is_sent_after_it(wire: Wire) -> None:
    wire.connection.data_received(GREETING)
    wire.connection.connection_lost(ConnectionResetError("reset by peer"))
    wire.connection.connection_lost(None)
    [lost] = wire.came()
    assert isinstance(lost, AmiConnectionLost)
    assert "reset by peer" in str(lost)
    with pytest.raises(AmiConnectionLost):
        await wire.connection.act("Ping", {}, timeout_s=1.0)
    wire.transport.write.assert_not_called()


async def test_a_connection_that_never_was_made_can_be_closed() -> None:
    connection = AmiConnection()
    connection.close()
    connection.abort("gave up")
    with pytest.raises(AmiConnectionLost, match="gave up"):
        await connection.greeting(timeout_s=1.0)


async def test_an_action_that_timed_out_is_forgotten(wire: Wire) -> None:
    wire.connection.data_received(GREETING)
    waiting = asyncio.create_task(wire.connection.act("Ping", {}, timeout_s=5.0))
    timed_out = asyncio.create_task(wire.connection.act("Ping", {}, timeout_s=0.0))
    with pytest.raises(AmiTimeout):
        await timed_out
    wire.connection.connection_lost(None)
    with pytest.raises(AmiConnectionLost):
        await waiting
