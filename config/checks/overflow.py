"""Overflow from queue to queue must end somewhere: it may not lead back."""

from __future__ import annotations

from collections.abc import Iterator

from config.checks.view import View
from config.document import Ending, Overflow, Queue, Say

ENDINGS = ("on_timeout", "on_nobody", "on_full")


def check_overflow(view: View) -> None:
    """Note each way from queue to queue that comes back to where it was."""
    edges = {name: tuple(_edges(queue)) for name, queue in view.document.queues.items()}
    done: set[str] = set()
    for start in edges:
        if start not in done:
            _walk(view, start, edges, done)


def target(ending: Ending) -> str | None:
    """The queue that an ending leads to, if any."""
    then = ending.then if isinstance(ending, Say) else ending
    return then.queue if isinstance(then, Overflow) else None


def _edges(queue: Queue) -> Iterator[tuple[str, str]]:
    for key in ENDINGS:
        queue_name = target(getattr(queue, key))
        if queue_name is not None:
            yield key, queue_name


def _walk(view: View, start: str, edges: dict[str, tuple[tuple[str, str], ...]], done: set[str]) -> None:
    """Depth first without recursion; a queue that is still on the way closes a loop."""
    way = [start]
    left = [iter(edges[start])]
    while way:
        step = next(left[-1], None)
        if step is None:
            done.add(way.pop())
            left.pop()
            continue
        key, name = step
        if name in way:
            _loop(view, way[way.index(name) :], key)
        elif name not in done and name in edges:
            way.append(name)
            left.append(iter(edges[name]))


def _loop(view: View, loop: list[str], key: str) -> None:
    last = loop[-1]
    if len(loop) == 1:
        message = f"the queue {last!r} overflows into itself, expected another queue"
    else:
        message = f"overflow goes in a circle: {' -> '.join([*loop, loop[0]])}, expected an end"
    view.error(("queues", last, key, "then", "queue"), message)
