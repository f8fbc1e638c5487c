"""How long a caller with so many before him will wait: the formula.

While all `s` agents are busy, the next step forward comes after 1 / (s·μ + i·θ) on average: one of them
gets free (μ per second each), or one of the `i` callers still ahead gives up (θ per second each). From
`n` callers ahead to the agent who takes him it needs n + 1 such steps:

    wait = Σ 1 / (s·μ + i·θ)   for i = 0 … n

The sum is (ψ(s·μ/θ + n + 1) - ψ(s·μ/θ)) / θ with the digamma function ψ, which costs the same for any n,
and is as good for the fractions of callers that shared agents bring about.
Source of the formula: Whitt, "Improving service by informing customers about anticipated delays" (1999),
for an M/M/s queue whose callers lose patience.
"""

from __future__ import annotations

from math import log
from typing import Final

_ASYMPTOTIC: Final = 8.0
"""From here on the series of ψ is exact to 1e-10."""

_NO_ABANDONMENT: Final = 1e9
"""Where the agents are so many times quicker than the callers' impatience, nobody gives up."""


def expected_wait(ahead: float, agents: float, service: float, abandonment: float) -> float:
    """Seconds until a caller is served who has `ahead` others before him, while all agents are busy.

    `agents` serve the line, `service` (per second) each; a waiting caller gives up at the rate of
    `abandonment` (per second). ValueError where nobody serves.
    """
    capacity = agents * service
    if capacity <= 0.0 or ahead < 0.0:
        raise ValueError(f"{ahead} callers cannot be served at {capacity} per second")
    if capacity > abandonment * _NO_ABANDONMENT:
        return (ahead + 1.0) / capacity
    start = capacity / abandonment
    return (digamma(start + ahead + 1.0) - digamma(start)) / abandonment


def digamma(x: float) -> float:
    """ψ(x) for x > 0: by recurrence to where the asymptotic series holds."""
    below = 0.0
    while x < _ASYMPTOTIC:
        below -= 1.0 / x
        x += 1.0
    square = 1.0 / (x * x)
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square / 240)))
    return below + log(x) - 0.5 / x - series
