"""What is measured, what it is compared with, and whether it is good enough. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value. `key` is its place in results.json (`RATE.NAME` for one of several rates),
    `compared` what it stands beside.

    Without a `target` nothing was promised about it. `smaller` says which side of it is good.
    """

    key: str
    label: str
    value: float
    unit: str = ""
    compared: str = ""
    target: float | None = None
    smaller: bool = True
    noise: str = ""
    """How far the rounds lie apart."""

    @property
    def missed(self) -> bool:
        """Whether a target was set and not reached."""
        if self.target is None:
            return False
        return self.value > self.target if self.smaller else self.value < self.target

    @property
    def verdict(self) -> str:
        """The last column of the table."""
        if self.target is None:
            return ""
        bound = f"{'≤' if self.smaller else '≥'} {self.target:g} {self.unit}".strip()
        return f"MISSED {bound}" if self.missed else f"reached {bound}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one measurement brought: its figures, and all that they were made from."""

    figures: Sequence[Figure]
    raw: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Values by key, then what they were made from, then what was promised."""
        values: dict[str, Any] = {}
        for figure in self.figures:
            *places, name = figure.key.split(".")
            place = values
            for part in places:
                place = place.setdefault(part, {})
            place[name] = round(figure.value, 4)
        figures = [{**asdict(figure), "missed": figure.missed} for figure in self.figures]
        return values | {"raw": self.raw, "figures": figures}


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed."""
    if not values:
        raise ValueError("There is nothing to take a percentile of.")
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def ratio_of_medians(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How many times theirs ours is, each by its median over the rounds."""
    return median(ours) / median(theirs)


def spread(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """The smallest and the largest ratio of one round's two turns: how noisy the machine was."""
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    return f"{min(ratios):.2f} to {max(ratios):.2f}"
