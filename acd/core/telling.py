"""Announcements to waiting callers as sounds, one after the other.

The sounds are in the call's language; the order of the words is the same in Chinese and English:
"you are number" 3 "in the queue" (您现在排在第 3 位), "the expected wait is" 5 "minutes" (预计等待时间
5 分钟).
"""

from __future__ import annotations

from typing import Final

from acd.core.routing import Then, WaitOffer
from ivr import saying

MINUTE: Final = 60.0

OFFERS: Final = {
    Then.CALLBACK: "offer_callback",
    Then.VOICEMAIL: "offer_voicemail",
    Then.QUEUE: "offer_queue",
    Then.FLOW: "offer_flow",
}
"""Prompts that end in "press": the key is said after them. An own prompt says its key itself."""


def news(position: int | None, estimate: float | None, language: str, at_most: float) -> tuple[str, ...]:
    """Position and wait (seconds), as far as there is something to say of them.

    Waits are told in whole minutes, to the nearest; longer ones than `at_most` as more than that.
    """
    sounds: tuple[str, ...] = ()
    if position is not None:
        sounds = ("you_are_number", *saying.number(position, language), "in_the_queue")
    if estimate is not None:
        sounds += ("expected_wait", *_wait(estimate, language, at_most))
    return sounds


def offered(offer: WaitOffer) -> tuple[str, ...]:
    """What may be chosen by which key."""
    if offer.say == OFFERS.get(offer.then):
        return (offer.say, saying.KEYS[offer.key])
    return (offer.say,)


def _wait(estimate: float, language: str, at_most: float) -> tuple[str, ...]:
    if estimate > at_most:
        return ("more_than", *_minutes(max(1, int(at_most // MINUTE)), language))
    if estimate < MINUTE:
        return ("less_than_a_minute",)
    return _minutes(int(estimate / MINUTE + 0.5), language)


def _minutes(count: int, language: str) -> tuple[str, ...]:
    if count == 1:
        return ("one_minute",)
    return (*saying.number(count, language, counted=True), "minutes")
