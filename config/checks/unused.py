"""Warnings: what is defined and never used, so that a forgotten line is seen."""

from __future__ import annotations

from collections.abc import Iterator

from config.building_flows import step as built
from config.checks.overflow import ENDINGS, target
from config.checks.view import View
from config.document import BranchStep, Document
from config.names import PROMPTS
from config.nodes import Mapping, Node, Scalar, Sequence
from ivr.graph import edges
from ivr.model import Exit, ToQueue

_NO_WAY = "no ending or flow leads to it"


def check_unused(view: View) -> None:
    """Note queues, businesses, hours, flows, boxes, music, skills and groups that no call comes to."""
    if view.broken:
        return
    document = view.document
    sections = (
        ("queues", document.queues, set(_queues(document)), "no number, rule or overflow leads to it"),
        ("businesses", document.businesses, set(_businesses(document)), "no number stands for it"),
        ("hours", document.hours, set(_hours(document)), "no business or rule names them"),
        ("flows", document.flows, set(_named(view, "flow")), "no number, ending or flow leads to it"),
        ("voicemail", _queue_boxes(document), set(_named(view, "voicemail")), _NO_WAY),
        ("music", document.music, set(_music(document)), "no queue names it"),
        ("prompts", document.prompts, set(_prompts(view)), "nobody hears it"),
    )
    for section, defined, used, why in sections:
        for name in defined:
            if name not in used:
                view.warn((section, name), f"{name!r} is never used: {why}")
    _unused_names(view, document)


def _unused_names(view: View, document: Document) -> None:
    skills, groups = set(_asked_skills(document)), set(_used_groups(document))
    members = {group for agent in document.agents.values() for group in agent.groups}
    grades = {agent.grade for agent in document.agents.values()}
    for index, skill in enumerate(document.skills):
        if skill not in skills:
            view.warn(("skills", index), f"the skill {skill!r} is never asked for")
    for index, group in enumerate(document.groups):
        if group not in groups:
            view.warn(("groups", index), f"the group {group!r} is never used")
        elif group not in members:
            view.warn(("groups", index), f"the group {group!r} has no members")
    for name in document.grades:
        if name not in grades:
            view.warn(("grades", name), f"no agent is of the grade {name!r}")


def _queues(document: Document) -> Iterator[str | None]:
    for number in document.numbers.values():
        yield number.queue
    for rule in document.rules:
        yield rule.then.queue
    for queue in document.queues.values():
        for key in ENDINGS:
            yield target(getattr(queue, key))
        for offer in queue.waiting.offers.values():
            yield None if isinstance(offer.then, str) else offer.then.queue
    for business in document.businesses.values():
        yield target(business.when_closed)
    for exit in _exits(document):
        if isinstance(exit, ToQueue):
            yield exit.queue


def _exits(document: Document) -> Iterator[Exit]:
    for steps in document.flows.values():
        for item in steps.values():
            for edge in edges(built(item)):
                yield edge.to


def _named(view: View, what: str) -> Iterator[str]:
    """Whatever section names them: a flow is always named by the key flow, a box by voicemail."""
    for key, text in _texts(view.tree):
        if key == what:
            yield text


def _music(document: Document) -> Iterator[str]:
    for queue in document.queues.values():
        yield queue.waiting.music


def _queue_boxes(document: Document) -> list[str]:
    """To an agent's own box messages may only be forwarded."""
    return [name for name, box in document.voicemail.items() if box.queue is not None]


def _prompts(view: View) -> Iterator[str]:
    """Those that some section names, and those that replace what is always there."""
    yield from PROMPTS
    for section, (_, node) in view.tree.entries.items():
        if section != "prompts":
            yield from (text for _, text in _texts(node))


def _texts(node: Node, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a tree, with the key that it stands under."""
    match node:
        case Scalar(text=text):
            yield key, text
        case Sequence(items=items):
            for item in items:
                yield from _texts(item, key)
        case Mapping(entries=entries):
            for name, (_, value) in entries.items():
                yield from _texts(value, name)


def _businesses(document: Document) -> Iterator[str | None]:
    for number in document.numbers.values():
        yield number.business


def _hours(document: Document) -> Iterator[str | None]:
    for business in document.businesses.values():
        yield business.hours
    for rule in document.rules:
        if rule.when and rule.when.hours:
            yield rule.when.hours.open
            yield rule.when.hours.closed
    for steps in document.flows.values():
        for item in steps.values():
            for case in item.cases if isinstance(item, BranchStep) else ():
                if case.when.hours:
                    yield case.when.hours.open
                    yield case.when.hours.closed


def _asked_skills(document: Document) -> Iterator[str]:
    asked = [queue.needs for queue in document.queues.values()]
    asked += [step.needs for queue in document.queues.values() for step in queue.widen]
    asked += [rule.then.needs for rule in document.rules]
    for needs in asked:
        if isinstance(needs, dict):
            yield from needs
    for exit in _exits(document):
        if isinstance(exit, ToQueue):
            yield from dict(exit.needs)


def _used_groups(document: Document) -> Iterator[str]:
    for queue in document.queues.values():
        yield from queue.groups or ()
        for step in queue.widen:
            yield from step.groups or ()
    for box in document.voicemail.values():
        yield from (box.lamp and box.lamp.groups) or ()
    for rule in document.rules:
        if rule.then.first and rule.then.first.group:
            yield rule.then.first.group
