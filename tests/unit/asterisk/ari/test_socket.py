from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientSession, WSMsgType, web

from asterisk.ari.frames import text_frame
from asterisk.ari.socket import SOCKET_CLASS, PipelineSocket


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, b"\x81\x80"),
        (125, b"\x81\xfd"),
        (126, b"\x81\xfe\x00\x7e"),
        (65535, b"\x81\xfe\xff\xff"),
        (65536, b"\x81\xff\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_frame_is_final_text_masked_by_nothing(size: int, header: bytes) -> None:
    payload = b"x" * size
    assert text_frame(payload) == header + b"\0\0\0\0" + payload


async def test_what_is_written_arrives_until_the_socket_is_closed() -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def serve(request: web.Request) -> web.WebSocketResponse:
        server_side = web.WebSocketResponse()
        await server_side.prepare(request)
        async for message in server_side:
            heard.put_nowait(message.data)
        return server_side

    app = web.Application()
    app.router.add_get("/", serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    async with asyncio.timeout(30), ClientSession(ws_response_class=SOCKET_CLASS) as session:
        socket = await session.ws_connect(url)
        assert isinstance(socket, PipelineSocket)
        assert socket.write_texts(["中".encode()])
        assert await heard.get() == "中"
        socket.abort()
        assert not socket.write_texts([b"too late"])
        assert (await socket.receive()).type is WSMsgType.CLOSED
        assert not socket.write_texts([b"too late"])
    await runner.cleanup()
    assert heard.empty()
