"""Look-ups against a real HTTP server in this process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from acd.core.flow_words import LookedUp, LookUp
from acd.lookups import LARGEST_BYTES, LONGEST_TEXT, BadAnswer, fields_of, open_lookups
from acd.runtime.tasks import TaskKeeper

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Shop:
    """A server whose answers a test says, and one that looks things up there."""

    def __init__(self) -> None:
        self.answer: Handler = self.plain
        self.seen: list[str] = []
        self.port = 0
        self.answers: asyncio.Queue[LookedUp] = asyncio.Queue()

    async def plain(self, request: web.Request) -> web.Response:
        return web.json_response({"state": "sent"})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request.path_qs)
        return await self.answer(request)

    async def ask(self, path: str = "/", within: float = 5.0) -> LookedUp:
        return await self.ask_url(f"http://127.0.0.1:{self.port}{path}", within)

    async def ask_url(self, url: str, within: float = 5.0) -> LookedUp:
        failed: list[str] = []
        keeper = TaskKeeper(lambda name, error: failed.append(name))
        async with open_lookups(keeper, self.answers.put_nowait) as lookups:
            lookups.look_up(LookUp(call="c1", url=url, within=within))
            async with asyncio.timeout(5):
                answer = await self.answers.get()
        await keeper.close()
        assert not failed
        return answer


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    shop = Shop()
    app = web.Application()
    app.router.add_get("/{path:.*}", shop.handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    shop.port = listening.getsockname()[1]
    await web.SockSite(runner, listening).start()
    yield shop
    await runner.cleanup()


def none() -> LookedUp:
    return LookedUp(call="c1", values=None)


async def test_the_fields_of_the_answer(shop: Shop) -> None:
    assert await shop.ask("/order%2F1?no=12%263") == LookedUp(call="c1", values={"state": "sent"})
    assert shop.seen == ["/order%2F1?no=12%263"]


async def test_late_is_none(shop: Shop) -> None:
    never = asyncio.Event()

    async def wait(request: web.Request) -> web.StreamResponse:
        await never.wait()
        raise AssertionError

    shop.answer = wait
    with capture_logs() as logs:
        assert await shop.ask(within=0.05) == none()
    assert [each["event"] for each in logs] == ["look-up is late"]
    never.set()


async def test_no_redirect_is_followed(shop: Shop) -> None:
    async def elsewhere(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/other")

    shop.answer = elsewhere
    assert await shop.ask("/here") == none()
    assert shop.seen == ["/here"]


@pytest.mark.parametrize("status", [204, 404, 500])
async def test_other_statuses_are_no_answer(shop: Shop, status: int) -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    shop.answer = refuse
    assert await shop.ask() == none()


async def test_too_long_is_no_answer(shop: Shop) -> None:
    async def flood(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b'{"a": "' + b"x" * LARGEST_BYTES + b'"}')

    shop.answer = flood
    with capture_logs() as logs:
        assert await shop.ask() == none()
    assert logs[0]["error"] == f"more than {LARGEST_BYTES} bytes"


async def test_a_server_that_is_not_there(shop: Shop) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with capture_logs() as logs:
            answer = await shop.ask_url(f"http://127.0.0.1:{nobody.getsockname()[1]}/?c=13800138000")
    assert answer == none()
    assert "13800138000" not in str(logs)


@pytest.mark.parametrize("url", ["", "no address", "http://", "http://[::", "ftp://127.0.0.1/", "//x"])
async def test_bad_addresses(shop: Shop, url: str) -> None:
    assert await shop.ask_url(url) == none()


def test_fields_as_text() -> None:
    body = b'{"a": "x\\u4e2d", "b": 12.50, "c": true, "d": null, "e": [1], "f": {"g": 1}, "h": -3}'
    assert fields_of(body) == {"a": "x中", "b": "12.50", "c": "true", "h": "-3"}
    assert fields_of(b'{"a": "' + b"x" * 2000 + b'"}') == {"a": "x" * LONGEST_TEXT}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"1", b"null", b"{", b'{"a": }', b"\xff", b'{"a": "\xff"}', b"[" * 60_000]
)
def test_what_is_no_object(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        fields_of(body)


def test_depth_is_bounded() -> None:
    with pytest.raises(BadAnswer):
        fields_of(b'{"a": ' + b"[" * 60_000)
