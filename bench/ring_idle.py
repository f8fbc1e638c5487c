"""The caller's INVITE to the agent's INVITE with 50 idle agents, beside app_queue; CPU per call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from asterisk.lab.root import Root
from asterisk.lab.siptap import SipTap, ring_delays_s
from bench.centre import APP_QUEUE, STROWGER, Centre, centre, same_talk
from bench.figures import Figure, Outcome, percentile, ratio_of_medians, spread
from bench.machine import Load, cpu_s

AGENTS = 50
TALK_MS = 100
CPU_RATE = 40
RATES = {10: 15.0, CPU_RATE: 10.0, 50: 8.0, 100: 6.0}
"""Calls a second, and for how many seconds."""
WARM_UP = 40
SETTLE_S = 0.5
"""After the last call: what is written behind counts too."""
P50_TARGET, P99_TARGET, CPU_TARGET = 1.3, 1.6, 1.3


@dataclass(slots=True, kw_only=True)
class Series:
    """One side's turns at one rate, a value per round; milliseconds."""

    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    engine_cpu: list[float] = field(default_factory=list)
    load: list[float] = field(default_factory=list)

    def raw(self) -> dict[str, object]:
        """Medians, and the rounds that they are of."""
        columns = {
            "p50_ms": self.p50,
            "p99_ms": self.p99,
            "cpu_ms_per_call": self.cpu,
            "engine_cpu_ms_per_call": self.engine_cpu,
            "machine_load": self.load,
        }
        return {
            "median": {name: round(median(values), 3) for name, values in columns.items() if values},
            "rounds": {name: [round(value, 3) for value in values] for name, values in columns.items()},
        }


async def measure(root: Root, rounds: int, say: Callable[[str], None]) -> Outcome:
    """Both sides in turns at each rate; the engine runs only in its own turns."""
    ours = {rate: Series() for rate in RATES}
    theirs = {rate: Series() for rate in RATES}
    async with centre(root, talk_ms=same_talk(AGENTS, TALK_MS)) as at:
        for number in range(1, rounds + 1):
            for rate, seconds in RATES.items():
                await _our_turn(at, rate, seconds, ours[rate])
                await _turn(at, APP_QUEUE, rate, seconds, theirs[rate])
                say(
                    f"ring_idle {number}/{rounds} at {rate}/s: "
                    f"{_shown(ours[rate])} beside app_queue's {_shown(theirs[rate])}"
                )
    return _outcome(ours, theirs)


async def _our_turn(at: Centre, rate: int, seconds: float, series: Series) -> None:
    await at.engine.start()
    await at.log_in()
    await _turn(at, STROWGER, rate, seconds, series)
    await at.engine.stop()


async def _turn(at: Centre, dialled: str, rate: int, seconds: float, series: Series) -> None:
    await at.call(dialled, WARM_UP, min(rate, CPU_RATE))
    calls = int(rate * seconds)
    run = at.callers(dialled, calls, rate)
    sip = at.asterisk.ports.sip
    async with SipTap([sip]) as tap:
        load = Load.now()
        pbx, engine = cpu_s(at.asterisk.pid), _engine_cpu_s(at)
        await run.start()
        await run.wait(60 + seconds)
        await asyncio.sleep(SETTLE_S)
        pbx, engine = cpu_s(at.asterisk.pid) - pbx, _engine_cpu_s(at) - engine
        series.load.append(Load.now().share_since(load))
    delays = [delay * 1e3 for delay in ring_delays_s(tap.messages, sip).values()]
    if len(delays) != calls:
        raise AssertionError(f"{calls} calls, but {len(delays)} agents' phones rang for them.")
    series.p50.append(percentile(delays, 0.5))
    series.p99.append(percentile(delays, 0.99))
    series.cpu.append((pbx + engine) * 1e3 / calls)
    series.engine_cpu.append(engine * 1e3 / calls)


def _engine_cpu_s(at: Centre) -> float:
    return at.engine.cpu_s if at.engine.is_running else 0.0


def _shown(series: Series) -> str:
    return (
        f"p50 {series.p50[-1]:.2f} p99 {series.p99[-1]:.2f} ms, "
        f"CPU {series.cpu[-1]:.1f} (engine {series.engine_cpu[-1]:.1f}) ms a call"
    )


def _outcome(ours: dict[int, Series], theirs: dict[int, Series]) -> Outcome:
    figures = []
    for rate in RATES:
        mine, other = ours[rate], theirs[rate]
        if rate == CPU_RATE:
            figures.append(_figure(rate, "cpu_ratio", "CPU per call", mine.cpu, other.cpu, CPU_TARGET))
            continue
        figures.append(_figure(rate, "p50_ratio", "ring p50", mine.p50, other.p50, P50_TARGET))
        figures.append(_figure(rate, "p99_ratio", "ring p99", mine.p99, other.p99, P99_TARGET))
    raw = {str(rate): {"strowger": ours[rate].raw(), "app_queue": theirs[rate].raw()} for rate in RATES}
    return Outcome(figures=figures, raw=raw)


def _figure(
    rate: int, key: str, label: str, ours: list[float], theirs: list[float], target: float
) -> Figure:
    return Figure(
        key=f"{rate}.{key}",
        label=f"{label} at {rate} calls/s",
        value=ratio_of_medians(ours, theirs),
        unit="times",
        compared=f"{median(ours):.2f} ms, app_queue {median(theirs):.2f} ms",
        target=target,
        noise=spread(ours, theirs),
    )
