"""Callbacks, the do-not-call list, surveys, and how wrong announced waits were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from acd.api.schemas.base import Answer, Asked, Instant, Name, Paging, Query, Seconds, Text
from acd.api.schemas.directory import RowField
from acd.api.schemas.stored import Number, stored_form
from acd.core.callback_words import CallbackOutcome, CallbackSource
from acd.core.numbering import Numbering
from acd.core.views import CallbackView
from acd.reached import (
    CallbackFilter,
    CallbackStory,
    StoredCallback,
    SurveyFilter,
    SurveyGroup,
)


class CallbacksQuery(Paging):
    """Which callbacks: every given condition must hold."""

    state: Literal["open", "closed"] | None = None
    business: Name | None = None
    queue: Name | None = None
    number: Number | None = None
    """The customer's."""
    source: CallbackSource | None = None
    outcome: CallbackOutcome | None = None
    agent: Name | None = None
    """The only one who may call, or who has reached the customer."""
    since: AwareDatetime | None = None
    """Opened at this time or later."""
    until: AwareDatetime | None = None
    """Opened before this time."""

    def where(self, numbering: Numbering | None) -> CallbackFilter:
        """The condition as the archive takes it."""
        return CallbackFilter(
            is_open=None if self.state is None else self.state == "open",
            business=self.business,
            queue=self.queue,
            number=stored_form(self.number, numbering),
            source=self.source,
            outcome=self.outcome,
            agent=self.agent,
            since=self.since.timestamp() if self.since else None,
            until=self.until.timestamp() if self.until else None,
        )


class CallbackOut(Answer):
    """A customer who is, or was, to be called back."""

    callback: str
    number: str | None
    """The customer's; null where only the callback's end is known."""
    business: str | None
    queue: str
    dialled: str | None
    """What he had dialled, and is shown."""
    source: str
    """Where it comes from: abandoned, timed_out, key, voicemail, api, ..."""
    state: Literal["open", "closed"]
    now: str | None
    """How far an open one has come: planned, due, offered, dialling, ..."""
    now_agent: str | None
    """Whom an attempt is with now."""
    created_at: Instant
    due_at: Instant | None
    """Not before."""
    call: str | None
    """The missed call that it comes from."""
    agent: str | None
    """The only one who may call."""
    message: str | None
    attempts: int
    note: str | None
    why: str | None
    """What its time was changed for last."""
    closed_at: Instant | None
    outcome: str | None
    reached_by: str | None
    closed_by: str | None
    closed_reason: str | None

    @classmethod
    def of(cls, stored: StoredCallback, live: CallbackView | None) -> CallbackOut:
        fields: dict[str, Any] = {name: getattr(stored, name, None) for name in cls.model_fields}
        fields["state"] = "open" if stored.closed_at is None else "closed"
        if stored.closed_at is None and live is not None:
            fields |= {"now": live.state, "now_agent": live.agent}
        return cls(**fields)


class AttemptOut(Answer):
    """One dialling of the customer; the call of that id has its story. Without `outcome` it is under
    way, or the engine died meanwhile."""

    attempt: str
    number_of: int | None
    number: str | None
    agent: str | None
    made_at: Instant | None
    ended_at: Instant | None
    outcome: str | None
    ring: Seconds | None


class CallbackDetailOut(Answer):
    """A callback with its attempts in their order."""

    callback: CallbackOut
    attempts: tuple[AttemptOut, ...]

    @classmethod
    def told(cls, story: CallbackStory, live: CallbackView | None) -> CallbackDetailOut:
        return cls(
            callback=CallbackOut.of(story.callback, live),
            attempts=tuple(AttemptOut.model_validate(each) for each in story.attempts),
        )


class CallbackIn(Asked):
    """A callback that is asked for."""

    number: RowField
    """The customer's."""
    queue: Name
    at: Annotated[AwareDatetime, Field(strict=False)] | None = None
    """Not before; left out: now."""
    agent: Name | None = None
    """The only one who may call."""
    business: Name | None = None
    """Left out: the one of `dialled`."""
    dialled: Name | None = None
    """The number of ours that the customer is shown."""
    language: Name | None = None
    note: Text | None = None
    """Told to the agent who will call."""


class AskedOut(Answer):
    """The callback that stands for what was asked."""

    callback: str
    merged: bool
    """It was open already: one for each customer of a business."""


class ActIn(Asked):
    """What is done with a callback, and why."""

    reason: Text | None = None


class PostponeIn(ActIn):
    """A callback's new time."""

    until: Annotated[AwareDatetime, Field(strict=False)]


class DoNotCallIn(Asked):
    """A number that nobody is to call back."""

    reason: RowField


class DoNotCallRow(DoNotCallIn):
    """An entry of an import."""

    number: RowField


class DoNotCallOut(Answer):
    """A number that nobody calls back."""

    number: str
    reason: str
    author: str
    created_at: Instant


class _Surveyed(Query):
    business: Name | None = None
    queue: Name | None = None
    agent: Name | None = None
    since: AwareDatetime | None = None
    """Asked at this time or later."""
    until: AwareDatetime | None = None
    """Asked before this time."""

    def where(self) -> SurveyFilter:
        """The condition as the archive takes it."""
        return SurveyFilter(
            business=self.business,
            queue=self.queue,
            agent=self.agent,
            since=self.since.timestamp() if self.since else None,
            until=self.until.timestamp() if self.until else None,
        )


class SurveysQuery(_Surveyed, Paging):
    """Which surveys: every given condition must hold."""


class SurveySummaryQuery(_Surveyed):
    """Which surveys are summed up, and by what."""

    by: SurveyGroup = SurveyGroup.QUEUE


class SurveyOut(Answer):
    """What a caller said of his call."""

    call: str
    at: Instant
    caller: str | None
    business: str | None
    queue: str | None
    agent: str | None
    satisfaction: int | None
    """1 to 5; null where he did not say."""
    solved: bool | None
    remark: str | None
    """The file of a spoken remark; its sound: `GET /api/v1/surveys/{call}/remark`."""
    outcome: str | None
    """"answered": the first question at least; "refused": he hung up, or pressed nothing, at it;
    "cut_off": the engine or his Asterisk died before he had answered; null: he is being asked."""


class SurveySummaryOut(Answer):
    """The surveys of one queue, agent or business."""

    group: str | None
    asked: int
    """Those who are being asked are in here only."""
    refused: int
    cut_off: int
    answered: int
    satisfaction: float | None
    """The mean of 1 to 5."""
    satisfied: int
    """Those who said 4 or 5."""
    solved: int
    unsolved: int


class PeriodQuery(Query):
    """A time from `since` on, before `until`."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    def bounds(self) -> Sequence[float | None]:
        """UTC seconds."""
        return [None if each is None else each.timestamp() for each in (self.since, self.until)]


class WaitErrorsOut(Answer):
    """How wrong the announced waits of a queue were."""

    queue: str
    told: int
    measured: int
    """Those whose callers were answered: the first wait told to each."""
    mean_absolute_error: Seconds | None
    bias: Seconds | None
    """The mean of told less actual: above 0 the callers waited less than they were told."""
