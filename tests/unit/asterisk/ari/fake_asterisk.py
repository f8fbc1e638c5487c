"""A small Asterisk for the client to talk to: HTTP and WebSocket on loopback, scripted by tests."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

Wire = dict[str, Any]


def response(request: Wire, status: int = 204, body: str | None = None) -> str:
    """Return the message that answers a request."""
    message: Wire = {
        "type": "RESTResponse",
        "transaction_id": request["transaction_id"],
        "request_id": request["request_id"],
        "status_code": status,
        "reason_phrase": "Reason",
        "uri": request["uri"],
    }
    if body is not None:
        message["message_body"] = body
    return json.dumps(message)


class FakeAsterisk:
    """Answers 204 to all requests unless `respond` says otherwise; keeps what it was asked."""

    def __init__(self) -> None:
        self.version = "22.10.1"
        self.info: tuple[int, str] | None = None
        self.refuse_socket = 0
        self.respond: Callable[[Wire], str | None] = response
        self.asked: asyncio.Queue[Wire] = asyncio.Queue()
        self.sockets: asyncio.Queue[web.WebSocketResponse] = asyncio.Queue()
        self.greeting: list[str] = []
        self.autoping = True
        self.queries: list[str] = []
        self.port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/ari"

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/ari/asterisk/info", self._info)
        app.router.add_get("/ari/events", self._events)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def ask_of(self, uri: str) -> Wire:
        """Return the next request of this path, passing over others."""
        while (wire := await self.asked.get())["uri"] != uri:
            pass
        return wire

    def _authorised(self, request: web.Request) -> bool:
        expected = base64.b64encode(b"strowger:secret").decode()
        return request.headers.get("Authorization") == f"Basic {expected}"

    async def _info(self, request: web.Request) -> web.Response:
        if not self._authorised(request):
            return web.Response(status=401)
        if self.info is not None:
            status, text = self.info
            return web.Response(status=status, text=text)
        return web.json_response({"system": {"version": self.version, "entity_id": "x"}})

    async def _events(self, request: web.Request) -> web.WebSocketResponse:
        self.queries.append(request.query_string)
        if not self._authorised(request) or self.refuse_socket:
            raise web.HTTPUnauthorized if not self.refuse_socket else web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(autoping=self.autoping, max_msg_size=0)
        await socket.prepare(request)
        for text in self.greeting:
            await socket.send_str(text)
        self.sockets.put_nowait(socket)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                wire = json.loads(message.data)
                self.asked.put_nowait(wire)
                answer = self.respond(wire)
                if answer is not None:
                    await socket.send_str(answer)
        return socket
