"""Waiting: what callers are told and offered comes while they still wait, and leads elsewhere."""

from __future__ import annotations

from config.checks.view import View
from config.document import Queue
from config.nodes import TreePath
from config.scalars import duration_text


def check_waiting(view: View) -> None:
    """Note what no waiting caller would ever hear, and offers that lead back."""
    for name, queue in view.document.queues.items():
        path: TreePath = ("queues", name, "waiting")
        _heard(view, path, queue)
        for key, offer in queue.waiting.offers.items():
            if not isinstance(offer.then, str) and offer.then.queue == name:
                view.error(
                    (*path, "offers", key, "then", "queue"),
                    f"key {key} leads from the queue {name!r} into itself, expected another queue",
                )
            if offer.once and "every" in offer.model_fields_set:
                view.error(
                    (*path, "offers", key, "once"),
                    "told once only, and again and again: expected either once or every",
                )


def _heard(view: View, path: TreePath, queue: Queue) -> None:
    longest = queue.waiting.for_at_most
    if longest is None:
        return
    told = queue.waiting.announce
    if told is not None and told.first >= longest:
        view.warn(
            (*path, "announce"),
            f"nobody hears this: the first announcement comes at {duration_text(told.first)}, when "
            f"nobody waits any more (waiting.for_at_most is {duration_text(longest)})",
        )
    for key, offer in queue.waiting.offers.items():
        if offer.after >= longest:
            view.warn(
                (*path, "offers", key),
                f"nobody hears of this: it is told at {duration_text(offer.after)}, when nobody waits "
                f"any more (waiting.for_at_most is {duration_text(longest)})",
            )
