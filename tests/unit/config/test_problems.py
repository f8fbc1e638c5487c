"""Problems are told with their place, and the nearest names are found without costing minutes."""

from __future__ import annotations

from pathlib import Path

from acd.errors import OperatorError
from config.problems import GUESSES, SHOWN, ConfigErrors, Mark, Nearest, Problem, Problems


def problem(line: int, hint: str | None = None) -> Problem:
    return Problem(file="a.yaml", line=line, column=3, message="what", hint=hint)


def test_a_problem_reads_as_compilers_write_it() -> None:
    assert str(problem(7)) == "a.yaml:7:3: what"
    assert str(problem(7, "did you mean 'x'?")) == "a.yaml:7:3: what, did you mean 'x'?"


def test_the_error_is_the_operators_and_has_all_problems() -> None:
    error = ConfigErrors([problem(1), problem(2)], (Path("a.yaml"),))
    assert isinstance(error, OperatorError)
    assert str(error) == "a.yaml:1:3: what\na.yaml:2:3: what"
    assert error.files == (Path("a.yaml"),)


def test_of_very_many_problems_the_first_are_written_out() -> None:
    error = ConfigErrors([problem(line) for line in range(SHOWN + 5)])
    assert len(error.problems) == SHOWN + 5
    assert str(error).splitlines()[-1] == "... and 5 more"
    assert len(str(error).splitlines()) == SHOWN + 1


def test_errors_and_warnings_are_kept_apart() -> None:
    problems = Problems()
    problems.error(Mark(file="a.yaml", line=2, column=4), "wrong", "mend it")
    problems.warn(Mark(file="a.yaml"), "odd")
    assert [str(each) for each in problems.errors] == ["a.yaml:2:4: wrong, mend it"]
    assert [str(each) for each in problems.warnings] == ["a.yaml:1:1: odd"]


def test_nearest_names() -> None:
    nearest = Nearest()
    assert nearest.hint("oders", ["orders", "service"]) == "did you mean 'orders'?"
    assert nearest.hint("ORDERS", ["orders"]) == "did you mean 'orders'?"
    assert nearest.hint("q1", ["q2", "q3"]) == "known: q2, q3"
    assert nearest.hint("orders", []) == "none is defined"
    assert nearest.hint("zzz", [f"name{n}" for n in range(20)]) is None


def test_guessing_stops_in_a_file_full_of_mistakes() -> None:
    nearest = Nearest()
    hints = [nearest.hint(f"order{n}", ["orders"]) for n in range(GUESSES + 1)]
    assert hints[-2:] == ["did you mean 'orders'?", None]
    assert nearest.hint("order0", ["orders"]) == "did you mean 'orders'?"
