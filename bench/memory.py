"""What one waiting caller costs the engine: the whole product in its process, at a pretended Asterisk.

Resident memory of the process, so everything counts: the core, the adapter's legs, what the journal's
writing left behind, fragments, garbage not collected yet. A few callers come and go before, so that
what is only needed once is there already. Room that was free before is used first, so the second half
of the calls is told by itself too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from statistics import median

from asterisk.lab.ports import free_ports
from asterisk.lab.root import Root
from bench.centre import NODE, QUEUE_NAME, STROWGER, routing
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
    found, second_half = [], []
    for number in range(1, rounds + 1):
        whole, half = await _round(root.scratch("memory"))
        found.append(whole)
        second_half.append(half)
        say(f"memory {number}/{rounds}: {whole:.0f} bytes a waiting call")
    return Outcome(
        figures=[
            Figure(
                key="bytes_per_waiting_call",
                label=f"resident memory (RSS) per waiting call, {WAITING} waiting",
                value=median(found),
                unit="bytes",
                compared=f"the second half {median(second_half):.0f} bytes each",
                target=TARGET_BYTES,
                noise=f"{min(found):.0f} to {max(found):.0f}",
            )
        ],
        raw={"bytes": found, "second_half_bytes": second_half},
    )


async def _round(folder: Path) -> tuple[float, float]:
    """Bytes per waiting call: of all, and of the second half of them."""
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
                half = WAITING // 2
                await _arrive(asterisk, half)
                await asyncio.sleep(SETTLE_S)
                between = engine.resident_bytes
                await _arrive(asterisk, WAITING - half)
                await asyncio.sleep(SETTLE_S)
                after = engine.resident_bytes
                if asterisk.hearing_music != WARM_UP + WAITING:
                    raise AssertionError(f"Only {asterisk.hearing_music - WARM_UP} wait.")
                if len(await engine.waiting(QUEUE_NAME)) != WAITING:
                    raise AssertionError("The API does not list all who wait.")
                return (after - before) / WAITING, (after - between) / (WAITING - half)
            finally:
                await engine.stop()


async def _arrive(asterisk: PretendedAsterisk, calls: int) -> list[str]:
    channels = []
    for number in range(calls):
        channels.append(asterisk.arrive(STROWGER, f"139{number:08}"))
        if number % BATCH == 0:
            await asyncio.sleep(BATCH / ARRIVE_PER_S)
    return channels
