"""What is to be done: the closed union of everything that the core asks for.

Imperative, frozen, in the language of the domain. Telephony commands go to the Asterisk adapter, and
each that can fail or finish reports back as an event. `Record` hands a fact to the store, the
metrics and everybody who watches.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from acd.core.callback_words import (
    CancelDial,
    CommitAttempt,
    DialCustomer,
    PromptAgent,
    RefuseCallback,
)
from acd.core.facts import Fact
from acd.core.flow_words import DialOutside, DropTape, LookUp, StartTape, StopTape
from acd.core.message_words import DeliverMessage, RefuseMessageAct, SetLamp
from acd.core.tape_words import FindTape
from agents.model import AgentAct


class EndCause(StrEnum):
    """How a caller is released, for the signalling towards him."""

    NORMAL = "normal"
    BUSY = "busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayRingback:
    """Let the caller hear that it rings (he is not answered yet). Reports nothing."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWaiting:
    """Answer the caller if he isn't yet, and let him hear the music class. Reports nothing."""

    call: str
    music: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayPrompt:
    """Answer the caller if he isn't yet and play a prompt. Reports PromptFinished or PromptFailed.

    `prompt` names it in the reports. `sounds` are the sounds it is made of, one after the other (none,
    and no tape: the sound of that name). `tape` is a file of the folder of messages, played after them.
    """

    call: str
    prompt: str
    language: str
    sounds: tuple[str, ...] = ()
    tape: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPrompt:
    """Cut a prompt off. It still reports PromptFinished."""

    call: str
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RingAgent:
    """Ring the agent's phone. Reports AgentRinging, then AgentAnswered or RingFailed.

    `caller`, `caller_name` and `queue` are what the agent's phone shows. With `callback` there is no
    caller's channel yet: `call` will be its name once he is dialled.
    """

    offer: str
    call: str
    agent: str
    endpoint: str
    node: str
    caller: str | None
    caller_name: str | None
    queue: str
    callback: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRing:
    """Stop ringing the agent. Reports RingFailed(CANCELLED), or AgentAnswered if he was quicker."""

    offer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectCall:
    """Join the caller and the agent who answered. Reports CallConnected or ConnectFailed."""

    call: str
    offer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAgent:
    """Hang up the leg of an agent who had answered. Reports AgentHungUp."""

    offer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall:
    """Hang up the caller. Reports CallerHungUp."""

    call: str
    cause: EndCause = EndCause.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """Play a prompt to a channel that dialled a feature code, then hang it up. Reports nothing."""

    channel: str
    prompt: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecording:
    """Record the talk of a call until the agent's leg is gone, each side into a file of its own.

    `file` is the path in the folder of recordings, without side and ending. Reports RecordingStarted or
    RecordingFailed; one that started reports RecordingFinished or RecordingFailed when it is over.
    """

    call: str
    offer: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseAct:
    """What was asked for an agent cannot be; `why` is for the person who asked."""

    agent: str
    act: AgentAct
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Something became a fact."""

    fact: Fact


TelephonyCommand: TypeAlias = (
    PlayRingback
    | StartWaiting
    | PlayPrompt
    | StopPrompt
    | RingAgent
    | CancelRing
    | ConnectCall
    | ReleaseAgent
    | EndCall
    | Announce
    | StartRecording
    | StartTape
    | StopTape
    | DropTape
    | DialOutside
    | DialCustomer
    | CancelDial
    | PromptAgent
    | SetLamp
)
OutsideCommand: TypeAlias = LookUp | CommitAttempt | DeliverMessage | FindTape
"""What is done neither by the telephone system nor by the store's journal."""
Command: TypeAlias = (
    TelephonyCommand | OutsideCommand | RefuseAct | RefuseCallback | RefuseMessageAct | Record
)
