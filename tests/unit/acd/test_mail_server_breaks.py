"""Mail servers that hang, go away and come back: nothing is lost, and nothing is sent twice unseen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from structlog.testing import capture_logs

from acd.core.message_words import DeliverMessage
from acd.mail import WAITS_S, MailSettings
from acd.message_files import path_of
from tests.playbooks.test_messages import message
from tests.unit.acd.post_office import VOICE, Counted, Inbox, Post, keep, settings

ANSWERS = {
    "CONNECTED": "220 here",
    "EHLO": "250 hello",
    "MAIL": "250 go on",
    "RCPT": "250 go on",
    "DATA": "354 say it",
    "CONTENT": "250 taken",
    "QUIT": "221 bye",
}
"""What a good server says to each command. CONTENT stands for the mail itself."""

PATIENCE_S = 0.5
"""With a server that says nothing."""


class Clumsy:
    """A server that at one point of its first conversations hangs up, or says nothing more.

    `got` are the Message-IDs of the mails that it has read to their end."""

    def __init__(self, at: str, *, hangs: bool, times: int) -> None:
        self.got: list[str] = []
        self._at, self._hangs, self._times = at, hangs, times
        self._open: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Clumsy:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._open:
            writer.close()
        await self._server.wait_closed()

    @property
    def settings(self) -> MailSettings:
        port = self._server.sockets[0].getsockname()[1]
        return MailSettings(host="127.0.0.1", port=port, security="none", sender="acd@example.com")

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.append(writer)
        said = "CONNECTED"
        while said:
            if said == self._at and self._times > 0:
                self._times -= 1
                if not self._hangs:
                    break
                await reader.read()  # until the other side has enough
                break
            writer.write(f"{ANSWERS[said]}\r\n".encode())
            said = await (self._content(reader) if said == "DATA" else _command(reader))
        writer.close()

    async def _content(self, reader: asyncio.StreamReader) -> str:
        async for line in reader:
            if line.lower().startswith(b"message-id:"):
                self.got.append(line.partition(b":")[2].strip().decode())
            if line == b".\r\n":
                break
        return "CONTENT"


async def _command(reader: asyncio.StreamReader) -> str:
    return (await reader.readline()).decode().partition(" ")[0].strip().upper()


@pytest.fixture
def counted() -> Counted:
    return Counted()


def test_the_waits_grow() -> None:
    assert all(later >= 5 * earlier for earlier, later in pairwise(WAITS_S))


@pytest.mark.parametrize("hangs", [True, False])
@pytest.mark.parametrize("at", ["CONNECTED", "EHLO", "MAIL", "RCPT", "DATA"])
async def test_a_server_that_hangs_or_breaks_off_gets_it_later_and_once(
    tmp_path: Path, counted: Counted, at: str, hangs: bool
) -> None:
    async with Clumsy(at, hangs=hangs, times=2) as server:
        post = Post(tmp_path, counted, server.settings, timeout_s=PATIENCE_S if hangs else 10.0)
        with capture_logs() as logs:
            await post.send(keep(tmp_path, message()))
    assert (len(server.got), post.slept) == (1, [10, 60])
    assert [each["event"] for each in logs] == ["mail not sent yet"] * 2 + ["mail sent"]
    assert [kind for kind, *_ in counted.counted] == ["failed"] * 2


@pytest.mark.parametrize("hangs", [True, False])
async def test_a_server_that_hangs_for_ever_is_given_up_and_the_message_stays(
    tmp_path: Path, counted: Counted, hangs: bool
) -> None:
    kept = keep(tmp_path, message())
    async with Clumsy("CONNECTED", hangs=hangs, times=100) as server:
        post = Post(tmp_path, counted, server.settings, timeout_s=0.05)
        with capture_logs() as logs:
            await post.send(kept)
    assert post.slept == list(WAITS_S)
    assert (logs[-1]["event"], logs[-1]["message"]) == ("mail given up", "m1")
    assert counted.counted[-1] == ("bad", "mail", "given_up")
    assert path_of(tmp_path, kept.file).read_bytes() == VOICE


@pytest.mark.parametrize("hangs", [True, False])
async def test_when_the_answer_to_a_mail_is_lost_its_second_can_be_known_as_such(
    tmp_path: Path, counted: Counted, hangs: bool
) -> None:
    """Whether it was taken nobody can tell: rather twice than never, and both under one id."""
    async with Clumsy("CONTENT", hangs=hangs, times=1) as server:
        post = Post(tmp_path, counted, server.settings, timeout_s=PATIENCE_S if hangs else 10.0)
        with capture_logs():
            await post.send(keep(tmp_path, message()))
    first, second = server.got
    assert first == second
    assert post.slept == [10]


@pytest.mark.parametrize("hangs", [True, False])
async def test_a_server_that_took_it_and_then_says_no_goodbye_has_it_once(
    tmp_path: Path, counted: Counted, hangs: bool
) -> None:
    async with Clumsy("QUIT", hangs=hangs, times=100) as server:
        post = Post(tmp_path, counted, server.settings, timeout_s=PATIENCE_S if hangs else 10.0)
        await post.send(keep(tmp_path, message()))
    assert (len(server.got), post.slept, counted.counted) == (1, [], [])


async def test_a_server_that_comes_back_gets_it_once(
    tmp_path: Path, counted: Counted, unused_tcp_port: int
) -> None:
    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=unused_tcp_port)
    post = Post(tmp_path, counted, settings(server), meanwhile=server.start)
    with capture_logs():
        await post.send(keep(tmp_path, message()))
    server.stop()
    assert (len(inbox.mails), post.slept) == (1, [10])


async def test_mails_that_still_wait_when_the_engine_ends_are_said_not_to_be_sent(
    tmp_path: Path, counted: Counted, unused_tcp_port: int
) -> None:
    waiting = asyncio.Event()
    nowhere = MailSettings(host="127.0.0.1", port=unused_tcp_port, security="none", sender="a@b.example")
    post = Post(tmp_path, counted, nowhere)
    post.mailer._sleep = _for_ever(waiting)
    kept = keep(tmp_path, message())
    with capture_logs() as logs:
        post.mailer.deliver(DeliverMessage(message=kept, to="orders@example.org"))
        await waiting.wait()
        await post.keeper.close()
    assert (logs[-1]["event"], logs[-1]["error"]) == ("mail given up", "the engine ends")
    assert post.mailer._waiting == 0
    assert path_of(tmp_path, kept.file).exists()


def _for_ever(begun: asyncio.Event) -> Callable[[float], Awaitable[object]]:
    async def sleep(_: float) -> None:
        begun.set()
        await asyncio.Event().wait()

    return sleep
