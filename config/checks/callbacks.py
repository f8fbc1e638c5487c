"""Callbacks: they can be dialled, and somebody is left for them."""

from __future__ import annotations

from collections.abc import Iterator

from config.building import queue_needs
from config.checks.view import View
from config.document import Document, Ending, Queue, Say
from config.nodes import TreePath

ENDINGS = ("on_timeout", "on_nobody", "on_full")


def check_callbacks(view: View) -> None:
    """Note what promises a call that nobody could make."""
    trunks = view.document.trunks
    dials = any(trunk.dial is not None for trunk in trunks.values())
    for name, trunk in trunks.items():
        if trunk.caller_id is not None and trunk.dial is None:
            view.error(
                ("trunks", name, "caller_id", "[key]"),
                "caller_id has no effect: nothing is dialled through this trunk, expected dial too",
            )
    for name, queue in view.document.queues.items():
        path: TreePath = ("queues", name, "callback")
        named = trunks.get(queue.callback.trunk or "")
        if named is not None and named.dial is None:
            view.error(
                (*path, "trunk"),
                f"nothing is dialled through the trunk {queue.callback.trunk!r}, expected one with the "
                "key dial",
            )
        if "callback" in queue.model_fields_set:
            if not dials and view.whole("trunks"):
                view.error((*path, "[key]"), "no trunk dials out, expected one with the key dial")
            _reserve(view, path, name, queue)
    if not dials and view.whole("trunks", "queues"):
        _promised(view)


def _promised(view: View) -> None:
    """Callers may be told that they will be called, by the defaults too: said once."""
    promised = next(_promises(view.document), None)
    if promised is not None:
        view.warn(
            promised,
            "nobody will be called back: no trunk dials out; callers who are missed are listed only, "
            "until their time is over",
        )


def _promises(document: Document) -> Iterator[TreePath]:
    for name, queue in document.queues.items():
        for key in ENDINGS:
            if key in queue.model_fields_set and _calls_back(getattr(queue, key)):
                yield ("queues", name, key)
        for key, offer in queue.waiting.offers.items():
            if offer.then == "callback":
                yield ("queues", name, "waiting", "offers", key)


def _calls_back(ending: Ending) -> bool:
    return ending == "callback" or (isinstance(ending, Say) and ending.then == "callback")


def _reserve(view: View, path: TreePath, name: str, queue: Queue) -> None:
    if not queue.callback.reserve or not view.knows_agents or name in view.unsure:
        return
    able = len(view.servers(queue_needs(queue), frozenset(queue.groups or ())))
    if able <= queue.callback.reserve:
        view.warn(
            (*path, "reserve"),
            f"nobody is ever left for callbacks: only {able} agents could serve this queue at first, "
            f"and {queue.callback.reserve} are kept in reserve",
        )
