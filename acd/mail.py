"""Voicemail by e-mail: a message is sent with its file, in the language in which it was left.

Nothing waits for it: a server that is slow or away delays mails, never calls. What has not been sent
when the engine ends is not sent any more, and said to be given up; the message itself is in its box all
the same. A mail whose answer got lost is sent again, under the same Message-ID, by which its reader's
server knows it: whether the first one was taken cannot be told from here (RFC 1047).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

import aiosmtplib
import structlog

from acd.core.message_words import DeliverMessage, Message
from acd.core.routing import Routing
from acd.message_files import OutsideTheFolder, path_of
from acd.ports import RuntimeMetrics
from acd.runtime.tasks import TaskKeeper

log = structlog.get_logger(__name__)

WAITS_S: Final = (10.0, 60.0, 600.0, 3600.0)
"""How long to wait before each further try; after the last one the mail is given up."""
AT_ONCE: Final = 2
"""So many connections to the mail server."""
TIMEOUT_S: Final = 30.0
"""So long the server may take for each answer."""
MOST_WAITING: Final = 1000
"""Mails that wait: more are given up at once, or a server that is away would fill the memory."""

Security = Literal["none", "starttls", "tls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """How to reach the mail server. `sender` is the address that mails come from."""

    host: str
    port: int
    security: Security
    sender: str
    user: str | None = None
    password: str | None = None


class Mailer:
    """Sends messages; `deliver` is what the engine calls for DeliverMessage."""

    def __init__(
        self,
        *,
        settings: MailSettings | None,
        recordings_dir: Path,
        routing: Callable[[], Routing],
        keeper: TaskKeeper,
        metrics: RuntimeMetrics,
        waits_s: Sequence[float] = WAITS_S,
        timeout_s: float = TIMEOUT_S,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._recordings_dir = recordings_dir
        self._routing = routing
        self._keeper = keeper
        self._metrics = metrics
        self._waits_s = waits_s
        self._timeout_s = timeout_s
        self._sleep = sleep
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    def deliver(self, command: DeliverMessage) -> None:
        """See acd.core.message_words.DeliverMessage. Returns at once."""
        if self._settings is None:
            self._give_up(command, "STROWGER_MAIL_HOST is not set")
        elif self._waiting >= MOST_WAITING:
            self._give_up(command, f"{self._waiting} mails wait already")
        else:
            self._waiting += 1
            work = self._send_in_the_end(command, self._settings)
            self._keeper.start(f"mail {command.message.id}", work)

    async def _send_in_the_end(self, command: DeliverMessage, settings: MailSettings) -> None:
        domain = settings.sender.rpartition("@")[2]
        mail_id = make_msgid(idstring=_plain(command.message.id), domain=domain)
        try:
            why = await self._try(command, settings, mail_id)
            for wait_s in self._waits_s:
                if why is None:
                    return
                log.warning("mail not sent yet", message=command.message.id, error=why, again_s=wait_s)
                await self._sleep(wait_s)
                why = await self._try(command, settings, mail_id)
            if why is not None:
                self._give_up(command, why)
        except _Hopeless as error:
            self._give_up(command, str(error))
        except asyncio.CancelledError:
            self._give_up(command, "the engine ends")
            raise
        finally:
            self._waiting -= 1

    async def _try(self, command: DeliverMessage, settings: MailSettings, mail_id: str) -> str | None:
        """None when it was sent, else why not yet. Raises _Hopeless where no further try can help."""
        async with self._at_once:  # a mail is as large as its file: only those on their way are made
            content = await self._content(command.message)
            mail = compose(command, content, self._routing(), settings.sender, mail_id)
            try:
                await aiosmtplib.send(
                    mail,
                    hostname=settings.host,
                    port=settings.port,
                    use_tls=settings.security == "tls",
                    start_tls=settings.security == "starttls",
                    username=settings.user,
                    password=settings.password,
                    local_hostname=settings.sender.rpartition("@")[2],
                    timeout=self._timeout_s,
                )
            except aiosmtplib.SMTPException as error:
                self._metrics.request_failed("mail", getattr(error, "code", 0) or 0)
                if _is_final(error):
                    raise _Hopeless(str(error)) from error
                return str(error) or type(error).__name__
            except OSError as error:
                self._metrics.request_failed("mail", 0)
                return str(error) or type(error).__name__
        log.info("mail sent", message=command.message.id, call=command.message.call)
        return None

    async def _content(self, message: Message) -> bytes:
        try:
            path = path_of(self._recordings_dir, message.file)
            return await asyncio.to_thread(path.read_bytes)
        except (OSError, OutsideTheFolder) as error:
            raise _Hopeless(f"its file cannot be read: {error}") from error

    def _give_up(self, command: DeliverMessage, why: str) -> None:
        message = command.message
        self._metrics.bad_input("mail", "given_up")
        log.error("mail given up", message=message.id, call=message.call, box=message.box, error=why)


class _Hopeless(Exception):
    """No further try can help."""


def _is_final(error: aiosmtplib.SMTPException) -> bool:
    """The server has said no for good: the address, the size, the content. A log-in that is refused may
    be mended meanwhile."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return False
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(each.code >= 500 for each in error.recipients)
    return isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The words of a mail in one language."""

    subject: str
    withheld: str
    body: str


_WORDS: Final = {
    "zh": _Words(
        subject="{box}:来自 {caller} 的语音留言",
        withheld="未显示号码",
        body="信箱:{box}\n来电号码:{caller}\n时间:{when}\n时长:{seconds} 秒\n通话:{call}\n",
    ),
    "en": _Words(
        subject="{box}: voicemail from {caller}",
        withheld="a withheld number",
        body="Box: {box}\nCaller: {caller}\nLeft at: {when}\nLength: {seconds} s\nCall: {call}\n",
    ),
}


def compose(
    command: DeliverMessage, content: bytes, routing: Routing, sender: str, mail_id: str
) -> EmailMessage:
    """The mail: who called which box and when, and the message as a WAV file; under this Message-ID."""
    message = command.message
    words = _WORDS.get(message.language.partition("-")[0], _WORDS["en"])
    box = routing.voicemail.get(message.box)
    left = datetime.fromtimestamp(message.left_at, ZoneInfo(routing.timezone))
    told = {
        "box": " ".join((box.label if box is not None else message.box).split()),
        "caller": message.caller or words.withheld,
        "when": f"{left:%Y-%m-%d %H:%M:%S} ({routing.timezone})",
        "seconds": f"{message.seconds:.0f}",
        "call": message.call,
    }
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = command.to
    mail["Subject"] = words.subject.format(**told)
    mail["Date"] = format_datetime(left)
    mail["Message-ID"] = mail_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(words.body.format(**told))
    mail.add_attachment(
        content, maintype="audio", subtype="wav", filename=f"{message.file.rpartition('/')[2]}.wav"
    )
    return mail


def _plain(id: str) -> str:
    return "".join(character for character in id if character.isascii() and character.isalnum())
