"""What is stored of those who wait to be reached and of what they said: callbacks, the do-not-call list,
surveys, announced waits. Records of `acd.archive.Archive`; times are UTC seconds, durations seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCallback:
    """A callback. It is open until `closed_at`; `outcome` says how it ended.

    `number` and `dialled` are None where only its end is known. `agent` is the only one who may call,
    if it is for one; `reached_by` the one who talked with the customer; `why` says what its time was
    changed for last.
    """

    callback: str
    number: str | None
    business: str | None
    queue: str
    dialled: str | None
    source: str
    created_at: float
    due_at: float | None
    call: str | None
    agent: str | None
    message: str | None
    attempts: int
    note: str | None
    why: str | None
    closed_at: float | None
    outcome: str | None
    reached_by: str | None
    closed_by: str | None
    closed_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttempt:
    """One dialling. Without `outcome` it is under way, or the engine died meanwhile."""

    attempt: str
    number_of: int | None
    number: str | None
    agent: str | None
    made_at: float | None
    ended_at: float | None
    outcome: str | None
    ring: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackStory:
    """A callback with its attempts in their order."""

    callback: StoredCallback
    attempts: Sequence[StoredAttempt]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackFilter:
    """Which callbacks: every given condition must hold. `since` and `until` are about `created_at`."""

    is_open: bool | None = None
    business: str | None = None
    queue: str | None = None
    number: str | None = None
    source: str | None = None
    outcome: str | None = None
    agent: str | None = None
    """For whom alone it is, or who reached the customer."""
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoNotCallEntry:
    """A number that nobody may dial for a callback."""

    number: str
    reason: str
    author: str
    created_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSurvey:
    """What a caller said of his call. `remark` is a file in the folder of messages. `outcome` is None
    while he is asked, and where nobody saw the end."""

    call: str
    at: float
    caller: str | None
    business: str | None
    queue: str | None
    agent: str | None
    satisfaction: int | None
    solved: bool | None
    remark: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTape:
    """What a caller said in a flow or survey: a file in the folder of messages, until it is deleted."""

    file: str
    call: str
    made_at: float
    flow: str
    name: str
    seconds: float
    deleted_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFilter:
    """Which surveys: every given condition must hold."""

    business: str | None = None
    queue: str | None = None
    agent: str | None = None
    since: float | None = None
    until: float | None = None


class SurveyGroup(StrEnum):
    """By what surveys are summed up."""

    QUEUE = "queue"
    AGENT = "agent"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveySummary:
    """The surveys of one queue, agent or business. `satisfaction` is the mean of 1 to 5; `satisfied`
    counts those who said 4 or 5. Who is being asked is `asked` only."""

    group: str | None
    asked: int
    refused: int
    cut_off: int
    answered: int
    satisfaction: float | None
    satisfied: int
    solved: int
    unsolved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitErrors:
    """How wrong the announced waits of a queue were. `bias` is the mean of told less actual: above 0 the
    callers waited less than they were told."""

    queue: str
    told: int
    measured: int
    mean_absolute_error: float | None
    bias: float | None
