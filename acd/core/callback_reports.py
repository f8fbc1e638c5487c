"""What is reported of callbacks: each event told to the machine that it is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acd.core.callback_words import (
    AgentPressed,
    AgentPrompted,
    AttemptCommitted,
    AttemptNotCommitted,
    CallbackActed,
    CallbackAsked,
    CustomerAnswered,
    CustomerRinging,
    DialFailed,
    DoNotCallChanged,
    NumberBlacklisted,
)
from acd.core.callbacks import WHOM
from acd.core.callbacks_table import CallbackEvent
from acd.core.events import Event
from acd.core.floor import Floor
from acd.core.offers_table import OfferEvent, OfferState


class CallbackReports:
    """Takes events; `handlers` says which."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        promising = floor.callbacks.promising
        self.handlers: dict[type[Event], Callable[[Any], None]] = {
            AttemptCommitted: self._committed,
            AttemptNotCommitted: self._not_committed,
            CustomerRinging: self._ringing,
            CustomerAnswered: self._answered,
            DialFailed: self._failed,
            AgentPrompted: self._prompted,
            AgentPressed: promising.pressed,
            CallbackAsked: promising.asked,
            CallbackActed: promising.acted,
            DoNotCallChanged: promising.listed,
            NumberBlacklisted: promising.blacklisted,
        }

    def _committed(self, event: AttemptCommitted) -> None:
        self._floor.callbacks.attempted(event.attempt, CallbackEvent.COMMITTED)

    def _not_committed(self, event: AttemptNotCommitted) -> None:
        self._floor.callbacks.attempted(event.attempt, CallbackEvent.NOT_COMMITTED)

    def _ringing(self, event: CustomerRinging) -> None:
        self._floor.callbacks.attempted(event.attempt, CallbackEvent.RINGING)

    def _answered(self, event: CustomerAnswered) -> None:
        self._floor.callbacks.attempted(event.attempt, CallbackEvent.PICKED_UP)

    def _failed(self, event: DialFailed) -> None:
        self._floor.callbacks.attempted(event.attempt, CallbackEvent.FAILED, event.outcome)

    def _prompted(self, event: AgentPrompted) -> None:
        machine = self._floor.offer_machine
        offer = self._floor.offers.get(event.offer)
        if offer is None:
            machine.fire_unknown(event.offer, OfferEvent.PROMPTED)
        elif (event.prompt == WHOM) == (offer.state is OfferState.TOLD):
            self._floor.stale(f"offer {offer.state}: another prompt", event.offer)
        else:
            machine.fire(offer, OfferEvent.PROMPTED)
