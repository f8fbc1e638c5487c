"""The figures of the core alone (bench.decide), in the form of the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asterisk.lab.root import Root
from bench import decide
from bench.figures import Figure, Outcome

P50_TARGET_US, P99_TARGET_US, GROWTH_TARGET = 25.0, 100.0, 3.0


async def measure(_root: Root, _rounds: int, say: Callable[[str], None]) -> Outcome:
    """All sizes, once: CPU times of a thread need no turns."""
    say("decide: takes a few minutes")
    return outcome(decide.run())


def outcome(found: dict[str, Any]) -> Outcome:
    """What was promised about the largest size, beside the least and the most that could be done."""
    largest = found["sizes"][-1]
    size = f"{largest['agents']} agents, {largest['waiting']} waiting"
    return Outcome(
        figures=[
            Figure(
                key="p50_us",
                label=f"decision p50, {size}",
                value=largest["p50_us"],
                unit="µs",
                compared=f"a heap's push and pop {largest['heap_us']:.1f} µs",
                target=P50_TARGET_US,
            ),
            Figure(
                key="p99_us",
                label=f"decision p99, {size}",
                value=largest["p99_us"],
                unit="µs",
                compared=f"a scan over all {largest['scan_us']:.0f} µs",
                target=P99_TARGET_US,
            ),
            Figure(
                key="growth",
                label="p50, the largest size beside the smallest",
                value=found["growth"],
                unit="times",
                compared=f"{found['sizes'][0]['p50_us']:.1f} µs at the smallest",
                target=GROWTH_TARGET,
            ),
        ],
        raw=found,
    )
