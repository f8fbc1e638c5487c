"""Label sets that are looked up once, and no more of them than a metric can bear."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from prometheus_client import Counter, Histogram

OTHER: Final = "other"
"""The label for what is not configured, and for what is one too many."""
MOST: Final = 100
"""Label sets of one capped metric; the next ones count as "other"."""

M = TypeVar("M", Counter, Histogram)


class Capped(Generic[M]):
    """The children of one metric by their label values, at most MOST of them."""

    def __init__(self, metric: M, labels: int) -> None:
        self._metric: M = metric
        self._other = (OTHER,) * labels
        self._children: dict[tuple[str, ...], M] = {}

    def __getitem__(self, labels: tuple[str, ...]) -> M:
        child = self._children.get(labels)
        return child if child is not None else self._add(labels)

    def _add(self, labels: tuple[str, ...]) -> M:
        if len(self._children) >= MOST:
            return self._metric.labels(*self._other)
        child = self._children[labels] = self._metric.labels(*labels)
        return child
