"""Numbers: what is asked of them fits to how they are written."""

from __future__ import annotations

from acd.core.numbering import E164
from config.checks.view import View
from config.nodes import TreePath

SAY = "expected the key numbering too, such as numbering: CN"


def check_numbering(view: View) -> None:
    """Note beginnings of numbers with which no number could ever begin."""
    if not view.whole("numbering"):
        return
    if view.document.numbering is not None:
        _zones_with_it(view)
        return
    _zones_without_it(view)
    for rule, number in zip(view.document.rules, view.rule_numbers, strict=True):
        asked = rule.when.caller.starts_with if rule.when and rule.when.caller else None
        for prefix in asked or ():
            if prefix.startswith("+"):
                view.warn(("rules", number, "when", "caller", "starts_with"), _never(prefix))
    for name, trunk in view.document.trunks.items():
        if trunk.dial is not None and E164 in trunk.dial:
            view.error(("trunks", name, "dial"), f"nothing says how numbers are written, {SAY}")


def _zones(view: View) -> list[tuple[TreePath, str]]:
    """The beginnings of numbers that have time zones, and where they stand."""
    return [
        (("queues", name, "callback", "hours", "zones", prefix, "[key]"), prefix)
        for name, queue in view.document.queues.items()
        for prefix in queue.callback.hours.zones
    ]


def _zones_with_it(view: View) -> None:
    for path, prefix in _zones(view):
        if not prefix.startswith("+"):
            view.error(
                path,
                f"no number begins with {prefix}: with numbering they are compared in international "
                "form, expected + and the code of a country",
                f'write "+{prefix}" if {prefix} is the code of a country',
            )


def _zones_without_it(view: View) -> None:
    for path, prefix in _zones(view):
        if prefix.startswith("+"):
            view.error(path, _never(prefix))


def _never(prefix: str) -> str:
    return f"no number begins with {prefix}: without numbering they are compared as digits only, {SAY}"
