"""Whose voice is on a recording: how much of its sound is one tone (Goertzel's algorithm)."""

from __future__ import annotations

import math
import sys
import wave
from array import array
from collections.abc import Sequence
from pathlib import Path

BLOCK_S = 0.04


def tone_share(wav: Path, hz: float, *, channel: int = 0, skip_s: float = 0.0) -> float:
    """The share (0 to 1) of the energy of a 16-bit WAV that lies at `hz`, give or take 25 Hz.

    `channel` counts from 0 in a recording with several; `skip_s` leaves out its beginning. An
    empty or silent recording has none of any tone.
    """
    samples, rate_hz = read_wav(wav, channel)
    samples = samples[int(skip_s * rate_hz) :]
    block = int(rate_hz * BLOCK_S)
    at_tone = total = 0.0
    for start in range(0, len(samples) - block + 1, block):
        part = samples[start : start + block]
        at_tone += 2 * _power(part, hz / rate_hz) / block
        total += sum(value * value for value in part)
    return at_tone / total if total else 0.0


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
