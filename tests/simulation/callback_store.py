"""The store of the simulated world, with the promises to call somebody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from acd.core.callback_words import (
    Attempt,
    AttemptEnded,
    Callback,
    CallbackChanged,
    CallbackClosed,
    CallbackOpened,
    CommitAttempt,
    RestoredCallback,
)
from acd.core.events import CallArrived, RestoredOffer, StateRestored
from acd.core.facts import CallAnswered, CallEntered, Fact, OfferEnded, OfferMade
from tests.simulation.store import Store


class CallbackStore(Store):
    """Facts, as they are written behind, and attempts, which are written before anything is done.

    `missed` and `closed` are of all time, for the end of a walk."""

    def __init__(self, facts: list[Fact], committed: dict[str, CommitAttempt] | None = None) -> None:
        super().__init__(facts)
        self.committed = committed or {}

    def restored(self, arrivals: dict[str, tuple[CallArrived, float]]) -> StateRestored:
        """What `load_open` would give."""
        callbacks: dict[str, Callback] = {}
        closed: set[str] = set()
        ended: set[str] = set()
        outward: dict[str, str] = {}
        queues: dict[str, str] = {}
        for fact in self.facts:
            match fact:
                case CallbackOpened(callback=callback):
                    callbacks[callback.id] = callback
                case CallbackChanged(now=now):
                    assert now is not None
                    callbacks[now.id] = now
                case CallbackClosed(callback=callback_id):
                    closed.add(callback_id)
                case AttemptEnded(attempt=attempt):
                    ended.add(attempt)
                case CallEntered(callback=str() as callback_id):
                    outward[fact.call] = callback_id
                case CallAnswered():
                    queues[fact.call] = fact.queue
                case _:
                    pass
        unfinished: dict[str, Attempt] = {}
        for attempt, commit in self.committed.items():
            known = callbacks.setdefault(commit.callback.id, commit.callback)
            made = max(known.attempts, commit.attempt.number_of)
            if attempt not in ended:
                unfinished[known.id] = commit.attempt
            else:
                callbacks[known.id] = replace(known, attempts=made)
        opened = {each.id: each for each in callbacks.values() if each.id not in closed}
        self._kept = [CallbackOpened(at=0.0, callback=each) for each in opened.values()]
        self.committed = {
            attempt: each for attempt, each in self.committed.items() if each.callback.id in opened
        }
        over = {fact.offer for fact in self.facts if isinstance(fact, OfferEnded)}
        self._rings = [
            fact for fact in self.facts if isinstance(fact, OfferMade) and fact.offer not in over
        ]
        found = super().restored(arrivals)
        calls = [
            replace(each, callback=outward.get(each.arrived.call), queue=queues.get(each.arrived.call))
            for each in found.calls
        ]
        return replace(
            found,
            calls=tuple(calls),
            callbacks=tuple(
                RestoredCallback(callback=each, unfinished=unfinished.get(each.id))
                for each in opened.values()
            ),
            rings=tuple(
                RestoredOffer(offer=each.offer, agent=each.agent, queue=each.queue, made_at=each.at)
                for each in self._rings
            ),
        )

    def _forget_what_is_over(self) -> None:
        old = [
            fact
            for fact in self.facts
            if isinstance(fact, AttemptEnded) and fact.attempt in self.committed
        ]
        super()._forget_what_is_over()
        of_promises = (CallbackOpened, CallbackChanged, CallbackClosed, AttemptEnded)
        self.facts = [each for each in self.facts if not isinstance(each, of_promises)]
        self._rings = [each for each in self._rings if each.call not in self._calls]
        self.facts += [*self._kept, *old, *self._rings]

    def _told(self, call: str, reasons: tuple[Any, ...], **more: Any) -> None:
        if call in self._calls:
            super()._told(call, reasons, **more)

    def _offer_made(self, fact: OfferMade) -> None:
        if fact.call in self._calls:
            super()._offer_made(fact)
