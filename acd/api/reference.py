"""The tables of docs/api.md: `python -m acd.api.reference`."""

from __future__ import annotations

import sys

from acd.api.app import ROUTES
from acd.api.openapi import plain_path
from acd.api.schemas.facts import MODELS, type_name


def render() -> str:
    """A Markdown table with a row per route, and one with a row per change of the event stream."""
    rows = ["| route | needs | what |", "| --- | --- | --- |"]
    for route in ROUTES:
        own = " (agents: only their own)" if route.own_agent else ""
        needs = f"{route.role.value}{own}" if route.role else "—"
        needs = "readonly, or see below" if route.path == "/metrics" else needs
        rows.append(f"| `{route.method} {plain_path(route.path)}` | {needs} | {route.summary} |")
    rows += ["", "| change | what |", "| --- | --- |"]
    for fact in MODELS:
        summary = " ".join((fact.__doc__ or "").partition("\n\n")[0].split())
        rows.append(f"| `{type_name(fact)}` | {summary} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render())
