"""Voicemail from end to end: a caller leaves a message, his voice is in the file, the lamp is lit, the
mail comes, the agent hears it on his phone and closes it."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Callable, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from asterisk.lab.instance import AsteriskInstance
from asterisk.lab.root import Root
from asterisk.lab.softphone import PhoneCall
from asterisk.lab.tone import tone_share
from demo.stage import AGENT_TONE_HZ, CUSTOMER_TONE_HZ, Stage
from tests.acceptance.hall import agent_is, empty, hall, rows, until, until_ready
from tests.acceptance.small_disk import fill, small_disk

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBER = "4008001001"
AGENT, CUSTOMER = "1001", "13900000001"
"""The customer's account has his number: so the trunk can dial him."""
CLEARLY = 0.7
"""A tone's share of the sound of whoever says nothing else."""

ROUTING = """
version: 1
timezone: Asia/Shanghai
languages: [en]
numbers:
  default: {queue: orders}
agents:
  "1001": {name: Agent}
queues:
  orders:
    on_nobody: {voicemail: orders}
    callback: {ring: 15s, hours: {from: "00:00", to: "24:00"}}
voicemail:
  orders: {queue: orders, at_least: 2s, lamp: {agents: ["1001"]}, mail: desk@example.org}
phones:
  "13900000001": {number: "13900000001"}
trunks:
  carrier: {match: ["127.0.0.2"], dial: "PJSIP/{number}"}
"""


class Inbox:
    """The mails that came."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def inbox(unused_tcp_port_factory: Callable[[], int]) -> AsyncIterator[tuple[Inbox, int]]:
    inbox, port = Inbox(), unused_tcp_port_factory()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield inbox, port
    controller.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(
    root: Root, tmp_path_factory: pytest.TempPathFactory, inbox: tuple[Inbox, int]
) -> AsyncIterator[Stage]:
    def settings(asterisk: AsteriskInstance) -> Mapping[str, str]:
        return {
            "STROWGER_RECORDINGS_DIR": str(folder_of(asterisk)),
            "STROWGER_RECORDINGS_MIN_FREE": "1MiB",
            "STROWGER_MAIL_HOST": "127.0.0.1",
            "STROWGER_MAIL_PORT": str(inbox[1]),
            "STROWGER_MAIL_SECURITY": "none",
            "STROWGER_MAIL_FROM": "acd@example.org",
        }

    async with hall(root, tmp_path_factory.mktemp("voicemail"), ROUTING, settings) as made:
        agent = made.phones[AGENT] = await made.lab.phone(AGENT, tone_hz=AGENT_TONE_HZ)
        server = f"127.0.0.1:{made.asterisk.ports.sip}"
        await agent.register(server, AGENT, made.secrets[AGENT], lamp=True)
        await made.phone(CUSTOMER, tone_hz=CUSTOMER_TONE_HZ)
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def centre(made: Stage) -> AsyncIterator[Stage]:
    """Nobody is logged in and nobody calls."""
    await made.staff()
    yield made
    await empty(made)


def folder_of(asterisk: AsteriskInstance) -> Path:
    return asterisk.spool / "recording"


def file_of(made: Stage, message: Mapping[str, Any]) -> Path:
    return folder_of(made.asterisk) / "messages" / f"{message['file']}.wav"


async def greeted(made: Stage) -> PhoneCall:
    """A caller whom nobody can serve is asked for a message: he cuts the greeting short."""
    mark = len(made.facts.seen)
    on = await made.phones[CUSTOMER].dial(made.asterisk.sip_uri(NUMBER))
    await on.established()
    await made.facts.first("flow_entered", since=mark)
    await on.dtmf("5")
    return on


async def leave(made: Stage, seconds: float = 4.0) -> dict[str, Any]:
    """Somebody speaks so long, ends with the hash key and keeps it; the message."""
    mark = len(made.facts.seen)
    on = await greeted(made)
    await made.talk(seconds)
    await on.dtmf("#")
    await made.talk(0.5)
    await on.dtmf("1")
    await on.closed(20)
    left = await made.facts.first("message_left", since=mark)
    message: dict[str, Any] = left["message"]
    return message


async def heard_by_http(made: Stage, message: str, **headers: str) -> tuple[int, bytes]:
    """What the API sends of the sound."""
    url = f"{made.engine.api_url}/api/v1/messages/{message}/audio"
    bearer = {"Authorization": f"Bearer {made.token}"}
    async with aiohttp.ClientSession(headers=bearer | headers) as session, session.get(url) as answer:
        return answer.status, await answer.read()


async def lamp_shows(made: Stage, wanted: str) -> None:
    """The agent's phone is told so many messages: NEW/OLD."""
    async with asyncio.timeout(10):
        while f"Voice-Message: {wanted} " not in await made.phones[AGENT].lamp.get():
            pass


