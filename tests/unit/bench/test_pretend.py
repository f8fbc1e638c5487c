"""The pretended Asterisk of the measurements answers all that the engine asks it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

from acd.core.events import CallArrived, ChannelsReconciled, Event
from asterisk.ari.settings import AriSettings
from asterisk.room import Room
from asterisk.telephony import AsteriskTelephony
from bench.pretend import PretendedAsterisk
from tests.unit.asterisk.wire import Counts


async def test_the_engine_takes_stock_of_it_and_calls_arrive() -> None:
    events: asyncio.Queue[Event] = asyncio.Queue()
    counts = Counts()
    async with PretendedAsterisk(["1001"]) as asterisk:
        telephony = AsteriskTelephony(
            node="bench",
            settings=AriSettings(url=f"{asterisk.url}/ari", app="strowger", username="x", password="y"),
            phones=lambda: ["1001"],
            room=Room(Path("/"), min_free_bytes=0),
            metrics=counts,
            rng=Random(1),
        )
        running = asyncio.create_task(telephony.run(events.put_nowait))
        async with asyncio.timeout(30):
            while not isinstance(await events.get(), ChannelsReconciled):
                pass
            call = asterisk.arrive("4008001001", "13800000001")
            while not isinstance(event := await events.get(), CallArrived):
                pass
        running.cancel()
    assert event.call == call
    assert not counts.refused
    assert not counts.bad
