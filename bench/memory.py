"""What one waiting caller costs the engine: the whole product in its process, at a pretended Asterisk.

Resident memory of the process, so everything counts: the core, the adapter's legs, what the journal's
writing left behind, fragments. A few callers come and go before, so that what is only needed once is
there already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from statistics import median

from asterisk.lab.ports import free_ports
from asterisk.lab.root import Root
from bench.centre import NODE, STROWGER, routing
from bench.figures import Figure, Outcome
from bench.pretend import PretendedAsterisk
from bench.product import Engine

AGENT = "1001"
TALK_S = 3600.0
WARM_UP = 200
WAITING = 10_000
ARRIVE_PER_S = 500
BATCH = 10
SETTLE_S = 5.0
TARGET_BYTES = 8 * 1024


async def measure(root: Root, rounds: int, say: Callable[[str], None]) -> Outcome:
    """A new process in each round: what one leaves behind would count for the next."""
    found = []
    for number in range(1, rounds + 1):
        found.append(await _round(root.scratch("memory")))
        say(f"memory {number}/{rounds}: {found[-1]:.0f} bytes a waiting call")
    return Outcome(
        figures=[
            Figure(
                key="bytes_per_waiting_call",
                label=f"resident memory per waiting call, {WAITING} waiting",
                value=median(found),
                unit="bytes",
                compared="nothing",
                target=TARGET_BYTES,
                noise=f"{min(found):.0f} to {max(found):.0f}",
            )
        ],
        raw={"bytes": found},
    )


async def _round(folder: Path) -> float:
    file = folder / "routing.yaml"
    file.write_text(routing([AGENT]), encoding="utf-8")
    with free_ports(10) as ports:
        async with PretendedAsterisk([AGENT], talk_s=TALK_S) as asterisk:
            env = {
                "STROWGER_ROUTING_FILE": str(file),
                "STROWGER_NODE": NODE,
                "STROWGER_ARI_URL": asterisk.url,
                "STROWGER_ARI_PASSWORD": "pretended",
                "STROWGER_API_PORT": str(ports.take()),
            }
            engine = Engine(folder / "engine", env)
            try:
                await engine.start()
                asterisk.log_in(AGENT)
                # The one agent talks all the time, so everybody after his caller waits.
                await _arrive(asterisk, 1)
                for channel in await _arrive(asterisk, WARM_UP):
                    asterisk.hang_up(channel)
                await asyncio.sleep(SETTLE_S)
                before = engine.resident_bytes
                await _arrive(asterisk, WAITING)
                await asyncio.sleep(SETTLE_S)
                if asterisk.hearing_music != WARM_UP + WAITING:
                    raise AssertionError(f"Only {asterisk.hearing_music - WARM_UP} wait.")
                return (engine.resident_bytes - before) / WAITING
            finally:
                await engine.stop()


async def _arrive(asterisk: PretendedAsterisk, calls: int) -> list[str]:
    channels = []
    for number in range(calls):
        channels.append(asterisk.arrive(STROWGER, f"139{number:08}"))
        if number % BATCH == 0:
            await asyncio.sleep(BATCH / ARRIVE_PER_S)
    return channels
