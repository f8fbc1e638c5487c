"""What a phone is sent to hear: the sound in the RTP packets that come to its ports (RFC 3550, G.711).

A phone's own recording has holes wherever a busy machine let the phone wait. The packets have all of it,
in their order, however late they came.
"""

from __future__ import annotations

import struct
import wave
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from asterisk.lab.udptap import UdpPacket, UdpTap

RATE_HZ = 8_000
RTP_VERSION = 2
FIXED_HEADER_BYTES = 12
PAUSE_S = 0.5
"""From so much on a gap is a silence that was meant. A shorter one is a sender that was held up: its
sound goes on where it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A packet's sound: when it `came` (Unix seconds), its `stream`, and its place in that (`at`, in
    samples)."""

    came: float
    stream: int
    at: int
    samples: Sequence[int]


class RtpTap:
    """Keeps the sound that comes to these UDP ports; `save` writes what has come since the last one."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = frozenset(ports)
        self._tap = UdpTap(ports)

    def save(self, path: Path) -> None:
        """Write the sound, from its first packet to its last, as a WAV of 16 bits; an empty one where
        there was none."""
        packets = [each for each in self._tap.packets() if each.target_port in self._ports]
        with wave.open(str(path), "wb") as wav:
            wav.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
            wav.writeframes(joined(filter(None, map(parse_sound, packets))).tobytes())

    def close(self) -> None:
        """Listen no more."""
        self._tap.close()


def parse_sound(packet: UdpPacket) -> Sound | None:
    """The sound in a packet; None where it is no RTP, or something else than G.711, such as a key."""
    payload = packet.payload
    if len(payload) <= FIXED_HEADER_BYTES or payload[0] >> 6 != RTP_VERSION:
        return None
    decode = _DECODE.get(payload[1] & 0x7F)
    if decode is None:
        return None
    at, stream = struct.unpack_from("!II", payload, 4)
    sources = payload[0] & 15
    return Sound(
        came=packet.at,
        stream=stream,
        at=at,
        samples=[decode[byte] for byte in payload[FIXED_HEADER_BYTES + 4 * sources :]],
    )


def joined(sounds: Iterable[Sound]) -> array[int]:
    """The sounds as one, in the order of their coming; the loopback keeps the order."""
    samples, last = array("h"), None
    for sound in sounds:
        if last is not None:
            samples.extend([0] * _pause(last, sound))
        samples.extend(sound.samples)
        last = sound
    return samples


def _pause(before: Sound, after: Sound) -> int:
    """For how long nothing was said between them, in samples. A sender may count on while he is held up,
    and he may count anew: so it is both by his count and by the clock."""
    gap = int((after.came - before.came) * RATE_HZ) - len(before.samples)
    if after.stream == before.stream:
        gap = min(gap, after.at - before.at - len(before.samples))
    return gap if gap >= PAUSE_S * RATE_HZ else 0


def _a_law(byte: int) -> int:
    """G.711 §3.1: 13 bits, brought to 16."""
    byte ^= 0x55
    segment, step = byte >> 4 & 7, byte & 15
    size = (step << 4) + 8 if segment == 0 else ((step << 4) + 0x108) << (segment - 1)
    return size if byte & 0x80 else -size


def _mu_law(byte: int) -> int:
    """G.711 §3.2: 14 bits, brought to 16."""
    byte ^= 0xFF
    size = ((((byte & 15) << 3) + 0x84) << (byte >> 4 & 7)) - 0x84
    return -size if byte & 0x80 else size


_DECODE = {0: [_mu_law(byte) for byte in range(256)], 8: [_a_law(byte) for byte in range(256)]}
"""By RTP's payload type (RFC 3551 §6)."""
