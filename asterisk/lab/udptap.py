"""Listens to UDP on the loopback, each packet with the kernel's time of its passing.

A tap reads copies from a packet socket (hence needs root) with a filter in the kernel, so it may
read late, and neither end is slowed down.
"""

from __future__ import annotations

import ctypes
import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

BUFFER_BYTES = 32 << 20
LONGEST_PACKET_BYTES = 65_536
ETH_P_IP = 0x0800
# Not in the socket module: include/uapi/asm-generic/socket.h
SO_ATTACH_FILTER = 26
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
IP_HEADER_UNIT_BYTES = 4
UDP_HEADER_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class UdpPacket:
    """What passed: `at` in Unix seconds, the ports of the two ends, what was carried."""

    at: float
    source_port: int
    target_port: int
    payload: bytes


class UdpTap:
    """Keeps what passes from and to the UDP ports from now until it is closed; `packets` takes it."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        program = udp_filter(ports)
        filter_bytes = ctypes.create_string_buffer(program, len(program))
        fprog = struct.pack("HL", len(program) // 8, ctypes.addressof(filter_bytes))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, fprog)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.setblocking(False)
        self._socket.bind(("lo", ETH_P_IP))

    def fileno(self) -> int:
        """For an event loop: readable when packets have passed."""
        return self._socket.fileno()

    def packets(self) -> Iterator[UdpPacket]:
        """What has passed since this was asked last."""
        while True:
            try:
                packet, control, _, _ = self._socket.recvmsg(LONGEST_PACKET_BYTES, 64)
            except BlockingIOError:
                return
            seconds, nanoseconds = struct.unpack("ll", control[0][2])
            yield parse_udp(packet, seconds + nanoseconds / 1e9)

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()


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
    code += [(0x06, 0, 0, 0), (0x06, 0, 0, LONGEST_PACKET_BYTES)]
    return b"".join(struct.pack("HBBI", *step) for step in code)


def parse_udp(packet: bytes, at: float) -> UdpPacket:
    """An IPv4 packet of UDP, taken apart."""
    start_of_udp = (packet[0] & 15) * IP_HEADER_UNIT_BYTES
    source_port, target_port = struct.unpack_from("!HH", packet, start_of_udp)
    payload = packet[start_of_udp + UDP_HEADER_BYTES :]
    return UdpPacket(at=at, source_port=source_port, target_port=target_port, payload=payload)
