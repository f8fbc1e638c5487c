"""The words of callbacks: states, records, events, commands and facts.

A callback is a promise to one customer of one business; an attempt is one dialling for it. An attempt is
committed to the store before anything is dialled (`CommitAttempt`, then `AttemptCommitted`); one
without an outcome after a crash counts as made, with outcome `unknown`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from acd.core.records import Reason
from acd.core.routing import FirstTarget, Needs

BLACKLIST: Final = "blacklist"
"""Who closes a callback to a number that is in the blacklist."""


class CallbackSource(StrEnum):
    """Where a callback comes from."""

    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"
    CUT_OFF = "cut_off"
    NOBODY = "nobody"
    QUEUE_FULL = "queue_full"
    CLOSED = "closed"
    KEY = "key"
    """Asked for by key while waiting: keeps the place in the queue."""
    IVR = "ivr"
    VOICEMAIL = "voicemail"
    AGENT = "agent"
    API = "api"


class CallbackOutcome(StrEnum):
    """How a callback came to its end."""

    ANSWERED = "answered"
    """The customer was reached and talked with an agent."""
    REFUSED = "refused"
    """The agent declined with a reason that ends it, or the customer did not want it."""
    WRONG_NUMBER = "wrong_number"
    """The number is not the customer's: said before, during or after the talk."""
    OWN_CALL = "own_call"
    """The customer called himself and was answered."""
    EXPIRED = "expired"
    """Its attempts, or its time, are used up."""
    DO_NOT_CALL = "do_not_call"
    CLOSED = "closed"
    """Somebody closed it: reached otherwise, or not wanted any more."""
    NO_NUMBER = "no_number"
    """The caller withheld his number: nobody can call back."""
    MERGED = "merged"
    """Another open callback for this number and business stands for it."""


class AttemptOutcome(StrEnum):
    """How one dialling of a customer ended."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    REFUSED = "refused"
    LOST = "lost"
    """He answered and hung up before he was joined with the agent."""
    WITHDRAWN = "withdrawn"
    """We stopped it ourselves, or did not come to dial: the callback had ended, he called himself, the
    agent was gone. Says nothing of whether he answers."""
    UNKNOWN = "unknown"
    """The engine or its Asterisk died meanwhile: counts as made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One promise, `asked_by` somebody, named as in records, or owed to a caller who was missed.
    `number` is the customer's, `dialled` the number that he had dialled (its business
    and queue, and what is shown to him). `due_at`: not before. `place`: his arrival, by which he
    competes with `tier` and `head_start`: where it was `kept` (asked for by key) with the callers who
    wait, else as the queue's rule says. `attempts` made so far. `agent`: only this one. `number` is ""
    where it was withheld. Where another was merged into it, its time is counted from `renewed_at` at the
    earliest, and `granted` attempts are made whatever the rule says."""

    id: str
    number: str
    business: str | None
    queue: str
    dialled: str
    source: CallbackSource
    created_at: float
    due_at: float
    language: str
    node: str
    call: str | None = None
    place: float | None = None
    tier: int = 0
    head_start: float = 0.0
    needs: Needs = ()
    firsts: tuple[FirstTarget, ...] = ()
    agent: str | None = None
    message: str | None = None
    attempts: int = 0
    note: str | None = None
    asked_by: str | None = None
    kept: bool = False
    renewed_at: float | None = None
    granted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One dialling: `id` is also the id of the customer's channel, so of a call. `number_of` counts the
    attempts of its callback from 1."""

    id: str
    callback: str
    number_of: int
    number: str
    agent: str | None
    made_at: float


# --- events


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptCommitted:
    """The attempt is in the store: it may be dialled."""

    attempt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptNotCommitted:
    """The store does not take the attempt now: it must not be dialled."""

    attempt: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRinging:
    """The customer's phone rings for an attempt."""

    attempt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAnswered:
    """The customer picked up. From now on the attempt's id is a caller's channel like any other."""

    attempt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DialFailed:
    """The customer's leg ended without an answer. `cause` is Q.850."""

    attempt: str
    outcome: AttemptOutcome
    cause: int = 0


