"""From what the document says of waiting callers to what the core tells them."""

from __future__ import annotations

from acd.core import routing
from acd.core.telling import OFFERS
from config import document as doc


def announcements(section: doc.Announce | None) -> routing.Announcements | None:
    """What a queue's callers are told of their wait."""
    if section is None:
        return None
    return routing.Announcements(
        first=section.first,
        every=section.every,
        position=section.position,
        estimate=section.estimate,
        better_by=section.better_by,
        at_most=section.at_most,
    )


def offers(section: doc.Waiting) -> tuple[routing.WaitOffer, ...]:
    """What they may choose by key, in the order of the file."""
    return tuple(_offer(key, item) for key, item in section.offers.items())


def _offer(key: str, item: doc.WaitingOffer) -> routing.WaitOffer:
    to = None if isinstance(item.then, str) else item.then
    then = routing.Then.CALLBACK
    if to is not None:
        then = routing.Then.QUEUE if to.queue is not None else routing.Then.VOICEMAIL
        then = routing.Then.FLOW if to.flow is not None else then
    return routing.WaitOffer(
        key=key,
        then=then,
        say=item.say or OFFERS[then],
        after=item.after,
        every=None if item.once else item.every,
        queue=to.queue if to is not None else None,
        voicemail=to.voicemail if to is not None else None,
        flow=to.flow if to is not None else None,
    )
