"""What is kept in results.json, and what stands in the tables."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bench import core, storage
from bench.__main__ import MEASUREMENTS, keep, main
from bench.figures import Figure, Outcome
from bench.report import measured, table


def test_what_was_measured_before_stays_and_what_is_measured_again_is_replaced(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    keep(results, {"machine": {"cores": 2}, "decide": {"p50_us": 1}})
    keep(results, {"machine": {"cores": 2}, "memory": {"bytes": 2}})
    keep(results, {"machine": {"cores": 4}, "decide": {"p50_us": 3}})
    assert json.loads(results.read_text(encoding="utf-8")) == {
        "machine": {"cores": 4},
        "decide": {"p50_us": 3},
        "memory": {"bytes": 2},
    }
    assert list(tmp_path.iterdir()) == [results]


def test_they_are_measured_in_this_order() -> None:
    assert list(MEASUREMENTS) == [
        "decide",
        "estimate",
        "callbacks",
        "memory",
        "takeover",
        "free_to_ring",
        "ring_idle",
        "storage",
    ]


@pytest.mark.parametrize("arguments", [["no_such_thing"], ["memory", "--rounds", "0"]])
def test_what_cannot_be_measured_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_a_missed_target_is_printed_as_missed() -> None:
    outcome = Outcome(
        figures=[
            Figure(key="a", label="ring", value=16.0, unit="ms", target=15.0, compared="app_queue 9 ms"),
            Figure(key="b", label="growth", value=2.0, unit="times", target=3.0),
        ]
    )
    screen = Console(file=StringIO(), width=140)
    screen.print(table("free_to_ring", outcome, rounds=5, load=0.25))
    assert isinstance(screen.file, StringIO)
    shown = screen.file.getvalue()
    assert "5 rounds" in shown
    assert "25%" in shown
    assert "MISSED ≤ 15 ms" in shown
    assert "app_queue 9 ms" in shown
    assert "reached ≤ 3 times" in shown


@pytest.mark.parametrize(("value", "shown"), [(1.239, "1.24 ms"), (8191.7, "8192 ms")])
def test_values_have_the_digits_that_mean_something(value: float, shown: str) -> None:
    assert measured(Figure(key="k", label="l", value=value, unit="ms")) == shown


def test_the_largest_size_of_the_core_is_what_was_promised() -> None:
    sizes = [
        {"agents": 100, "waiting": 100, "p50_us": 9, "p99_us": 30, "heap_us": 1.0, "scan_us": 6},
        {
            "agents": 10_000,
            "waiting": 100_000,
            "p50_us": 30,
            "p99_us": 99,
            "heap_us": 2,
            "scan_us": 6000,
        },
    ]
    found = core.outcome({"sizes": sizes, "growth": 30 / 9})
    assert {figure.key: figure.missed for figure in found.figures} == {
        "p50_us": True,
        "p99_us": False,
        "growth": True,
    }
    assert "6000 µs" in found.figures[1].compared


def test_figures_of_the_store_are_medians_without_a_promise() -> None:
    names = ("cpu_us_per_call", "stall_ms_p999", "stall_ms_p999_without", "take_ns_per_fact")
    rounds = [dict.fromkeys(names, value) for value in (1.0, 9.0, 2.0)]
    found = storage.figures(rounds)
    assert {figure.value for figure in found.figures} == {2.0}
    assert {figure.verdict for figure in found.figures} == {""}
    assert found.figures[0].noise == "1 to 9"
    assert found.raw["take_ns_per_fact"] == [1.0, 9.0, 2.0]
