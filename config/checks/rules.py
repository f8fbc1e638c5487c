"""Rules: each can match, is reached, and does what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acd.core.routing import Needs
from config.building import needs
from config.checks.view import View, meets, words
from config.document import Effect, Rule, When
from config.nodes import TreePath


def check_rules(view: View) -> None:
    """Note rules that never match, are never reached or do something senseless."""
    names: dict[str, int] = {}
    closing: list[tuple[Rule, int]] = []
    for rule, number in zip(view.document.rules, view.rule_numbers, strict=True):
        first = names.setdefault(rule.name, number)
        if first != number:
            view.error(
                ("rules", number, "name"),
                f"the rule {rule.name!r} exists already, expected another name",
                f"the first is {view.line(('rules', first, 'name'))}",
            )
        if rule.when is not None:
            _can_match(view, ("rules", number, "when"), rule.when)
        _effect(view, ("rules", number, "then"), rule.then)
        _reached(view, number, rule, closing)
        if rule.then.end or rule.then.stop:
            closing.append((rule, number))


def _reached(view: View, number: int, rule: Rule, closing: list[tuple[Rule, int]]) -> None:
    """An earlier rule that ends the list, and matches whenever this one does, hides this one."""
    own = facts(rule.when)
    for other, other_number in closing:
        asked = facts(other.when)
        if all(key in own and COVERS[key](wanted, own[key]) for key, wanted in asked.items()):
            what = "ends the call" if other.then.end else "stops the rules"
            view.error(
                ("rules", number),
                f"the rule {rule.name!r} is never reached: {other.name!r} {what} before it whenever "
                "it would match, expected it further up",
                f"{other.name!r} is {view.line(('rules', other_number))}",
            )
            return


def facts(when: When | None) -> dict[str, Any]:
    """What a rule asks for, flat: one entry per condition."""
    if when is None:
        return {}
    caller, customer, hours = when.caller, when.customer, when.hours
    last_agent = customer.last_agent if customer else None
    found = {
        "blacklist": caller and caller.in_,
        "starts_with": caller and caller.starts_with,
        "withheld": caller.withheld if caller else None,
        "tier": customer and customer.tier,
        "last_agent": last_agent and last_agent.within,
        "dialled": when.dialled,
        "business": when.business,
        "open": hours and hours.open,
        "closed": hours and hours.closed,
    }
    return {key: value for key, value in found.items() if value is not None}


def _same(earlier: object, later: object) -> bool:
    return earlier == later


def _all_in(earlier: list[str], later: list[str]) -> bool:
    return set(later) <= set(earlier)


COVERS: dict[str, Callable[[Any, Any], bool]] = {
    "blacklist": _same,
    "starts_with": lambda earlier, later: all(each.startswith(tuple(earlier)) for each in later),
    "withheld": _same,
    "tier": _all_in,
    "last_agent": lambda earlier, later: bool(later <= earlier),
    "dialled": _all_in,
    "business": _all_in,
    "open": _same,
    "closed": _same,
}
"""Whether an earlier rule's condition holds whenever a later rule's condition of its kind does."""


def _can_match(view: View, path: TreePath, when: When) -> None:
    asked = facts(when)
    if asked.get("withheld"):
        for key in ("blacklist", "starts_with", "tier", "last_agent"):
            if key in asked:
                view.error(
                    (*path, "caller", "withheld"),
                    f"this can never match: a caller without a number cannot be checked for {key}, "
                    "expected either of the two",
                )
                break
    if "open" in asked and asked["open"] == asked.get("closed"):
        view.error((*path, "hours"), f"this can never match: {asked['open']} are both open and closed")
    if "business" in asked and view.whole("numbers", "businesses"):
        _number_of_business(view, path, asked)


def _number_of_business(view: View, path: TreePath, asked: dict[str, Any]) -> None:
    numbers = view.document.numbers
    dialled = asked.get("dialled") or numbers
    businesses = {numbers[number].business for number in dialled if number in numbers}
    if businesses.isdisjoint(asked["business"]):
        wanted = " or ".join(asked["business"])
        which = "the numbers of this rule" if "dialled" in asked else "no number"
        stands = "do not stand" if "dialled" in asked else "stands"
        view.error(
            (*path, "business"),
            f"this can never match: {which} {stands} for {wanted}, expected a number that does",
        )


def _effect(view: View, path: TreePath, then: Effect) -> None:
    given = {field for field in then.model_fields_set if getattr(then, field) is not None}
    if then.end:
        for useless in sorted(given - {"end", "say", "language"}):
            view.error(
                (*path, useless, "[key]"),
                f"{useless} has no effect in a rule that ends the call, expected only say and end",
            )
    if not view.knows_agents:
        return
    group = then.first.group if then.first else None
    if group is not None and not any(group in agent.groups for agent in view.profiles):
        view.error(
            (*path, "first", "group"), f"the group {group!r} has no members, expected at least one"
        )
    wanted: Needs = needs(then.needs) or ()
    if wanted and view.profiles and not any(meets(agent, wanted) for agent in view.profiles):
        view.error(
            (*path, "needs"),
            f"no agent meets {words(wanted)}, expected somebody who could serve the call",
        )
