"""The bench of announced waits: small worlds, the same every time."""

from __future__ import annotations

import pytest

from bench import estimate
from bench.estimate_centre import Rolling, Told


def told(ours: float, actual: float | None, **more: float) -> Told:
    return Told(
        call="c1",
        queue="orders",
        at=0.0,
        position=1,
        ours=ours,
        rolling=more.get("rolling", 0.0),
        head=0.0,
        actual=actual,
    )


def test_the_rolling_average_is_app_queues() -> None:
    """recalc_holdtime of app_queue.c: whole seconds, a quarter of what is new."""
    rolling = Rolling()
    seen = []
    for wait in (40.9, 40.0, 100.0, 0.0):
        rolling.answered(wait)
        seen.append(rolling.holdtime)
    assert seen == [10, 17, 37, 27]


def test_errors() -> None:
    pair = [told(10.0, 13.0, rolling=20.0), told(20.0, 16.0, rolling=16.0)]
    assert [estimate.error(each, each.ours) for each in pair] == [3.0, -4.0]
    assert estimate.mean_error(pair, "ours") == 3.5
    assert estimate.mean_error(pair, "rolling") == 3.5
    assert estimate.root_mean_square([3.0, -4.0]) == pytest.approx(12.5**0.5)


def test_a_morning_is_the_same_every_time_and_better_than_the_rolling_average() -> None:
    first = estimate.week(seconds=10.3 * estimate.HOUR)
    again = estimate.week(seconds=10.3 * estimate.HOUR)
    assert list(first.told.values()) == list(again.told.values())
    answered = [each for each in first.told.values() if each.actual is not None]
    assert len(answered) > 50
    assert estimate.mean_error(answered, "ours") < estimate.mean_error(answered, "rolling")


def test_what_is_promised_is_judged() -> None:
    rush = estimate.week(seconds=10.3 * estimate.HOUR)
    calm = estimate.steady(seconds=0.35 * estimate.DAY)
    found = estimate.outcome(rush, rush, calm)
    targets = {each.key: each.target for each in found.figures if each.target is not None}
    assert targets == {
        "better_than_app_queue": 0.30,
        "fewer.better_than_app_queue": 0.30,
        "rmse_to_oracle": 1.10,
    }
    assert found.raw["week"]["queues"].keys() == rush.routing.queues.keys()
