"""How long to wait before the next attempt to reach Asterisk."""

from __future__ import annotations

from random import Random


class Backoff:
    """Delays in seconds that double from `first_s` to `limit_s`, each spread by `rng`.

    The spread is between a half and the whole of the nominal delay, so that several engines
    that lost the same Asterisk do not come back in step.
    """

    def __init__(self, rng: Random, *, first_s: float = 0.1, limit_s: float = 5.0) -> None:
        self._rng = rng
        self._first_s = first_s
        self._limit_s = limit_s
        self._nominal_s = first_s

    def next_s(self) -> float:
        """Return the delay before the next attempt and double the one after it."""
        nominal_s = self._nominal_s
        self._nominal_s = min(nominal_s * 2, self._limit_s)
        return nominal_s * self._rng.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Start again from the first delay: the last attempt succeeded."""
        self._nominal_s = self._first_s
