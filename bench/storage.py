"""What the store costs: CPU per call, the longest hold of the event loop, and `take` itself.

    python -m bench.storage [--url URL] [--rate CALLS_PER_SECOND] [--seconds N] [--interval SECONDS]

A call is 12 facts in four moments (arrives and is offered, rings, is answered, ends), as the engine
makes them, at a steady rate. CPU is that of the whole process, the writer's thread included, less
that of making the facts. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import uvloop

from acd.core.facts import (
    AgentStateChanged,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallOutcome,
    CallQueued,
    Fact,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    QueueLeft,
    VisitOutcome,
)
from acd.core.records import Placement
from acd.runtime.tasks import TaskKeeper
from acd.storage.journal import GATHER
from acd.storage.store import Store, open_store
from agents.model import AgentState
from asterisk.lab.root import Root
from bench.figures import Figure, Outcome

QUEUE = "sales"
ANSWER_AFTER, END_AFTER = 1.0, 3.0
"""Seconds from a call's arrival."""
RATE, SECONDS = 40.0, 10.0


def moments(number: int, at: float) -> Iterator[tuple[float, list[Fact]]]:
    """The facts of one call by the time at which they come."""
    call = f"bench-{at:.0f}.{number}"
    agent = f"a{number % 50:03d}"
    offer = f"{call}-o1"
    placement = Placement(
        queue=QUEUE,
        visit=1,
        joined_at=at,
        tier=0,
        head_start=0.0,
        extra_needs=(),
        firsts=(),
        language="zh",
        business="tv",
    )
    yield (
        at,
        [
            CallEntered(
                call=call,
                at=at,
                node="pbx1",
                dialled="4008001001",
                caller=f"138{number:08d}",
                caller_name=None,
                customer_tier=None,
                business="tv",
                campaign="spring",
                language="zh",
            ),
            CallQueued(
                call=call,
                at=at,
                placement=placement,
                reasons=(
                    (at, "number", "4008001001", "tv", QUEUE),
                    (at, "rule_no", "blacklist"),
                    (at, "rule_no", "vip"),
                    (at, "queued", QUEUE, 0, 0.0),
                ),
            ),
            OfferMade(
                offer=offer,
                call=call,
                agent=agent,
                queue=QUEUE,
                at=at,
                reasons=((at, "chosen", agent, "longest_idle", 12.5, 49), (at, "requirement", "zh>=3")),
            ),
            _state(agent, at, AgentState.RESERVED, AgentState.IDLE, call),
        ],
    )
    yield at + 0.05, [_state(agent, at + 0.05, AgentState.RINGING, AgentState.RESERVED, call)]
    answered = at + ANSWER_AFTER
    yield (
        answered,
        [
            OfferEnded(
                offer=offer,
                call=call,
                agent=agent,
                queue=QUEUE,
                at=answered,
                outcome=OfferOutcome.ANSWERED,
                ring=0.95,
                reasons=((answered, "answered", agent),),
            ),
            QueueLeft(
                call=call, at=answered, queue=QUEUE, visit=1, wait=1.0, outcome=VisitOutcome.ANSWERED
            ),
            CallAnswered(
                call=call,
                offer=offer,
                agent=agent,
                queue=QUEUE,
                business="tv",
                caller=f"138{number:08d}",
                at=answered,
                wait=1.0,
                within_service_level=True,
            ),
            _state(agent, answered, AgentState.TALKING, AgentState.RINGING, call),
        ],
    )
    ended = at + END_AFTER
    yield (
        ended,
        [
            CallEnded(
                call=call,
                at=ended,
                outcome=CallOutcome.ANSWERED,
                dialled="4008001001",
                business="tv",
                queue=QUEUE,
                agent=agent,
                wait=1.0,
                talk=2.0,
                short=False,
                reasons=((ended, "ended", "answered"),),
            ),
            _state(agent, ended, AgentState.WRAP_UP, AgentState.TALKING, call),
            _state(agent, ended, AgentState.IDLE, AgentState.WRAP_UP, None),
        ],
    )


def _state(
    agent: str, at: float, state: AgentState, previous: AgentState, call: str | None
) -> AgentStateChanged:
    return AgentStateChanged(
        agent=agent,
        at=at,
        state=state,
        previous=previous,
        since=at - 1.0,
        reason=None,
        call=call,
        by=None,
        until=None,
    )


def schedule(calls: int, rate: float) -> list[tuple[float, list[Fact]]]:
    """All moments of `calls` calls, as seconds from the start, in order of time."""
    base = time.time()
    made = [moment for n in range(calls) for moment in moments(n, base + n / rate)]
    made.sort(key=lambda moment: moment[0])
    return [(at - base, facts) for at, facts in made]


