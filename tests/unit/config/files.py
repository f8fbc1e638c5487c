"""Routing files for tests: a small valid one, of which sections can be replaced.

The mark § in a text stands before the place where a mistake is expected; it is taken out.
"""

from __future__ import annotations

from pathlib import Path

from config.load import Loaded, load
from config.problems import ConfigErrors, Problem

SECTIONS = {
    "version": "version: 1",
    "timezone": "timezone: Asia/Shanghai",
    "languages": "languages: [zh-CN, en]",
    "skills": "skills: [orders, english]",
    "groups": "groups: [vip, back]",
    "tiers": "tiers: [vip, gold]",
    "pause_reasons": "pause_reasons: [lunch]",
    "hours": "hours:\n  day: {open: [mon-fri 09:00-18:00]}",
    "businesses": "businesses:\n  shop: {hours: day}",
    "numbers": 'numbers:\n  "100": {queue: main, business: shop}\n  default: {queue: main}',
    "agents": (
        "agents:\n"
        '  "1": {grade: senior, skills: [orders, english], groups: [vip]}\n'
        '  "2": {skills: {orders: 2}, groups: [back]}'
    ),
    "queues": "queues:\n  main: {needs: {orders: 1}, groups: [vip, back]}",
}


def text(**replaced: str) -> str:
    """The valid file, with some sections replaced (by nothing: left out) and others added at its end."""
    return "\n".join(part for part in {**SECTIONS, **replaced}.values() if part) + "\n"


def write(folder: Path, content: str, name: str = "routing.yaml") -> Path:
    """A file with this content, without its marks."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content.replace("§", ""), encoding="utf-8")
    return path


def marks(content: str) -> list[tuple[int, int]]:
    """The places (line, column) of the marks in a text."""
    return [
        (number, at - line[:at].count("§") + 1)
        for number, line in enumerate(content.splitlines(), start=1)
        for at, character in enumerate(line)
        if character == "§"
    ]


def loaded(folder: Path, content: str) -> Loaded:
    """What a valid text means."""
    return load(write(folder, content))


def problems(folder: Path, content: str) -> tuple[Problem, ...]:
    """The problems of a text that has some."""
    try:
        accepted = load(write(folder, content))
    except ConfigErrors as error:
        return error.problems
    raise AssertionError(f"no mistake was found; loaded with {accepted.warnings}")


def check_mistakes(folder: Path, content: str, *messages: str) -> None:
    """A text has exactly these mistakes, in the order of its marks; each message begins as given."""
    found = problems(folder, content)
    told = [str(problem).partition("routing.yaml:")[2] for problem in found]
    places = marks(content)
    assert len(places) == len(messages), "the test has as many marks as messages"
    expected = [
        f"{line}:{column}: {message}" for (line, column), message in zip(places, messages, strict=True)
    ]
    assert len(told) == len(expected), told
    for got, wanted in zip(told, expected, strict=True):
        assert got.startswith(wanted), f"\n     got {got}\nexpected {wanted}"


def warnings(folder: Path, content: str) -> list[str]:
    """The warnings about a valid text, as `line:column: message`, those about the base file apart."""
    usual = {problem.message for problem in load(write(folder, text(), "usual.yaml")).warnings}
    return [
        f"{problem.line}:{problem.column}: {problem.message}"
        for problem in load(write(folder, content)).warnings
        if problem.message not in usual
    ]
