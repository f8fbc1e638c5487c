"""The agents' phones as Asterisk's device states show them, without the echo of our own calls.

A phone that rings or talks because of a leg of ours is no news to the core: it asked for it. News is
registration, and a call that isn't ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from agents.model import PhoneState

SETTLE_S = 0.25
"""How long after our own leg's end a phone may still say "in use" before it is believed."""


class Timer(Protocol):
    """Something that was planned and can be called off."""

    def cancel(self) -> None: ...


class Phones:
    """Device states in, phone states out: only changes, only what isn't our own doing."""

    def __init__(
        self,
        report: Callable[[str, PhoneState], None],
        later: Callable[[float, Callable[[], None]], Timer] | None = None,
    ) -> None:
        self._report = report
        self._later = later or (lambda s, call: asyncio.get_running_loop().call_later(s, call))
        self._raw: dict[str, PhoneState] = {}
        self._told: dict[str, PhoneState] = {}
        self._legs: dict[str, int] = {}
        self._settling: dict[str, Timer] = {}

    def reset(self, states: Iterable[tuple[str, PhoneState]], busy: Iterable[str]) -> None:
        """Start anew after a connection: what each phone is, and which of them have legs of ours."""
        for timer in self._settling.values():
            timer.cancel()
        self._settling.clear()
        self._legs = dict.fromkeys(busy, 1)
        self._raw = dict(states)
        self._told = {phone: self._news(phone, state) for phone, state in self._raw.items()}

    def known(self) -> tuple[tuple[str, PhoneState], ...]:
        """Each phone as it has been told."""
        return tuple(self._told.items())

    def meet(self, phone: str, state: PhoneState) -> None:
        """An agent is new to the core, or new again: his phone's state is told, changed or not."""
        self._told.pop(phone, None)
        self.changed(phone, state)

    def quiet(self, phone: str) -> bool:
        """Whether Asterisk's last word is that this phone neither rings nor talks."""
        return self._raw.get(phone) not in (PhoneState.RINGING, PhoneState.IN_USE)

    def changed(self, phone: str, state: PhoneState) -> None:
        """Asterisk says that a phone changed."""
        self._raw[phone] = state
        if phone not in self._settling or state is PhoneState.FREE:
            self._tell(phone)

    def leg_began(self, phone: str) -> None:
        """We dial this phone."""
        self._legs[phone] = self._legs.get(phone, 0) + 1

    def leg_ended(self, phone: str) -> None:
        """A leg of ours is gone; what the phone still says may be about it for a moment."""
        left = self._legs.pop(phone, 1) - 1
        if left > 0:
            self._legs[phone] = left
        elif self._raw.get(phone) in (PhoneState.RINGING, PhoneState.IN_USE):
            if phone in self._settling:
                self._settling[phone].cancel()
            self._settling[phone] = self._later(SETTLE_S, lambda: self._tell(phone))

    def _tell(self, phone: str) -> None:
        timer = self._settling.pop(phone, None)
        if timer is not None:
            timer.cancel()
        news = self._news(phone, self._raw[phone])
        if self._told.get(phone) is not news:
            self._told[phone] = news
            self._report(phone, news)

    def _news(self, phone: str, state: PhoneState) -> PhoneState:
        """What the state means once our own legs are taken away."""
        if phone in self._legs and state is not PhoneState.UNREACHABLE:
            return PhoneState.FREE
        return state