async def play(plan: list[tuple[float, list[Fact]]], store: Store | None) -> None:
    """Give the facts to the journal (or nobody) when their time has come."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for at, facts in plan:
        delay = start + at - loop.time()
        if delay > 0:
            await asyncio.sleep(delay)
        if store is not None:
            store.journal.take(facts)
    if store is not None:
        await store.journal.flush()


async def stalls(worst: list[float], stop: asyncio.Event) -> None:
    """How much later than asked the loop comes back, in seconds."""
    while not stop.is_set():
        due = time.perf_counter() + 0.001
        await asyncio.sleep(0.001)
        worst.append(time.perf_counter() - due)


async def measure(
    url: str, spool: Path, rate: float, seconds: float, interval: float
) -> dict[str, float]:
    calls = int(rate * seconds)
    keeper = TaskKeeper()
    async with open_store(url, spool=spool, keeper=keeper, interval=interval) as store:
        await play(schedule(int(rate), rate), store)
        plan = schedule(calls, rate)
        cpu = time.process_time()
        await play(plan, None)
        idle = time.process_time() - cpu
        cpu = time.process_time()
        await play(schedule(calls, rate), store)
        busy = time.process_time() - cpu - _cost_of(lambda: schedule(calls, rate))
        quiet, loaded = await _stalls(rate, None), await _stalls(rate, store)
        take = _take_ns(store, plan)
        await store.journal.flush()
    await keeper.close()
    return {
        "calls": calls,
        "cpu_us_per_call": round((busy - idle) / calls * 1e6, 1),
        "stall_ms_p999": round(_at(loaded, 0.999) * 1e3, 2),
        "stall_ms_max": round(max(loaded) * 1e3, 2),
        "stall_ms_p999_without": round(_at(quiet, 0.999) * 1e3, 2),
        "stall_ms_max_without": round(max(quiet) * 1e3, 2),
        "take_ns_per_fact": round(take),
    }


async def outcome(root: Root, rounds: int, say: Callable[[str], None]) -> Outcome:
    """For `python -m bench`, on SQLite. Nothing is promised about these figures."""
    found = []
    for number in range(1, rounds + 1):
        folder = root.scratch("storage")
        url = f"sqlite:///{folder}/bench.db"
        found.append(await measure(url, folder / "spool", RATE, SECONDS, GATHER))
        shutil.rmtree(folder)
        say(f"storage {number}/{rounds}: {found[-1]['cpu_us_per_call']:.0f} µs of CPU a call")
    return figures(found)


def figures(rounds: list[dict[str, float]]) -> Outcome:
    """Medians over the rounds."""
    rows = {name: [found[name] for found in rounds] for name in rounds[0]}

    def figure(name: str, label: str, unit: str, compared: str = "") -> Figure:
        noise = f"{min(rows[name]):g} to {max(rows[name]):g}"
        value = median(rows[name])
        return Figure(key=name, label=label, value=value, unit=unit, compared=compared, noise=noise)

    idle = f"{median(rows['stall_ms_p999_without']):.2f} ms without a store"
    return Outcome(
        figures=[
            figure("cpu_us_per_call", "CPU of storing a call", "µs"),
            figure("stall_ms_p999", "event loop held, p99.9", "ms", idle),
            figure("take_ns_per_fact", "handing a fact to the journal", "ns"),
        ],
        raw=dict(rows),
    )


async def _stalls(rate: float, store: Store | None) -> list[float]:
    worst: list[float] = []
    stop = asyncio.Event()
    plan = schedule(int(rate * 5), rate)
    task = asyncio.create_task(stalls(worst, stop))
    await play(plan, store)
    stop.set()
    await task
    return worst


def _cost_of(work: object) -> float:
    assert callable(work)
    cpu = time.process_time()
    work()
    return time.process_time() - cpu


def _at(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def _take_ns(store: Store, plan: list[tuple[float, list[Fact]]]) -> float:
    facts = sum(len(batch) for _, batch in plan)
    start = time.perf_counter_ns()
    for _, batch in plan:
        store.journal.take(batch)
    return (time.perf_counter_ns() - start) / facts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--interval", type=float, default=GATHER)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="strowger-bench-"))
    try:
        url = asked.url or f"sqlite:///{folder}/bench.db"
        result = uvloop.run(measure(url, folder / "spool", asked.rate, asked.seconds, asked.interval))
    finally:
        shutil.rmtree(folder)
    print(
        json.dumps(
            {"url": url.partition(":")[0], "rate": asked.rate, "interval": asked.interval} | result
        )
    )


if __name__ == "__main__":
    main()
