"""Which sound is in a recording, told from sounds that are made here."""

from __future__ import annotations

import math
import random
import wave
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest

from asterisk.lab.heard import all_of, which

RATE_HZ = 8_000


def babble(seed: int, seconds: float) -> list[int]:
    """Something like speech: syllables of changing loudness and pitch, and none twice."""
    chance = random.Random(seed)
    samples: list[int] = []
    while len(samples) < seconds * RATE_HZ:
        hz, loud = chance.uniform(150, 3_000), chance.uniform(500, 12_000)
        length = int(chance.uniform(0.05, 0.25) * RATE_HZ)
        samples += [int(loud * math.sin(2 * math.pi * hz * at / RATE_HZ)) for at in range(length)]
    return samples[: int(seconds * RATE_HZ)]


def silence(seconds: float) -> list[int]:
    return [0] * int(seconds * RATE_HZ)


def noisy(samples: Sequence[int], seed: int = 9) -> list[int]:
    """As from another place: quieter, and every sample a little wrong."""
    chance = random.Random(seed)
    return [int(sample * 0.6 + chance.uniform(-60, 60)) for sample in samples]


def write(path: Path, samples: Sequence[int]) -> Path:
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE_HZ)
        wav.writeframes(array("h", samples).tobytes())
    return path


@pytest.fixture
def prompts(tmp_path: Path) -> dict[str, Path]:
    lengths = {"one": 2.0, "two": 1.5, "three": 3.0, "word": 0.4}
    return {
        name: write(tmp_path / f"{name}.wav", silence(0.1) + babble(seed, seconds))
        for seed, (name, seconds) in enumerate(lengths.items())
    }


def part(prompts: dict[str, Path], name: str, seconds: float | None = None) -> list[int]:
    with wave.open(str(prompts[name]), "rb") as wav:
        count = wav.getnframes() if seconds is None else int(seconds * RATE_HZ)
        return list(array("h", wav.readframes(count)))


def test_prompts_are_heard_in_their_order(prompts: dict[str, Path], tmp_path: Path) -> None:
    sounds = [
        silence(0.333),
        part(prompts, "two"),
        part(prompts, "one"),
        silence(1),
        part(prompts, "two"),
    ]
    heard = write(tmp_path / "heard.wav", noisy([sample for each in sounds for sample in each]))
    assert all_of(prompts, heard) == ["two", "one", "two"]
    assert which(prompts, heard) == "one"


def test_half_a_prompt_is_none(prompts: dict[str, Path], tmp_path: Path) -> None:
    half = noisy(silence(0.5) + part(prompts, "three", 1.5) + silence(2))
    heard = write(tmp_path / "heard.wav", half)
    assert which(prompts, heard) is None
    assert all_of(prompts, heard) == []


def test_a_prompts_last_moment_may_be_missing(prompts: dict[str, Path], tmp_path: Path) -> None:
    cut = part(prompts, "three", 3.06)
    assert which(prompts, write(tmp_path / "heard.wav", cut)) == "three"


def test_silence_and_other_sounds_are_no_prompt(prompts: dict[str, Path], tmp_path: Path) -> None:
    assert which(prompts, write(tmp_path / "silence.wav", silence(4))) is None
    assert which(prompts, write(tmp_path / "other.wav", babble(77, 4))) is None
    assert which(prompts, write(tmp_path / "nothing.wav", [])) is None


def test_a_prompt_without_a_sound_is_never_heard(tmp_path: Path) -> None:
    mute = {"mute": write(tmp_path / "mute.wav", silence(1))}
    assert which(mute, write(tmp_path / "heard.wav", babble(3, 3))) is None


def test_a_word_within_a_longer_prompt_is_the_longer_prompt(
    prompts: dict[str, Path], tmp_path: Path
) -> None:
    longer = part(prompts, "word")[800:] + part(prompts, "one")[800:]
    both = {**prompts, "longer": write(tmp_path / "longer.wav", longer)}
    del both["one"]
    heard = write(tmp_path / "heard.wav", silence(0.2) + longer + silence(0.2))
    assert all_of(both, heard) == ["longer"]
