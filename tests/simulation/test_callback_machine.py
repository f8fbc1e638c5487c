"""Callbacks under whatever can happen: a Hypothesis state machine, and long walks that end in quiet.

See tests/simulation/callback_world.py for what must hold.
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

from tests.simulation.callback_world import CALLBACK_ACTIONS, CallbackWorld

WEIGHTED = [name for name, weight in CALLBACK_ACTIONS.items() for _ in range(weight)]
STEPS = 60_000 if os.environ.get("STROWGER_LONG") else 2_000


class Callbacks(RuleBasedStateMachine):
    """Whatever can happen, in any order; then everybody goes home."""

    def __init__(self) -> None:
        super().__init__()
        self.world = CallbackWorld()

    @rule(data=st.data(), names=st.lists(st.sampled_from(WEIGHTED), min_size=1, max_size=8))
    def things_happen(self, data: st.DataObject, names: list[str]) -> None:
        for name in names:
            getattr(self.world, name)(lambda choices: data.draw(st.sampled_from(choices)))
            self.world.check()

    def teardown(self) -> None:
        self.world.run_out()


Callbacks.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestCallbacks: Callable[..., Any] = pytest.mark.timeout(300)(Callbacks.TestCase)


@pytest.mark.parametrize("seed", range(24))
def test_long_walk(seed: int) -> None:
    world, random = CallbackWorld(), Random(seed)
    for _ in range(STEPS):
        getattr(world, random.choice(WEIGHTED))(random.choice)
        world.check()
    world.run_out()
    assert world.ever
    assert world.closed
