"""Secret inputs (card numbers, PINs): how they are told of, and where their digits are needed.

A name that a secret input has filled stays secret for the rest of the caller's way, from flow to flow.
What is told of its value is a star for each digit; a look-up alone is given the digits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from ivr.graph import parts_of
from ivr.model import (
    Branch,
    Clock,
    Collect,
    CollectedIs,
    Digits,
    Flow,
    Number,
    Part,
    Step,
)

UNSAID: Final = "(secret)"
"""Stands for the sounds of a secret value that is read out."""

NO_EFFECT: Final = ""
"""The name under which a key is kept that the flow passed over: it can be any."""


def masked(value: str) -> str:
    """A star for each digit."""
    return "*" * len(value)


def shown(values: Iterable[tuple[str, str]], secret: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Values by name as they may be told of."""
    return tuple((name, masked(value) if name in secret else value) for name, value in values)


def said_of(part: Part) -> str | None:
    """The name of the value that is read out by a part, if it is one."""
    return part.of if isinstance(part, Number | Digits | Clock) else None


def secrets(flows: Iterable[Flow]) -> frozenset[str]:
    """The names that secret inputs of these flows fill."""
    return frozenset(step.into for step in _steps(flows) if isinstance(step, Collect) and step.secret)


def decisive(flows: Iterable[Flow]) -> frozenset[str]:
    """The names of values that flows compare or read out: what happens depends on their digits. Those of
    any other value could be others, and only the address of a look-up would differ."""
    found: set[str] = set()
    for step in _steps(flows):
        if isinstance(step, Branch):
            conditions = (condition for case in step.cases for condition in case.when)
            found |= {each.name for each in conditions if isinstance(each, CollectedIs)}
        for part in parts_of(step):
            name = said_of(part)
            if name is not None:
                found.add(name)
    return frozenset(found)


def _steps(flows: Iterable[Flow]) -> Iterator[Step]:
    return (step for flow in flows for step in flow.steps.values())
