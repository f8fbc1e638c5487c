"""Voicemail boxes: a message can be left, and somebody gets to know of it."""

from __future__ import annotations

from config.building_voicemail import lamp_of
from config.checks.view import View
from config.document import Lamp, Voicemail
from config.nodes import TreePath
from config.scalars import duration_text

LONGEST_S = 3600.0
SHORTEST_SILENCE_S = 1.0


def check_voicemail(view: View) -> None:
    """Note what makes a box senseless."""
    for name, box in view.document.voicemail.items():
        path: TreePath = ("voicemail", name)
        _lengths(view, path, box)
        if box.lamp is not None:
            _lamp(view, (*path, "lamp"), box.lamp)
        if box.queue is not None and box.lamp is None and box.mail is None:
            view.warn(path, "nobody is told of a message in this box", "give it a lamp or a mail")


def _lengths(view: View, path: TreePath, box: Voicemail) -> None:
    if box.at_most > LONGEST_S:
        view.error(
            (*path, "at_most"),
            f"a message of {duration_text(box.at_most)} is too long, "
            f"expected at most {duration_text(LONGEST_S)}",
        )
    if box.at_least >= box.at_most:
        key = "at_least" if "at_least" in box.model_fields_set else "at_most"
        view.error(
            (*path, key),
            f"no message can be kept: at least {duration_text(box.at_least)}, "
            f"at most {duration_text(box.at_most)}, expected a shorter at_least",
        )
    if box.silence < SHORTEST_SILENCE_S:
        view.error(
            (*path, "silence"),
            f"{duration_text(box.silence)} of silence would end a message between two words, "
            f"expected at least {duration_text(SHORTEST_SILENCE_S)}",
        )


def _lamp(view: View, path: TreePath, lamp: Lamp) -> None:
    named: tuple[tuple[str, list[str]], ...] = (
        ("agents", lamp.agents or []),
        ("groups", lamp.groups or []),
    )
    for key, names in named:
        for index, item in enumerate(names):
            if item in names[:index]:
                view.error((*path, key, index), f"{item!r} is given twice, expected each once")
    if view.whole("agents", "groups") and not lamp_of(lamp, view.document.agents):
        view.warn(path, "nobody's lamp shows this box: its groups have no members")
