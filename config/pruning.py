"""Taking out of a file's data what has mistakes, so that the rest can be checked all the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from config.nodes import TreePath

SOME_TIME = "1s"
"""Stands for the time of a widening step that cannot be read; nothing is said about it."""


def prune_keys(data: dict[str, Any], found: Sequence[ErrorDetails], unsure: set[str]) -> list[TreePath]:
    """Take out the mistaken keys of queues, and of what rules do, where the rest keeps its meaning.

    Returns the places of all other mistakes. `unsure` gets the queues that lack something which says
    who may serve them.
    """
    whole: list[TreePath] = [item["loc"] for item in found if not _key_alone(data, item)]
    items = {place[:2] for place in whole}
    for item in found:
        place: TreePath = item["loc"]
        if place[:2] in items or place[:1] in items:
            continue
        if place[0] == "rules":
            data["rules"][place[1]]["then"].pop(str(place[3]), None)
        elif not _out_of_queue(data["queues"][place[1]], item):
            unsure.add(str(place[1]))
    return whole


def _key_alone(data: dict[str, Any], item: ErrorDetails) -> bool:
    """Whether what is at the place may be missing without changing what its item means."""
    place: TreePath = item["loc"]
    match place:
        case ("rules", int(number), "then", str(), *_):
            return isinstance(data["rules"][number].get("then"), dict)
        case ("queues", str(name), str(key), *_) if key not in ("[key]", "needs", "groups"):
            queue = data["queues"][name]
            misspelled = item["type"] == "extra_forbidden" and len(place) == 3
            return isinstance(queue, dict) and (not misspelled or "needs" in queue or "groups" in queue)
    return False


def _out_of_queue(queue: dict[str, Any], item: ErrorDetails) -> bool:
    """Take a key out of a queue; whether it can still be said who may serve it."""
    _, _, key, *rest = item["loc"]
    if key == "widen" and rest:
        return _out_of_step(queue, int(rest[0]), rest[1:])
    unknown = item["type"] == "extra_forbidden" and not rest
    if key == "strategy" or unknown:
        queue.pop("order", None)  # whether it has an effect cannot be said
    queue.pop(str(key), None)
    return not unknown and key != "widen"


def _out_of_step(queue: dict[str, Any], index: int, rest: list[int | str]) -> bool:
    steps = queue.get("widen", [])
    if index >= len(steps):
        return False  # an earlier step took this one with it
    if rest == ["after"]:
        steps[index]["after"] = SOME_TIME
        return True
    del steps[index:]  # later ones are measured by it
    return False


def _out_of_flow(section: object, place: TreePath) -> bool:
    """Of a flow only the mistaken step is taken out, and the flow once nothing is left of it."""
    match place:
        case ("flows", str(name), str(step), *_) if step != "[key]" and isinstance(section, dict):
            steps = section.get(name)
            if not isinstance(steps, dict):
                return name not in section
            steps.pop(step, None)
            if not steps:
                del section[name]
            return True
    return False


def prune_items(data: dict[str, Any], places: Iterable[TreePath], rule_numbers: list[int]) -> None:
    """Take out the items (of a section that is a mapping or the rules) in which there are mistakes; of a
    flow the steps."""
    rules: set[int] = set()
    for place in places:
        section = data.get(str(place[0]))
        if _out_of_flow(section, place):
            continue
        if len(place) > 1 and isinstance(section, dict) and str(place[1]) in section:
            del section[str(place[1])]
        elif len(place) > 1 and place[0] == "rules" and isinstance(section, list):
            rules.add(int(place[1]))
        elif len(place) < 2 or not isinstance(section, dict):
            data.pop(str(place[0]), None)
    if rules and "rules" in data:
        data["rules"] = [rule for index, rule in enumerate(data["rules"]) if index not in rules]
        rule_numbers[:] = [number for index, number in enumerate(rule_numbers) if index not in rules]
