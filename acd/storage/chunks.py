"""Many rows in small portions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

CHUNK = 200
"""Rows given to the driver at once: short enough that the event loop is never held long."""


def chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The rows, at most CHUNK at a time."""
    while chunk := list(islice(rows, CHUNK)):
        yield chunk
