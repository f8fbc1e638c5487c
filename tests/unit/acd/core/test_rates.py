"""What a queue's calls teach."""

from __future__ import annotations

import pytest

from acd.core.rates import ENOUGH, Rates


def test_too_little_is_not_enough() -> None:
    rates = Rates()
    assert not rates.known
    assert rates.abandonment == 0.0
    assert rates.pace is None
    for _ in range(int(ENOUGH)):
        rates.handled(100.0)
    assert not rates.known
    rates.handled(100.0)
    assert rates.known
    assert rates.handling(0.0) == pytest.approx(100.0)


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
    assert rates.handling(0.0) == pytest.approx(100.0, rel=0.01)


def test_giving_up_is_counted_by_the_time_that_all_waited() -> None:
    rates = Rates()
    for _ in range(100):
        rates.served(50.0, 25.0)
        rates.served(100.0)
        rates.gave_up(150.0)
    assert rates.abandonment == pytest.approx(1 / 300, rel=0.01)
    assert rates.pace == 25.0


def test_the_past_counts_less() -> None:
    rates = Rates(memory=50.0)
    for _ in range(200):
        rates.handled(100.0)
    for _ in range(200):
        rates.handled(300.0)
    assert rates.handling(0.0) == pytest.approx(300.0, rel=0.02)


def test_at_the_beginning_those_who_still_talk_count_too() -> None:
    """Of 40 talks the 20 short ones are over: the others have taken 60 s each so far."""
    rates = Rates()
    for _ in range(40):
        rates.began(1000.0)
    for _ in range(20):
        rates.over(1000.0)
        rates.handled(30.0)
    assert rates.handling(1060.0) == pytest.approx(30.0 + 60.0, rel=0.1)


def test_with_a_full_memory_they_count_no_more() -> None:
    rates = Rates(memory=50.0)
    for _ in range(1000):
        rates.handled(100.0)
    for _ in range(40):
        rates.began(1000.0)
    assert rates.handling(1060.0) == pytest.approx(100.0)
