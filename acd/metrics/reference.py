"""The table of all metrics for docs/metrics.md: `python -m acd.metrics.reference`."""

from __future__ import annotations

import sys

from acd.metrics.families import ALL


def render() -> str:
    """A Markdown table with a row per metric."""
    rows = ["| metric | type | labels | meaning |", "| --- | --- | --- | --- |"]
    for family in ALL:
        labels = ", ".join(f"`{label}`" for label in family.labels)
        rows.append(f"| `{family.name}` | {family.kind} | {labels} | {family.help} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render())