async def test_the_message_holds_the_callers_voice_and_comes_by_mail(
    centre: Stage, inbox: tuple[Inbox, int]
) -> None:
    message = await leave(centre)
    path = file_of(centre, message)
    assert message["box"] == "orders"
    assert message["caller"] == CUSTOMER
    assert 3 <= message["seconds"] < 7
    await lamp_shows(centre, "1/0")
    assert tone_share(path, CUSTOMER_TONE_HZ, skip_s=0.5) > CLEARLY
    (mail,) = await until(lambda: inbox[0].mails, "the mail")
    (sound,) = mail.iter_attachments()
    assert mail["Subject"] == f"orders: voicemail from {CUSTOMER}"
    assert sound.get_content() == path.read_bytes()
    status, part = await heard_by_http(centre, message["id"], Range="bytes=0-3")
    assert (status, part) == (206, b"RIFF")
    status, whole = await heard_by_http(centre, message["id"])
    assert (status, whole) == (200, path.read_bytes())
    changed = await centre.facts.first("message_changed", message=message["id"])
    assert (changed["act"], changed["state"]) == ("hear", "new")
    agent = await centre.engine.acd("token", "create", "desk", "--role", "agent", "--agent", AGENT)
    status, _ = await heard_by_http(centre, message["id"], Authorization=f"Bearer {agent.strip()}")
    assert status == 200
    await lamp_shows(centre, "0/1")
    closed = await centre.api.post(f"messages/{message['id']}/close")
    assert closed["state"] == "closed"
    await lamp_shows(centre, "0/0")


async def test_an_agent_hears_it_on_his_phone_and_closes_it(centre: Stage) -> None:
    message = await leave(centre)
    await lamp_shows(centre, "1/0")
    mark = len(centre.facts.seen)
    on = await centre.phones[AGENT].dial(centre.asterisk.sip_uri("*97"))
    await on.established()
    heard = await centre.facts.first("message_changed", since=mark, within_s=60)
    assert (heard["act"], heard["by"]) == ("hear", f"phone:{AGENT}")
    await on.dtmf("3")
    closed = await centre.facts.first("message_changed", since=mark, act="close")
    assert closed["message"] == heard["message"] == message["id"]
    await lamp_shows(centre, "0/0")
    await on.hangup()
    await on.closed()
    assert tone_share(on.heard, CUSTOMER_TONE_HZ) > 0.05


async def test_who_left_a_message_is_called_back_by_the_agent_who_asked(centre: Stage) -> None:
    message = await leave(centre)
    mark = len(centre.facts.seen)
    asked = await centre.api.post(f"messages/{message['id']}/call-back", {"agent": AGENT})
    assert (asked["state"], asked["agent"]) == ("called_back", AGENT)
    opened = (await centre.facts.first("callback_opened", since=mark))["callback"]
    assert (opened["source"], opened["message"]) == ("voicemail", message["id"])
    await centre.login(AGENT)
    agent = await centre.rings(AGENT, within_s=30)
    await agent.answer()
    await agent.dtmf("#")
    customer = await centre.phones[CUSTOMER].incoming(within_s=20)
    await customer.answer()
    await agent_is(centre, AGENT, "talking")
    await centre.talk(2)
    await customer.hangup()
    await agent.closed()
    assert tone_share(customer.heard, AGENT_TONE_HZ, skip_s=0.5) > CLEARLY
    closed = await centre.facts.first("callback_closed", since=mark, callback=opened["id"])
    assert (closed["outcome"], closed["agent"]) == ("answered", AGENT)
    done = await centre.facts.first("message_changed", since=mark, message=message["id"], act="close")
    assert (done["state"], done["by"]) == ("closed", f"callback:{opened['id']}")
    story = await until(lambda: called_back(centre, message["id"]), "the story of the message")
    assert [each["act"] for each in story["changes"]] == ["call_back", "close"]


async def called_back(made: Stage, message: str) -> Any:
    """The message with its story, once that is stored."""
    story = await made.api.get(f"messages/{message}")
    return story if story["changes"] else None


async def test_who_says_too_little_is_a_missed_call(centre: Stage) -> None:
    mark = len(centre.facts.seen)
    files = set(folder_of(centre.asterisk).rglob("*.wav"))
    on = await greeted(centre)
    await centre.talk(1)
    await on.dtmf("#")
    await on.closed(30)
    none = await centre.facts.first("message_not_left", since=mark)
    assert (none["box"], none["why"]) == ("orders", "too_short")
    missed = await centre.facts.first("call_missed", since=mark)
    assert missed["caller"] == CUSTOMER
    await until(lambda: set(folder_of(centre.asterisk).rglob("*.wav")) == files, "the file is dropped")


