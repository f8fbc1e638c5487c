"""The FastAGI server, asked by a real Asterisk's dialplan."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from acd.errors import AcdError
from asterisk.agi.errors import AgiCommandError, AgiHangup
from asterisk.agi.server import FastAgiServer
from asterisk.agi.session import AgiSession
from asterisk.lab.lab import Lab

DIALPLAN = """
[agi]
exten => asks,1,Answer()
 same => n,Set(GIVEN=坐席 "一" \\ (x))
 same => n,AGI(agi://127.0.0.1:{port}/lookup?a=1,first,,third)
 same => n,Set(GLOBAL(SEEN)=${{AGISTATUS}} ${{ANSWERED_BY}})
 same => n,Wait(60)
exten => leg,1,Answer()
 same => n,Wait(60)
"""
VALUE = 'a "b" \\ 中; ${X} (c)'


@pytest.fixture
def told() -> asyncio.Queue[Any]:
    return asyncio.Queue()


async def test_a_session_with_a_real_channel(lab: Lab, told: asyncio.Queue[Any]) -> None:
    async def handler(session: AgiSession) -> None:
        environment = session.environment
        told.put_nowait((environment.script, environment.extension, environment.arguments))
        told.put_nowait(await session.get_variable("GIVEN"))
        await session.set_variable("ANSWERED_BY", VALUE)
        told.put_nowait(await session.get_variable("ANSWERED_BY"))
        told.put_nowait(await session.get_variable("THERE_IS_NONE"))
        told.put_nowait(await session.execute("ThereIsNone"))
        with pytest.raises(AgiCommandError) as unknown:
            await session.command("NONSENSE")
        with pytest.raises(AgiCommandError) as misused:
            await session.command("SET VARIABLE", "X")
        told.put_nowait((unknown.value.code, misused.value.code))
        told.put_nowait(await session.stream_file("beep"))
        await session.verbose("still in step")
        told.put_nowait("done")

    failed: asyncio.Queue[AcdError] = asyncio.Queue()
    server = FastAgiServer(handler, "127.0.0.1", 0, on_failed=failed.put_nowait)
    async with asyncio.timeout(40), server:
        dialplan = DIALPLAN.format(port=server.port)
        pbx = await lab.asterisk(files={"extensions.d/agi.conf": dialplan})
        await pbx.cli("channel originate Local/leg@agi/n extension asks@agi")
        assert await told.get() == ("lookup", "asks", ("first", "", "third"))
        assert await told.get() == '坐席 "一" \\ (x)'
        assert await told.get() == VALUE
        assert await told.get() is None
        assert await told.get() == "-2"
        assert await told.get() == (510, 520)
        assert await told.get() is None
        assert await told.get() == "done"
        assert failed.empty()


async def test_a_caller_who_hangs_up_ends_the_session(lab: Lab, told: asyncio.Queue[Any]) -> None:
    async def handler(session: AgiSession) -> None:
        told.put_nowait("in")
        while True:
            await session.execute("Wait", "1")

    failed: asyncio.Queue[AcdError] = asyncio.Queue()
    server = FastAgiServer(handler, "127.0.0.1", 0, on_failed=failed.put_nowait)
    async with asyncio.timeout(40), server:
        dialplan = DIALPLAN.format(port=server.port)
        pbx = await lab.asterisk(files={"extensions.d/agi.conf": dialplan})
        await pbx.cli("channel originate Local/leg@agi/n extension asks@agi")
        await told.get()
        await pbx.cli("channel request hangup all")
        assert isinstance(await failed.get(), AgiHangup)
        assert server.sessions == 0
