"""The client against a scripted manager interface on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import pytest

from acd.errors import TelephonyError
from asterisk.ami.client import AmiClient, AmiHandlers, AmiSettings
from asterisk.ami.connection import MAX_MESSAGE_BYTES
from asterisk.ami.errors import (
    AmiConnectionLost,
    AmiError,
    AmiLoginRefused,
    AmiMissingHeader,
    AmiNotConnected,
    AmiTimeout,
    AmiValueError,
)
from asterisk.ami.message import AmiMessage
from tests.unit.asterisk.ami.fake_manager import Asked, FakeManager, error, message, success


class Told(AmiHandlers):
    """Keeps what the client told and lets a test wait for it."""

    def __init__(self) -> None:
        self.connected: asyncio.Queue[None] = asyncio.Queue()
        self.disconnected: asyncio.Queue[TelephonyError] = asyncio.Queue()
        self.events: asyncio.Queue[AmiMessage] = asyncio.Queue()
        self.failed: asyncio.Queue[tuple[TelephonyError, float]] = asyncio.Queue()

    def on_connected(self) -> None:
        self.connected.put_nowait(None)

    def on_disconnected(self, error: TelephonyError) -> None:
        self.disconnected.put_nowait(error)

    def on_event(self, event: AmiMessage) -> None:
        self.events.put_nowait(event)

    def on_attempt_failed(self, error: TelephonyError, retry_in_s: float) -> None:
        self.failed.put_nowait((error, retry_in_s))


@pytest.fixture
async def fake() -> AsyncIterator[FakeManager]:
    fake = FakeManager()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
def told() -> Told:
    return Told()


def client_of(fake: FakeManager, told: AmiHandlers, **settings: Any) -> AmiClient:
    given = {"secret": "secret", "connect_timeout_s": 2.0, **settings}
    return AmiClient(
        AmiSettings(host="127.0.0.1", port=fake.port, username="strowger", **given),
        told,
        rng=Random(1),
    )


@asynccontextmanager
async def running(client: AmiClient) -> AsyncIterator[asyncio.Task[None]]:
    task: asyncio.Task[None] = asyncio.create_task(client.run())
    try:
        async with asyncio.timeout(30):
            yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def connected(
    fake: FakeManager, told: Told, **settings: Any
) -> AsyncIterator[tuple[AmiClient, asyncio.StreamWriter]]:
    client = client_of(fake, told, **settings)
    async with running(client):
        await told.connected.get()
        yield client, await fake.writers.get()


async def test_logs_in_without_events_unless_some_are_wanted(fake: FakeManager, told: Told) -> None:
    async with connected(fake, told) as (client, _):
        assert client.connected
        login = await fake.asked.get()
        assert (login["Action"], login["Username"], login["Events"]) == ("Login", "strowger", "off")
        assert fake.asked.empty()
    assert not client.connected
    assert isinstance(await told.disconnected.get(), AmiConnectionLost)


async def test_asks_for_the_wanted_events_only(fake: FakeManager, told: Told) -> None:
    async with connected(fake, told, events=("Reload", "FullyBooted")) as (_, writer):
        criteria = [(await fake.ask_of("Filter"))["MatchCriteria"] for _ in range(2)]
        assert criteria == ["name(Reload)", "name(FullyBooted)"]
        assert (await fake.ask_of("Events"))["EventMask"] == "on"
        writer.write(message("Event: Reload", "Module: x.so") + message("Event: FullyBooted"))
        assert (await told.events.get())["Module"] == "x.so"
        assert (await told.events.get()).event == "FullyBooted"


async def test_actions_and_their_answers(fake: FakeManager, told: Told) -> None:
    async with connected(fake, told) as (client, _):
        await client.reload("res_pjsip.so")
        assert (await fake.ask_of("Reload"))["Module"] == "res_pjsip.so"
        await client.reload()
        assert "Module" not in await fake.ask_of("Reload")
        await client.ping()
        await client.queue_pause("PJSIP/1", paused=True, queue="orders", reason="Pause 中")
        asked = await fake.ask_of("QueuePause")
        del asked["ActionID"]
        assert asked == {
            "Action": "QueuePause",
            "Interface": "PJSIP/1",
            "Paused": "true",
            "Queue": "orders",
            "Reason": "Pause 中",
        }
        await client.queue_pause("PJSIP/1", paused=False)
        asked = await fake.ask_of("QueuePause")
        assert asked["Paused"] == "false"
        assert not {"Queue", "Reason"} & set(asked)


async def test_an_answer_that_panoramisk_would_wait_on_for_ever(fake: FakeManager, told: Told) -> None:
    fake.answers["QueueAdd"] = lambda asked: success(asked, "Message: Added interface to queue")
    async with connected(fake, told) as (client, _):
        answer = await client.action("QueueAdd", {"Queue": "q", "Interface": "PJSIP/1"})
        assert answer["Message"] == "Added interface to queue"


async def test_a_refusal_says_what_asterisk_said(fake: FakeManager, told: Told) -> None:
    fake.answers["Reload"] = lambda asked: error(asked, "No such module")
    fake.answers["Ping"] = lambda asked: message("Response: Error", f"ActionID: {asked['ActionID']}")
    async with connected(fake, told) as (client, _):
        with pytest.raises(AmiError, match="Reload: No such module") as refused:
            await client.reload("nope.so")
        assert (refused.value.action, refused.value.reason) == ("Reload", "No such module")
        with pytest.raises(AmiError, match="Ping: Error"):
            await client.ping()


async def test_an_answer_without_a_needed_header_is_an_error(fake: FakeManager, told: Told) -> None:
    fake.answers["Ping"] = lambda asked: message("Event: Odd", f"ActionID: {asked['ActionID']}")
    async with connected(fake, told) as (client, _):
        with pytest.raises(AmiMissingHeader, match="Response"):
            await client.ping()


async def test_a_command_returns_its_lines(fake: FakeManager, told: Told) -> None:
    def answer(asked: Asked) -> bytes:
        if asked["Command"] == "nonsense":
            return error(asked, "Command output follows")[:-2] + b"Output: No such command\r\n\r\n"
        if asked["Command"] == "silent":
            return error(asked, "Permission denied")
        return success(asked, "Message: Command output follows", "Output: a: 1", "Output: 中")

    fake.answers["Command"] = answer
    async with connected(fake, told) as (client, _):
        assert await client.command("core show version") == ("a: 1", "中")
        with pytest.raises(AmiError, match="No such command"):
            await client.command("nonsense")
        with pytest.raises(AmiError, match="Permission denied"):
            await client.command("silent")


async def test_a_list_action_returns_the_lists_events(fake: FakeManager, told: Told) -> None:
    def answer(asked: Asked) -> bytes:
        action_id = f"ActionID: {asked['ActionID']}"
        if asked.get("Queue") == "none":
            return error(asked, "No such queue")
        return (
            success(asked, "EventList: start", "Message: Queue status will follow")
            + message("Event: QueueMember", action_id, "Name: a")
            + message("Event: QueueMember", action_id, "Name: b")
            + message("Event: QueueStatusComplete", action_id, "EventList: Complete")
        )

    fake.answers["QueueStatus"] = answer
    async with connected(fake, told) as (client, _):
        members = await client.list_action("QueueStatus")
        assert [member["Name"] for member in members] == ["a", "b"]
        with pytest.raises(AmiError, match="No such queue"):
            await client.list_action("QueueStatus", {"Queue": "none"})
        assert told.events.empty()


@pytest.mark.parametrize(
    "value", ["PJSIP/1\r\nAction: Originate", "x\ny", "x\ry", "a\0b", "\ud800", "9" * 4000]
)
async def test_a_hostile_value_never_reaches_the_wire(fake: FakeManager, told: Told, value: str) -> None:
    async with connected(fake, told) as (client, _):
        before = len(fake.raw)
        with pytest.raises(AmiValueError, match="Interface"):
            await client.queue_pause(value, paused=True)
        with pytest.raises(AmiValueError, match="Command"):
            await client.command(value)
        with pytest.raises(AmiValueError, match="Module"):
            await client.reload(value)
        await client.ping()
        assert b"Originate" not in fake.raw
        assert fake.raw[before:].count(b"\r\n\r\n") == 1


async def test_garbage_does_not_end_the_connection(fake: FakeManager, told: Told) -> None:
    async with connected(fake, told) as (client, writer):
        writer.write(b"\r\n\r\n\xff\xfe\r\n\r\nno header here\r\n\r\n")
        writer.write(message("Event: Twice", "Event: Twice"))
        writer.write(message("Response: Success", "ActionID: nobody/1"))
        writer.write(message("Event: Last", "Broken", "Key: "))
        assert (await told.events.get())["Key"] == ""
        await client.ping()


async def test_no_answer_in_time_is_an_error_and_a_late_one_is_dropped(
    fake: FakeManager, told: Told
) -> None:
    held: list[Asked] = []

    def hold(asked: Asked) -> None:
        held.append(asked)

    fake.answers["Reload"] = hold
    async with connected(fake, told, action_timeout_s=0.05) as (client, writer):
        with pytest.raises(AmiTimeout, match=r"Reload: no answer in 0\.05 s"):
            await client.reload()
        writer.write(success(held[0]))
        await client.ping()


async def test_a_lost_connection_fails_who_waits_and_comes_back(fake: FakeManager, told: Told) -> None:
    fake.answers["Reload"] = lambda asked: None
    async with connected(fake, told) as (client, writer):
        waiting = asyncio.create_task(client.reload())
        await fake.ask_of("Reload")
        writer.close()
        with pytest.raises(AmiConnectionLost):
            await waiting
        assert isinstance(await told.disconnected.get(), AmiConnectionLost)
        with pytest.raises(AmiNotConnected):
            await client.ping()
        await told.connected.get()
        await client.ping()


async def test_comes_back_when_asterisk_was_away_with_growing_delays(
    fake: FakeManager, told: Told
) -> None:
    async with connected(fake, told) as (client, _):
        await fake.stop()
        await told.disconnected.get()
        failures = [await told.failed.get() for _ in range(3)]
        assert "Cannot reach the manager interface" in str(failures[2][0])
        for (_, delay_s), whole_s in zip(failures, (0.1, 0.2, 0.4), strict=True):
            assert whole_s / 2 <= delay_s <= whole_s
        await fake.start()
        await told.connected.get()
        await client.ping()


async def test_asterisks_shutdown_is_a_lost_connection(fake: FakeManager, told: Told) -> None:
    async with connected(fake, told) as (_, writer):
        writer.write(message("Event: Shutdown", "Restart: False"))
        assert isinstance(await told.disconnected.get(), AmiConnectionLost)


async def test_a_peer_that_answers_nothing_any_more_is_given_up(fake: FakeManager, told: Told) -> None:
    fake.answers["Ping"] = lambda asked: None
    async with connected(fake, told, ping_interval_s=0.03, action_timeout_s=0.03):
        assert isinstance(await told.disconnected.get(), AmiTimeout)


async def test_a_quiet_peer_is_pinged_and_kept(fake: FakeManager, told: Told) -> None:
    async with connected(fake, told, ping_interval_s=0.02):
        for _ in range(3):
            await fake.ask_of("Ping")
        assert told.disconnected.empty()


async def test_a_wrong_secret_is_said_clearly_and_tried_again(fake: FakeManager, told: Told) -> None:
    async with running(client_of(fake, told, secret="wrong")):
        refusal, _ = await told.failed.get()
        assert isinstance(refusal, AmiLoginRefused)
        assert "user name or secret" in str(refusal)
        await told.failed.get()
        assert told.connected.empty()


async def test_a_refused_filter_is_tried_again(fake: FakeManager, told: Told) -> None:
    fake.answers["Filter"] = lambda asked: error(asked, "Permission denied")
    async with running(client_of(fake, told, events=("Reload",))):
        refusal, _ = await told.failed.get()
        assert "Permission denied" in str(refusal)
        del fake.answers["Filter"]
        await told.connected.get()


@pytest.mark.parametrize(
    ("greeting", "message_"),
    [(b"SSH-2.0-OpenSSH_9.2\r\n", "not a manager interface"), (b"", "says nothing")],
)
async def test_what_is_no_manager_interface_is_said(
    fake: FakeManager, told: Told, greeting: bytes, message_: str
) -> None:
    fake.greeting = greeting
    async with running(client_of(fake, told, connect_timeout_s=0.1)):
        refusal, _ = await told.failed.get()
        assert message_ in str(refusal)


async def test_a_message_without_end_costs_the_connection(fake: FakeManager, told: Told) -> None:
    async with connected(fake, told) as (_, writer):
        writer.write(b"Event: " + b"x" * (MAX_MESSAGE_BYTES + 100))
        assert "without end" in str(await told.disconnected.get())


async def test_what_a_handler_raises_ends_the_run_tidily(fake: FakeManager) -> None:
    class Broken(Told):
        def on_event(self, event: AmiMessage) -> None:
            raise LookupError("a bug")

    told = Broken()
    client = client_of(fake, told, events=("X",))
    async with running(client) as task:
        await told.connected.get()
        (await fake.writers.get()).write(message("Event: X"))
        with pytest.raises(LookupError):
            await task
    assert not client.connected
    await told.disconnected.get()


async def test_handlers_do_nothing_unless_overridden(fake: FakeManager) -> None:
    async with running(client_of(fake, AmiHandlers())):
        writer = await fake.writers.get()
        await fake.ask_of("Login")
        writer.write(message("Event: X"))
        writer.close()
        await fake.ask_of("Login")


def test_the_secret_is_not_shown() -> None:
    settings = AmiSettings(host="h", port=1, username="u", secret="geheim")
    assert "geheim" not in repr(settings)