@pytest.mark.parametrize("spoken_s", [4.0, 0.5])
async def test_who_hangs_up_while_the_engine_is_dead_has_left_a_message_or_is_missed(
    centre: Stage, spoken_s: float
) -> None:
    """He is speaking when the engine is killed. What he had said then is heard, if it is long enough;
    else its file is deleted, and he is owed a call."""
    files = set(folder_of(centre.asterisk).rglob("*.wav"))
    mark = len(centre.facts.seen)
    on = await greeted(centre)
    call = (await centre.facts.first("flow_entered", since=mark))["call"]
    await until(lambda: set(folder_of(centre.asterisk).rglob("*.wav")) - files, "he is recorded")
    knows = "SELECT 1 FROM flow_visits WHERE call = ?"
    await until(lambda: rows(centre, knows, call), "the store knows where he is")
    await centre.talk(spoken_s)
    await centre.engine.kill()
    await on.hangup()
    await until(lambda: set(folder_of(centre.asterisk).rglob("*.wav")) - files, "there is a file")
    await centre.restart_engine()
    ended = "SELECT outcome FROM calls WHERE call = ? AND ended_at IS NOT NULL"
    await until(lambda: rows(centre, ended, call), "his call has ended")
    (outcome,) = rows(centre, ended, call)[0]
    messages = [dict(row) for row in rows(centre, "SELECT * FROM messages WHERE call = ?", call)]
    missed = rows(centre, "SELECT reason FROM missed_calls WHERE call = ?", call)
    left = set(folder_of(centre.asterisk).rglob("*.wav")) - files
    if spoken_s > 2:
        (message,) = messages
        assert (outcome, missed) == ("message", [])
        assert left == {file_of(centre, message)}
        assert message["seconds"] == pytest.approx(spoken_s, abs=2)
        assert tone_share(file_of(centre, message), CUSTOMER_TONE_HZ) > CLEARLY
    else:
        assert (outcome, messages) == ("no_message", [])
        assert [row["reason"] for row in missed] == ["voicemail"]
        await until(lambda: set(folder_of(centre.asterisk).rglob("*.wav")) == files, "file deleted")


@pytest.mark.parametrize("stays", [False, True], ids=["hangs-up", "stays"])
@pytest.mark.parametrize("keys", ["", "1", "4"], ids=["review", "saved", "to-be-called-back"])
async def test_what_was_said_to_its_end_outlives_the_engine(
    centre: Stage, keys: str, stays: bool
) -> None:
    """The engine is killed while he reviews his message, or hears that it is kept. Who is there still is
    released, or asked anew and hangs up then: one message with one file, and nobody is missed but who
    asked to be called back."""
    files = set(folder_of(centre.asterisk).rglob("*.wav"))
    mark = len(centre.facts.seen)
    on = await greeted(centre)
    call = (await centre.facts.first("flow_entered", since=mark))["call"]
    knows = "SELECT 1 FROM flow_visits WHERE call = ?"
    await until(lambda: rows(centre, knows, call), "the store knows where he is")
    await centre.talk(4)
    await on.dtmf("#")
    await centre.talk(1)
    stored = "SELECT * FROM messages WHERE call = ?"
    if keys:
        await on.dtmf(keys)
        await until(lambda: rows(centre, stored, call), "his message is stored before he has heard so")
    await centre.engine.kill()
    if not stays:
        await on.hangup()
        await on.closed()
    await centre.restart_engine()
    await until_ready(centre)
    if stays and not keys:
        await until(lambda: len(rows(centre, knows, call)) == 2, "he is asked anew")
        await centre.talk(1)
        await on.hangup()
    await on.closed(20)
    ended = "SELECT outcome FROM calls WHERE call = ? AND ended_at IS NOT NULL"
    ((outcome,),) = await until(lambda: rows(centre, ended, call), "his call has ended")
    (message,) = (dict(row) for row in rows(centre, stored, call))
    missed = [row["reason"] for row in rows(centre, "SELECT * FROM missed_calls WHERE call = ?", call)]
    assert (outcome, missed) == ("message", ["voicemail"] if keys == "4" else [])
    assert set(folder_of(centre.asterisk).rglob("*.wav")) - files == {file_of(centre, message)}
    assert tone_share(file_of(centre, message), CUSTOMER_TONE_HZ, skip_s=0.5) > CLEARLY
    for callback in (await centre.api.get("callbacks?state=open"))["items"]:
        await centre.api.post(f"callbacks/{callback['callback']}/close", {"reason": "done"})


async def test_what_was_said_until_the_disk_was_full_is_a_message(centre: Stage) -> None:
    """He is told that it did not work, and is owed a call; what he had said is in the box as well."""
    mark = len(centre.facts.seen)
    async with small_disk(folder_of(centre.asterisk), kib=4096) as folder:
        on = await greeted(centre)
        await until(lambda: list(folder.rglob("*.wav")), "he is recorded")
        await centre.talk(6)
        fill(folder)
        message = (await centre.facts.first("message_left", since=mark, within_s=30))["message"]
        missed = await centre.facts.first("call_missed", since=mark)
        await on.closed(30)
        assert {file_of(centre, message)} == set(folder.rglob("*.wav"))
        assert tone_share(file_of(centre, message), CUSTOMER_TONE_HZ, skip_s=0.5) > CLEARLY
    ended = await centre.facts.first("call_ended", since=mark)
    assert (missed["reason"], ended["outcome"]) == ("voicemail", "message")
    assert message["seconds"] >= 3
    opened = (await centre.facts.first("callback_opened", since=mark))["callback"]
    assert opened["message"] == message["id"]
    await centre.api.post(f"callbacks/{opened['id']}/close", {"reason": "done"})
