"""The AMI client on a real Asterisk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from acd.errors import TelephonyError
from asterisk.ami.client import AmiClient, AmiHandlers, AmiSettings
from asterisk.ami.errors import AmiConnectionLost, AmiError, AmiLoginRefused, AmiValueError
from asterisk.ami.fields import MAX_LINE_BYTES
from asterisk.ami.message import AmiMessage
from asterisk.lab.instance import AsteriskInstance
from asterisk.lab.lab import Lab


class Told(AmiHandlers):
    def __init__(self) -> None:
        self.connected: asyncio.Queue[None] = asyncio.Queue()
        self.disconnected: asyncio.Queue[TelephonyError] = asyncio.Queue()
        self.failed: asyncio.Queue[TelephonyError] = asyncio.Queue()
        self.events: asyncio.Queue[AmiMessage] = asyncio.Queue()

    def on_connected(self) -> None:
        self.connected.put_nowait(None)

    def on_disconnected(self, error: TelephonyError) -> None:
        self.disconnected.put_nowait(error)

    def on_event(self, event: AmiMessage) -> None:
        self.events.put_nowait(event)

    def on_attempt_failed(self, error: TelephonyError, retry_in_s: float) -> None:
        self.failed.put_nowait(error)


@pytest.fixture
async def pbx(lab: Lab) -> AsteriskInstance:
    dialplan = "[names]\nexten => 坐席,1,NoOp(一二三)\n"
    return await lab.asterisk(files={"extensions.d/names.conf": dialplan})


@asynccontextmanager
async def running(
    pbx: AsteriskInstance, told: Told, secret: str | None = None
) -> AsyncIterator[AmiClient]:
    settings = AmiSettings(
        host="127.0.0.1",
        port=pbx.ports.ami,
        username=pbx.user,
        secret=secret or pbx.password,
        events=("Reload",),
    )
    client = AmiClient(settings, told, rng=Random(1))
    task: asyncio.Task[None] = asyncio.create_task(client.run())
    try:
        async with asyncio.timeout(30):
            yield client
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_actions_events_and_refusals(pbx: AsteriskInstance) -> None:
    told = Told()
    async with running(pbx, told) as ami:
        await told.connected.get()
        [version] = await ami.command("core show version")
        assert version.startswith("Asterisk ")
        shown = "\n".join(await ami.command("dialplan show names"))
        assert "坐席" in shown
        assert "一二三" in shown
        await ami.reload("pbx_config.so")
        event = await told.events.get()
        assert (event.event, event["Module"]) == ("Reload", "pbx_config.so")
        assert told.events.empty()
        with pytest.raises(AmiError, match="No such module"):
            await ami.reload("there_is_none.so")
        with pytest.raises(AmiError, match="No such command"):
            await ami.command("there is none")
        with pytest.raises(AmiError, match="Interface not found"):
            await ami.queue_pause("PJSIP/1", paused=True)
        with pytest.raises(AmiValueError):
            await ami.command("x\r\nAction: Reload")
        assert await ami.list_action("QueueStatus") == []
        # A line of just our limit is still one that Asterisk reads.
        with pytest.raises(AmiError, match="No such command"):
            await ami.command("x" * (MAX_LINE_BYTES - len("Command: ")))


async def test_asterisk_dies_and_comes_back(pbx: AsteriskInstance) -> None:
    told = Told()
    async with running(pbx, told) as ami:
        await told.connected.get()
        await pbx.kill()
        assert isinstance(await told.disconnected.get(), AmiConnectionLost)
        assert not ami.connected
        await pbx.start()
        await told.connected.get()
        await ami.ping()


async def test_a_wrong_secret_is_said_clearly(pbx: AsteriskInstance) -> None:
    told = Told()
    async with running(pbx, told, secret="wrong"):
        assert isinstance(await told.failed.get(), AmiLoginRefused)
