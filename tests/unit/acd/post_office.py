"""A mail server on the loopback that says what it is told to, and a mailer that never waits long."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from acd.core.message_words import DeliverMessage, Message
from acd.core.routing import Voicemail
from acd.mail import WAITS_S, Mailer, MailSettings
from acd.message_files import path_of
from acd.runtime.tasks import TaskKeeper
from tests.playbooks.centre import centre

VOICE = b"RIFF....WAVEfmt " + bytes(range(256))
BOX = Voicemail(name="orders", label="订单", mail_to="orders@example.org")
ROUTING = centre(voicemail={"orders": BOX})


class Inbox:
    """What the server got; `answers` are what it says to the next recipients and mails."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.to: list[list[str]] = []
        self.answers: list[str] = []
        self.by: list[tuple[bool, bool]] = []
        """For each mail: whether it came encrypted, and from somebody who had logged in."""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answers and self.answers[0].startswith("RCPT "):
            return self.answers.pop(0).removeprefix("RCPT ")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.to.append(list(envelope.rcpt_tos))
        assert server.transport is not None
        encrypted = server.transport.get_extra_info("ssl_object") is not None
        self.by.append((encrypted, session.authenticated is True))
        return "250 OK"


class DeafServer:
    """Lets everybody connect, and says nothing until it closes; from then on it closes at once."""

    def __init__(self, port: int) -> None:
        self.settings = MailSettings(
            host="127.0.0.1", port=port, security="none", sender="acd@example.com"
        )
        self.connections = 0
        self.close = asyncio.Event()
        self._news = asyncio.Condition()

    async def hold(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._news:
            self.connections += 1
            self._news.notify_all()
        await self.close.wait()
        writer.close()

    async def connected(self, many: int) -> None:
        """So many have connected."""
        async with self._news, asyncio.timeout(30):
            await self._news.wait_for(lambda: self.connections >= many)


class Counted:
    """The engine's numbers, as far as mails count in them."""

    def __init__(self) -> None:
        self.counted: list[tuple[str, str, int | str]] = []

    def request_failed(self, what: str, status: int) -> None:
        self.counted.append(("failed", what, status))

    def bad_input(self, source: str, kind: str) -> None:
        self.counted.append(("bad", source, kind))


class Post:
    """A mailer whose waiting takes no time; `meanwhile` is what happens then."""

    def __init__(
        self,
        folder: Path,
        counted: Any,
        settings: MailSettings | None,
        *,
        waits_s: Sequence[float] = WAITS_S,
        timeout_s: float = 10.0,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self.slept: list[float] = []
        self.failed: list[BaseException] = []
        self._meanwhile = meanwhile
        self.keeper = TaskKeeper(lambda name, error: self.failed.append(error))
        self.mailer = Mailer(
            settings=settings,
            recordings_dir=folder,
            routing=lambda: ROUTING,
            keeper=self.keeper,
            metrics=counted,
            waits_s=waits_s,
            timeout_s=timeout_s,
            sleep=self._sleep,
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._meanwhile()

    async def send(self, *messages: Message) -> None:
        before = asyncio.all_tasks()
        for each in messages:
            self.mailer.deliver(DeliverMessage(message=each, to="orders@example.org"))
        await asyncio.gather(*(asyncio.all_tasks() - before))
        assert self.failed == []


def keep(folder: Path, kept: Message) -> Message:
    path = path_of(folder, kept.file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(VOICE)
    return kept


def settings(controller: Controller, **changes: Any) -> MailSettings:
    plain: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": controller.port,
        "security": "none",
        "sender": "acd@example.com",
    }
    return MailSettings(**(plain | changes))
