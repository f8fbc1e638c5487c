"""Flows as far as they could be read: what a step leads to is known, or at least what it may lead to.

Steps that could not be read, and steps that are only named by mistake, stand in a flow as opaque ones. A
caller gets out of an opaque step, and may get to whatever it could mean. So a mistake in one step hides
none of the others, and makes none up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from config.building_flows import flow as built
from config.document import Document
from config.nodes import Mapping as MappingNode
from config.nodes import Node, Scalar, Sequence
from config.problems import GUESSES
from ivr import graph
from ivr.model import Flow, HangUp, Menu, NextStep, Step, ToFlow, Tries

_OUT = HangUp(served=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """`names` are the steps that each flow has. `complete`: all of them could be read. `vague` are the
    flows of which it cannot be said what is reached in them."""

    flows: Mapping[str, Flow]
    names: Mapping[str, Collection[str]]
    complete: bool
    vague: frozenset[str]

    @property
    def knows_queues(self) -> bool:
        """Whether it can be said which queues a flow leads to."""
        exits = (edge.to for _, step in graph.places(self.flows) for edge in graph.edges(step))
        return self.complete and all(to.flow in self.flows for to in exits if isinstance(to, ToFlow))


def sketched(document: Document, tree: MappingNode) -> Sketch:
    """The flows of a document, of which some steps may be missing that its tree has."""
    section = tree.entries["flows"][1] if "flows" in tree.entries else None
    written = section.entries if isinstance(section, MappingNode) else {}
    guesses = _Guesses()
    flows = {
        name: _whole(built(name, steps), written[name][1], guesses)
        for name, steps in document.flows.items()
    }
    names = {
        name: list(node.entries) if isinstance(node, MappingNode) else []
        for name, (_, node) in written.items()
    }
    read = {name: list(steps) for name, steps in document.flows.items()}
    return Sketch(flows=flows, names=names, complete=names == read, vague=frozenset(guesses.vague))


def _whole(flow: Flow, node: Node, guesses: _Guesses) -> Flow:
    assert isinstance(node, MappingNode), "some step of it could be read"
    steps = {
        name: flow.steps[name]
        if name in flow.steps
        else _opaque(guesses.meant(flow.name, _texts(step), node.entries))
        for name, (_, step) in node.entries.items()
    }
    named = [
        edge.to.step
        for step in flow.steps.values()
        for edge in graph.edges(step)
        if isinstance(edge.to, NextStep)
    ]
    for name in named:
        if name not in steps:
            steps[name] = _opaque(guesses.meant(flow.name, [name], node.entries))
    return Flow(name=flow.name, start=next(iter(node.entries)), steps=steps)


def _opaque(following: Iterable[str]) -> Step:
    """A step out of which everybody gets; by keys he may get to some others."""
    keys = {str(number): NextStep(step=name) for number, name in enumerate(following)}
    return Menu(parts=(), keys=keys, tries=Tries(otherwise=_OUT))


@dataclass(slots=True)
class _Guesses:
    left: int = GUESSES
    vague: set[str] = field(default_factory=set)

    def meant(self, flow: str, words: Iterable[str], names: Iterable[str]) -> list[str]:
        """The steps that some words may mean."""
        steps = list(names)
        found: dict[str, None] = {}
        for word in words:
            if word in steps:
                found[word] = None
            elif self.left:
                self.left -= 1
                found |= dict.fromkeys(get_close_matches(word[:80], steps))
            else:
                self.vague.add(flow)
        return list(found)


def _texts(node: Node) -> Iterator[str]:
    match node:
        case Scalar(text=text):
            yield text
        case Sequence(items=items):
            for item in items:
                yield from _texts(item)
        case MappingNode(entries=entries):
            for _, value in entries.values():
                yield from _texts(value)
