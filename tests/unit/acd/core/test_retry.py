from __future__ import annotations

from typing import Any

import pytest

from acd.core.callback_words import Callback, CallbackSource
from acd.core.retry import expires_at, next_attempt, used_up
from acd.core.routing import CallbackRule


def owed(**changes: Any) -> Callback:
    plain: dict[str, Any] = {"created_at": 50.0, "due_at": 50.0}
    return Callback(
        id="cb",
        number="1",
        business=None,
        queue="orders",
        dialled="4001",
        source=CallbackSource.API,
        language="zh-CN",
        node="pbx1",
        **(plain | changes),
    )


@pytest.mark.parametrize(("made", "after"), [(1, 300.0), (2, 1800.0), (3, 1800.0)])
def test_the_last_spacing_counts_for_all_further(made: int, after: float) -> None:
    rule = CallbackRule(attempts=4, spacing=(300.0, 1800.0))
    assert next_attempt(rule, owed(attempts=made), 1000.0) == 1000.0 + after


def test_after_the_last_there_is_no_other() -> None:
    assert next_attempt(CallbackRule(attempts=2), owed(attempts=2), 0.0) is None


def test_what_was_granted_is_made_whatever_the_rule_says() -> None:
    rule = CallbackRule(attempts=2)
    assert not used_up(rule, owed(attempts=2, granted=3))
    assert used_up(rule, owed(attempts=3, granted=3))
    assert not used_up(rule, owed(attempts=1, granted=1))


def test_without_spacing_it_is_at_once() -> None:
    assert next_attempt(CallbackRule(attempts=2, spacing=()), owed(attempts=1), 7.0) == 7.0


def test_it_expires_after_its_time_counted_from_the_newest_wish() -> None:
    rule = CallbackRule(within=100.0)
    assert expires_at(rule, owed()) == 150.0
    assert expires_at(rule, owed(place=20.0)) == 150.0
    assert expires_at(rule, owed(place=400.0)) == 500.0
    assert expires_at(rule, owed(place=20.0, renewed_at=60.0)) == 160.0
