"""The port through which the API and the command line read and change what is stored.

`acd.storage` implements it over SQL; nothing of SQLAlchemy passes through. Times are UTC seconds.
Lists come in pages: newest first, `cursor` is opaque and comes from the page before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from acd.core.events import Customer
from acd.core.records import Reason
from acd.reached import (
    CallbackFilter,
    CallbackStory,
    DoNotCallEntry,
    StoredCallback,
    StoredSurvey,
    StoredTape,
    SurveyFilter,
    SurveyGroup,
    SurveySummary,
    WaitErrors,
)
from acd.voicemail import MessageFilter, MessageStory, StoredMessage

T = TypeVar("T")


class Role(StrEnum):
    """What a token may do: each includes the reading of what is before it."""

    READONLY = "readonly"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page of a list; `next_cursor` is None on the last one."""

    items: Sequence[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOffer:
    """One ringing of one agent."""

    offer: str
    agent: str
    queue: str
    made_at: float
    ended_at: float | None
    outcome: str | None
    ring: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVisit:
    """One stay in one queue."""

    queue: str
    visit: int
    joined_at: float
    left_at: float | None
    outcome: str | None
    wait: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCall:
    """A call as stored. `outcome` and `ended_at` are None while it lives. `direction` is "in", or "out"
    where it dials the customer of `callback`."""

    call: str
    node: str
    dialled: str
    caller: str | None
    caller_name: str | None
    customer_tier: str | None
    business: str | None
    campaign: str | None
    language: str
    arrived_at: float
    queue: str | None
    agent: str | None
    answered_at: float | None
    ended_at: float | None
    outcome: str | None
    wait: float | None
    talk: float | None
    direction: str = "in"
    callback: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecording:
    """The recording of one talk. `file` is its path in their folder, without side and ending.
    `began_at` is None where it never began. Where `ended_at` and `outcome` are None, it is going on, or
    ended while no engine was there to see it."""

    offer: str
    file: str
    began_at: float | None
    ended_at: float | None
    outcome: str | None
    seconds: float | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStory:
    """All that is known of one call: the record, its queue visits, offers, recordings and reasons."""

    call: StoredCall
    visits: Sequence[StoredVisit]
    offers: Sequence[StoredOffer]
    recordings: Sequence[StoredRecording]
    trace: Sequence[Reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMissedCall:
    """A missed call. `state` is "open" or "closed"; `closed_why` says why. `callback` stands for it;
    `outcome` is how that came to its end."""

    id: int
    call: str
    at: float
    caller: str | None
    dialled: str
    business: str | None
    queue: str | None
    wait: float
    reason: str
    state: str
    closed_at: float | None
    closed_why: str | None
    callback: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlacklistEntry:
    """A number whose calls are turned away until `expires_at` (None: for good)."""

    number: str
    reason: str
    author: str
    created_at: float
    expires_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """A bearer token without its secret: only a hash is stored. `agent` binds it to one agent."""

    id: int
    name: str
    role: Role
    agent: str | None
    created_at: float
    revoked_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls: every given condition must hold."""

    caller: str | None = None
    dialled: str | None = None
    business: str | None = None
    queue: str | None = None
    agent: str | None = None
    outcome: str | None = None
    since: float | None = None
    until: float | None = None


def name_in_use(name: str, tokens: Iterable[TokenRecord]) -> bool:
    """Whether a living token has this name: records of who did what must stay clear."""
    return any(token.name == name and token.revoked_at is None for token in tokens)


class Archive(Protocol):
    """Stored calls, missed calls, customers, blacklist, callbacks, voicemail messages, do-not-call list,
    surveys and tokens.

    Raises `StoreUnavailable` (an AcdError) while the database cannot be reached.
    """

    async def calls(
        self, where: CallFilter, *, limit: int, cursor: str | None = None
    ) -> Page[StoredCall]: ...

    async def story(self, call: str) -> StoredStory | None: ...

    async def missed_calls(
        self, *, state: str | None, business: str | None, limit: int, cursor: str | None = None
    ) -> Page[StoredMissedCall]: ...

    async def close_missed_call(self, id: int, *, why: str, at: float) -> bool:
        """Close it; False where there is none open with this id."""

    async def customers(
        self, *, tier: str | None, limit: int, cursor: str | None = None
    ) -> Page[Customer]: ...

    async def customer(self, number: str) -> Customer | None: ...

    async def put_customers(self, customers: Iterable[Customer]) -> int:
        """Insert or replace by number, all or nothing; how many. The last agent who is known stays
        where a customer names none."""

    async def delete_customer(self, number: str) -> bool: ...

    async def blacklist(self, *, limit: int, cursor: str | None = None) -> Page[BlacklistEntry]: ...

    async def put_blacklist(self, entries: Iterable[BlacklistEntry]) -> int:
        """Insert or replace by number, all or nothing; how many."""

    async def delete_blacklist(self, number: str) -> bool: ...

    async def callbacks(
        self, where: CallbackFilter, *, limit: int, cursor: str | None = None
    ) -> Page[StoredCallback]: ...

    async def callback(self, callback: str) -> CallbackStory | None: ...

    async def messages(
        self, where: MessageFilter, *, limit: int, cursor: str | None = None
    ) -> Page[StoredMessage]: ...

    async def message(self, message: str) -> MessageStory | None: ...

    async def do_not_call(self, *, limit: int, cursor: str | None = None) -> Page[DoNotCallEntry]: ...

    async def put_do_not_call(self, entries: Iterable[DoNotCallEntry]) -> int:
        """Insert or replace by number, all or nothing; how many."""

    async def delete_do_not_call(self, number: str) -> bool: ...

    async def surveys(
        self, where: SurveyFilter, *, limit: int, cursor: str | None = None
    ) -> Page[StoredSurvey]: ...

    async def survey(self, call: str) -> StoredSurvey | None:
        """Of this call."""

    async def tape(self, file: str) -> StoredTape | None:
        """What a caller said into this file."""

    async def tapes_made_until(
        self, until: float, *, limit: int, after: tuple[float, str] | None = None
    ) -> Sequence[StoredTape]:
        """Those made at `until` (UTC seconds) or before that are not deleted, the oldest first; `after`
        the one made then into that file."""

    async def survey_summary(self, where: SurveyFilter, by: SurveyGroup) -> Sequence[SurveySummary]: ...

    async def wait_errors(self, *, since: float | None, until: float | None) -> Sequence[WaitErrors]:
        """By queue, of the waits that were told in that time."""

    async def create_token(
        self, *, name: str, role: Role, agent: str | None, secret_hash: bytes, at: float
    ) -> TokenRecord: ...

    async def find_token(self, secret_hash: bytes) -> TokenRecord | None:
        """The unrevoked token with this hash."""

    async def tokens(self) -> Sequence[TokenRecord]: ...

    async def revoke_token(self, id: int, at: float) -> bool: ...

    async def ping(self) -> None:
        """Return when the database answers."""
