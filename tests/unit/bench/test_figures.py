"""Figures: verdicts, their places in results.json, percentiles and ratios."""

from __future__ import annotations

import pytest

from bench.figures import Figure, Outcome, percentile, ratio_of_medians, spread


@pytest.mark.parametrize(
    ("value", "smaller", "verdict"),
    [
        (15.0, True, "reached ≤ 15 ms"),
        (15.1, True, "MISSED ≤ 15 ms"),
        (15.0, False, "reached ≥ 15 ms"),
        (14.9, False, "MISSED ≥ 15 ms"),
    ],
)
def test_the_target_itself_is_reached_and_what_is_worse_is_said_to_be_missed(
    value: float, smaller: bool, verdict: str
) -> None:
    figure = Figure(key="k", label="l", value=value, unit="ms", target=15.0, smaller=smaller)
    assert figure.verdict == verdict
    assert figure.missed is verdict.startswith("MISSED")


def test_where_nothing_was_promised_nothing_is_missed() -> None:
    figure = Figure(key="k", label="l", value=1e9)
    assert (figure.verdict, figure.missed) == ("", False)


def test_dots_in_a_key_are_levels_of_the_results() -> None:
    made = Outcome(
        figures=[
            Figure(key="10.p50_ratio", label="a", value=1.23456, target=1.0),
            Figure(key="10.p99_ratio", label="b", value=2),
            Figure(key="growth", label="c", value=3),
        ],
        raw={"rounds": [1]},
    ).as_json()
    assert made["10"] == {"p50_ratio": 1.2346, "p99_ratio": 2}
    assert made["growth"] == 3
    assert made["raw"] == {"rounds": [1]}
    assert [figure["missed"] for figure in made["figures"]] == [True, False, False]


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 2), (0.51, 3), (0.75, 3), (0.76, 4), (0.99, 4), (1.0, 4), (0.01, 1)]
)
def test_a_percentile_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert percentile([4, 1, 3, 2], share) == value


def test_of_nothing_there_is_no_percentile() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


def test_ratios_are_of_medians_and_their_spread_is_of_rounds() -> None:
    ours, theirs = [2.0, 4.0, 30.0], [1.0, 2.0, 10.0]
    assert ratio_of_medians(ours, theirs) == 2.0
    assert spread(ours, theirs) == "2.00 to 3.00"
