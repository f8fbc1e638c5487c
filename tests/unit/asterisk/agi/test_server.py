"""Sessions with a scripted Asterisk over loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from unittest.mock import create_autospec

import pytest

from acd.errors import AcdError
from asterisk.agi.errors import (
    AgiCommandError,
    AgiHangup,
    AgiProtocolError,
    AgiTimeout,
    AgiValueError,
)
from asterisk.agi.server import FastAgiServer
from asterisk.agi.session import AgiSession

OPENING = b"agi_network: yes\nagi_network_script: lookup\nagi_uniqueid: 1.2\n\n"
Handler = Callable[[AgiSession], Awaitable[None]]


async def nothing(session: AgiSession) -> None:
    """Be a handler that returns at once."""


@dataclass
class Peer:
    """Asterisk's side of one connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def hears(self) -> str:
        async with asyncio.timeout(30):
            return (await self.reader.readline()).decode()

    async def hears_the_end(self) -> bool:
        """Return True when the server closes; what it says before that is passed over."""
        async with asyncio.timeout(30):
            with suppress(ConnectionError):
                await self.reader.read()
        return True

    def says(self, text: str) -> None:
        self.writer.write(text.encode() + b"\n")


@dataclass
class Lab:
    """A server with its failures, and a way to connect to it."""

    server: FastAgiServer
    failed: asyncio.Queue[AcdError]

    @asynccontextmanager
    async def peer(self, opening: bytes = OPENING) -> AsyncIterator[Peer]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        writer.write(opening)
        try:
            yield Peer(reader, writer)
        finally:
            writer.close()

    async def failure(self) -> AcdError:
        async with asyncio.timeout(30):
            return await self.failed.get()


@asynccontextmanager
async def serving(handler: Handler, **settings: float) -> AsyncIterator[Lab]:
    failed: asyncio.Queue[AcdError] = asyncio.Queue()
    given = {"open_timeout_s": 2.0, "command_timeout_s": 2.0, **settings}
    max_sessions = int(given.pop("max_sessions", 100))
    server = FastAgiServer(
        handler,
        "127.0.0.1",
        0,
        on_failed=failed.put_nowait,
        open_timeout_s=given["open_timeout_s"],
        command_timeout_s=given["command_timeout_s"],
        max_sessions=max_sessions,
    )
    async with server:
        yield Lab(server, failed)


async def test_a_session_from_opening_to_end() -> None:
    done: list[object] = []

    async def handler(session: AgiSession) -> None:
        done.append(session.environment.script)
        await session.answer()
        await session.set_variable("X", 'a "b"')
        done.append(await session.get_variable("Y"))
        done.append(await session.get_variable("Z"))
        done.append(await session.execute("Playback", "beep"))
        done.append(await session.stream_file("welcome", escape_digits="12"))
        done.append(await session.stream_file("welcome"))
        await session.verbose("hello")
        await session.hangup()

    conversation = [
        ("ANSWER\n", "200 result=0"),
        ('SET VARIABLE "X" "a \\"b\\""\n', "200 result=1"),
        ('GET VARIABLE "Y"\n', "200 result=1 (value)"),
        ('GET VARIABLE "Z"\n', "200 result=0"),
        ('EXEC "Playback" "beep"\n', "200 result=-2"),
        ('STREAM FILE "welcome" "12"\n', "200 result=49 endpos=8000"),
        ('STREAM FILE "welcome" ""\n', "200 result=0 endpos=16000"),
        ('VERBOSE "hello" "1"\n', "200 result=1"),
        ("HANGUP\n", "200 result=1"),
    ]
    async with serving(handler) as lab, lab.peer() as peer:
        for asked, answer in conversation:
            assert await peer.hears() == asked
            peer.says(answer)
        assert await peer.hears() == ""
        assert done == ["lookup", "value", None, "-2", "1", None]
        assert lab.failed.empty()


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        ("510 Invalid or unknown command", 510, "Invalid"),
        ("520-Invalid.\nUsage: ANSWER\n520 End of proper usage.", 520, "Usage: ANSWER"),
    ],
)
async def test_a_refused_command_is_an_error_and_the_session_goes_on(
    answer: str, code: int, text: str
) -> None:
    refused: list[AgiCommandError] = []

    async def handler(session: AgiSession) -> None:
        with pytest.raises(AgiCommandError, match=text) as error:
            await session.answer()
        refused.append(error.value)
        await session.verbose("still here")

    async with serving(handler) as lab, lab.peer() as peer:
        await peer.hears()
        peer.says(answer)
        assert await peer.hears() == 'VERBOSE "still here" "1"\n'
        peer.says("200 result=1")
        assert await peer.hears_the_end()
        assert [(error.command, error.code) for error in refused] == [("ANSWER", code)]


async def test_a_hostile_word_is_never_sent() -> None:
    async def handler(session: AgiSession) -> None:
        with pytest.raises(AgiValueError):
            await session.set_variable("X", "1\nEXEC System reboot")
        await session.verbose("clean")

    async with serving(handler) as lab, lab.peer() as peer:
        assert await peer.hears() == 'VERBOSE "clean" "1"\n'
        peer.says("200 result=1")
        assert await peer.hears_the_end()
        assert lab.failed.empty()


@pytest.mark.parametrize("answer", ["HANGUP\n200 result=-1", "511 Command Not Permitted"])
async def test_a_hangup_ends_the_session(answer: str) -> None:
    async def handler(session: AgiSession) -> None:
        await session.stream_file("long")

    async with serving(handler) as lab, lab.peer() as peer:
        await peer.hears()
        peer.says(answer)
        assert isinstance(await lab.failure(), AgiHangup)


