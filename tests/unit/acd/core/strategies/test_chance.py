from __future__ import annotations

from collections import Counter

import pytest

from acd.core.routing import Strategy
from tests.unit.acd.core.room import Room, profile, queue

WEIGHTS = {"a": 1, "b": 2, "c": 3, "d": 6, "e": 12, "f": 1}
DRAWS = 6000
CHI_SQUARE_99_9 = {3: 16.27, 4: 18.47, 5: 20.52}
"""Critical values at 0.1 %, by degrees of freedom (any statistics table)."""


def office(strategy: Strategy, seed: int = 1) -> Room:
    agents = [profile(name, weight=weight) for name, weight in WEIGHTS.items()]
    room = Room(agents, queue(strategy=strategy), seed=seed)
    room.comes(*WEIGHTS)
    return room


def drawn(room: Room) -> Counter[str]:
    """Who is rung when all who are idle now are idle at each decision."""
    counted: Counter[str] = Counter()
    for _ in range(DRAWS):
        [name] = room.arrives()
        counted[name] += 1
        room.idle(name)
    return counted


def chi_square(seen: Counter[str], weights: dict[str, int]) -> float:
    total = sum(weights.values())
    expected = {name: DRAWS * weight / total for name, weight in weights.items()}
    assert seen.keys() == expected.keys()
    return sum((seen[name] - expected[name]) ** 2 / expected[name] for name in weights)


@pytest.mark.parametrize(
    ("strategy", "weights"),
    [(Strategy.RANDOM, dict.fromkeys(WEIGHTS, 1)), (Strategy.WEIGHTED_RANDOM, WEIGHTS)],
)
def test_everybody_is_drawn_as_often_as_he_should_be(
    strategy: Strategy, weights: dict[str, int]
) -> None:
    room = office(strategy)
    assert chi_square(drawn(room), weights) < CHI_SQUARE_99_9[len(weights) - 1]


@pytest.mark.parametrize(
    ("strategy", "weights"),
    [(Strategy.RANDOM, dict.fromkeys("acdef", 1)), (Strategy.WEIGHTED_RANDOM, {**WEIGHTS})],
)
def test_who_went_away_leaves_no_mark_on_the_others(strategy: Strategy, weights: dict[str, int]) -> None:
    weights.pop("b", None)
    room = office(strategy, seed=3)
    room.matching.unready(room.agent("b"))
    assert chi_square(drawn(room), weights) < CHI_SQUARE_99_9[len(weights) - 1]


@pytest.mark.parametrize("strategy", [Strategy.RANDOM, Strategy.WEIGHTED_RANDOM])
def test_the_same_seed_draws_the_same(strategy: Strategy) -> None:
    def draws(seed: int) -> list[list[str]]:
        room = office(strategy, seed)
        return [room.arrives() for _ in WEIGHTS]

    assert draws(5) == draws(5)
    assert any(draws(5) != draws(seed) for seed in range(6, 10))


@pytest.mark.parametrize("strategy", [Strategy.RANDOM, Strategy.WEIGHTED_RANDOM])
def test_all_are_drawn_once_before_the_call_waits(strategy: Strategy) -> None:
    room = office(strategy)
    assert sorted(room.arrives()[0] for _ in WEIGHTS) == sorted(WEIGHTS)
    assert room.arrives() == []
    [pool] = room.matching._seats["a"].pools
    assert pool.index.best() is None
    assert room.idle("c") == "c7"


@pytest.mark.parametrize(("strategy", "key"), [(Strategy.RANDOM, ()), (Strategy.WEIGHTED_RANDOM, (2,))])
def test_what_is_noted_of_the_others(strategy: Strategy, key: tuple[float, ...]) -> None:
    room = office(strategy)
    for name in "cdef":
        room.matching.unready(room.agent(name))
    ticket = room.ticket()
    chosen = room.asks(ticket)
    while chosen != ["a"]:
        room.idle(chosen[0])
        chosen = room.asks(ticket)
    assert room.matching.rivals(ticket) == ([("b", key)], 0)


def test_enormous_weights_are_drawn_too() -> None:
    room = Room(
        [profile("a", weight=10**9), profile("b", weight=1)], queue(strategy=Strategy.WEIGHTED_RANDOM)
    )
    room.comes("a", "b")
    assert room.arrives() == ["a"]
    assert room.arrives() == ["b"]
