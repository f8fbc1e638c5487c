"""A pretended Asterisk: as much of ARI as the engine uses, with calls that cost nothing.

For measurements of the engine alone. Phones answer at once and hang up `talk_s` later; a call that is
not offered to anybody waits for ever. Messages have the fields and the length of the real ones.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from aiohttp import WSMsgType, web

Message = dict[str, Any]
VERSION = "22.10.1"


class PretendedAsterisk:
    """Use it as an async context manager; `agents` are the phones that it has."""

    def __init__(self, agents: Sequence[str], *, talk_s: float = 0.1) -> None:
        self.port = 0
        self.ended = 0
        """Calls that are over."""
        self.hearing_music = 0
        """How often music was started."""
        self._agents = agents
        self._talk_s = talk_s
        self._calls = 0
        self._started = _timestamp()
        self._channels: dict[str, str] = {}
        """The names of the channels there are, by id."""
        self._out: asyncio.Queue[Message] = asyncio.Queue()
        self._connected = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._runner: web.AppRunner | None = None
        self._did: dict[str, Callable[[str, dict[str, str]], object]] = {
            "GET endpoints": lambda _uri, _query: [
                {"technology": "PJSIP", "resource": agent, "state": "online", "channel_ids": []}
                for agent in self._agents
            ],
            "GET bridges": lambda _uri, _query: [],
            "GET channels": lambda _uri, _query: [],
            "GET applications/strowger": lambda _uri, _query: {
                "name": "strowger",
                "channel_ids": [],
                "bridge_ids": [],
                "endpoint_ids": [],
                "device_names": [],
            },
            "POST channels": self._originate,
        }

    @property
    def url(self) -> str:
        """The base of its HTTP server."""
        return f"http://127.0.0.1:{self.port}"

    async def connected(self) -> None:
        """The engine's socket is open."""
        await self._connected.wait()

    def arrive(self, dialled: str, caller: str) -> str:
        """A caller dials; his channel's id."""
        self._calls += 1
        channel = f"pretended-{time.time():.0f}.{self._calls}"
        self._channels[channel] = f"PJSIP/carrier-{self._calls:08x}"
        self._tell_of("StasisStart", channel, "Ring", caller, args=["inbound", dialled])
        return channel

    def log_in(self, agent: str) -> None:
        """An agent dials the feature code for logging in."""
        channel = f"pretended-login-{agent}"
        self._channels[channel] = f"PJSIP/{agent}-{len(self._channels):08x}"
        self._tell_of("StasisStart", channel, "Ring", agent, args=["feature", "*11"])

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_get("/ari/asterisk/info", self._info)
        application.router.add_get("/ari/events", self._events)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _info(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {"system": {"version": VERSION}, "status": {"startup_time": self._started}}
        )

    async def _events(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        writing = asyncio.create_task(self._write(socket), name="pretended Asterisk writes")
        self._connected.set()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._asked(json.loads(message.data))
        writing.cancel()
        return socket

    async def _write(self, socket: web.WebSocketResponse) -> None:
        while True:
            message = await self._out.get()
            await socket.send_str(json.dumps(message, separators=(",", ":")))

    def _asked(self, request: Message) -> None:
        method, uri = request["method"], request["uri"]
        query = {pair["name"]: pair["value"] for pair in request["query_strings"]}
        does = self._did.get(f"{method} {uri}")
        body: object = None
        if does is not None:
            body = does(uri, query)
        elif method == "DELETE" and uri.startswith("channels/") and uri.count("/") == 1:
            self._loop.call_soon(self.hang_up, unquote(uri.partition("/")[2]))
        elif uri.endswith("/addChannel"):
            agent = query["channel"].split(",")[1]
            self._loop.call_later(self._talk_s, self.hang_up, agent)
        elif method == "POST" and uri.endswith("/moh"):
            self.hearing_music += 1
        elif "/play/" in uri:
            _, channel, _, playback = uri.split("/")
            self._loop.call_soon(self._played, unquote(channel), unquote(playback))
        answer: Message = {
            "type": "RESTResponse",
            "transaction_id": request["transaction_id"],
            "request_id": request["request_id"],
            "status_code": 204 if body is None else 200,
            "reason_phrase": "No Content" if body is None else "OK",
            "uri": uri,
        }
        if body is not None:
            answer |= {"content_type": "application/json", "message_body": json.dumps(body)}
        self._out.put_nowait(answer)

    def _originate(self, _uri: str, query: dict[str, str]) -> object:
        agent = query["endpoint"].partition("/")[2]
        channel = query["channelId"]
        self._channels[channel] = f"PJSIP/{agent}-{len(self._channels):08x}"
        self._loop.call_soon(self._rings, channel, agent)
        return self._channel(channel, "Down", agent)

    def _rings(self, channel: str, agent: str) -> None:
        self._tell_of("ChannelStateChange", channel, "Ringing", agent)
        self._tell_of_phone(agent, "RINGING")
        self._loop.call_soon(self._answered, channel, agent)

    def _answered(self, channel: str, agent: str) -> None:
        if channel in self._channels:
            self._tell_of("ChannelStateChange", channel, "Up", agent)
            self._tell_of("StasisStart", channel, "Up", agent, args=["agent"])
            self._tell_of_phone(agent, "INUSE")

    def _played(self, channel: str, playback: str) -> None:
        told = {"id": playback, "media_uri": "sound:x", "target_uri": f"channel:{channel}"}
        self._tell("PlaybackFinished", playback={**told, "language": "en", "state": "done"})

    def hang_up(self, channel: str) -> None:
        """A channel's end, whoever hung up."""
        name = self._channels.pop(channel, None)
        if name is None:
            return
        self._tell_of("StasisEnd", channel, "Up", "", name=name)
        self._tell_of("ChannelDestroyed", channel, "Up", "", name=name, cause=16, cause_txt="Normal")
        phone = name.partition("/")[2].rpartition("-")[0]
        if phone in self._agents:
            self._tell_of_phone(phone, "NOT_INUSE")
        else:
            self.ended += 1

    def _tell_of_phone(self, agent: str, state: str) -> None:
        self._tell("DeviceStateChanged", device_state={"name": f"PJSIP/{agent}", "state": state})

    def _tell_of(
        self, event: str, channel: str, state: str, number: str, name: str | None = None, **more: object
    ) -> None:
        self._tell(event, **more, channel=self._channel(channel, state, number, name))

    def _tell(self, event: str, **fields: object) -> None:
        self._out.put_nowait(
            {
                "type": event,
                "timestamp": _timestamp(),
                **fields,
                "asterisk_id": "02:fc:00:00:00:01",
                "application": "strowger",
            }
        )

    def _channel(self, channel: str, state: str, number: str, name: str | None = None) -> Message:
        return {
            "id": channel,
            "name": name or self._channels[channel],
            "state": state,
            "protocol_id": f"{channel}@127.0.0.2",
            "caller": {"name": "", "number": number},
            "connected": {"name": "", "number": ""},
            "accountcode": "",
            "dialplan": {
                "context": "carrier",
                "exten": "4008001001",
                "priority": 1,
                "app_name": "Stasis",
                "app_data": "strowger,inbound,4008001001",
            },
            "creationtime": _timestamp(),
            "language": "en",
        }


def _timestamp() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")