async def test_after_a_hangup_only_what_is_meant_for_it_is_sent() -> None:
    async def handler(session: AgiSession) -> None:
        assert not session.hung_up
        await session.set_variable("X", "1")
        assert session.hung_up
        await session.command("SET VARIABLE", "Y", "2", after_hangup=True)
        while True:
            await session.execute("Wait", "1")

    async with serving(handler) as lab, lab.peer() as peer:
        await peer.hears()
        peer.says("HANGUP\n200 result=1")
        assert await peer.hears() == 'SET VARIABLE "Y" "2"\n'
        peer.says("200 result=1")
        assert await peer.hears() == ""
        assert isinstance(await lab.failure(), AgiHangup)


async def test_a_peer_that_connects_and_closes_at_once_is_done_with() -> None:
    async with serving(nothing) as lab:
        for _ in range(20):
            async with lab.peer(b""):
                pass
            assert isinstance(await lab.failure(), AgiHangup)
        assert lab.server.sessions == 0


async def test_a_peer_that_closes_its_half_in_the_middle_is_done_with() -> None:
    async with serving(nothing) as lab, lab.peer(b"agi_network: yes\nagi_un") as peer:
        peer.writer.write_eof()
        assert isinstance(await lab.failure(), AgiHangup)
        assert await peer.hears_the_end()


async def test_a_peer_that_resets_while_a_command_waits_is_done_with() -> None:
    async def handler(session: AgiSession) -> None:
        await session.answer()

    async with serving(handler) as lab, lab.peer() as peer:
        await peer.hears()
        peer.writer.transport.abort()
        assert isinstance(await lab.failure(), AgiHangup)


@pytest.mark.parametrize(
    "garbage",
    [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\xff\xfe\n", b"x" * (1 << 20), b"200 result=0\n"],
    ids=["http", "bytes", "1 MB line", "reply first"],
)
async def test_a_peer_that_speaks_no_agi_is_closed(garbage: bytes) -> None:
    async with serving(nothing) as lab, lab.peer(garbage) as peer:
        assert isinstance(await lab.failure(), AgiProtocolError)
        assert await peer.hears_the_end()
        assert lab.server.sessions == 0


async def test_a_session_that_was_not_opened_or_whose_socket_fails() -> None:
    reader = asyncio.StreamReader()
    session = AgiSession(reader, create_autospec(asyncio.StreamWriter), timeout_s=1.0)
    with pytest.raises(AgiProtocolError, match="not open"):
        _ = session.environment
    reader.set_exception(ConnectionResetError("reset by peer"))
    with pytest.raises(AgiHangup, match="reset by peer"):
        await session.open(1.0)


async def test_a_peer_that_says_nothing_is_closed() -> None:
    async with serving(nothing, open_timeout_s=0.05) as lab, lab.peer(b"") as peer:
        assert isinstance(await lab.failure(), AgiTimeout)
        assert await peer.hears_the_end()


async def test_a_command_without_answer_times_out_and_nothing_is_asked_after_it() -> None:
    async def handler(session: AgiSession) -> None:
        with pytest.raises(AgiTimeout, match=r"ANSWER: nothing in 0\.02 s"):
            await session.command("ANSWER", timeout_s=0.02)
        await session.verbose("x")

    async with serving(handler) as lab, lab.peer() as peer:
        assert isinstance(await lab.failure(), AgiTimeout)
        assert await peer.hears() == "ANSWER\n"
        assert await peer.hears() == ""


async def test_one_failing_session_does_not_touch_another() -> None:
    async def handler(session: AgiSession) -> None:
        await session.answer()

    async with serving(handler) as lab, lab.peer() as good:
        await good.hears()
        async with lab.peer(b"garbage\n"):
            await lab.failure()
        assert lab.server.sessions == 1
        good.says("200 result=0")
        assert await good.hears_the_end()
        assert lab.failed.empty()


async def test_sessions_beyond_the_limit_are_closed_at_once() -> None:
    async def handler(session: AgiSession) -> None:
        await session.answer()

    async with serving(handler, max_sessions=1) as lab, lab.peer() as first:
        await first.hears()
        async with lab.peer() as second:
            assert await second.hears_the_end()
        first.says("200 result=0")
        assert await first.hears_the_end()


async def test_closing_the_server_ends_its_sessions_silently(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def handler(session: AgiSession) -> None:
        await session.answer()

    async with serving(handler) as lab, lab.peer() as peer:
        await peer.hears()
        await lab.server.__aexit__()
        assert await peer.hears_the_end()
        assert lab.server.sessions == 0
    assert caplog.messages == []


async def test_a_handler_may_be_cancelled_by_others() -> None:
    cancelled = asyncio.Event()

    async def handler(session: AgiSession) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        try:
            await session.answer()
        finally:
            cancelled.set()

    errors: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: errors.append(context))
    async with serving(handler) as lab, lab.peer() as peer:
        await cancelled.wait()
        assert await peer.hears_the_end()
        assert lab.server.sessions == 0


async def test_failures_may_be_of_no_interest_and_the_port_is_known_before() -> None:
    server = FastAgiServer(nothing, "127.0.0.1", 0)
    assert server.port == 0
    async with server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"garbage\n")
        assert await Peer(reader, writer).hears_the_end()
        writer.close()
