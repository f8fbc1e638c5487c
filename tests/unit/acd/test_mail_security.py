"""Mails over TLS and with a log-in, against a real SMTP server with certificates made for the test."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from structlog.testing import capture_logs

from acd.mail import WAITS_S, MailSettings
from acd.message_files import path_of
from tests.playbooks.test_messages import message
from tests.unit.acd.post_office import VOICE, Counted, Inbox, Post, keep, settings

PASSWORD = "correct horse"
ALL_WAITS = list(WAITS_S)

Start = Callable[..., Controller]


class Doorman:
    """Knows one user, whose password can be changed; keeps what he was shown."""

    def __init__(self) -> None:
        self.password = PASSWORD
        self.shown: list[str] = []

    def __call__(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: Any
    ) -> AuthResult:
        assert isinstance(auth_data, LoginPassword)
        login, password = auth_data.login.decode(), auth_data.password.decode()
        self.shown.append(password)
        return AuthResult(success=(login, password) == ("acd", self.password), handled=False)


@pytest.fixture
def doorman() -> Doorman:
    return Doorman()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine takes the authority for a good one."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))


@pytest.fixture
def start(
    inbox: Inbox, doorman: Doorman, authority: trustme.CA, unused_tcp_port_factory: Callable[[], int]
) -> Iterator[Start]:
    """Starts a server; with a certificate for `host`."""
    with ExitStack() as started:

        def begin(security: Literal["none", "starttls", "tls"], host: str = "127.0.0.1") -> Controller:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(host).configure_cert(context)
            secured: dict[str, Any] = {
                "none": {"auth_require_tls": False},
                "starttls": {"tls_context": context, "require_starttls": True, "auth_required": True},
                "tls": {"ssl_context": context, "auth_require_tls": False},
            }
            server = Controller(
                inbox,
                hostname="127.0.0.1",
                port=unused_tcp_port_factory(),
                authenticator=doorman,
                **secured[security],
            )
            server.start()
            started.callback(server.stop)
            return server

        yield begin


def as_user(server: Controller, security: str, password: str = PASSWORD) -> MailSettings:
    return settings(server, security=security, user="acd", password=password)


SECURED = pytest.mark.parametrize("security", ["starttls", "tls"])


@SECURED
@pytest.mark.usefixtures("trusted")
async def test_a_mail_goes_encrypted_and_by_a_user_who_logged_in(
    start: Start, inbox: Inbox, doorman: Doorman, tmp_path: Path, counted: Counted, security: str
) -> None:
    post = Post(tmp_path, counted, as_user(start(security), security))
    await post.send(keep(tmp_path, message()), keep(tmp_path, message("m2", file="2026/11/m2")))
    assert inbox.by == [(True, True)] * 2
    assert len({mail["Message-ID"] for mail in inbox.mails}) == 2
    assert (doorman.shown, counted.counted, post.slept) == ([PASSWORD] * 2, [], [])


async def test_without_encryption_it_goes_in_the_open(
    start: Start, inbox: Inbox, tmp_path: Path, counted: Counted
) -> None:
    """As to a server on the same machine."""
    await Post(tmp_path, counted, as_user(start("none"), "none")).send(keep(tmp_path, message()))
    assert inbox.by == [(False, True)]


@SECURED
@pytest.mark.usefixtures("trusted")
async def test_a_wrong_password_is_tried_again_and_at_last_said_to_have_failed(
    start: Start, inbox: Inbox, tmp_path: Path, counted: Counted, security: str
) -> None:
    post = Post(tmp_path, counted, as_user(start(security), security, "battery staple"))
    kept = keep(tmp_path, message())
    with capture_logs() as logs:
        await post.send(kept)
    assert (inbox.mails, post.slept) == ([], ALL_WAITS)
    assert counted.counted == [("failed", "mail", 535)] * 5 + [("bad", "mail", "given_up")]
    assert [each["event"] for each in logs] == ["mail not sent yet"] * 4 + ["mail given up"]
    assert "battery staple" not in str(logs)
    assert path_of(tmp_path, kept.file).read_bytes() == VOICE


@pytest.mark.usefixtures("trusted")
async def test_a_password_that_is_mended_meanwhile_sends_it_once(
    start: Start, inbox: Inbox, doorman: Doorman, tmp_path: Path, counted: Counted
) -> None:
    doorman.password = "forgotten"

    def mend() -> None:
        doorman.password = PASSWORD

    post = Post(tmp_path, counted, as_user(start("starttls"), "starttls"), meanwhile=mend)
    await post.send(keep(tmp_path, message()))
    assert (len(inbox.mails), post.slept) == (1, [10])


@SECURED
async def test_a_server_that_cannot_prove_who_it_is_is_told_nothing(
    start: Start, inbox: Inbox, doorman: Doorman, tmp_path: Path, counted: Counted, security: str
) -> None:
    post = Post(tmp_path, counted, as_user(start(security), security))
    with capture_logs() as logs:
        await post.send(keep(tmp_path, message()))
    assert (doorman.shown, inbox.mails, post.slept) == ([], [], ALL_WAITS)
    assert "CERTIFICATE_VERIFY_FAILED" in logs[-1]["error"]


@SECURED
@pytest.mark.usefixtures("trusted")
async def test_nor_is_one_that_bears_another_name(
    start: Start, inbox: Inbox, doorman: Doorman, tmp_path: Path, counted: Counted, security: str
) -> None:
    server = start(security, "mail.elsewhere.example")
    post = Post(tmp_path, counted, as_user(server, security), waits_s=[10])
    with capture_logs() as logs:
        await post.send(keep(tmp_path, message()))
    assert (doorman.shown, inbox.mails) == ([], [])
    assert logs[-1]["event"] == "mail given up"


async def test_encryption_that_is_wanted_is_never_done_without(
    start: Start, inbox: Inbox, doorman: Doorman, tmp_path: Path, counted: Counted
) -> None:
    """Whoever sits between may have taken the offer out."""
    post = Post(tmp_path, counted, as_user(start("none"), "starttls"))
    with capture_logs() as logs:
        await post.send(keep(tmp_path, message()))
    assert (doorman.shown, inbox.mails, post.slept) == ([], [], ALL_WAITS)
    assert "STARTTLS" in logs[-1]["error"]


@pytest.mark.usefixtures("trusted")
async def test_a_recipient_who_is_refused_is_given_up_at_once(
    start: Start, inbox: Inbox, tmp_path: Path, counted: Counted
) -> None:
    inbox.answers = ["RCPT 550 no such box"]
    post = Post(tmp_path, counted, as_user(start("tls"), "tls"))
    with capture_logs() as logs:
        await post.send(keep(tmp_path, message()))
    assert (inbox.mails, post.slept) == ([], [])
    assert counted.counted[-1] == ("bad", "mail", "given_up")
    assert "no such box" in logs[-1]["error"]
