"""IVR flows: every step is reached and ends somewhere, also for a caller who presses nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from config.building_flows import queue_of
from config.checks.branches import check_branches, flow_of
from config.checks.sketch import sketched
from config.checks.view import View
from config.document.flows import WORDS
from config.fields import URL_FIELD
from config.nodes import TreePath
from ivr import graph
from ivr.model import (
    Branch,
    Clock,
    Collect,
    CollectedIs,
    Digits,
    Flow,
    LookUp,
    Menu,
    NextStep,
    Number,
    Parts,
    Record,
    Say,
    Step,
    Tape,
    ToNumber,
    ToQueue,
)
from ivr.secrecy import secrets

OF_THE_CALL = ("caller", "dialled")
"""What a look-up's address may hold besides collected values."""


def check_flows(view: View) -> None:
    """Note what makes a flow senseless, or a caller stay in it for ever."""
    sketch = sketched(view.document, view.tree)
    flows = sketch.flows
    if sketch.knows_queues:
        _numbers(view, flows)
    for flow in flows.values():
        _steps(view, flow, sketch.names[flow.name])
    if sketch.complete:
        _values(view, flows)
        _secrets(view, flows)
    check_branches(view, flows)
    for flow in flows.values():
        if flow.name not in sketch.vague:
            _reached(view, flow, sketch.names[flow.name])
    _ends(view, flows)
    if view.whole("queues"):
        _returns(view, flows)


def _returns(view: View, flows: Mapping[str, Flow]) -> None:
    """A queue that serves nobody now may not get its callers back by a flow in which they do nothing."""
    for name, queue in view.document.queues.items():
        for key in ("on_nobody", "on_full"):
            flow = flow_of(getattr(queue, key))
            if flow is None or flow not in flows:
                continue
            if any(
                isinstance(to, ToQueue) and to.queue == name for to in graph.silent_exits(flows, flow)
            ):
                view.error(
                    ("queues", name, key),
                    f"a caller who does nothing comes back by the flow {flow!r} to the queue {name!r}, "
                    "where the same happens again, expected another way out of the flow",
                )


def _numbers(view: View, flows: Mapping[str, Flow]) -> None:
    for key, number in view.document.numbers.items():
        if number.queue is not None or number.flow is None or number.flow not in flows:
            continue
        if queue_of(number.flow, flows) is None:
            view.error(
                ("numbers", key, "flow"),
                f"the flow {number.flow!r} leads to no queue, expected one beside it: it serves the "
                "callers while the engine is away",
                "such as {flow: " + number.flow + ", queue: NAME}",
            )


def _steps(view: View, flow: Flow, names: Collection[str]) -> None:
    """Every step that is named exists."""
    for name, step in flow.steps.items():
        path: TreePath = ("flows", flow.name, name)
        if name in WORDS:
            view.error((*path, "[key]"), f"{name!r} has a meaning of its own, expected another name")
        for edge in graph.edges(step):
            if isinstance(edge.to, NextStep) and edge.to.step not in names:
                view.error(
                    (*path, *edge.key),
                    f"unknown step {edge.to.step!r}, expected one of this flow, {', '.join(WORDS)}, or "
                    "elsewhere as {queue: NAME}",
                    view.nearest.hint(edge.to.step, [*names, *WORDS]),
                )
            if isinstance(edge.to, ToNumber):
                _dials(view, (*path, *edge.key, "dial"))


def _dials(view: View, path: TreePath) -> None:
    trunks = view.document.trunks.values()
    if view.whole("trunks") and not any(trunk.dial for trunk in trunks):
        view.error(path, "no trunk dials out, expected one with the key dial")


def _reached(view: View, flow: Flow, names: Collection[str]) -> None:
    found = graph.reached(flow)
    for name in names:
        if name not in found and name not in WORDS:
            view.error(
                ("flows", flow.name, name, "[key]"),
                f"the step {name!r} is never reached, expected a step that leads to it",
                f"callers begin at {flow.start!r}, the first step",
            )


