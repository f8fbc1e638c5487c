"""Facts: what the centre will remember of a decision or of something that happened.

The store, the metrics, the WebSocket and the reports are all fed from this one stream. Times are UTC
seconds, durations seconds. A fact about a call carries the reasons noted since the call's last fact,
so that nothing of the story is lost when the engine dies.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from acd.core.callback_words import (
    AttemptEnded,
    CallbackChanged,
    CallbackClosed,
    CallbackCorrected,
    CallbackOpened,
)
from acd.core.flow_words import (
    FlowEntered,
    FlowLeft,
    SurveyGoesOn,
    SurveyTaken,
    WaitAnnounced,
    WaitMeasured,
)
from acd.core.message_words import MessageChanged, MessageDeleted, MessageLeft, MessageNotLeft
from acd.core.records import Placement, Reason
from acd.core.tapes import TapeDeleted, TapeHeard, TapeMade
from agents.model import AgentAct, AgentState, PhoneState


class CallOutcome(StrEnum):
    """How a call ended, once."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"
    NOBODY = "nobody"
    QUEUE_FULL = "queue_full"
    BLACKLISTED = "blacklisted"
    CLOSED = "closed"
    RULE = "rule"
    CUT_OFF = "cut_off"
    SERVED = "served"
    """An IVR flow gave him what he called for."""
    IVR_LEFT = "ivr_left"
    """He hung up in a flow, or was released by one that could not serve him."""
    CALLBACK = "callback"
    """He asked in a flow to be called back."""
    MESSAGE = "message"
    """He left a message."""
    NO_MESSAGE = "no_message"
    """He was to leave a message by his choice, and left none."""


class VisitOutcome(StrEnum):
    """How a stay in one queue ended."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"
    NOBODY = "nobody"
    OVERFLOWED = "overflowed"
    CUT_OFF = "cut_off"
    CALLBACK = "callback"
    """By a key he asked to be called back, and keeps his place."""


class OfferOutcome(StrEnum):
    """How one ringing of one agent ended."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CALLER_GONE = "caller_gone"
    TAKEN = "taken"
    """Another agent of a ring-all was quicker."""
    WITHDRAWN = "withdrawn"
    """The agent logged out, the engine restarted, or the connection could not be made."""


class RecordingOutcome(StrEnum):
    """What became of the recording of a talk."""

    RECORDED = "recorded"
    NO_ROOM = "no_room"
    FAILED = "failed"
    BROKE_OFF = "broke_off"
    TOO_LATE = "too_late"


class MissedReason(StrEnum):
    """Why a caller is to be called back."""

    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"
    CUT_OFF = "cut_off"
    NOBODY = "nobody"
    QUEUE_FULL = "queue_full"
    CLOSED = "closed"
    IVR = "ivr"
    """He asked for it in a flow."""
    VOICEMAIL = "voicemail"
    """He asked for it after his message, or was to leave one and left none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEntered:
    """A call reached the centre; or, with `callback`, its dialling of that callback's customer began to
    be a call (its id is the attempt's)."""

    call: str
    at: float
    node: str
    dialled: str
    caller: str | None
    caller_name: str | None
    customer_tier: str | None
    business: str | None
    campaign: str | None
    language: str
    callback: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQueued:
    """A call took its place in a queue."""

    call: str
    at: float
    placement: Placement
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWidened:
    """The call's requirement widened to step `step` (from 1), or its hold for first targets ended."""

    call: str
    at: float
    queue: str
    step: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLeft:
    """A call's stay in a queue ended; `wait` counts from joining the queue."""

    call: str
    at: float
    queue: str
    visit: int
    wait: float
    outcome: VisitOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade:
    """An agent was chosen for a call."""

    offer: str
    call: str
    agent: str
    queue: str
    at: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEnded:
    """An offer came to its end. `ring` is how long the phone rang (0 where it never did)."""

    offer: str
    call: str
    agent: str
    queue: str
    at: float
    outcome: OfferOutcome
    ring: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered:
    """An agent answered the call. `wait` counts from joining the (last) queue."""

    call: str
    offer: str
    agent: str
    queue: str
    business: str | None
    caller: str | None
    at: float
    wait: float
    within_service_level: bool
    callback: str | None = None
    """Whose dialling the call is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingBegan:
    """A talk is being recorded. `file` is its path in their folder, without side and ending."""

    call: str
    offer: str
    file: str
    at: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingEnded:
    """The recording of a talk is over, or never began. `seconds` of sound are in each file, as far as
    known; `detail` says what went wrong."""

    call: str
    offer: str
    file: str
    at: float
    outcome: RecordingOutcome
    seconds: float | None
    detail: str | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded:
    """A call's one end. `talk` is 0 unless answered; `wait` is the time in the last queue, if any.

    `short`: abandoned before the queue's short-abandon threshold.
    """

    call: str
    at: float
    outcome: CallOutcome
    dialled: str
    business: str | None
    queue: str | None
    agent: str | None
    wait: float
    talk: float
    short: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMissed:
    """A caller who is to be called back. `caller` may be None (withheld): then nobody can."""

    call: str
    at: float
    caller: str | None
    dialled: str
    business: str | None
    queue: str | None
    wait: float
    reason: MissedReason


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStateChanged:
    """An agent went from one state to the next; he had been in `previous` since `since`.

    `reason` is the pause reason, or why he is unavailable. `call` is the call it was about.
    """

    agent: str
    at: float
    state: AgentState
    previous: AgentState
    since: float
    reason: str | None
    call: str | None
    by: str | None
    until: float | None
    """When the state ends by itself (wrap-up, rest), else None."""
    extend: float | None = None
    """By how many seconds the wrap-up can be extended, once; None: not at all."""
    extended: bool = False
    """Whether it has been."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPending:
    """What an agent asked for during a call takes effect after it: `act` is PAUSE (with `reason`) or
    LOG_OUT. None: nothing is pending any more, because it took effect or was taken back."""

    agent: str
    at: float
    act: AgentAct | None
    reason: str | None
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSessionStarted:
    """An agent logged in."""

    agent: str
    at: float
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSessionEnded:
    """An agent logged out; he had logged in at `since`."""

    agent: str
    at: float
    since: float
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSeen:
    """An agent's phone changed its state."""

    agent: str
    at: float
    phone: PhoneState


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleEventSeen:
    """An event came too late to matter, as it lawfully may (`what` names the row of the table)."""

    at: float
    what: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingTaken:
    """A routing configuration became the running one."""

    at: float
    revision: str


Fact: TypeAlias = (
    CallEntered
    | CallQueued
    | CallWidened
    | QueueLeft
    | OfferMade
    | OfferEnded
    | CallAnswered
    | RecordingBegan
    | RecordingEnded
    | CallEnded
    | CallMissed
    | AgentStateChanged
    | AgentPending
    | AgentSessionStarted
    | AgentSessionEnded
    | PhoneSeen
    | StaleEventSeen
    | RoutingTaken
    | FlowEntered
    | FlowLeft
    | WaitAnnounced
    | WaitMeasured
    | SurveyGoesOn
    | SurveyTaken
    | TapeMade
    | TapeHeard
    | TapeDeleted
    | MessageLeft
    | MessageNotLeft
    | MessageChanged
    | MessageDeleted
    | CallbackOpened
    | CallbackChanged
    | AttemptEnded
    | CallbackClosed
    | CallbackCorrected
)
