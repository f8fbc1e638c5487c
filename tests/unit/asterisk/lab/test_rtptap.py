"""What a phone is sent to hear: from packets made here, and from the real loopback."""

from __future__ import annotations

import socket
import struct
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest

from asterisk.lab.rtptap import RtpTap, Sound, joined, parse_sound
from asterisk.lab.tone import read_wav
from asterisk.lab.udptap import UdpPacket

MU_LAW, A_LAW, KEYS = 0, 8, 101


def rtp(payload: bytes, *, kind: int = A_LAW, at: int = 160, stream: int = 7, sources: int = 0) -> bytes:
    header = struct.pack("!BBHII", 0x80 | sources, kind, 1, at, stream)
    return header + bytes(4 * sources) + payload


def packet(payload: bytes) -> UdpPacket:
    return UdpPacket(at=1.0, source_port=1, target_port=2, payload=payload)


def sound(samples: Sequence[int], *, at: int, came: float, stream: int = 7) -> Sound:
    return Sound(came=came, stream=stream, at=at, samples=samples)


@pytest.mark.parametrize(
    ("kind", "coded", "loud"),
    [
        # G.711, tables 1a and 2a: the quietest and the loudest of either sign.
        (A_LAW, bytes([0xD5, 0x55, 0xAA, 0x2A]), [8, -8, 32_256, -32_256]),
        (MU_LAW, bytes([0xFF, 0x7F, 0x80, 0x00]), [0, 0, 32_124, -32_124]),
    ],
)
def test_sound_is_decoded(kind: int, coded: bytes, loud: list[int]) -> None:
    found = parse_sound(packet(rtp(coded, kind=kind)))
    assert found == Sound(came=1.0, stream=7, at=160, samples=loud)


def test_other_senders_named_in_a_packet_are_no_sound() -> None:
    found = parse_sound(packet(rtp(b"\xd5", sources=2)))
    assert found
    assert found.samples == [8]


@pytest.mark.parametrize("payload", [b"", b"\x00" * 40, rtp(b""), rtp(b"\x05\x0a\x00\xa0", kind=KEYS)])
def test_what_is_no_sound(payload: bytes) -> None:
    assert parse_sound(packet(payload)) is None


def test_who_was_held_up_goes_on_where_he_was() -> None:
    counted_on = [sound([1] * 160, at=0, came=0.0), sound([2] * 160, at=3_360, came=0.4)]
    caught_up = [sound([1] * 160, at=0, came=0.0), sound([2] * 160, at=160, came=2.0)]
    for sounds in (counted_on, caught_up):
        assert joined(sounds) == array("h", [1] * 160 + [2] * 160)


def test_a_pause_that_was_meant_is_a_silence() -> None:
    sounds = [sound([1] * 160, at=0, came=0.0), sound([2] * 160, at=8_160, came=1.02)]
    assert joined(sounds) == array("h", [1] * 160 + [0] * 8_000 + [2] * 160)


def test_a_stream_that_counts_anew_pauses_by_the_clock() -> None:
    sounds = [sound([1] * 160, at=900_000, came=0.0), sound([2], at=5, came=1.02, stream=8)]
    assert len(joined(sounds)) == 160 + 8_000 + 1


def test_on_the_loopback(tmp_path: Path) -> None:
    """Only what comes to the ports counts, and each file has what came since the one before."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as pbx,
    ):
        for end in (phone, pbx):
            end.bind(("127.0.0.1", 0))
        tap = RtpTap([phone.getsockname()[1]])
        pbx.sendto(rtp(b"\xd5" * 160, at=0), phone.getsockname())
        phone.sendto(rtp(b"\x2a" * 160, at=0), pbx.getsockname())
        tap.save(tmp_path / "first.wav")
        tap.save(tmp_path / "second.wav")
        tap.close()
    assert read_wav(tmp_path / "first.wav") == (array("h", [8] * 160), 8_000)
    assert read_wav(tmp_path / "second.wav") == (array("h"), 8_000)
