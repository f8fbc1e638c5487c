"""Write docs/states.md from the tables in the code."""

from __future__ import annotations

from pathlib import Path

from acd.core.diagrams import page

PAGE = Path(__file__).resolve().parent.parent / "docs" / "states.md"

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE} written")
