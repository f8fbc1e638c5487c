"""Where commands write: results to standard output, everything else to standard error."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from acd.core.explain import tell
from acd.core.records import Reason

out = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


def counted(number: int, one: str, more: str | None = None) -> str:
    """`1 queue`, `2 queues`."""
    return f"{number} {one if number == 1 else more or one + 's'}"


def show_story(trace: Sequence[Reason]) -> None:
    """A call's reasons, a line each, with the seconds since the first."""
    for line in tell(trace):
        out.print(Text.assemble((f"{line.offset:9.3f} s  ", "dim"), line.text))
