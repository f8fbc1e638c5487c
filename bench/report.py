"""The tables that are printed."""

from __future__ import annotations

from rich.table import Table

from bench.figures import Figure, Outcome


def table(name: str, outcome: Outcome, *, rounds: int, load: float) -> Table:
    """A row per figure: what was measured, beside what, and whether that is enough."""
    title = f"{name}: {rounds} rounds, the machine's cores busy for {load:.0%} of the time"
    made = Table("what", "measured", "compared with", "to reach", "rounds", title=title)
    for figure in outcome.figures:
        style = "bold red" if figure.missed else ""
        made.add_row(
            figure.label, measured(figure), figure.compared, figure.verdict, figure.noise, style=style
        )
    return made


def measured(figure: Figure) -> str:
    """The value with its unit, in as many digits as mean something."""
    digits = 0 if figure.value >= 1000 else 2
    return f"{figure.value:.{digits}f} {figure.unit}".strip()
