"""The requests that Strowger sends to Asterisk, each built by one small typed function.

They only build; `AriClient.send` and `AriClient.request` send them. Ids of our own for channels,
bridges and playbacks make a repeated request harmless (409) and let an event be matched before
its answer arrives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal
from urllib.parse import quote

import msgspec

Query = tuple[tuple[str, str], ...]


class Request(msgspec.Struct, frozen=True, gc=False):
    """A request to Asterisk: path below /ari/ (segments already quoted), query, JSON body."""

    method: str
    uri: str
    query: Query = ()
    body: str | None = None

    def __str__(self) -> str:
        """Say what it is, without the query, which may hold a caller's number."""
        return f"{self.method} {self.uri}"


_plain = re.compile(r"[A-Za-z0-9._~-]+").fullmatch


def segment(value: str) -> str:
    """Return a value as one segment of a path, whatever characters it has."""
    return value if _plain(value) else quote(value, safe="")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _present(**values: str | None) -> Query:
    return tuple((name, value) for name, value in values.items() if value is not None)


# Channels


def originate(
    *,
    endpoint: str,
    app: str,
    app_args: str = "",
    channel_id: str,
    originator: str | None = None,
    caller_id: str | None = None,
    timeout_s: int = 30,
    formats: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> Request:
    """Create a channel, dial it, and give it to the application when it answers.

    With `originator` (the id of the caller's channel) linked ids and formats follow from it;
    Asterisk refuses `formats` beside it. A phone that doesn't answer within `timeout_s` ends in
    `ChannelDestroyed`.
    """
    query = (
        ("endpoint", endpoint),
        ("app", app),
        ("appArgs", app_args),
        ("channelId", channel_id),
        ("timeout", str(timeout_s)),
        *_present(originator=originator, callerId=caller_id, formats=formats),
    )
    return Request("POST", "channels", query, _json({"variables": variables}) if variables else None)


def create(
    *,
    endpoint: str,
    app: str,
    app_args: str = "",
    channel_id: str,
    originator: str | None = None,
    formats: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> Request:
    """Create a channel in the application without dialling it yet (see `dial`)."""
    query = (
        ("endpoint", endpoint),
        ("app", app),
        ("appArgs", app_args),
        ("channelId", channel_id),
        *_present(originator=originator, formats=formats),
    )
    body = _json({"variables": variables}) if variables else None
    return Request("POST", "channels/create", query, body)


def run_dialplan(
    *, endpoint: str, context: str, variables: Mapping[str, str], timeout_s: int
) -> Request:
    """Let a Local channel go through the dialplan; it is no application's, so nothing tells of it.

    The other half is never answered, and would begin at `s` in `context`."""
    query = (
        ("endpoint", endpoint),
        ("context", context),
        ("extension", "s"),
        ("priority", "1"),
        ("timeout", str(timeout_s)),
    )
    return Request("POST", "channels", query, _json({"variables": variables}))


def dial(channel_id: str, *, caller_id: str | None = None, timeout_s: int = 30) -> Request:
    """Dial a created channel; `caller_id` is the channel id of the caller."""
    query = (("timeout", str(timeout_s)), *_present(caller=caller_id))
    return Request("POST", f"channels/{segment(channel_id)}/dial", query)


def answer(channel_id: str) -> Request:
    """Answer a channel."""
    return Request("POST", f"channels/{segment(channel_id)}/answer")


def ring(channel_id: str) -> Request:
    """Indicate ringing to a channel."""
    return Request("POST", f"channels/{segment(channel_id)}/ring")


def ring_stop(channel_id: str) -> Request:
    """Stop indicating ringing to a channel."""
    return Request("DELETE", f"channels/{segment(channel_id)}/ring")


def moh_start(channel_id: str, *, moh_class: str | None = None) -> Request:
    """Play music on hold to a channel."""
    return Request("POST", f"channels/{segment(channel_id)}/moh", _present(mohClass=moh_class))


def moh_stop(channel_id: str) -> Request:
    """Stop a channel's music on hold."""
    return Request("DELETE", f"channels/{segment(channel_id)}/moh")


def play(
    channel_id: str, *, playback_id: str, media: Sequence[str], language: str | None = None
) -> Request:
    """Play media URIs (`sound:NAME`, `digits:42`, ...) to a channel, one after another."""
    query = (("media", ",".join(media)), *_present(lang=language))
    return Request("POST", f"channels/{segment(channel_id)}/play/{segment(playback_id)}", query)


def stop_playback(playback_id: str) -> Request:
    """Stop a playback, on a channel or a bridge."""
    return Request("DELETE", f"playbacks/{segment(playback_id)}")


def hangup(channel_id: str, *, cause: int = 16) -> Request:
    """Hang a channel up with a Q.850 cause (16 normal, 17 busy, 19 no answer, 21 refused)."""
    return Request("DELETE", f"channels/{segment(channel_id)}", (("reason_code", str(cause)),))


def continue_in_dialplan(
    channel_id: str,
    *,
    context: str | None = None,
    extension: str | None = None,
    priority: int | None = None,
) -> Request:
    """Let a channel leave the application and go on in the dialplan."""
    query = _present(
        context=context,
        extension=extension,
        priority=None if priority is None else str(priority),
    )
    return Request("POST", f"channels/{segment(channel_id)}/continue", query)


def move(channel_id: str, *, app: str, app_args: str = "") -> Request:
    """Hand a channel to another application; it stays where it is when that fails."""
    query = (("app", app), ("appArgs", app_args))
    return Request("POST", f"channels/{segment(channel_id)}/move", query)


def get_channel(channel_id: str) -> Request:
    """Ask what a channel is like: `read(Channel)`; 404 when it is gone."""
    return Request("GET", f"channels/{segment(channel_id)}")


def list_channels() -> Request:
    """List all channels of this Asterisk: `read(list[Channel])`."""
    return Request("GET", "channels")


def get_variable(channel_id: str, variable: str) -> Request:
    """Read a channel variable: `read(Variable)`; 404 when it is not set."""
    return Request("GET", f"channels/{segment(channel_id)}/variable", (("variable", variable),))


def set_variable(channel_id: str, variable: str, value: str) -> Request:
    """Set a channel variable."""
    query = (("variable", variable), ("value", value))
    return Request("POST", f"channels/{segment(channel_id)}/variable", query)


def snoop(
    channel_id: str, *, snoop_id: str, spy: Literal["in", "out"], app: str, app_args: str
) -> Request:
    """Make a channel that hears what comes `in` from or goes `out` to another one, and ends with it."""
    query = (("spy", spy), ("app", app), ("appArgs", app_args))
    return Request("POST", f"channels/{segment(channel_id)}/snoop/{segment(snoop_id)}", query)


def record(channel_id: str, *, name: str, audio_format: str) -> Request:
    """Record a channel that is in no bridge into a new file; `name` may have folders in it."""
    query = (("name", name), ("format", audio_format), ("ifExists", "fail"))
    return Request("POST", f"channels/{segment(channel_id)}/record", query)


def record_caller(
    channel_id: str,
    *,
    name: str,
    audio_format: str,
    at_most_s: int,
    silence_s: int,
    beep: bool,
    terminate_on: Literal["none", "any", "*", "#"],
) -> Request:
    """Record what somebody says in answer to a beep, until a key, silence or the time ends it."""
    query = (
        ("name", name),
        ("format", audio_format),
        ("maxDurationSeconds", str(at_most_s)),
        ("maxSilenceSeconds", str(silence_s)),
        ("beep", "true" if beep else "false"),
        ("terminateOn", terminate_on),
        ("ifExists", "overwrite"),
    )
    return Request("POST", f"channels/{segment(channel_id)}/record", query)


# Recordings


def get_recording(name: str) -> Request:
    """Ask for a recording that is going on: `read(LiveRecording)`; 404 when it is over."""
    return Request("GET", f"recordings/live/{segment(name)}")


def stop_recording(name: str) -> Request:
    """End a recording; its file is kept."""
    return Request("POST", f"recordings/live/{segment(name)}/stop")


def delete_recording(name: str) -> Request:
    """Delete the file of a recording that is over."""
    return Request("DELETE", f"recordings/stored/{segment(name)}")


# Bridges


def create_bridge(bridge_id: str, *, bridge_type: str = "mixing", name: str = "") -> Request:
    """Create a bridge with an id of our own; delete it when it is done with."""
    return Request("POST", f"bridges/{segment(bridge_id)}", (("type", bridge_type), ("name", name)))


def add_channels(bridge_id: str, channel_ids: Iterable[str]) -> Request:
    """Add channels to a bridge."""
    query = (("channel", ",".join(channel_ids)),)
    return Request("POST", f"bridges/{segment(bridge_id)}/addChannel", query)


def remove_channels(bridge_id: str, channel_ids: Iterable[str]) -> Request:
    """Take channels out of a bridge; they stay in the application."""
    query = (("channel", ",".join(channel_ids)),)
    return Request("POST", f"bridges/{segment(bridge_id)}/removeChannel", query)


def record_bridge(
    bridge_id: str,
    *,
    name: str,
    audio_format: str = "wav",
    max_duration_s: int = 0,
    if_exists: Literal["fail", "overwrite", "append"] = "fail",
) -> Request:
    """Record a bridge into one file; `max_duration_s` 0 is without limit."""
    query = (
        ("name", name),
        ("format", audio_format),
        ("maxDurationSeconds", str(max_duration_s)),
        ("ifExists", if_exists),
    )
    return Request("POST", f"bridges/{segment(bridge_id)}/record", query)


def delete_bridge(bridge_id: str) -> Request:
    """Delete a bridge; one left over stays in the application's subscriptions for ever."""
    return Request("DELETE", f"bridges/{segment(bridge_id)}")


def list_bridges() -> Request:
    """List all bridges of this Asterisk: `read(list[Bridge])`."""
    return Request("GET", "bridges")


# The application, devices, Asterisk itself


def get_application(app: str) -> Request:
    """Ask what belongs to an application: `read(Application)`."""
    return Request("GET", f"applications/{segment(app)}")


def subscribe(app: str, sources: Iterable[str]) -> Request:
    """Subscribe the application to event sources.

    A source is `deviceState:PJSIP/1001`, `endpoint:PJSIP/1001`, `channel:ID` or `bridge:ID`.
    """
    query = (("eventSource", ",".join(sources)),)
    return Request("POST", f"applications/{segment(app)}/subscription", query)


def unsubscribe(app: str, sources: Iterable[str]) -> Request:
    """End subscriptions of the application."""
    query = (("eventSource", ",".join(sources)),)
    return Request("DELETE", f"applications/{segment(app)}/subscription", query)


def event_filter(app: str, allowed: Iterable[str]) -> Request:
    """Let only these types of messages come to the application.

    Answers pass the filter too, so `RESTResponse` is always added.
    """
    types = sorted({*allowed, "RESTResponse"})
    body = _json({"allowed": [{"type": name} for name in types]})
    return Request("PUT", f"applications/{segment(app)}/eventFilter", (), body)


def list_device_states() -> Request:
    """List the device states set through this interface: `read(list[DeviceState])`."""
    return Request("GET", "deviceStates")


def get_device_state(device: str) -> Request:
    """Read one device's state, a phone's included (`PJSIP/1001`): `read(DeviceState)`."""
    return Request("GET", f"deviceStates/{segment(device)}")


def list_endpoints() -> Request:
    """List all endpoints and whether they are reachable: `read(list[Endpoint])`."""
    return Request("GET", "endpoints")


def set_global_variable(variable: str, value: str) -> Request:
    """Set a global variable, or write a dialplan function that needs no channel."""
    return Request("POST", "asterisk/variable", (("variable", variable), ("value", value)))


def asterisk_info() -> Request:
    """Ask which Asterisk this is and since when it runs: `read(AsteriskInfo)`."""
    return Request("GET", "asterisk/info")
