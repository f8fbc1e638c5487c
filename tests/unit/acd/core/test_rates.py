"""What a queue's calls teach."""

from __future__ import annotations

import pytest

from acd.core.rates import ENOUGH, Rates


def test_too_little_is_not_enough() -> None:
    rates = Rates()
    assert not rates.known
    assert rates.abandonment == 0.0
    assert rates.last_delay is None
    for _ in range(int(ENOUGH)):
        rates.handled(100.0)
    assert not rates.known
    rates.handled(100.0)
    assert rates.known
    assert rates.handling == pytest.approx(100.0)


def test_calls_that_took_no_time_teach_nothing() -> None:
    rates = Rates()
    for _ in range(30):
        rates.handled(0.0)
    assert not rates.known


def test_rings_for_nothing_take_time_too() -> None:
    rates = Rates()
    for _ in range(20):
        rates.handled(90.0)
        rates.wasted(10.0)
    assert rates.handling == pytest.approx(100.0, rel=0.01)


def test_giving_up_is_counted_by_the_time_that_all_waited() -> None:
    rates = Rates()
    for _ in range(100):
        rates.served(50.0)
        rates.served(100.0)
        rates.gave_up(150.0)
    assert rates.abandonment == pytest.approx(1 / 300, rel=0.01)
    assert rates.last_delay == 100.0


def test_the_past_counts_less() -> None:
    rates = Rates(memory=50.0)
    for _ in range(200):
        rates.handled(100.0)
    for _ in range(200):
        rates.handled(300.0)
    assert rates.handling == pytest.approx(300.0, rel=0.02)
