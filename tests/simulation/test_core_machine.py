"""A Hypothesis state machine over the whole core, and a long walk by a seeded random.

Both drive the same world (tests/simulation/world.py), which checks after each step what must always
hold. Hypothesis finds the shortest way to a fault; the long walk gets deeper.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.simulation.world import ACTIONS, World

WEIGHTED = [name for name, weight in ACTIONS.items() for _ in range(weight)]
STEPS = 125_000 if os.environ.get("STROWGER_LONG") else 3_000
"""Of each long walk; `make check-long` goes a million of them."""


class Core(RuleBasedStateMachine):
    """Whatever can happen, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @rule(data=st.data(), names=st.lists(st.sampled_from(WEIGHTED), min_size=1, max_size=8))
    def things_happen(self, data: st.DataObject, names: list[str]) -> None:
        for name in names:
            getattr(self.world, name)(lambda choices: data.draw(st.sampled_from(choices)))
            self.world.check()


Core.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestCore: Callable[..., Any] = pytest.mark.timeout(300)(Core.TestCase)
"""Shrinking a fault takes longer than a test may otherwise."""


@pytest.mark.parametrize("seed", range(8))
def test_long_walk(seed: int) -> None:
    world, random = World(), Random(seed)
    for _ in range(STEPS):
        name = random.choice(WEIGHTED)
        getattr(world, name)(random.choice)
        world.check()
