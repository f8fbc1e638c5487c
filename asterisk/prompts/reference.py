"""The table of docs/prompts.md: `python -m asterisk.prompts.reference`."""

from __future__ import annotations

import sys

from asterisk.prompts.catalogue import PROMPTS, VOICES


def render() -> str:
    """A Markdown table with a row for each prompt, those that numbers and times are put together from
    at its end."""
    rows = [f"| id | {' | '.join(VOICES)} |", f"| --- |{' --- |' * len(VOICES)}"]
    for id, texts in PROMPTS.items():
        rows.append(f"| `{id}` | {' | '.join(texts[language] for language in VOICES)} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render())
