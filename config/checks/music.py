"""Music: its classes are none that Asterisk has by itself, and no two are the same to it."""

from __future__ import annotations

from config.checks.view import View

TAKEN = ("default", "general")
"""Sections that Asterisk's own musiconhold.conf has."""


def check_music(view: View) -> None:
    """Note classes that Asterisk would take for others: it passes over upper and lower case."""
    seen: dict[str, str] = {}
    for name in view.document.music:
        if name.casefold() in TAKEN:
            view.error(
                ("music", name, "[key]"),
                f"{name!r} stands in Asterisk's own musiconhold.conf, expected another name",
            )
        elif (other := seen.setdefault(name.casefold(), name)) != name:
            view.error(
                ("music", name, "[key]"),
                f"{name!r} and {other!r} are the same to Asterisk, expected another name",
            )
