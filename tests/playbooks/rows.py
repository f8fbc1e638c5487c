"""Which rows of the calls' and the offers' tables a playbook takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from acd.core.call import Call
from acd.core.callback import OpenCallback
from acd.core.callbacks import Callbacks
from acd.core.callbacks_table import CallbackEvent, CallbackState
from acd.core.calls import Calls
from acd.core.calls_table import CallEvent, CallState
from acd.core.offer import Offer
from acd.core.offers import Offers
from acd.core.offers_table import OfferEvent, OfferState


@contextmanager
def watched() -> Iterator[set[tuple[str, str, str]]]:
    """The rows taken meanwhile, as (machine, state, event)."""
    taken: set[tuple[str, str, str]] = set()
    fire_call, fire_offer = Calls.fire, Offers.fire
    fire_callback, attempted_callback = Callbacks.fire, Callbacks.attempted
    stray_call, stray_offer = Calls.fire_unknown, Offers.fire_unknown

    def call(self: Calls, subject: Call, event: CallEvent) -> None:
        taken.add(("call", subject.state, event))
        fire_call(self, subject, event)

    def offer(self: Offers, subject: Offer, event: OfferEvent) -> None:
        taken.add(("offer", subject.state, event))
        fire_offer(self, subject, event)

    def no_call(self: Calls, subject: str, event: CallEvent) -> None:
        taken.add(("call", CallState.GONE, event))
        stray_call(self, subject, event)

    def no_offer(self: Offers, subject: str, event: OfferEvent) -> None:
        taken.add(("offer", OfferState.OVER, event))
        stray_offer(self, subject, event)

    def callback(self: Callbacks, subject: OpenCallback, event: CallbackEvent) -> None:
        taken.add(("callback", subject.state, event))
        fire_callback(self, subject, event)

    def attempted(self: Callbacks, attempt: str, event: CallbackEvent, *more: Any) -> None:
        if attempt not in self.attempts:
            taken.add(("callback", CallbackState.CLOSED, event))
        attempted_callback(self, attempt, event, *more)

    with (
        patch.object(Callbacks, "fire", callback),
        patch.object(Callbacks, "attempted", attempted),
        patch.object(Calls, "fire", call),
        patch.object(Offers, "fire", offer),
        patch.object(Calls, "fire_unknown", no_call),
        patch.object(Offers, "fire_unknown", no_offer),
    ):
        yield taken
