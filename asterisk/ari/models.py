"""The things Asterisk's REST interface tells about, with the fields that Strowger uses.

Names are Asterisk's own. Fields that are not listed here are ignored when decoding.
"""

from __future__ import annotations

import msgspec


class CallerId(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A caller id as the phone sent it: any text, of any length."""

    name: str = ""
    number: str = ""


class Dialplan(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where in the dialplan a channel is, or was when it entered the application."""

    context: str = ""
    exten: str = ""
    app_name: str = ""
    app_data: str = ""


class Channel(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A snapshot of a channel.

    `state` is one of Down, Rsrvd, OffHook, Dialing, Ring, Ringing, Up, Busy, Unknown.
    `creationtime` is ISO 8601 with milliseconds (see `timestamps.epoch_s`).
    `channelvars` are the variables named in ari.conf's `channelvars`.
    """

    id: str
    name: str
    state: str
    creationtime: str
    caller: CallerId = CallerId()
    connected: CallerId = CallerId()
    dialplan: Dialplan = Dialplan()
    language: str = ""
    protocol_id: str = ""
    channelvars: dict[str, str] = {}


class Bridge(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A snapshot of a bridge and the ids of the channels in it."""

    id: str
    bridge_type: str = ""
    name: str = ""
    creator: str = ""
    channels: list[str] = []


class Playback(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A playback; `state` is queued, playing, continuing, done or failed."""

    id: str
    media_uri: str
    target_uri: str
    state: str
    language: str = ""


class LiveRecording(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A recording under way or just ended; durations in whole seconds. What was silent at its end is not
    in the file, nor in `duration`."""

    name: str
    format: str
    target_uri: str
    state: str
    duration: int | None = None
    cause: str | None = None


class DeviceState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A device's state: NOT_INUSE, INUSE, BUSY, INVALID, UNAVAILABLE, RINGING, ONHOLD, ..."""

    name: str
    state: str


class Endpoint(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An endpoint (a phone's account); `state` is online, offline or unknown."""

    technology: str
    resource: str
    state: str | None = None
    channel_ids: list[str] = []


class Application(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A Stasis application: the channels and bridges whose events come to it. A channel that it dialled
    is among them from the beginning, and stays when it goes on in the dialplan; a bridge is once one
    of the application's channels has been in it. Both last over a reconnection."""

    name: str
    channel_ids: list[str] = []
    bridge_ids: list[str] = []


class SystemInfo(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The Asterisk behind the connection."""

    version: str
    entity_id: str = ""


class StatusInfo(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """When Asterisk started and was last reloaded (ISO 8601)."""

    startup_time: str = ""
    last_reload_time: str = ""


class AsteriskInfo(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer to `GET asterisk/info`.

    A changed `status.startup_time` after a reconnect means a new Asterisk process: every
    channel of the old one is gone.
    """

    system: SystemInfo
    status: StatusInfo = StatusInfo()


class Variable(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer to a request for a channel variable."""

    value: str