class CallbackAct(StrEnum):
    """What somebody can do with a callback."""

    CLOSE = "close"
    RETRY_NOW = "retry_now"
    POSTPONE = "postpone"
    WRONG_NUMBER = "wrong_number"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAsked:
    """Somebody asks for a callback: an agent, the API, a voicemail box. `at`: not before (None: now).
    Without `business` it is owed by that of the number `dialled`; without that, by that of the first
    configured number that leads to `queue`. `blacklisted`: why it is in the blacklist, if it is."""

    number: str
    queue: str
    by: str
    source: CallbackSource
    id: str
    dialled: str = ""
    business: str | None = None
    at: float | None = None
    agent: str | None = None
    language: str | None = None
    note: str | None = None
    message: str | None = None
    blacklisted: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackActed:
    """Somebody did something with an open callback. `until` for POSTPONE (UTC seconds)."""

    callback: str
    act: CallbackAct
    by: str
    reason: str | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoNotCallChanged:
    """A number was put on the do-not-call list (or, with `listed=False`, taken off)."""

    number: str
    listed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberBlacklisted:
    """A number is in the blacklist to which a callback is owed: nobody calls it back. `reason` is what
    the list says."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredCallback:
    """An open callback. `unfinished`: its last attempt, where the store knows no outcome of it."""

    callback: Callback
    unfinished: Attempt | None = None


# --- commands


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitAttempt:
    """Store the attempt durably now. Reports AttemptCommitted or AttemptNotCommitted. `callback` is
    whose it is, as it stands now: it is stored with it, in case the journal has not come to it."""

    attempt: Attempt
    callback: Callback


@dataclass(frozen=True, slots=True, kw_only=True)
class DialCustomer:
    """Dial the customer, his channel's id being the attempt's. Reports CustomerRinging, then
    CustomerAnswered or DialFailed. `endpoint` is a template of the trunk's, the number filled in."""

    attempt: str
    node: str
    endpoint: str
    number: str
    caller_id: str | None
    ring_s: float
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelDial:
    """Stop dialling the customer. Reports DialFailed, or CustomerAnswered if he was quicker."""

    attempt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptAgent:
    """Play a prompt to the agent's leg of an offer (whom he will call, or why he was not reached).
    Reports AgentPrompted; digits that he presses report AgentPressed."""

    offer: str
    prompt: str
    sounds: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseCallback:
    """What was asked of a callback cannot be; `why` is for the person who asked."""

    callback: str
    why: str


# --- events of PromptAgent


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPrompted:
    """A prompt was played to an agent's leg (or could not be)."""

    offer: str
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPressed:
    """An agent pressed a key on the leg of an offer."""

    offer: str
    digit: str


# --- facts


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOpened:
    """Somebody is to be called back."""

    at: float
    callback: Callback


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackChanged:
    """An open callback's time changed: a retry, a postponement, the calling hours; or another one was
    merged into it. `now` is all of it as it stands."""

    callback: str
    at: float
    due_at: float
    attempts: int
    why: str
    now: Callback | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptEnded:
    """How a dialling ended. `agent` is who was to talk, `ring` how long it rang."""

    attempt: str
    callback: str
    at: float
    outcome: AttemptOutcome
    agent: str | None
    ring: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackClosed:
    """A callback's one end. `agent` who reached the customer, `by` who closed it."""

    callback: str
    at: float
    outcome: CallbackOutcome
    source: CallbackSource
    call: str | None
    queue: str
    business: str | None
    waited: float
    """Seconds since it was opened."""
    attempts: int
    agent: str | None = None
    by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackCorrected:
    """A callback that was answered turned out to be to the wrong number: `end` is how it ended."""

    callback: str
    at: float
    end: CallbackClosed
