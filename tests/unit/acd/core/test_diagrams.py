"""docs/states.md is what the tables in the code say."""

from __future__ import annotations

from pathlib import Path

from acd.core.diagrams import diagram, page

ROOT = Path(__file__).resolve().parents[4]


def test_the_page_is_up_to_date() -> None:
    written = (ROOT / "docs" / "states.md").read_text(encoding="utf-8")
    assert written == page(), "run: python scripts/draw_states.py"


def test_edges_of_the_same_ends_are_drawn_once_and_loops_not_at_all() -> None:
    edges = [("a", "b", "x"), ("a", "b", "y"), ("b", "b", "z"), ("b", "c", "x")]
    assert diagram(edges, "a", "c") == (
        "```mermaid\nstateDiagram-v2\n    [*] --> a\n"
        "    a --> b: x, y\n    b --> c: x\n    c --> [*]\n```"
    )
    assert "[*]\n" not in diagram(edges, "a", None)
