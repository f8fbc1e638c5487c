"""What is wrong in a routing file: where, what was expected, and often what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from acd.errors import OperatorError

SHOWN = 100
"""So many problems are written out in the text of the error; all of them are in `problems`."""
GUESSES = 200
"""Nearest names are looked for so many times; in a file with more mistakes they would cost minutes."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One mistake. `line` and `column` count from 1; `hint` says how to mend it, where that is known."""

    file: str
    line: int
    column: int
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}: {self.message}"
        return f"{text}, {self.hint}" if self.hint else text


class ConfigErrors(OperatorError):
    """The routing configuration has mistakes; all of them are in `problems`.

    `files` are those that were read, so that a watcher can wait for any of them to be mended.
    """

    def __init__(self, problems: Sequence[Problem], files: Sequence[Path] = ()) -> None:
        self.problems = tuple(problems)
        self.files = tuple(files)
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"... and {len(self.problems) - SHOWN} more")
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place in a file; `line` and `column` count from 1."""

    file: str
    line: int = 1
    column: int = 1


@dataclass(slots=True)
class Problems:
    """Collects what is found, so that all of it can be told at once."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def error(self, mark: Mark, message: str, hint: str | None = None) -> None:
        """Note a mistake that keeps the configuration from being used."""
        self.errors.append(_problem(mark, message, hint))

    def warn(self, mark: Mark, message: str, hint: str | None = None) -> None:
        """Note something that works, but hardly as its author meant it."""
        self.warnings.append(_problem(mark, message, hint))


def _problem(mark: Mark, message: str, hint: str | None) -> Problem:
    return Problem(file=mark.file, line=mark.line, column=mark.column, message=message, hint=hint)


@dataclass(slots=True)
class Nearest:
    """Finds what a misspelled word may have meant; remembers its answers and stops after many."""

    left: int = GUESSES
    known: dict[tuple[str, frozenset[str]], str | None] = field(default_factory=dict)

    def hint(self, word: str, candidates: Iterable[str]) -> str | None:
        """A hint for a word that is none of the candidates, or None where nothing can be said."""
        names = frozenset(name for name in candidates if name.isprintable())  # mistaken ones too
        key = (word, names)
        if key not in self.known:
            if not self.left:
                return None
            self.left -= 1
            self.known[key] = _nearest(word, names)
        return self.known[key]


def nearest(word: str, names: Iterable[str]) -> list[str]:
    """The names that a misspelled word may have meant, the nearest first; three at most."""
    by_folded = {name.casefold(): name for name in sorted(names)}
    close = get_close_matches(word[:80].casefold(), by_folded, n=3, cutoff=0.6)
    return [by_folded[name] for name in close]


def did_you_mean(names: Iterable[str]) -> str | None:
    """The hint that gives these names; None where there are none."""
    words = " or ".join(map(repr, names))
    return f"did you mean {words}?" if words else None


def _nearest(word: str, names: frozenset[str]) -> str | None:
    if hint := did_you_mean(nearest(word, names)):
        return hint
    if not names:
        return "none is defined"
    if len(names) <= 12:
        return "known: " + ", ".join(sorted(names))
    return None
