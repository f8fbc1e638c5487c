"""The tap on SIP: on packets made here, and on the real loopback."""

from __future__ import annotations

import socket
import struct
import time

import pytest

from asterisk.lab.siptap import SipMessage, SipTap, parse_message, ring_delays_s
from asterisk.lab.udptap import parse_udp

INVITE = (
    b"INVITE sip:1001@127.0.0.1:5070 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.1:5060\r\n"
    b'From: "sip:no@one" <sip:13800000001@127.0.0.1>;tag=1\r\n'
    b"Call-ID: abc@127.0.0.1\r\n\r\n"
)


def packet(payload: bytes, source: int = 5060, target: int = 5070, options: int = 0) -> bytes:
    header = bytes([0x45 + options]) + bytes(19 + 4 * options)
    return header + struct.pack("!HHHH", source, target, 8 + len(payload), 0) + payload


def message(at: float, source: int, target: int, caller: str, start: str = "INVITE x") -> SipMessage:
    return SipMessage(
        at=at, source_port=source, target_port=target, start=start, call_id="c", from_user=caller
    )


@pytest.mark.parametrize("options", [0, 2])
def test_a_message_is_taken_apart(options: int) -> None:
    seen = parse_message(parse_udp(packet(INVITE, options=options), 12.5))
    assert seen == SipMessage(
        at=12.5,
        source_port=5060,
        target_port=5070,
        start="INVITE sip:1001@127.0.0.1:5070 SIP/2.0",
        call_id="abc@127.0.0.1",
        from_user="13800000001",
    )
    assert seen.is_invite
    assert seen.to_user == "1001"


def test_answers_and_keep_alives() -> None:
    answer = parse_message(parse_udp(packet(b"SIP/2.0 200 OK\r\ni: x\r\nf: <sip:1@a>\r\n\r\n"), 0))
    assert answer
    assert not answer.is_invite
    assert (answer.to_user, answer.call_id, answer.from_user) == ("", "x", "1")
    assert parse_message(parse_udp(packet(b"\r\n\r\n"), 0)) is None


def test_delays_pair_the_two_invites_of_a_call() -> None:
    seen = [
        message(1.0, 7000, 5060, "a"),
        message(1.1, 7000, 5060, "b"),
        message(1.2, 5060, 8000, "b"),
        message(1.3, 5060, 8000, "a", start="SIP/2.0 200 OK"),
        message(1.5, 7000, 5060, "a"),
        message(2.0, 5060, 8000, "a"),
        message(2.5, 5060, 8000, "a"),
        message(3.0, 5060, 8000, "nobody"),
    ]
    assert ring_delays_s(seen, 5060) == {"b": pytest.approx(0.1), "a": pytest.approx(1.0)}


async def test_the_loopback_is_heard_on_the_ports_asked_for_only() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        for end in (one, two, other):
            end.bind(("127.0.0.1", 0))
        before = time.time()
        async with SipTap([one.getsockname()[1]]) as tap:
            two.sendto(INVITE, one.getsockname())
            one.sendto(INVITE.replace(b"INVITE", b"OPTIONS"), two.getsockname())
            two.sendto(INVITE, other.getsockname())
            one.sendto(b"\r\n\r\n", two.getsockname())
        assert [seen.start.split()[0] for seen in tap.messages] == ["INVITE", "OPTIONS"]
        assert tap.messages[0].source_port == two.getsockname()[1]
        assert before <= tap.messages[0].at <= tap.messages[1].at <= time.time()
