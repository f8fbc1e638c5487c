"""The WebSocket of state changes: how things stand first, then what changes, without a gap."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final, TypeVar

import structlog
from aiohttp import WSMsgType, web

from acd.api.bodies import read_query
from acd.api.context import PRINCIPAL, Context
from acd.api.feed import TooSlow
from acd.api.filters import EventsQuery, Filter
from acd.api.problems import Kind, Refusal
from acd.api.routes import PREFIX, Route
from acd.api.schemas.facts import SnapshotMessage
from acd.api.schemas.live import AgentOut, CallOut, QueueOut
from acd.api.watchers import End
from acd.archive import Role

log = structlog.get_logger(__name__)

PROTOCOL: Final = "strowger.events.v1"
TOO_SLOW: Final = 4008
POLICY: Final = 1008
_AT_ONCE: Final = 100
"""Items of a snapshot that are encoded in one go: about a millisecond."""
_IN_ONE: Final = 100
"""Changes in one message, which are encoded in one go too."""
_LARGEST_MESSAGE: Final = 4096
"""Bytes; nothing is expected from a watcher anyway."""
T = TypeVar("T")


class Watcher:
    """One client's stream. `gone` may be set from outside to end it."""

    def __init__(self, ws: web.WebSocketResponse, context: Context, wanted: Filter) -> None:
        self._ws = ws
        self._context = context
        self._wanted = wanted
        self._sent_within = context.settings.send_seconds
        self.gone: asyncio.Future[End | None] = asyncio.get_running_loop().create_future()

    async def run(self) -> End | None:
        """Serve the client until one side has enough; None where the client left by himself."""
        async with asyncio.TaskGroup() as group:
            told = group.create_task(self._tell())
            heard = group.create_task(self._listen())
            contenders = (self.gone, heard, told)
            ended, _ = await asyncio.wait(contenders, return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            heard.cancel()
        return ended.pop().result()

    async def _listen(self) -> End | None:
        async for message in self._ws:
            kind = "websocket message" if message.type is not WSMsgType.ERROR else "websocket frame"
            self._context.metrics.bad_input("api", kind)
            return End(code=POLICY, why="nothing is expected from a watcher")
        return None

    async def _tell(self) -> End | None:
        try:
            # No await between these two: what the snapshot does not hold comes as a change.
            position = self._context.feed.position
            parts = _snapshot(self._context, self._wanted)
            for part in parts:
                await self._send(part)
                await asyncio.sleep(0)
            while True:
                await self._context.feed.beyond(position)
                changes = self._context.feed.read(position, _IN_ONE)
                position += len(changes)
                wanted = [change.json for change in changes if self._wanted.wants(change.fact)]
                if wanted:
                    await self._send(f'{{"type":"changes","changes":[{",".join(wanted)}]}}')
                await asyncio.sleep(0)
        except (TooSlow, TimeoutError):
            return End(code=TOO_SLOW, why="too slow: changes were lost; connect again")
        except ConnectionError:
            return None

    async def _send(self, text: str) -> None:
        async with asyncio.timeout(self._sent_within):
            await self._ws.send_str(text)


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[at : at + _AT_ONCE] for at in range(0, len(items), _AT_ONCE))


def _snapshot(context: Context, wanted: Filter) -> Iterator[str]:
    """How things stand at this moment, in messages; each is encoded when it is asked for."""
    centre = context.centre
    at, revision = centre.now(), centre.routing.revision
    agents = [view for view in centre.view_agents() if wanted.shows(view)]
    queues = [view for view in centre.view_queues() if wanted.shows(view)]
    calls = [view for view in centre.view_calls() if wanted.shows(view)]

    def encoded() -> Iterator[str]:
        for some_agents in _parts(agents):
            shown = tuple(map(AgentOut.model_validate, some_agents))
            yield SnapshotMessage(at=at, revision=revision, agents=shown, more=True).model_dump_json()
        for some_queues in _parts(queues):
            queued = tuple(map(QueueOut.model_validate, some_queues))
            yield SnapshotMessage(at=at, revision=revision, queues=queued, more=True).model_dump_json()
        for some_calls in _parts(calls):
            live = tuple(map(CallOut.model_validate, some_calls))
            yield SnapshotMessage(at=at, revision=revision, calls=live, more=True).model_dump_json()
        yield SnapshotMessage(at=at, revision=revision, more=False).model_dump_json()

    return encoded()


async def watch(request: web.Request, context: Context) -> web.StreamResponse:
    """Serve one stream from the upgrade to its end."""
    settings = context.settings
    wanted = Filter.of(read_query(request, EventsQuery))
    if len(context.watchers) >= settings.watchers:
        raise Refusal(
            503, Kind.BUSY, f"{settings.watchers} event streams are open, the most that are served."
        )
    ws = web.WebSocketResponse(
        timeout=settings.goodbye_seconds,
        heartbeat=settings.heartbeat_seconds,
        protocols=(PROTOCOL,),
        compress=False,
        max_msg_size=_LARGEST_MESSAGE,
    )
    if not ws.can_prepare(request):
        raise Refusal(426, Kind.BAD_REQUEST, "This is a WebSocket.", headers={"Upgrade": "websocket"})
    await ws.prepare(request)
    transport = request.transport
    if transport is None:
        return ws
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_SNDBUF, settings.send_buffer_bytes
    )
    principal = request[PRINCIPAL]
    watcher = Watcher(ws, context, wanted)
    with context.watching(watcher.gone, principal.token):
        end = await watcher.run()
    if end is not None:
        log.info("watcher disconnected", by=principal.by, code=end.code, why=end.why)
        await _dismiss(ws, end, transport, settings.goodbye_seconds)
    return ws


async def _dismiss(
    ws: web.WebSocketResponse, end: End, transport: asyncio.Transport, within: float
) -> None:
    """Say why, and cut the connection where that is not taken in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await ws.close(code=end.code, message=end.why.encode(), drain=False)
    transport.abort()


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{PREFIX}/events",
        handle=watch,
        tag="events",
        summary="State changes as a WebSocket: a snapshot, then every change",
        role=Role.READONLY,
        query=EventsQuery,
        status=101,
        problems=(426, 503),
    ),
)
