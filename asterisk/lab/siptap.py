"""Listens to SIP over UDP on the loopback, each message with the kernel's time of its passing.

SIPp sees a message up to 2 ms after it came, which is as long as what is to be measured. The tap
reads copies from a packet socket (hence needs root) with a filter in the kernel, so it may read
late, and neither end is slowed down.
"""

from __future__ import annotations

import asyncio
import ctypes
import re
import socket
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

BUFFER_BYTES = 32 << 20
LONGEST_MESSAGE_BYTES = 65_536
ETH_P_IP = 0x0800
# Not in the socket module: include/uapi/asm-generic/socket.h
SO_ATTACH_FILTER = 26
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
IP_HEADER_UNIT_BYTES = 4
UDP_HEADER_BYTES = 8

CALL_ID = re.compile(rb"^(?:Call-ID|i)\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
FROM_USER = re.compile(
    rb'^(?:From|f)\s*:\s*(?:"(?:[^"\\]|\\.)*"|[^"<\r\n]*?)\s*<?sips?:([^@;>\s]*)@',
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SipMessage:
    """One SIP message: `at` in Unix seconds, `start` its first line, ports of the two ends."""

    at: float
    source_port: int
    target_port: int
    start: str
    call_id: str
    from_user: str

    @property
    def is_invite(self) -> bool:
        """Whether it asks for a call."""
        return self.start.startswith("INVITE ")

    @property
    def to_user(self) -> str:
        """Whom a request goes to; empty for an answer."""
        found = re.match(r"\S+ sips?:([^@;>\s]*)@", self.start)
        return found[1] if found else ""


class SipTap:
    """Collects `messages` from and to the UDP ports (usually one: Asterisk's) while it is open."""

    def __init__(self, ports: Iterable[int]) -> None:
        self.messages: list[SipMessage] = []
        self._ports = tuple(ports)
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)

    async def __aenter__(self) -> Self:
        program = udp_filter(self._ports)
        filter_bytes = ctypes.create_string_buffer(program, len(program))
        fprog = struct.pack("HL", len(program) // 8, ctypes.addressof(filter_bytes))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, fprog)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.setblocking(False)
        self._socket.bind(("lo", ETH_P_IP))
        asyncio.get_running_loop().add_reader(self._socket, self.read)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self.read()
        self._socket.close()

    def read(self) -> None:
        """Take in all that has passed so far."""
        while True:
            try:
                packet, control, _, _ = self._socket.recvmsg(LONGEST_MESSAGE_BYTES, 64)
            except BlockingIOError:
                return
            seconds, nanoseconds = struct.unpack("ll", control[0][2])
            if message := parse_packet(packet, seconds + nanoseconds / 1e9):
                self.messages.append(message)


def udp_filter(ports: Sequence[int]) -> bytes:
    """A classic BPF program that lets IPv4 packets of UDP from or to the ports pass."""
    checks = 2 * len(ports)
    code = [
        (0x30, 0, 0, 9),  # the protocol
        (0x15, 0, checks + 3, socket.IPPROTO_UDP),  # another: drop
        (0xB1, 0, 0, 0),  # x = length of the IP header
    ]
    for half, offset in enumerate((0, 2)):  # source port, target port
        code.append((0x48, 0, 0, offset))
        for number, port in enumerate(ports):
            done = half * (len(ports) + 1) + number + 1
            code.append((0x15, checks + 2 - done, 0, port))  # that one: pass
    code += [(0x06, 0, 0, 0), (0x06, 0, 0, LONGEST_MESSAGE_BYTES)]
    return b"".join(struct.pack("HBBI", *step) for step in code)


def parse_packet(packet: bytes, at: float) -> SipMessage | None:
    """The SIP message in an IPv4 packet, or None (keep-alives, other protocols)."""
    start_of_udp = (packet[0] & 15) * IP_HEADER_UNIT_BYTES
    source_port, target_port = struct.unpack_from("!HH", packet, start_of_udp)
    payload = packet[start_of_udp + UDP_HEADER_BYTES :]
    call_id, from_user = CALL_ID.search(payload), FROM_USER.search(payload)
    if call_id is None:
        return None
    return SipMessage(
        at=at,
        source_port=source_port,
        target_port=target_port,
        start=payload.partition(b"\r\n")[0].decode(errors="replace"),
        call_id=call_id[1].decode(errors="replace"),
        from_user=from_user[1].decode(errors="replace") if from_user else "",
    )


def ring_delays_s(messages: Iterable[SipMessage], asterisk_port: int) -> dict[str, float]:
    """By caller's number: from his INVITE to the first INVITE to an agent that carries the number.

    Both ends' times come from one clock. Repeated INVITEs don't count. Each caller calls once.
    """
    called: dict[str, float] = {}
    delays: dict[str, float] = {}
    for message in messages:
        if not message.is_invite:
            continue
        caller = message.from_user
        if message.target_port == asterisk_port:
            called.setdefault(caller, message.at)
        elif caller in called:
            delays.setdefault(caller, message.at - called[caller])
    return delays
