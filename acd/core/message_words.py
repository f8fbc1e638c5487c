"""The words of voicemail messages: states, events, commands and facts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MessageState(StrEnum):
    """What has become of a message. `TAKEN` by the agent named in the message."""

    NEW = "new"
    TAKEN = "taken"
    HEARD = "heard"
    CALLED_BACK = "called_back"
    CLOSED = "closed"
    DELETED = "deleted"
    """Its file is gone: its time had come."""


class MessageAct(StrEnum):
    """What somebody can do with a message. Only an agent's listening makes it heard; whoever listens is
    remembered."""

    HEAR = "hear"
    TAKE = "take"
    GIVE_BACK = "give_back"
    CALL_BACK = "call_back"
    CLOSE = "close"
    FORWARD = "forward"


class NoMessage(StrEnum):
    """Why nothing was kept of a caller who was to leave a message; he is a missed call then."""

    TOO_SHORT = "too_short"
    HUNG_UP = "hung_up"
    """Before or during the beep, or before he had said enough."""
    NO_ROOM = "no_room"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. `file` is its path in the folder of messages, without ending."""

    id: str
    call: str
    box: str
    caller: str | None
    business: str | None
    queue: str | None
    language: str
    left_at: float
    seconds: float
    file: str
    state: MessageState = MessageState.NEW
    agent: str | None = None
    """Who took it, or called back."""


# --- events


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageActed:
    """Somebody did something with a message. `by` as in AgentActed; `agent` is who hears it, takes it or
    calls back, `box` where it is forwarded to."""

    message: str
    act: MessageAct
    by: str
    agent: str | None = None
    box: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxDialled:
    """An agent dialled the feature code of his voicemail: a dialogue begins on this channel."""

    agent: str
    channel: str
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesExpired:
    """Retention has deleted the files of these messages."""

    messages: tuple[str, ...]


# --- commands


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLamp:
    """Let the message-waiting lamp of an agent's phone show so many new and old messages."""

    agent: str
    node: str
    new: int
    old: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverMessage:
    """Send a message with its file by e-mail. Reports nothing; failures are logged, counted, retried."""

    message: Message
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseMessageAct:
    """What was asked for a message cannot be; `why` is for the person who asked."""

    message: str
    act: MessageAct
    why: str


# --- facts


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLeft:
    """A caller left a message."""

    at: float
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageNotLeft:
    """A caller who was to leave a message left none."""

    call: str
    at: float
    box: str
    why: NoMessage
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChanged:
    """A message went from one state to another, or to another box."""

    message: str
    at: float
    act: MessageAct
    by: str
    state: MessageState
    box: str
    agent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted:
    """A message's file was deleted: its time had come."""

    message: str
    at: float
