"""What is stored: calls, their stories, missed calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, Field

from acd.api.schemas.base import Answer, Asked, Instant, Name, Paging, Seconds, Text
from acd.api.schemas.live import StoryLine, story_lines
from acd.archive import CallFilter, StoredStory
from acd.core.facts import CallOutcome, MissedReason
from acd.core.numbering import Numbering
from acd.errors import OperatorError
from acd.numbers import normalise, written

A = TypeVar("A", bound=Answer)


def _number(raw: str) -> str:
    try:
        return written(raw)
    except OperatorError as problem:
        raise ValueError(str(problem)) from None


Number = Annotated[str, AfterValidator(_number), Field(max_length=40)]
"""A telephone number in any usual writing."""


def stored_form(number: str | None, numbering: Numbering | None) -> str | None:
    """The number of a condition as it is stored."""
    return None if number is None else normalise(number, numbering)


class CallsQuery(Paging):
    """Which stored calls: every given condition must hold."""

    caller: Number | None = None
    dialled: Name | None = None
    business: Name | None = None
    queue: Name | None = None
    agent: Name | None = None
    outcome: CallOutcome | None = None
    since: AwareDatetime | None = None
    """Arrived at this time or later."""
    until: AwareDatetime | None = None
    """Arrived before this time."""

    def where(self, numbering: Numbering | None) -> CallFilter:
        """The condition as the archive takes it."""
        return CallFilter(
            caller=stored_form(self.caller, numbering),
            dialled=self.dialled,
            business=self.business,
            queue=self.queue,
            agent=self.agent,
            outcome=self.outcome,
            since=self.since.timestamp() if self.since else None,
            until=self.until.timestamp() if self.until else None,
        )


class StoredCallOut(Answer):
    """A call as stored; `outcome` and `ended_at` are null while it lives."""

    call: str
    node: str
    dialled: str
    caller: str | None
    caller_name: str | None
    customer_tier: str | None
    business: str | None
    campaign: str | None
    language: str
    arrived_at: Instant
    queue: str | None
    agent: str | None
    answered_at: Instant | None
    ended_at: Instant | None
    outcome: str | None
    wait: Seconds | None
    talk: Seconds | None
    direction: Literal["in", "out"]
    """Outwards it dials the customer of a callback."""
    callback: str | None
    """Whose attempt it is."""


class StoredVisitOut(Answer):
    """One stay in one queue."""

    queue: str
    visit: int
    joined_at: Instant
    left_at: Instant | None
    outcome: str | None
    wait: Seconds | None


class StoredOfferOut(Answer):
    """One ringing of one agent."""

    offer: str
    agent: str
    queue: str
    made_at: Instant
    ended_at: Instant | None
    outcome: str | None
    ring: Seconds | None


class StoredRecordingOut(Answer):
    """The recording of one talk: FILE_caller.wav and FILE_agent.wav in Asterisk's folder of recordings.

    Without `ended_at` it is going on, or ended while no engine was there to see it.
    """

    offer: str
    file: str
    began_at: Instant | None
    ended_at: Instant | None
    outcome: str | None
    seconds: Seconds | None
    detail: str | None


class StoryOut(Answer):
    """All that is known of one call."""

    call: StoredCallOut
    visits: tuple[StoredVisitOut, ...]
    offers: tuple[StoredOfferOut, ...]
    recordings: tuple[StoredRecordingOut, ...]
    story: tuple[StoryLine, ...]

    @classmethod
    def of(cls, stored: StoredStory) -> StoryOut:
        return cls(
            call=StoredCallOut.model_validate(stored.call),
            visits=_all(StoredVisitOut, stored.visits),
            offers=_all(StoredOfferOut, stored.offers),
            recordings=_all(StoredRecordingOut, stored.recordings),
            story=story_lines(stored.trace),
        )


def _all(model: type[A], records: Sequence[object]) -> tuple[A, ...]:
    return tuple(model.model_validate(record) for record in records)


class MissedCallsQuery(Paging):
    """Which missed calls."""

    state: Literal["open", "closed"] | None = None
    business: Name | None = None


class MissedCallOut(Answer):
    """A caller who is, or was, to be called back."""

    id: int
    call: str
    at: Instant
    caller: str | None
    dialled: str
    business: str | None
    queue: str | None
    wait: Seconds
    reason: MissedReason
    state: str
    closed_at: Instant | None
    closed_why: str | None
    callback: str | None
    """The callback that stands for it."""
    outcome: str | None
    """How that callback came to its end."""


class CloseIn(Asked):
    """Why a missed call needs no calling back any more."""

    why: Text
