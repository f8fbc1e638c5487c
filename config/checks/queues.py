"""Queues: somebody can serve them, widening widens, waiting ends, overflow leads somewhere."""

from __future__ import annotations

from acd.core.routing import Needs
from config.building import needs, queue_needs
from config.checks.overflow import check_overflow
from config.checks.view import View, words
from config.document import Queue, Widen
from config.nodes import TreePath
from config.scalars import duration_text


def check_queues(view: View) -> None:
    """Note what makes a queue senseless."""
    if not view.document.agents and view.whole("agents") and view.document.queues:
        view.error(("queues", "[key]"), "there are no agents, expected somebody who serves the queues")
    for name, queue in view.document.queues.items():
        _lists(view, name, queue)
        _waiting(view, name, queue)
        _widening(view, name, queue)
        if view.knows_agents and view.document.agents and name not in view.unsure:
            _served(view, name, queue)
    if "default" not in view.document.numbers and view.whole("numbers"):
        view.error(
            ("numbers", "[key]"),
            "numbers has no 'default', expected a queue for all other numbers",
            "such as default: {queue: reception}",
        )
    check_overflow(view)


def _lists(view: View, name: str, queue: Queue) -> None:
    path: TreePath = ("queues", name)
    if queue.order is not None and queue.strategy not in ("fixed_order", "round_robin"):
        view.error(
            (*path, "order", "[key]"),
            f"order has no effect with the strategy {queue.strategy}, "
            "expected fixed_order or round_robin",
        )
    if queue_needs(queue) == () and queue.groups:
        view.error(
            (*path, "groups", "[key]"),
            "groups has no effect: anyone may serve this queue",
            "leave out either needs or groups",
        )
    named: tuple[tuple[str, list[str] | None], ...] = (("groups", queue.groups), ("order", queue.order))
    for key, names in named:
        for index, item in enumerate(names or ()):
            if item in (names or ())[:index]:
                view.error((*path, key, index), f"{item!r} is given twice, expected each once")


def _waiting(view: View, name: str, queue: Queue) -> None:
    path: TreePath = ("queues", name)
    limits = (
        ("on_timeout", "for_at_most", queue.waiting.for_at_most),
        ("on_full", "at_most", queue.waiting.at_most),
    )
    for ending, key, limit in limits:
        if ending in queue.model_fields_set and limit is None:
            view.warn((*path, ending), f"{ending} never happens: the queue has no waiting.{key}")
    wrap_up = queue.wrap_up
    if wrap_up.extend is not None and not wrap_up.for_:
        view.error(
            (*path, "wrap_up", "extend", "[key]"),
            "there is no wrap-up time that could be extended, expected wrap_up.for",
        )


def _widening(view: View, name: str, queue: Queue) -> None:
    now, groups, before = queue_needs(queue), set(queue.groups or ()), 0.0
    longest = queue.waiting.for_at_most
    for index, step in enumerate(queue.widen):
        path: TreePath = ("queues", name, "widen", index)
        if step.after <= before:
            view.error(
                (*path, "after"),
                f"this step comes at {duration_text(step.after)}, not after the one before "
                f"({duration_text(before)}), expected steps in the order of time",
            )
        if longest is not None and step.after >= longest:
            view.error(
                (*path, "after"),
                f"this step comes at {duration_text(step.after)}, when nobody waits any more "
                f"(waiting.for_at_most is {duration_text(longest)}), expected it earlier",
            )
        _step(view, path, step, now, groups)
        before = step.after
        now = now if step.needs is None else needs(step.needs)
        groups |= set(step.groups or ())


def _step(view: View, path: TreePath, step: Widen, now: Needs | None, groups: set[str]) -> None:
    """One step against what holds before it: it must let more people in, and shut nobody out."""
    if step.needs is None and step.groups is None:
        view.error(path, "this step changes nothing, expected needs or groups")
    if now == ():
        view.error(path, "this step changes nothing: anyone may serve already", "leave it out")
        return
    for index, group in enumerate(step.groups or ()):
        if group in groups or group in (step.groups or ())[:index]:
            view.error(
                (*path, "groups", index),
                f"the group {group!r} may serve already, expected another one",
            )
    wanted = needs(step.needs)
    if not wanted or now is None:
        return
    asked = dict(now)
    narrower = [skill for skill, level in wanted if level > asked.get(skill, 0)]
    for skill in narrower:
        level = f"only {asked[skill]}" if skill in asked else "not at all"
        view.error(
            (*path, "needs", skill),
            f"this step narrows: {skill} is asked for at {dict(wanted)[skill]}, before it {level}, "
            "expected a lower level or fewer skills",
        )
    if wanted == now:
        view.error(
            (*path, "needs"),
            f"this step changes nothing: the needs are {words(now)} already, expected lower levels",
        )


def _served(view: View, name: str, queue: Queue) -> None:
    path: TreePath = ("queues", name)
    base = queue_needs(queue)
    groups = frozenset(queue.groups or ())
    served = view.servers(base, groups)
    nobody_yet = not served
    current: Needs | None = base
    for index, step in enumerate(queue.widen):
        current = current if step.needs is None else needs(step.needs)
        groups |= frozenset(step.groups or ())
        wider = served | view.servers(current, groups)
        if wider == served and served:
            view.warn((*path, "widen", index), "this step lets nobody in who may not serve already")
        served = wider
    if not served:
        asked = f"meets {words(base)}" if base else f"is in {', '.join(sorted(groups))}"
        view.error(
            (*path, "[key]"),
            f"nobody could ever serve the queue {name!r}: no agent {asked}"
            + (", also after all its steps" if queue.widen else "")
            + ", expected at least one",
        )
    elif nobody_yet:
        view.warn(path, f"nobody could serve the queue {name!r} before its first widening steps")
    for index, agent in enumerate(queue.order or ()):
        if agent not in served:
            view.warn((*path, "order", index), f"agent {agent} could never serve this queue")
