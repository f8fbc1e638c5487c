"""The formula of the wait: exact sums, limits, and nonsense."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.core.estimates import digamma, expected_wait

RATES = st.floats(min_value=1e-4, max_value=1.0)


def summed(ahead: int, agents: float, service: float, abandonment: float) -> float:
    return sum(1.0 / (agents * service + i * abandonment) for i in range(ahead + 1))


@pytest.mark.parametrize("ahead", [0, 1, 2, 7, 50, 1000, 100_000])
@pytest.mark.parametrize("abandonment", [1e-14, 1e-6, 1 / 300, 0.5])
def test_it_is_the_sum(ahead: int, abandonment: float) -> None:
    found = expected_wait(ahead, 7, 1 / 200, abandonment)
    assert found == pytest.approx(summed(ahead, 7, 1 / 200, abandonment), rel=1e-6)


@given(st.integers(0, 300), st.integers(1, 50), RATES, RATES)
def test_it_is_the_sum_whatever_the_rates(
    ahead: int, agents: int, service: float, abandonment: float
) -> None:
    found = expected_wait(ahead, agents, service, abandonment)
    assert found == pytest.approx(summed(ahead, agents, service, abandonment), rel=1e-6)


def test_without_abandonment_it_is_a_line_of_customers() -> None:
    assert expected_wait(9, 5, 1 / 100, 0.0) == pytest.approx(200)


@given(st.floats(0, 1e5), st.floats(0.01, 100), RATES, RATES)
def test_more_before_one_take_longer_and_more_agents_are_quicker(
    ahead: float, agents: float, service: float, abandonment: float
) -> None:
    wait = expected_wait(ahead, agents, service, abandonment)
    assert 0 < wait < inf
    assert expected_wait(ahead + 1, agents, service, abandonment) > wait * (1 - 1e-9)
    assert expected_wait(ahead, agents * 1.5, service, abandonment) < wait
    assert wait <= (ahead + 1) / (agents * service) * (1 + 1e-6)


@pytest.mark.parametrize(("ahead", "agents"), [(3, 0), (-1, 5), (0, -2)])
def test_nobody_serves_nobody(ahead: float, agents: float) -> None:
    with pytest.raises(ValueError, match="cannot be served"):
        expected_wait(ahead, agents, 0.01, 0.001)


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (1.0, -0.5772156649015329),
        (0.5, -1.9635100260214235),
        (10.0, 2.251752589066721),
        (1e6, 13.8155100),
    ],
)
def test_digamma(x: float, expected: float) -> None:
    assert digamma(x) == pytest.approx(expected, rel=1e-8)
