"""Messages by e-mail, against a real SMTP server on the loopback."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from structlog.testing import capture_logs

from acd.core.message_words import DeliverMessage, Message
from acd.core.routing import Voicemail
from acd.mail import MOST_WAITING, Mailer, MailSettings, compose
from acd.message_files import path_of
from acd.runtime.tasks import TaskKeeper
from tests.playbooks.centre import centre
from tests.playbooks.test_messages import message

VOICE = b"RIFF....WAVEfmt " + bytes(range(256))
BOX = Voicemail(name="orders", label="订单", mail_to="orders@example.org")
ROUTING = centre(voicemail={"orders": BOX})


class Inbox:
    """What the server got; `answers` are what it says to the next recipients and mails."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.to: list[list[str]] = []
        self.answers: list[str] = []

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
        return "250 OK"


class Counted:
    """The engine's numbers, as far as mails count in them."""

    def __init__(self) -> None:
        self.counted: list[tuple[str, str, int | str]] = []

    def request_failed(self, what: str, status: int) -> None:
        self.counted.append(("failed", what, status))

    def bad_input(self, source: str, kind: str) -> None:
        self.counted.append(("bad", source, kind))


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox, unused_tcp_port: int) -> Iterator[Controller]:
    controller = Controller(inbox, hostname="127.0.0.1", port=unused_tcp_port)
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def counted() -> Counted:
    return Counted()


class Post:
    """A mailer whose waiting takes no time; `done` waits until nothing is under way."""

    def __init__(self, folder: Path, counted: Any, settings: MailSettings | None) -> None:
        self.slept: list[float] = []
        self.failed: list[BaseException] = []
        self._names: list[str] = []
        self.keeper = TaskKeeper(lambda name, error: self.failed.append(error))
        self.mailer = Mailer(
            settings=settings,
            recordings_dir=folder,
            routing=lambda: ROUTING,
            keeper=self.keeper,
            metrics=counted,
            sleep=self._sleep,
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

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


@pytest.fixture
def post(server: Controller, tmp_path: Path, counted: Counted) -> Post:
    return Post(tmp_path, counted, settings(server))


async def test_a_message_arrives_with_its_file(
    post: Post, inbox: Inbox, tmp_path: Path, counted: Counted
) -> None:
    await post.send(keep(tmp_path, message(language="en")))
    (mail,) = inbox.mails
    assert inbox.to == [["orders@example.org"]]
    assert (mail["From"], mail["To"]) == ("acd@example.com", "orders@example.org")
    assert mail["Subject"] == "订单: voicemail from 13800000001"
    assert mail["Auto-Submitted"] == "auto-generated"
    body = mail.get_body()
    assert body is not None
    text = body.get_content()
    assert "Left at: 2026-11-18 19:05:40 (Asia/Shanghai)" in text
    assert "Length: 12 s" in text
    (voice,) = mail.iter_attachments()
    assert (voice.get_content_type(), voice.get_filename()) == ("audio/wav", "m1.wav")
    assert voice.get_content() == VOICE
    assert (counted.counted, post.slept) == ([], [])


@pytest.mark.parametrize(
    ("language", "caller", "subject"),
    [
        ("zh-CN", "138", "订单:来自 138 的语音留言"),
        ("zh-CN", None, "订单:来自 未显示号码 的语音留言"),
        ("en", None, "订单: voicemail from a withheld number"),
        ("de", "138", "订单: voicemail from 138"),
    ],
)
def test_it_speaks_the_language_of_the_message(language: str, caller: str | None, subject: str) -> None:
    left = message(language=language, caller=caller)
    mail = compose(DeliverMessage(message=left, to="a@example.org"), VOICE, ROUTING, "b@example.org")
    assert mail["Subject"] == subject


def test_a_box_that_is_gone_is_named_by_its_key() -> None:
    command = DeliverMessage(message=message(box="old", language="en"), to="a@example.org")
    assert compose(command, VOICE, ROUTING, "b@example.org")["Subject"].startswith("old: ")


async def test_what_the_server_does_not_take_now_is_tried_again_later(
    post: Post, inbox: Inbox, tmp_path: Path, counted: Counted
) -> None:
    inbox.answers = ["451 busy", "RCPT 450 grey"]
    await post.send(keep(tmp_path, message()))
    assert len(inbox.mails) == 1
    assert post.slept == [10, 60]
    assert counted.counted == [("failed", "mail", 451), ("failed", "mail", 0)]


@pytest.mark.parametrize("answer", ["554 no such thing here", "RCPT 550 nobody"])
async def test_what_the_server_refuses_for_good_is_given_up(
    post: Post, inbox: Inbox, tmp_path: Path, counted: Counted, answer: str
) -> None:
    inbox.answers = [answer]
    with capture_logs() as logs:
        await post.send(keep(tmp_path, message()))
    assert (inbox.mails, post.slept) == ([], [])
    assert counted.counted[-1] == ("bad", "mail", "given_up")
    assert logs[-1]["event"] == "mail given up"
    assert logs[-1]["message"] == "m1"


async def test_a_server_that_is_away_is_tried_until_it_is_too_late(
    unused_tcp_port: int, tmp_path: Path, counted: Counted
) -> None:
    nowhere = MailSettings(
        host="127.0.0.1", port=unused_tcp_port, security="none", sender="acd@example.com"
    )
    post = Post(tmp_path, counted, nowhere)
    with capture_logs() as logs:
        await post.send(keep(tmp_path, message()))
    assert post.slept == [10, 60, 600, 3600]
    assert counted.counted[-1] == ("bad", "mail", "given_up")
    assert [each["event"] for each in logs] == ["mail not sent yet"] * 4 + ["mail given up"]


async def test_a_server_that_lets_nobody_in_is_tried_again(post: Post, tmp_path: Path) -> None:
    """It offers no log-in at all, which the settings ask for: that may be mended."""
    secret = Post(tmp_path, Counted(), settings_with_login(post))
    with capture_logs():
        await secret.send(keep(tmp_path, message()))
    assert secret.slept == [10, 60, 600, 3600]


def settings_with_login(post: Post) -> MailSettings:
    plain = post.mailer._settings
    assert plain is not None
    return MailSettings(
        host=plain.host,
        port=plain.port,
        security="none",
        sender=plain.sender,
        user="acd",
        password="not this",
    )


async def test_without_its_file_there_is_nothing_to_send(
    post: Post, inbox: Inbox, counted: Counted
) -> None:
    with capture_logs() as logs:
        await post.send(message(), message("m2", file="../../etc/passwd"))
    assert inbox.mails == []
    assert counted.counted == [("bad", "mail", "given_up")] * 2
    assert all("its file cannot be read" in each["error"] for each in logs)


async def test_without_a_server_the_message_stays_in_its_box(tmp_path: Path, counted: Counted) -> None:
    post = Post(tmp_path, counted, None)
    with capture_logs() as logs:
        await post.send(message())
    assert logs[0]["error"] == "STROWGER_MAIL_HOST is not set"


async def test_no_more_mails_wait_than_there_is_room_for(
    post: Post, inbox: Inbox, tmp_path: Path, counted: Counted
) -> None:
    kept = keep(tmp_path, message())
    post.mailer._waiting = MOST_WAITING
    with capture_logs() as logs:
        await post.send(kept)
    assert "mails wait already" in logs[0]["error"]
    post.mailer._waiting = 0
    await post.send(kept)
    assert len(inbox.mails) == 1
    assert post.mailer._waiting == 0
