"""What happened: the closed union of everything that the core reacts to.

Past tense, frozen, without a time of its own: `Dispatcher.handle(event, now)` is told when. Ids:
a *call* is named by the id of the caller's channel (unique across Asterisk nodes by their
`systemname`); an *offer* (one ringing of one agent for one call) by `"{call}-o{n}"`, which is also
the channel id of the agent's leg.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from acd.core.callback_words import (
    AgentPressed,
    AgentPrompted,
    AttemptCommitted,
    AttemptNotCommitted,
    CallbackActed,
    CallbackAsked,
    CustomerAnswered,
    CustomerRinging,
    DialFailed,
    DoNotCallChanged,
    NumberBlacklisted,
    RestoredCallback,
)
from acd.core.facts import MissedReason, VisitOutcome
from acd.core.flow_words import (
    LookedUp,
    OutsideAnswered,
    OutsideEnded,
    SurveyGoesOn,
    TapeFailed,
    TapeFinished,
)
from acd.core.message_words import MailboxDialled, Message, MessageActed, MessagesExpired
from acd.core.past import PastCallsRestored
from acd.core.records import Placement, Reason
from acd.core.routing import Routing
from acd.core.tape_words import TapeFound
from acd.core.tapes import TapeListened, TapesExpired
from agents.model import AgentAct, AgentState, PhoneState


class RingFailure(StrEnum):
    """Why an agent's phone did not answer."""

    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"


