"""Whose voice is on a recording: how much of its sound is one tone (Goertzel's algorithm)."""

from __future__ import annotations

import math
import sys
import wave
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

BLOCK_S = 0.04
LOUD = 100.0
"""The effective level (of 32,767) below which a moment is silent."""


def tone_share(wav: Path, hz: float, *, channel: int = 0, skip_s: float = 0.0) -> float:
    """The share (0 to 1) of the energy of a 16-bit WAV that lies at `hz`, give or take 25 Hz.

    `channel` counts from 0 in a recording with several; `skip_s` leaves out its beginning. An
    empty or silent recording has none of any tone.
    """
    energies = list(_energies(wav, hz, channel, skip_s))
    total = sum(whole for _, whole in energies)
    return sum(at_tone for at_tone, _ in energies) / total if total else 0.0


def tone_seconds(wav: Path, hz: float, *, channel: int = 0) -> float:
    """For how long the tone is most of what is heard."""
    quiet = LOUD**2 * BLOCK_S * wav_rate(wav)
    moments = _energies(wav, hz, channel, 0.0)
    return BLOCK_S * sum(1 for at_tone, whole in moments if whole > quiet and at_tone > whole / 2)


def wav_rate(wav: Path) -> int:
    """Samples per second."""
    with wave.open(str(wav), "rb") as sound:
        return sound.getframerate()


def _energies(wav: Path, hz: float, channel: int, skip_s: float) -> Iterator[tuple[float, float]]:
    """Of each moment: the energy at the tone, and all of it."""
    samples, rate_hz = read_wav(wav, channel)
    samples = samples[int(skip_s * rate_hz) :]
    block = int(rate_hz * BLOCK_S)
    for start in range(0, len(samples) - block + 1, block):
        part = samples[start : start + block]
        yield 2 * _power(part, hz / rate_hz) / block, sum(value * value for value in part)


def read_wav(wav: Path, channel: int = 0) -> tuple[array[int], int]:
    """The samples of one channel of a 16-bit WAV, and their rate in Hz."""
    with wave.open(str(wav), "rb") as sound:
        if sound.getsampwidth() != 2:
            raise ValueError(f"{wav} has {8 * sound.getsampwidth()} bits a sample, not 16.")
        samples = array("h", sound.readframes(sound.getnframes()))
        if sys.byteorder == "big":
            samples.byteswap()
        return samples[channel :: sound.getnchannels()], sound.getframerate()


def _power(samples: Sequence[int], turns_per_sample: float) -> float:
    factor = 2 * math.cos(2 * math.pi * turns_per_sample)
    before, now = 0.0, 0.0
    for value in samples:
        before, now = now, value + factor * now - before
    return now * now + before * before - factor * now * before
