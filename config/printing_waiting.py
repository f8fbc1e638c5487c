"""What waiting callers hear and may choose, as YAML again."""

from __future__ import annotations

from typing import Any

from acd.core import routing
from acd.core.telling import OFFERS
from config.scalars import duration_text


def announce(told: routing.Announcements | None) -> dict[str, Any] | None:
    """The key announce; None where nothing is told."""
    if told is None:
        return None
    return {
        "first": duration_text(told.first),
        "every": duration_text(told.every),
        "position": told.position,
        "estimate": told.estimate,
        "better_by": duration_text(told.better_by),
        "at_most": duration_text(told.at_most),
    }


def offers(offered: tuple[routing.WaitOffer, ...]) -> dict[str, Any]:
    """The key offers."""
    return {each.key: _offer(each) for each in offered}


def _offer(offer: routing.WaitOffer) -> dict[str, Any]:
    named = offer.queue or offer.voicemail or offer.flow
    found: dict[str, Any] = {"then": str(offer.then) if named is None else {str(offer.then): named}}
    if offer.say != OFFERS[offer.then]:
        found["say"] = offer.say
    found["after"] = duration_text(offer.after)
    if offer.every is None:
        found["once"] = True
    else:
        found["every"] = duration_text(offer.every)
    return found