class RecordingFailure(StrEnum):
    """Why a talk was not recorded, or not to its end."""

    NO_ROOM = "no_room"
    """It was not begun: too little room in the folder, or no answer from there."""
    FAILED = "failed"
    """The telephone system refused it."""
    BROKE_OFF = "broke_off"
    """It ended before the talk did, as on a full disk."""
    TOO_LATE = "too_late"
    """The talk was over before it could begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """What is known of a caller. `last_agent` served him last, at `last_agent_at` (UTC seconds);
    `last_agent_by` is "order" or "call"."""

    number: str
    name: str | None = None
    tier: str | None = None
    last_agent: str | None = None
    last_agent_at: float | None = None
    last_agent_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blacklisted:
    """The blacklist's entry for a caller; expired entries are not handed to the core."""

    reason: str
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived:
    """A caller's channel entered the application. `caller` is None where the number is withheld or
    not a number; `written` is the same as it came, if that differs. What the directory knows of him
    comes along."""

    call: str
    node: str
    dialled: str
    caller: str | None
    caller_name: str | None = None
    customer: Customer | None = None
    blacklisted: Blacklisted | None = None
    written: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerHungUp:
    """The caller's channel is gone. `cause` is the Q.850 cause code."""

    call: str
    cause: int = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRinging:
    """The agent's phone rings (180)."""

    offer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAnswered:
    """The agent picked up; he is not connected with the caller yet."""

    offer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RingFailed:
    """The agent's leg ended without an answer."""

    offer: str
    reason: RingFailure
    cause: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallConnected:
    """Caller and agent hear each other."""

    call: str
    offer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectFailed:
    """Caller and agent could not be joined, although both were there when it was asked for."""

    call: str
    offer: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHungUp:
    """The agent's leg is gone after he had answered. `blacklisted`: what the list says of the caller
    by now; the engine fills it in."""

    offer: str
    cause: int = 16
    blacklisted: Blacklisted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFinished:
    """A prompt was played to its end (or cut off by StopPrompt)."""

    call: str
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFailed:
    """A prompt could not be played; the call goes on as if it had been."""

    call: str
    prompt: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitPressed:
    """The caller pressed a key."""

    call: str
    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted:
    """The talk is being recorded. `file`: see StartRecording."""

    call: str
    offer: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFinished:
    """The talk is over, and both files are whole; the shorter has `seconds` of sound."""

    call: str
    offer: str
    file: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFailed:
    """The talk is not recorded, or no longer; it goes on all the same."""

    call: str
    offer: str
    file: str
    failure: RecordingFailure
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneStateChanged:
    """The agent's phone registered, went away, or is in use by a call that may not be ours."""

    agent: str
    phone: PhoneState


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentActed:
    """Somebody asked for a change of an agent's state.

    `by` says who ("phone", "api:NAME", "console"). `reason` names the pause reason. `channel` is
    the channel that dialled the feature code and waits for an announcement, if any.
    """

    agent: str
    act: AgentAct
    by: str
    reason: str | None = None
    channel: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigReplaced:
    """A checked routing configuration takes the place of the running one."""

    routing: Routing


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredOffer:
    """An offer of whose end the store knows nothing: it rang, or was being joined."""

    offer: str
    agent: str
    queue: str
    made_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredCall:
    """A call that the store knows as not ended. `placement` is None where it had not been queued.

    `callback`: it is the dialling of that callback's customer. `queue` is that of its answer.
    `agent`, `offer`, `answered_at` are set when it was talking. `offers` is the highest number that
    an offer of it had, `rings` are those that have no end yet. `left` and `left_at` say how and when
    its last stay in a queue ended, `missed` why it was recorded for a callback: then its end was
    decided, and only his last prompt kept the caller. `survey` is what he has said of it where he was
    being asked.
    """

    arrived: CallArrived
    arrived_at: float
    placement: Placement | None = None
    agent: str | None = None
    offer: str | None = None
    answered_at: float | None = None
    offers: int = 0
    rings: tuple[RestoredOffer, ...] = ()
    left: VisitOutcome | None = None
    left_at: float | None = None
    missed: MissedReason | None = None
    trace: tuple[Reason, ...] = ()
    callback: str | None = None
    queue: str | None = None
    survey: SurveyGoesOn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredAgent:
    """An agent's session and day as the store knows them.

    A state that needs a live call (reserved, ringing, talking) is settled by ChannelsReconciled.
    `talk_today` is seconds. `pending` (with `pending_reason`) is what takes effect after his call.
    `extend` is by how many seconds he may extend his wrap-up, unless he has `extended` it already.
    """

    agent: str
    state: AgentState
    since: float
    logged_in_at: float | None = None
    pause_reason: str | None = None
    wrap_up_until: float | None = None
    extend: float | None = None
    extended: bool = False
    pending: AgentAct | None = None
    pending_reason: str | None = None
    calls_today: int = 0
    talk_today: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRestored:
    """What the store remembers, before the telephone system has been asked. Comes first of all."""

    agents: tuple[RestoredAgent, ...]
    calls: tuple[RestoredCall, ...]
    callbacks: tuple[RestoredCallback, ...] = ()
    messages: tuple[Message, ...] = ()
    do_not_call: frozenset[str] = frozenset()
    surveyed: tuple[tuple[str, float], ...] = ()
    """Numbers that were asked in a survey lately, and when last (UTC seconds)."""
    rings: tuple[RestoredOffer, ...] = ()
    """Those of no call that lives: of callbacks whose customer had not picked up, of calls that ended
    while the agent's node was away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisesRestored:
    """What the store remembers beside agents, where it was away when the engine started: then
    StateRestored was empty, and callers have been served since. `calls`: those that had not ended, and
    that this engine has not found."""

    calls: tuple[RestoredCall, ...] = ()
    callbacks: tuple[RestoredCallback, ...] = ()
    messages: tuple[Message, ...] = ()
    do_not_call: frozenset[str] = frozenset()
    surveyed: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """A caller's channel found in the application. `arrived` describes it for the case that the core
    does not know it; `created_at` is the channel's creation time (UTC seconds).

    `dialled_for`: we dialled it, for this attempt (whose id is the channel's); it may not have been
    `answered` yet."""

    arrived: CallArrived
    created_at: float
    dialled_for: str | None = None
    answered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOffer:
    """An agent's leg found in the application. `connected` when it shares a bridge with its caller."""

    offer: str
    call: str
    agent: str
    answered: bool
    connected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLost:
    """The connection to an Asterisk node is gone; its callers may well still be there, hearing what
    they heard. No offers are made on it until ChannelsReconciled."""

    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelsReconciled:
    """The node is connected (again), and this is everything of ours that lives there.

    `restarted`: the Asterisk itself started anew since the last connection, so that calls that are
    not listed were cut off. Otherwise their callers hung up meanwhile. `asterisk_started_at` (UTC
    seconds) says the same to an engine that is new itself: what began before it was cut off. It is
    None where Asterisk does not say. `phones` gives the state of each agent's phone on the node.
    """

    node: str
    restarted: bool
    asterisk_started_at: float | None = None
    calls: tuple[LiveCall, ...] = ()
    offers: tuple[LiveOffer, ...] = ()
    phones: tuple[tuple[str, PhoneState], ...] = ()
    outside: tuple[str, ...] | None = None
    """The calls whose outside number still rings or talks; None where it is not told. Of those that
    talk OutsideAnswered is told next."""


Event: TypeAlias = (
    LookedUp
    | TapeFinished
    | TapeFailed
    | TapeFound
    | OutsideAnswered
    | OutsideEnded
    | MessageActed
    | MailboxDialled
    | MessagesExpired
    | TapeListened
    | TapesExpired
    | AttemptCommitted
    | AttemptNotCommitted
    | CustomerRinging
    | CustomerAnswered
    | DialFailed
    | CallbackAsked
    | CallbackActed
    | DoNotCallChanged
    | NumberBlacklisted
    | AgentPrompted
    | AgentPressed
    | CallArrived
    | CallerHungUp
    | AgentRinging
    | AgentAnswered
    | RingFailed
    | CallConnected
    | ConnectFailed
    | AgentHungUp
    | PromptFinished
    | PromptFailed
    | DigitPressed
    | RecordingStarted
    | RecordingFinished
    | RecordingFailed
    | PhoneStateChanged
    | AgentActed
    | ConfigReplaced
    | StateRestored
    | PromisesRestored
    | PastCallsRestored
    | NodeLost
    | ChannelsReconciled
)
