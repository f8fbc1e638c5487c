"""The events of Asterisk's REST interface that Strowger understands.

`Event` is a union tagged by Asterisk's `type`. What is not in it is counted by the protocol as
unknown and dropped; the event filter keeps Asterisk from sending it at all.
"""

from __future__ import annotations

from typing import get_args

import msgspec

from asterisk.ari.models import Bridge, Channel, DeviceState, Endpoint, LiveRecording, Playback


class _Event(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """What all events have; `timestamp` is ISO 8601 with milliseconds."""

    timestamp: str = ""


class StasisStart(_Event, frozen=True, kw_only=True):
    """A channel entered the application, with the arguments given to it.

    `replace_channel` is set when the channel takes another's place after a transfer.
    """

    channel: Channel
    args: list[str] = []
    replace_channel: Channel | None = None


class StasisEnd(_Event, frozen=True, kw_only=True):
    """A channel left the application: hung up, or gone on in the dialplan."""

    channel: Channel


class ChannelStateChange(_Event, frozen=True, kw_only=True):
    """A channel changed its state: `Ringing`, `Up`, ..."""

    channel: Channel


class ChannelDestroyed(_Event, frozen=True, kw_only=True):
    """A channel is gone; `cause` is the Q.850 cause (16 normal, 17 busy, 19 no answer, ...)."""

    channel: Channel
    cause: int
    cause_txt: str = ""
    tech_cause: int | None = None


class ChannelHangupRequest(_Event, frozen=True, kw_only=True):
    """Somebody asked for a channel's end; it comes before `ChannelDestroyed`."""

    channel: Channel
    cause: int | None = None


class ChannelDtmfReceived(_Event, frozen=True, kw_only=True):
    """A key was pressed and released."""

    channel: Channel
    digit: str
    duration_ms: int = 0


class ChannelHold(_Event, frozen=True, kw_only=True):
    """A phone put its other party on hold."""

    channel: Channel


class ChannelUnhold(_Event, frozen=True, kw_only=True):
    """A phone took its other party back."""

    channel: Channel


class ChannelEnteredBridge(_Event, frozen=True, kw_only=True):
    """A channel joined a bridge."""

    bridge: Bridge
    channel: Channel


class ChannelLeftBridge(_Event, frozen=True, kw_only=True):
    """A channel left a bridge."""

    bridge: Bridge
    channel: Channel


class BridgeDestroyed(_Event, frozen=True, kw_only=True):
    """A bridge is gone."""

    bridge: Bridge


class BridgeBlindTransfer(_Event, frozen=True, kw_only=True):
    """A phone transferred its other party to `exten`@`context`; `result` is Success or a failure."""

    channel: Channel
    exten: str
    context: str
    result: str
    is_external: bool = False
    transferee: Channel | None = None
    replace_channel: Channel | None = None
    bridge: Bridge | None = None


class BridgeAttendedTransfer(_Event, frozen=True, kw_only=True):
    """A phone joined its two calls and left."""

    transferer_first_leg: Channel
    transferer_second_leg: Channel
    result: str
    destination_type: str
    is_external: bool = False
    transferee: Channel | None = None
    transfer_target: Channel | None = None
    replace_channel: Channel | None = None
    destination_bridge: str | None = None


class Dial(_Event, frozen=True, kw_only=True):
    """Progress of an outgoing leg; `dialstatus` is '' at the start, then RINGING, ANSWER, ..."""

    peer: Channel
    dialstatus: str
    caller: Channel | None = None


class PlaybackFinished(_Event, frozen=True, kw_only=True):
    """A playback ended, was stopped, or failed (`playback.state`)."""

    playback: Playback


class RecordingFinished(_Event, frozen=True, kw_only=True):
    """A recording ended and its file is complete."""

    recording: LiveRecording


class RecordingFailed(_Event, frozen=True, kw_only=True):
    """A recording failed."""

    recording: LiveRecording


class DeviceStateChanged(_Event, frozen=True, kw_only=True):
    """A subscribed device changed its state."""

    device_state: DeviceState


class EndpointStateChange(_Event, frozen=True, kw_only=True):
    """A subscribed endpoint went online or offline."""

    endpoint: Endpoint


class ApplicationMoveFailed(_Event, frozen=True, kw_only=True):
    """A channel could not be handed to another application and stays in this one."""

    channel: Channel
    destination: str


class ApplicationReplaced(_Event, frozen=True, kw_only=True):
    """Another connection took this application over; no more events come here."""


Event = (
    StasisStart
    | StasisEnd
    | ChannelStateChange
    | ChannelDestroyed
    | ChannelHangupRequest
    | ChannelDtmfReceived
    | ChannelHold
    | ChannelUnhold
    | ChannelEnteredBridge
    | ChannelLeftBridge
    | BridgeDestroyed
    | BridgeBlindTransfer
    | BridgeAttendedTransfer
    | Dial
    | PlaybackFinished
    | RecordingFinished
    | RecordingFailed
    | DeviceStateChanged
    | EndpointStateChange
    | ApplicationMoveFailed
    | ApplicationReplaced
)

EVENT_TYPES: frozenset[str] = frozenset(kind.__name__ for kind in get_args(Event))
"""The names of all events that Strowger understands."""

LEAN_EVENT_TYPES: tuple[str, ...] = (
    "StasisStart",
    "StasisEnd",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "PlaybackFinished",
    "RecordingFinished",
    "RecordingFailed",
    "DeviceStateChanged",
    "ApplicationReplaced",
)
"""What routing a call needs, and nothing else: the default allow list."""
