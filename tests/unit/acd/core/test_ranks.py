"""Sorted keys in blocks: the same answers as a plain sorted list."""

from __future__ import annotations

from bisect import bisect_left, insort
from random import Random

import pytest

from acd.core.ranks import BLOCK, Key, Ranks


def test_nobody() -> None:
    ranks = Ranks()
    assert len(ranks) == 0
    assert ranks.first is None
    assert ranks.before((0, 1.0, 1)) == 0


def test_who_is_not_there_cannot_go() -> None:
    ranks = Ranks()
    with pytest.raises(ValueError, match="is not there"):
        ranks.remove((0, 1.0, 1))
    ranks.add((0, 1.0, 1))
    for key in ((0, 0.5, 2), (0, 2.0, 3)):
        with pytest.raises(ValueError, match="is not there"):
            ranks.remove(key)
    assert len(ranks) == 1


@pytest.mark.parametrize("seed", range(4))
def test_like_a_sorted_list(seed: int) -> None:
    random = Random(seed)
    ranks, plain = Ranks(), list[Key]()
    for number in range(8 * BLOCK):
        if plain and random.random() < 0.25:
            key = plain.pop(random.choice((0, -1, random.randrange(len(plain)))))
            ranks.remove(key)
        else:
            key = (-random.choice((0, 0, 0, 1)), random.choice((number, random.random())) * 1.0, number)
            insort(plain, key)
            ranks.add(key)
        probe = (0, random.random() * number, 0)
        assert ranks.before(probe) == bisect_left(plain, probe)
        assert len(ranks) == len(plain)
        assert ranks.first == (plain[0] if plain else None)
    for place, key in enumerate(plain):
        assert ranks.before(key) == place
    for key in plain:
        ranks.remove(key)
    assert len(ranks) == 0
