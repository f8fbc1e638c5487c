"""What a new engine takes up from the store beside calls and agents: promises, whom nobody may call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Final, Protocol

from acd.core.callback_words import DoNotCallChanged
from acd.core.events import CallArrived, Event, PromisesRestored, StateRestored
from acd.core.numbering import Numbering, canonical
from acd.core.past import PastCall, PastCallsRestored
from acd.core.routing import Routing, SurveyRule
from acd.ports import Restored

TAUGHT_FOR: Final = 7 * 86_400.0
"""Seconds after which a call teaches a new engine nothing."""

AT_ONCE: Final = 100
"""Numbers posted before others have the event loop."""


def rewritten(restored: Restored, numbering: Numbering | None) -> Restored:
    """With all customers' numbers in canonical form, also those that were stored before the routing said
    how numbers are written."""
    if numbering is None:
        return restored
    form = numbering.canonical
    return replace(
        restored,
        calls=tuple(replace(each, arrived=_call(each.arrived, numbering)) for each in restored.calls),
        callbacks=tuple(
            replace(each, callback=replace(each.callback, number=form(each.callback.number)))
            for each in restored.callbacks
        ),
        messages=tuple(
            replace(each, caller=each.caller and form(each.caller)) for each in restored.messages
        ),
        do_not_call=frozenset(map(form, restored.do_not_call)),
        surveyed=tuple((form(number), at) for number, at in restored.surveyed),
    )


def _call(arrived: CallArrived, numbering: Numbering) -> CallArrived:
    return replace(arrived, caller=arrived.caller and numbering.canonical(arrived.caller))


def state(restored: Restored) -> StateRestored:
    """What the store remembers, as the core takes it."""
    return StateRestored(
        agents=restored.agents,
        calls=restored.calls,
        callbacks=restored.callbacks,
        messages=restored.messages,
        do_not_call=restored.do_not_call,
        surveyed=restored.surveyed,
        rings=restored.rings,
    )


def promises(
    restored: Restored, started_at: float, there: Collection[str] = frozenset()
) -> PromisesRestored:
    """The same without agents, for an engine that has started without memory at `started_at` (UTC
    seconds). What has come since it knows better than the store, which may lag behind; so it does of the
    calls that are `there`, and of callbacks' dialling."""
    return PromisesRestored(
        calls=tuple(
            each
            for each in restored.calls
            if each.arrived_at < started_at and each.arrived.call not in there and each.callback is None
        ),
        callbacks=tuple(each for each in restored.callbacks if each.callback.created_at < started_at),
        messages=tuple(each for each in restored.messages if each.left_at < started_at),
        do_not_call=restored.do_not_call,
        surveyed=restored.surveyed,
    )


def surveyed_since(routing: Routing, now: float) -> float:
    """From when on it matters whether a number was asked, whatever the routing says after a reload."""
    rules = [business.survey for business in routing.businesses.values() if business.survey is not None]
    return now - max(rule.not_within for rule in (SurveyRule(), *rules))


class Past(Protocol):
    """The store, as far as calls of the past go."""

    async def load_past(self, *, since: float, until: float) -> tuple[PastCall, ...]: ...


async def past_calls(store: Past, routing: Routing, now: float) -> PastCallsRestored:
    """What recent calls teach of how long callers wait, if any queue tells them."""
    if all(queue.announcements is None for queue in routing.queues.values()):
        return PastCallsRestored(calls=())
    return PastCallsRestored(calls=await store.load_past(since=now - TAUGHT_FOR, until=now))


class Listed(Protocol):
    """The engine, as far as the do-not-call list goes."""

    @property
    def do_not_call(self) -> frozenset[str]: ...

    def post(self, event: Event) -> None: ...


async def follow_do_not_call(
    engine: Listed,
    load: Callable[[], Awaitable[frozenset[str]]],
    numbering: Numbering | None = None,
) -> None:
    """Let the engine know what has changed in the stored list, as after an import beside it."""
    stored = frozenset(canonical(numbering, each) for each in await load())
    changed = sorted(stored ^ engine.do_not_call)
    for start in range(0, len(changed), AT_ONCE):
        for number in changed[start : start + AT_ONCE]:
            engine.post(DoNotCallChanged(number=number, listed=number in stored))
        await asyncio.sleep(0)
