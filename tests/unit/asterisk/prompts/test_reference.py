"""The list of prompts in the guide."""

from __future__ import annotations

from pathlib import Path

from asterisk.prompts import reference

ROOT = Path(__file__).parents[4]


def test_the_docs_list_what_the_catalogue_has() -> None:
    """Mend with `python -m asterisk.prompts.reference`, whose output stands between the marks."""
    text = (ROOT / "docs" / "prompts.md").read_text()
    table = text.partition("<!-- prompts -->\n")[2].partition("<!-- end -->")[0]
    assert table == reference.render()
