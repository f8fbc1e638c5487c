from __future__ import annotations

import pytest

from acd.core.retry import expires_at, next_attempt
from acd.core.routing import CallbackRule


@pytest.mark.parametrize(("made", "after"), [(1, 300.0), (2, 1800.0), (3, 1800.0)])
def test_the_last_spacing_counts_for_all_further(made: int, after: float) -> None:
    rule = CallbackRule(attempts=4, spacing=(300.0, 1800.0))
    assert next_attempt(rule, made, 1000.0) == 1000.0 + after


def test_after_the_last_there_is_no_other() -> None:
    assert next_attempt(CallbackRule(attempts=2), 2, 0.0) is None


def test_without_spacing_it_is_at_once() -> None:
    assert next_attempt(CallbackRule(attempts=2, spacing=()), 1, 7.0) == 7.0


def test_it_expires_after_its_time_counted_from_the_wish() -> None:
    rule = CallbackRule(within=100.0)
    assert expires_at(rule, 50.0, None) == 150.0
    assert expires_at(rule, 50.0, 20.0) == 150.0
    assert expires_at(rule, 50.0, 400.0) == 500.0
