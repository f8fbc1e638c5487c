"""500 callers wait, the engine is killed and started again: how soon it has them all.

From its connection to Asterisk until it says that it has taken stock, both by its own log. Each time
its API must list the same calls in the same order of service. In the end an agent logs in, and the
caller who waited longest must be the one who rings at his phone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from statistics import median

from asterisk.lab.root import Root
from asterisk.lab.sipp import SippRun
from asterisk.lab.siptap import SipTap
from bench.centre import QUEUE_NAME, STROWGER, Centre, centre
from bench.figures import Figure, Outcome
from bench.waiting import until

WAITING = 500
ARRIVE_PER_S = 50
FOREVER_MS = 3_600_000
BUSY_AGENT, NEW_AGENT = "1001", "1002"
TARGET_S = 2.0
SETTLED = "asterisk taken stock of"
RTP_PORTS = 4 * (WAITING + 2)


async def measure(root: Root, rounds: int, say: Callable[[str], None]) -> Outcome:
    """The same callers wait through all rounds; the engine is killed once in each."""
    talk_ms = dict.fromkeys((BUSY_AGENT, NEW_AGENT), FOREVER_MS)
    taken_s: list[float] = []
    start_s: list[float] = []
    async with centre(root, talk_ms=talk_ms, rtp_ports=RTP_PORTS) as at:
        await at.engine.start()
        await at.log_in([BUSY_AGENT])
        async with at.callers(STROWGER, 1, 1) as talking:
            await _answered(talking, 1)
            async with at.callers(STROWGER, WAITING, ARRIVE_PER_S) as waiting:
                await _answered(waiting, WAITING)
                order = await at.engine.waiting(QUEUE_NAME)
                for number in range(1, rounds + 1):
                    await at.engine.kill()
                    begun = asyncio.get_running_loop().time()
                    await at.engine.start()
                    taken_s.append(await _taken(at))
                    start_s.append(asyncio.get_running_loop().time() - begun)
                    if len(order) != WAITING or await at.engine.waiting(QUEUE_NAME) != order:
                        raise AssertionError(f"Not the same {WAITING} calls wait in the same order.")
                    say(f"takeover {number}/{rounds}: {WAITING} callers in {taken_s[-1] * 1e3:.0f} ms")
                await _serves_the_first(at, waiting)
    return Outcome(
        figures=[
            Figure(
                key="seconds",
                label=f"takeover of {WAITING} waiting callers",
                value=median(taken_s),
                unit="s",
                compared=f"{median(start_s):.1f} s from the start of the process",
                target=TARGET_S,
                noise=f"{min(taken_s):.2f} to {max(taken_s):.2f}",
            )
        ],
        raw={"taken_s": taken_s, "from_process_start_s": start_s},
    )


async def _answered(run: SippRun, calls: int) -> None:
    """So many callers of the run have been answered, be it by an agent or to hear music."""
    await until(lambda: sum(event.what == "answered" for event in run.events()) >= calls)


async def _taken(at: Centre) -> float:
    """Seconds from the connection to the last call taken over."""
    settled = await at.engine.said(SETTLED)
    if settled.fields["calls"] != WAITING + 1:
        raise AssertionError(f"{WAITING + 1} calls, but {settled.fields['calls']} were found.")
    return settled.at - (await at.engine.said("asterisk connected")).at


async def _serves_the_first(at: Centre, waiting: SippRun) -> None:
    async with SipTap([at.asterisk.ports.sip]) as tap:
        await at.log_in([NEW_AGENT])
        phone = at.phones[0].port

        def rung() -> list[str]:
            return [m.from_user for m in tap.messages if m.is_invite and m.target_port == phone]

        await until(lambda: bool(rung()))
    first = next(event.caller for event in waiting.events() if event.what == "invite")
    if rung()[0] != first:
        raise AssertionError(f"{first} waited longest, but {rung()[0]} was put through.")