def _ends(view: View, flows: Mapping[str, Flow]) -> None:
    endless = graph.without_end(flows)
    for flow, name in endless:
        step = flows[flow].steps[name]
        what = "menu" if isinstance(step, Menu) else "step"
        view.error(
            ("flows", flow, name, "[key]"),
            f"no way leads out of the {what} {name!r}, expected one to a queue, voicemail, a number, "
            "callback, served or hang_up",
        )
    for circle in graph.circles(flows):
        if circle.steps[0] in endless:
            continue
        flow, name = circle.steps[-1]
        several = len({flow for flow, _ in circle.steps}) > 1
        shown = [f"{flow}.{name}" if several else name for flow, name in circle.steps]
        view.error(
            ("flows", flow, name, *circle.closed_by),
            f"a caller who does nothing goes in a circle: {' -> '.join([*shown, shown[0]])}, expected "
            "that it ends somewhere",
        )


def _values(view: View, flows: Mapping[str, Flow]) -> None:
    """Every value that is used is collected somewhere, in whatever flow, as values go along; and what is
    said of it, on some way there."""
    given: set[str] = set()
    recorded: set[str] = set()
    for _, step in graph.places(flows):
        given |= set(_given(step))
        if isinstance(step, Record):
            recorded.add(step.into)
    brought = graph.brought(flows)
    for (flow, name), step in graph.places(flows):
        here = given if isinstance(step, Branch) else brought.get((flow, name), given)
        for key, used, is_tape in _used(step):
            known = recorded if is_tape else given
            if used in known and used not in here:
                view.warn(
                    ("flows", flow, name, *key),
                    f"{used!r} is not known here: no way to this step collects, records or looks it up; "
                    "nothing will be said of it",
                )
            if used not in known:
                what = "recording" if is_tape else "value"
                view.error(
                    ("flows", flow, name, *key),
                    f"unknown {what} {used!r}, expected one that a flow "
                    f"{'records' if is_tape else 'collects or looks up'}",
                    view.nearest.hint(used, known),
                )


def _secrets(view: View, flows: Mapping[str, Flow]) -> None:
    """A secret that is read out is heard by whoever stands by, and stands in a flight recording, as one
    does that is compared; one that is collected in the open elsewhere is none."""
    secret = secrets(flows.values())
    for (flow, name), step in graph.places(flows):
        path: TreePath = ("flows", flow, name)
        for key, used, _ in _used(step) if secret else ():
            if used not in secret or key[0] == "look_up":
                continue
            what = "compared" if key[0] == "cases" else "read out"
            view.warn(
                (*path, *key),
                f"{used!r} is a secret input, and is {what} here: a flight recording shows its digits",
                "a look-up can be given it, and answer what is to be done",
            )
        if isinstance(step, Collect) and step.into in secret and not step.secret:
            view.warn(
                (*path, "collect"),
                f"{step.into!r} is a secret input elsewhere, expected secret: true here too",
            )


def _given(step: Step) -> Iterator[str]:
    match step:
        case Collect(into=name) | Record(into=name) | Menu(into=str(name)):
            yield name
        case LookUp(keep=keep):
            yield from keep


def _used(step: Step) -> Iterator[tuple[tuple[str | int, ...], str, bool]]:
    """Where a step uses a value, its name, and whether it is a recording."""
    match step:
        case Branch(cases=cases):
            for index, case in enumerate(cases):
                for condition in case.when:
                    if isinstance(condition, CollectedIs):
                        key = ("cases", index, "when", "collected", condition.name, "[key]")
                        yield key, condition.name, False
        case LookUp(url=url, parts=parts):
            for name in URL_FIELD.findall(url):
                if name not in OF_THE_CALL:
                    yield ("look_up",), name, False
            yield from _used_parts("say", parts)
        case Menu(parts=parts, tries=tries) | Collect(parts=parts, tries=tries):
            yield from _used_parts("say", parts)
            yield from _used_parts("invalid", tries.invalid)
            yield from _used_parts("silence", tries.silence)
        case Say(parts=parts) | Record(parts=parts):
            yield from _used_parts("say", parts)


def _used_parts(key: str, parts: Parts) -> Iterator[tuple[tuple[str | int, ...], str, bool]]:
    for index, part in enumerate(parts):
        match part:
            case Number(of=str(name)):
                yield (key, index, "number"), name, False
            case Digits(of=str(name)):
                yield (key, index, "digits"), name, False
            case Clock(of=str(name)):
                yield (key, index, "time"), name, False
            case Tape(of=name):
                yield (key, index, "recording"), name, True
