"""Which prompts were heard: what a phone recorded, compared with the prompts' own files.

A codec and a network change every sample, but hardly how loud each moment is in the lower and in the
higher half of the band. Two rows of levels, one of the prompt and one of a stretch of the recording, are
compared by their correlation (Pearson's): 1 is the same sound at whatever volume, 0 another one.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from pathlib import Path
from typing import TypeAlias

from asterisk.lab.tone import read_wav

HOP_S = 0.02
FLOOR = 200.0
"""A level below which a moment counts as silent: noise of codecs, not speech."""
LIKE, LIKE_A_WORD = 0.9, 0.95
LONG_S = 1.0
"""So much a sound agrees with itself through a codec; no two prompts of a second or more agree as much
that are not the same. Words are not told apart as surely: give only those that can
be meant, and the longest that fits is the one."""
EDGE_S = 0.1
"""So much at a prompt's end is not looked for: a phone's buffer loses it."""

Levels: TypeAlias = "tuple[array[float], array[float]]"
"""Of the lower and the higher half of the band, one for each moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A prompt that was heard to its end: from `begin` to `end`, in steps of HOP_S."""

    prompt: str
    begin: int
    end: int


def which(prompts: Mapping[str, Path], heard: Path) -> str | None:
    """The longest prompt that was heard to its end; None where none was."""
    found = _candidates(prompts, heard)
    return found[0].prompt if found else None


def all_of(prompts: Mapping[str, Path], heard: Path) -> list[str]:
    """All prompts that were heard to their end, in their order. A stretch counts for one only."""
    kept: list[Heard] = []
    for each in _candidates(prompts, heard):
        slack = (each.end - each.begin) // 5
        if all(each.end - slack <= one.begin or each.begin + slack >= one.end for one in kept):
            kept.append(each)
    return [each.prompt for each in sorted(kept, key=lambda each: each.begin)]


def _candidates(prompts: Mapping[str, Path], heard: Path) -> list[Heard]:
    """Whatever fits somewhere, the longest first, and of those as long the one that fits best."""
    levels = levels_of(heard)
    found = [
        (len(sound[0]), likeness, Heard(prompt=prompt, begin=begin, end=begin + len(sound[0])))
        for prompt, path in prompts.items()
        for sound in (trimmed(levels_of(path)), trimmed(levels_of(path, skip_s=HOP_S / 2)))
        for begin, likeness in peaks(sound, levels)
    ]
    return [each for _, _, each in sorted(found, key=lambda one: one[:2], reverse=True)]


def levels_of(wav: Path, *, skip_s: float = 0.0) -> Levels:
    """How loud each moment of a 16-bit WAV is (logarithms); `skip_s` shifts the moments."""
    samples, rate_hz = read_wav(wav)
    samples = samples[int(skip_s * rate_hz) :]
    hop = int(rate_hz * HOP_S)
    low, high = array("d"), array("d")
    for start in range(0, len(samples) - hop, hop):
        part, after = samples[start : start + hop], samples[start + 1 : start + hop + 1]
        low.append(_level([one + two for one, two in zip(part, after, strict=True)]))
        high.append(_level([one - two for one, two in zip(part, after, strict=True)]))
    return low, high


def trimmed(levels: Levels) -> Levels:
    """Without the silence at its two ends, which says nothing, and without its last moment."""
    silent = math.log(FLOOR) * 1.02
    loud = [place for place, level in enumerate(levels[0]) if level > silent]
    if not loud:
        return array("d"), array("d")
    begin, end = loud[0], loud[-1] + 1
    end -= min(round(EDGE_S / HOP_S), (end - begin) // 5)
    return levels[0][begin:end], levels[1][begin:end]


def peaks(sound: Levels, heard: Levels) -> list[tuple[int, float]]:
    """Where in `heard` the sound fits, and how well: the best place of each stretch of its length."""
    length = len(sound[0])
    if not length or length > len(heard[0]):
        return []
    rows = [_likenesses(one, other) for one, other in zip(sound, heard, strict=True)]
    both = [(one + other) / 2 for one, other in zip(*rows, strict=True)]
    like = LIKE if length * HOP_S >= LONG_S else LIKE_A_WORD
    found: list[tuple[int, float]] = []
    for place in sorted(range(len(both)), key=both.__getitem__, reverse=True):
        if both[place] < like:
            break
        if all(abs(place - other) >= length for other, _ in found):
            found.append((place, both[place]))
    return found


def _likenesses(sound: Sequence[float], heard: Sequence[float]) -> list[float]:
    """The correlation of the sound with each stretch of its length."""
    length = len(sound)
    mean = sum(sound) / length
    centred = [level - mean for level in sound]
    own = math.sqrt(sum(map(mul, centred, centred)))
    total = sum(heard[:length])
    squares = sum(map(mul, heard[:length], heard[:length]))
    likenesses = []
    for start in range(len(heard) - length + 1):
        spread = math.sqrt(max(squares - total * total / length, 0.0))
        product = sum(map(mul, centred, heard[start : start + length]))
        likenesses.append(product / (own * spread) if own * spread > 1e-6 else 0.0)
        if start + length < len(heard):
            gone, come = heard[start], heard[start + length]
            total += come - gone
            squares += come * come - gone * gone
    return likenesses


def _level(samples: list[int]) -> float:
    return math.log(max(math.sqrt(sum(map(mul, samples, samples)) / len(samples)), FLOOR))
