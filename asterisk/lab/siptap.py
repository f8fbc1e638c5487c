"""Listens to SIP over UDP on the loopback, each message with the kernel's time of its passing.

SIPp sees a message up to 2 ms after it came, which is as long as what is to be measured.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from asterisk.lab.udptap import UdpPacket, UdpTap

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

    async def __aenter__(self) -> Self:
        self._tap = UdpTap(self._ports)
        asyncio.get_running_loop().add_reader(self._tap, self.read)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._tap)
        self.read()
        self._tap.close()

    def read(self) -> None:
        """Take in all that has passed so far."""
        self.messages += filter(None, map(parse_message, self._tap.packets()))


def parse_message(packet: UdpPacket) -> SipMessage | None:
    """The SIP message in a packet, or None (keep-alives, other protocols)."""
    payload = packet.payload
    call_id, from_user = CALL_ID.search(payload), FROM_USER.search(payload)
    if call_id is None:
        return None
    return SipMessage(
        at=packet.at,
        source_port=packet.source_port,
        target_port=packet.target_port,
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
