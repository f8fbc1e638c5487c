"""The tone detector, on sounds made here."""

from __future__ import annotations

import math
import random
import wave
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest

from asterisk.lab.tone import read_wav, tone_seconds, tone_share

RATE_HZ = 8000
Sound = Callable[[float], float]


def sine(hz: float, level: float = 8000) -> Sound:
    return lambda at: level * math.sin(2 * math.pi * hz * at)


def silence(_: float) -> float:
    return 0.0


def save(path: Path, *channels: Sound, seconds: float = 1.0, width: int = 2) -> Path:
    samples = array("h")
    for number in range(int(seconds * RATE_HZ)):
        samples.extend(round(sound(number / RATE_HZ)) for sound in channels)
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(len(channels))
        wav.setsampwidth(width)
        wav.setframerate(RATE_HZ)
        wav.writeframes(samples.tobytes())
    return path


def test_a_pure_tone_is_all_of_it_and_another_none(tmp_path: Path) -> None:
    wav = save(tmp_path / "a.wav", sine(440))
    assert tone_share(wav, 440) == pytest.approx(1, abs=0.02)
    assert tone_share(wav, 880) < 0.001


def test_two_voices_share(tmp_path: Path) -> None:
    wav = save(tmp_path / "a.wav", lambda at: sine(440)(at) + sine(880)(at))
    assert tone_share(wav, 440) == pytest.approx(0.5, abs=0.02)
    assert tone_share(wav, 880) == pytest.approx(0.5, abs=0.02)


def test_channels_are_told_apart(tmp_path: Path) -> None:
    wav = save(tmp_path / "a.wav", sine(440), sine(880))
    assert tone_share(wav, 440, channel=0) > 0.95
    assert tone_share(wav, 440, channel=1) < 0.01
    assert tone_share(wav, 880, channel=1) > 0.95


def test_how_long_a_tone_is_heard(tmp_path: Path) -> None:
    """Between silence, another tone, and one that is too quiet to be heard."""

    def sound(at: float) -> float:
        other = sine(880)(at) if at >= 3.0 else sine(440, 50)(at) if at >= 2.6 else 0.0
        return sine(440)(at) if 1.0 <= at < 2.2 else other

    wav = save(tmp_path / "a.wav", sound, seconds=4.0)
    assert tone_seconds(wav, 440) == pytest.approx(1.2, abs=0.05)
    assert tone_seconds(wav, 880) == pytest.approx(1.0, abs=0.05)


def test_noise_has_little_of_any_tone(tmp_path: Path) -> None:
    noise = random.Random(1)
    wav = save(tmp_path / "a.wav", lambda _: noise.uniform(-8000, 8000))
    assert tone_share(wav, 440) < 0.05


def test_the_beginning_can_be_left_out(tmp_path: Path) -> None:
    wav = save(tmp_path / "a.wav", lambda at: sine(880 if at < 0.5 else 440)(at))
    assert tone_share(wav, 440, skip_s=0.5) > 0.95
    assert tone_share(wav, 440) == pytest.approx(0.5, abs=0.05)


def test_silence_and_nothing_have_none(tmp_path: Path) -> None:
    assert tone_share(save(tmp_path / "a.wav", silence), 440) == 0
    assert tone_share(save(tmp_path / "b.wav", silence, seconds=0), 440) == 0


def test_samples_and_rate_are_read(tmp_path: Path) -> None:
    samples, rate_hz = read_wav(save(tmp_path / "a.wav", lambda at: at * RATE_HZ, seconds=0.001))
    assert list(samples) == list(range(8))
    assert rate_hz == RATE_HZ


def test_other_widths_are_refused(tmp_path: Path) -> None:
    wav = save(tmp_path / "a.wav", silence, width=1)
    with pytest.raises(ValueError, match="8 bits a sample"):
        tone_share(wav, 440)
