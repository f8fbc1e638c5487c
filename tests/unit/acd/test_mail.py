"""Messages by e-mail, against a real SMTP server on the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from structlog.testing import capture_logs

from acd.core.message_words import DeliverMessage
from acd.mail import MOST_WAITING, MailSettings, compose
from tests.playbooks.centre import centre
from tests.playbooks.test_messages import message
from tests.unit.acd.post_office import (
    BOX,
    ROUTING,
    VOICE,
    Counted,
    DeafServer,
    Inbox,
    Post,
    keep,
    settings,
)


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
    mail = compose(
        DeliverMessage(message=left, to="a@example.org"), VOICE, ROUTING, "b@example.org", "<1@b>"
    )
    assert mail["Subject"] == subject


def test_a_box_that_is_gone_is_named_by_its_key() -> None:
    command = DeliverMessage(message=message(box="old", language="en"), to="a@example.org")
    assert compose(command, VOICE, ROUTING, "b@example.org", "<1@b>")["Subject"].startswith("old: ")


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


@pytest.fixture
async def deaf(unused_tcp_port: int) -> AsyncIterator[DeafServer]:
    server = DeafServer(unused_tcp_port)
    async with await asyncio.start_server(server.hold, "127.0.0.1", unused_tcp_port):
        yield server
        server.close.set()


async def test_a_mail_is_made_only_when_its_turn_has_come(
    deaf: DeafServer, tmp_path: Path, counted: Counted
) -> None:
    """Many mails that wait for a server that hangs must not fill the memory."""
    first, second, third = (message(id, file=id) for id in ("m1", "m2", "m3"))
    post = Post(tmp_path, counted, deaf.settings, waits_s=())
    sending = asyncio.create_task(post.send(keep(tmp_path, first), keep(tmp_path, second), third))
    with capture_logs() as logs:
        await deaf.connected(2)
        keep(tmp_path, third)
        deaf.close.set()
        await sending
    assert deaf.connections == 3
    assert [each for each in logs if "cannot be read" in each.get("error", "")] == []


async def test_no_more_mails_wait_than_there_is_room_for(
    deaf: DeafServer, tmp_path: Path, counted: Counted
) -> None:
    kept = [message(f"m{number}", file="m1") for number in range(MOST_WAITING + 1)]
    keep(tmp_path, kept[0])
    post = Post(tmp_path, counted, deaf.settings, waits_s=())
    sending = asyncio.create_task(post.send(*kept))
    with capture_logs() as logs:
        await deaf.connected(2)
        (refused,) = logs
        deaf.close.set()
        await sending
    assert (refused["message"], refused["error"]) == (kept[-1].id, "1000 mails wait already")
    assert deaf.connections == MOST_WAITING


def test_a_label_of_several_lines_is_one_in_a_header() -> None:
    box = replace(BOX, label="Orders,\nknives")
    routing = centre(voicemail={"orders": box})
    command = DeliverMessage(message=message(language="en"), to="a@example.org")
    mail = compose(command, VOICE, routing, "b@example.org", "<1@b>")
    assert mail["Subject"].startswith("Orders, knives: ")
