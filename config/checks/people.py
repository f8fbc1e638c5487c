"""Agents, phones, trunks and lists of names: what exists twice, or cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network

from config.building import endpoint
from config.checks.view import View
from config.document import Agent
from config.names import SYSTEM_PAUSE_REASONS
from config.nodes import TreePath


def check_people(view: View) -> None:
    """No account, endpoint or address belongs to two, and every listed skill has a level."""
    document = view.document
    for section in ("languages", "skills", "groups", "tiers", "pause_reasons"):
        _each_once(view, (section,), getattr(document, section))
    for index, language in enumerate(document.languages):
        if language in view.unspoken:
            view.error(
                ("languages", index),
                f"the prompts in {language!r} can neither be spoken nor are they all recorded, expected "
                "another language, or every prompt in the prompts folder",
                f"as {language}/PROMPT.wav",
            )
    for index, reason in enumerate(document.pause_reasons):
        if reason in SYSTEM_PAUSE_REASONS:
            view.error(
                ("pause_reasons", index),
                f"{reason!r} is a reason that only the system gives, expected one that agents choose",
                "leave it out",
            )
    for id, agent in document.agents.items():
        _agent(view, id, agent)
    _endpoints(view)
    _accounts(view)
    _addresses(view)


def _each_once(view: View, path: TreePath, names: Sequence[str]) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            view.error((*path, index), f"{name!r} is given twice, expected each once", "leave it out")
        seen.add(name)


def _agent(view: View, id: str, agent: Agent) -> None:
    path: TreePath = ("agents", id)
    if id == "last":
        view.error(
            (*path, "[key]"),
            "'last' means the agent who served a caller last, expected another account",
        )
    _each_once(view, (*path, "groups"), agent.groups)
    if isinstance(agent.skills, list):
        _each_once(view, (*path, "skills"), agent.skills)
        if agent.grade is None and agent.skills:
            view.error(
                (*path, "skills"),
                f"the skills of agent {id} have no levels, expected a grade that sets them",
                "give the agent a grade, or each skill a level such as {" + agent.skills[0] + ": 5}",
            )


def _endpoints(view: View) -> None:
    owners: dict[tuple[str | None, str], str] = {}
    for id, agent in view.document.agents.items():
        dialled = endpoint(id, agent)
        owner = owners.setdefault((agent.node, dialled.casefold()), id)
        if owner != id:
            view.error(
                ("agents", id, "endpoint") if agent.endpoint else ("agents", id, "[key]"),
                f"the endpoint {dialled!r} belongs to agent {owner} too, expected one for each agent",
                f"the first is {view.line(('agents', owner))}",
            )


def _accounts(view: View) -> None:
    """Agents, phones and trunks share one name space in Asterisk, where case does not count."""
    owners: dict[str, TreePath] = {}
    for section in ("agents", "phones", "trunks"):
        for name in getattr(view.document, section):
            owner = owners.setdefault(name.casefold(), (section, name))
            if owner != (section, name):
                view.error(
                    (section, name, "[key]"),
                    f"the account {name!r} is taken by {owner[0]}, expected each account once "
                    "(capitals do not count)",
                    f"the first is {view.line(owner)}",
                )


def _addresses(view: View) -> None:
    taken = [
        (ip_network(address), ("trunks", name, "match", index))
        for name, trunk in view.document.trunks.items()
        for index, address in enumerate(trunk.match)
    ]
    for number, (network, path) in enumerate(taken):
        for other, other_path in taken[:number]:
            if network.version == other.version and network.overlaps(other):
                view.error(
                    path,
                    f"the address {network} overlaps with {other}, expected each address once",
                    f"the first is {view.line(other_path)}",
                )
                break
