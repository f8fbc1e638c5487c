"""A flow as a graph: the exits of each step, with what makes a caller take them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from ivr.model import (
    Branch,
    Collect,
    Exit,
    Flow,
    LookUp,
    Menu,
    NextStep,
    Parts,
    Record,
    Say,
    Step,
    ToFlow,
)
from ivr.notes import case_words

By: TypeAlias = Literal["input", "nothing"]
Place: TypeAlias = tuple[str, str]
"""A flow and one of its steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One exit of a step. `label` says when it is taken; `key` is where it stands in the step, as in
    the routing file. `by`: a caller who does nothing at all may take it, or only one who presses a key
    or speaks."""

    label: str
    key: tuple[str | int, ...]
    to: Exit
    by: By = "nothing"


def edges(step: Step) -> tuple[Edge, ...]:
    """All exits of a step, in the order in which they are written."""
    match step:
        case Say(go=go):
            return (Edge(label="", key=("go",), to=go),)
        case Menu(keys=keys, tries=tries):
            chosen = [Edge(label=key, key=("keys", key), to=to, by="input") for key, to in keys.items()]
            return (*chosen, Edge(label="otherwise", key=("otherwise",), to=tries.otherwise))
        case Collect(go=go, into=into, tries=tries):
            return (
                Edge(label=into, key=("go",), to=go, by="input"),
                Edge(label="otherwise", key=("otherwise",), to=tries.otherwise),
            )
        case Branch(cases=cases, otherwise=otherwise):
            found = [
                Edge(label=case_words(case.when), key=("cases", index, "go"), to=case.go)
                for index, case in enumerate(cases)
            ]
            return (*found, Edge(label="otherwise", key=("otherwise",), to=otherwise))
        case LookUp(go=go, otherwise=otherwise):
            return (
                Edge(label="answered", key=("go",), to=go),
                Edge(label="otherwise", key=("otherwise",), to=otherwise),
            )
        case Record(go=go, too_short=too_short, failed=failed, at_least=at_least):
            spoken: By = "input" if at_least > 0 else "nothing"
            return (
                Edge(label="recorded", key=("go",), to=go, by=spoken),
                Edge(label="too short", key=("too_short",), to=too_short),
                Edge(label="failed", key=("failed",), to=failed),
            )
        case _:
            assert_never(step)


def parts_of(step: Step) -> Parts:
    """Everything that may be heard at a step."""
    match step:
        case Menu(parts=parts, tries=tries) | Collect(parts=parts, tries=tries):
            return parts + tries.invalid + tries.silence
        case Say(parts=parts) | LookUp(parts=parts) | Record(parts=parts):
            return parts
        case Branch():
            return ()
        case _:
            assert_never(step)


def reached(flow: Flow) -> frozenset[str]:
    """The steps to which some way leads from the first one."""
    found = [flow.start]
    for name in found:
        for edge in edges(flow.steps[name]):
            if (
                isinstance(edge.to, NextStep)
                and edge.to.step in flow.steps
                and edge.to.step not in found
            ):
                found.append(edge.to.step)
    return frozenset(found)


def next_place(flows: Mapping[str, Flow], flow: str, to: Exit) -> Place | None:
    """The step that an exit leads to, also into another flow; None: it leads out of all flows."""
    if isinstance(to, NextStep):
        return (flow, to.step)
    if isinstance(to, ToFlow) and to.flow in flows:
        return (to.flow, flows[to.flow].start)
    return None


def places(flows: Mapping[str, Flow]) -> Iterator[tuple[Place, Step]]:
    """All steps of all flows."""
    for flow in flows.values():
        for name, step in flow.steps.items():
            yield (flow.name, name), step


def without_end(flows: Mapping[str, Flow]) -> tuple[Place, ...]:
    """The steps from which no way leads out, whatever the caller does."""
    back: dict[Place, list[Place]] = {}
    ends: list[Place] = []
    for place, step in places(flows):
        for edge in edges(step):
            following = next_place(flows, place[0], edge.to)
            if following is None:
                ends.append(place)
            else:
                back.setdefault(following, []).append(place)
    good = set(ends)
    left = list(good)
    while left:
        for place in back.get(left.pop(), ()):
            if place not in good:
                good.add(place)
                left.append(place)
    return tuple(place for place, _ in places(flows) if place not in good)


def brought(flows: Mapping[str, Flow]) -> dict[Place, frozenset[str]]:
    """The values that a caller may bring to each step which he can reach: those that are collected,
    looked up or recorded on some way there. What an exit does not lead to is not counted for it: who
    entered nothing brings nothing."""
    found: dict[Place, frozenset[str]] = {
        (flow.name, flow.start): frozenset() for flow in flows.values()
    }
    left = list(found)
    while left:
        place = left.pop()
        step = flows[place[0]].steps[place[1]]
        for edge in edges(step):
            following = next_place(flows, place[0], edge.to)
            if following is None:
                continue
            before = found.get(following)
            now = found[place] | _given(step, edge)
            if before is None or not now <= before:
                found[following] = now if before is None else before | now
                left.append(following)
    return found


def _given(step: Step, edge: Edge) -> frozenset[str]:
    """What the caller has, or is known of him, once he has taken this exit."""
    match step:
        case Record(into=name):
            return frozenset((name,))
        case Collect(into=str(name)) | Menu(into=str(name)) if edge.key != ("otherwise",):
            return frozenset((name,))
        case LookUp(keep=keep) if edge.key == ("go",):
            return frozenset(keep)
        case _:
            return frozenset()


def silent_exits(flows: Mapping[str, Flow], name: str) -> tuple[Exit, ...]:
    """Where a caller who does nothing may leave the flows, if he comes into this one."""
    found: list[Exit] = []
    seen: list[Place] = [(name, flows[name].start)]
    for place in seen:
        for edge in edges(flows[place[0]].steps[place[1]]):
            following = next_place(flows, place[0], edge.to)
            if edge.by == "input":
                continue
            if following is None:
                found.append(edge.to)
            elif following not in seen:
                seen.append(following)
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A way that a caller who does nothing goes round for ever: its steps, and where the exit that
    closes it stands in the last one."""

    steps: tuple[Place, ...]
    closed_by: tuple[str | int, ...]


def circles(flows: Mapping[str, Flow]) -> tuple[Circle, ...]:
    """Every circle that is closed by a way which needs no input, each found once."""
    ways = {place: tuple(_silent(flows, place, step)) for place, step in places(flows)}
    found: list[Circle] = []
    done: set[Place] = set()
    for start in ways:
        if start not in done:
            found += _walk(start, ways, done)
    return tuple(found)


Way: TypeAlias = tuple[tuple[str | int, ...], Place]


def _silent(flows: Mapping[str, Flow], place: Place, step: Step) -> Iterator[Way]:
    for edge in edges(step):
        following = next_place(flows, place[0], edge.to)
        if edge.by == "nothing" and following is not None:
            yield edge.key, following


def _walk(start: Place, ways: Mapping[Place, tuple[Way, ...]], done: set[Place]) -> Iterator[Circle]:
    """Depth first without recursion; a step that is still on the way closes a circle."""
    way = [start]
    left = [iter(ways[start])]
    while way:
        following = next(left[-1], None)
        if following is None:
            done.add(way.pop())
            left.pop()
            continue
        key, place = following
        if place in way:
            yield Circle(steps=tuple(way[way.index(place) :]), closed_by=key)
        elif place not in done and place in ways:
            way.append(place)
            left.append(iter(ways[place]))
