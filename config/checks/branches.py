"""Branches of flows: each case can hold for somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.checks.overflow import ENDINGS
from config.checks.view import View
from config.document import Document, Ending, Overflow
from config.document import Say as SaidEnding
from config.nodes import TreePath
from ivr import graph
from ivr.model import (
    Branch,
    Case,
    CollectedIs,
    Condition,
    Flow,
    HoursOpen,
    InList,
    TierIs,
    ToFlow,
)


def check_branches(view: View, flows: Mapping[str, Flow]) -> None:
    """Note cases that never hold, and those that an earlier one covers; of the hours also what the
    opening hours before the flow leave of them."""
    passed = _passed(view.document, flows)
    for (flow, name), step in graph.places(flows):
        if isinstance(step, Branch):
            path: TreePath = ("flows", flow, name, "cases")
            _cases(view, path, step.cases)
            _hours(view, path, step.cases, passed.get(flow, frozenset()))


def flow_of(ending: Ending) -> str | None:
    """The flow that an ending leads to, if any."""
    then = ending.then if isinstance(ending, SaidEnding) else ending
    return then.flow if isinstance(then, Overflow) else None


def _cases(view: View, path: TreePath, cases: tuple[Case, ...]) -> None:
    for index, case in enumerate(cases):
        both = {each.hours for each in case.when if isinstance(each, HoursOpen) and each.open} & {
            each.hours for each in case.when if isinstance(each, HoursOpen) and not each.open
        }
        if both:
            view.error(
                (*path, index, "when", "hours"),
                f"this can never hold: {min(both)} are both open and closed",
            )
            continue
        for earlier in range(index):
            if _covers(cases[earlier].when, case.when):
                view.error(
                    (*path, index),
                    "this case is never reached: an earlier one holds whenever it would, expected it "
                    "further up",
                    f"the earlier one is {view.line((*path, earlier))}",
                )
                break


def _covers(earlier: tuple[Condition, ...], later: tuple[Condition, ...]) -> bool:
    """Whether all of the earlier conditions hold whenever all of the later ones do."""
    return all(any(_implies(one, wanted) for one in later) for wanted in earlier)


def _implies(given: Condition, wanted: Condition) -> bool:
    match given, wanted:
        case (HoursOpen(), HoursOpen()) | (InList(), InList()):
            return given == wanted
        case TierIs(tiers=tiers), TierIs(tiers=others):
            return tiers <= others
        case CollectedIs(name=name, values=values, prefixes=prefixes), CollectedIs() if (
            name == wanted.name
        ):
            begins = tuple(wanted.prefixes)
            return all(each in wanted.values or each.startswith(begins) for each in values) and all(
                each.startswith(begins) for each in prefixes
            )
    return False


def _hours(view: View, path: TreePath, cases: tuple[Case, ...], passed: frozenset[str]) -> None:
    for index, case in enumerate(cases):
        for condition in case.when:
            if isinstance(condition, HoursOpen) and not condition.open and condition.hours in passed:
                view.warn(
                    (*path, index, "when", "hours", "closed"),
                    f"hardly ever holds: when {condition.hours} are closed, so is the business of every "
                    "number that leads here, and its when_closed comes before the flow",
                    "a number without a business, or of one without hours, leaves it to the flow",
                )


def _passed(document: Document, flows: Mapping[str, Flow]) -> dict[str, frozenset[str]]:
    """The hours within which it was for everybody who has come into a flow; flows that nobody comes
    into are missing."""
    found: dict[str, frozenset[str]] = {}
    left = list(_entries(document))
    while left:
        flow, hours = left.pop()
        before = found.get(flow)
        now = hours if before is None else before & hours
        if now == before or flow not in flows:
            continue
        found[flow] = now
        for step in flows[flow].steps.values():
            left += [(edge.to.flow, now) for edge in graph.edges(step) if isinstance(edge.to, ToFlow)]
    return found


def _entries(document: Document) -> Iterator[tuple[str, frozenset[str]]]:
    """The ways into flows, with the hours within which it is for whoever takes them."""
    for number in document.numbers.values():
        business = document.businesses.get(number.business) if number.business else None
        hours = business.hours if business else None
        if number.flow is not None:
            yield number.flow, frozenset((hours,) if hours else ())
    endings = [business.when_closed for business in document.businesses.values()]
    for queue in document.queues.values():
        endings += [getattr(queue, key) for key in ENDINGS]
        endings += [offer.then for offer in queue.waiting.offers.values()]
    for ending in endings:
        if (flow := flow_of(ending)) is not None:
            yield flow, frozenset()
