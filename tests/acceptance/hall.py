"""A call centre for a test: the demonstration's stage, crowds of callers, a look at what was stored."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from inspect import isawaitable
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from asterisk.lab.instance import AsteriskInstance
from asterisk.lab.root import Root
from asterisk.lab.sipp import FOREVER_MS, SippRun
from asterisk.provision import Site
from demo.stage import NODE, Settings, Stage, stage

LOOK_S = 0.02
SITE = Site(node=NODE, media_address="127.0.0.1", nat=False, qualify_s=0)
"""Scripted phones stand at another port than the one they were registered from, and answer to calls
only."""

_numbers = count(13_910_000_001)
_names = count()


def new_number() -> str:
    """A caller's number that no other test of this process uses."""
    return str(next(_numbers))


async def until(what: Callable[[], Any], wanted: str, *, within_s: float = 20.0) -> Any:
    """Look again and again until `what` gives (or its awaitable gives) something true: that."""
    seen: Any = None
    try:
        async with asyncio.timeout(within_s):
            while True:
                seen = what()
                if isawaitable(seen):
                    seen = await seen
                if seen:
                    return seen
                await asyncio.sleep(LOOK_S)
    except TimeoutError as late:
        raise AssertionError(f"{wanted}: not within {within_s:g} s; at last {seen!r}") from late


@asynccontextmanager
async def hall(
    root: Root,
    folder: Path,
    routing: str,
    settings: Settings | None = None,
    *,
    rtp_ports: int = 200,
) -> AsyncIterator[Stage]:
    """A stage with this routing; the engine logs JSON, so that tests can read it."""

    def chosen(asterisk: AsteriskInstance) -> Mapping[str, str]:
        return {"STROWGER_LOG_FORMAT": "json", **(settings(asterisk) if settings else {})}

    async with stage(
        root,
        folder,
        lambda line: None,
        routing=routing,
        settings=chosen,
        rtp_ports=rtp_ports,
        site=SITE,
    ) as made:
        yield made


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Callers of one run of SIPp. `calls` maps each number to its call, in the order of dialling."""

    run: SippRun
    calls: dict[str, str]

    @property
    def ids(self) -> list[str]:
        return list(self.calls.values())

    def alive(self) -> list[str]:
        """The numbers of those whose calls nobody has ended yet."""
        over = {
            event.caller
            for event in self.run.events()
            if event.what in ("ended", "hung-up", "gave-up") or event.what.startswith("refused")
        }
        return [number for number in self.calls if number not in over]


async def dial(
    made: Stage,
    numbers: Sequence[str],
    dialled: str,
    *,
    rate_per_s: float = 20.0,
    patience_ms: int = FOREVER_MS,
    talk_ms: int = FOREVER_MS,
) -> SippRun:
    """Callers who have begun to dial, one after the other."""
    return await made.lab.callers(
        f"crowd-{next(_names)}",
        made.asterisk,
        [(number, dialled) for number in numbers],
        rate_per_s=rate_per_s,
        patience_ms=patience_ms,
        talk_ms=talk_ms,
    )


async def crowd(
    made: Stage,
    numbers: Sequence[str],
    dialled: str,
    *,
    rate_per_s: float = 20.0,
    patience_ms: int = FOREVER_MS,
    talk_ms: int = FOREVER_MS,
) -> Crowd:
    """The same, and all of them have reached the engine."""
    run = await dial(
        made, numbers, dialled, rate_per_s=rate_per_s, patience_ms=patience_ms, talk_ms=talk_ms
    )
    calls = {
        number: (await made.facts.first("call_entered", caller=number, within_s=30))["call"]
        for number in numbers
    }
    return Crowd(run=run, calls=calls)


async def empty(made: Stage) -> None:
    """Nobody calls any more, and what rang is forgotten: ready for the next test."""
    if not made.engine.runs:
        await made.restart_engine()
    await made.clear()
    await made.asterisk.cli("channel request hangup all")
    await made.asterisk.until("core show channels", r"\b0 active channels")
    for phone in made.phones.values():
        while not phone.is_silent:
            await phone.incoming()


async def waiting(made: Stage, queue: str) -> list[str]:
    """The calls that wait in a queue, in the order of service."""
    view = await made.api.get(f"queues/{queue}")
    return list(view["waiting"])


async def live(made: Stage) -> dict[str, dict[str, Any]]:
    """The calls that live, by id."""
    return {view["call"]: view for view in (await made.api.get("calls/live"))["items"]}


async def ready(made: Stage) -> dict[str, str]:
    """What is not well with the engine: details by check; empty when it is ready."""
    url = f"{made.engine.api_url}/health/ready"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        checks = (await answer.json())["checks"]
    return {check["name"]: check["detail"] for check in checks if not check["healthy"]}


async def until_ready(made: Stage, *, within_s: float = 30.0) -> None:
    """The engine is connected and well."""

    async def look() -> bool:
        return not await ready(made)

    await until(look, "ready", within_s=within_s)


async def metric(made: Stage, name: str, **labels: str) -> float:
    """A number of /metrics; 0 where there is none with these labels yet."""
    return next(
        (value for with_labels, value in await metrics(made, name) if with_labels == labels), 0.0
    )


async def metrics(made: Stage, name: str) -> list[tuple[dict[str, str], float]]:
    """All numbers of /metrics with this name: labels and value."""
    headers = {"Authorization": f"Bearer {made.token}"}
    url = f"{made.engine.api_url}/metrics"
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as answer:
        text = await answer.text()
    return [
        (dict(sample.labels), sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    ]


async def agent_is(made: Stage, agent: str, state: str, *, within_s: float = 20.0) -> dict[str, Any]:
    """Wait until an agent is in a state; his view."""

    async def look() -> dict[str, Any] | None:
        view: dict[str, Any] = await made.api.get(f"agents/{agent}")
        return view if view["state"] == state else None

    found: dict[str, Any] = await until(look, f"agent {agent} {state}", within_s=within_s)
    return found


def rows(made: Stage, sql: str, *values: object) -> list[sqlite3.Row]:
    """What the engine's own database holds, read beside the engine."""
    path = made.engine.log.parent / "strowger.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(sql, values).fetchall()


@contextmanager
def unwritable(made: Stage) -> Iterator[None]:
    """Meanwhile the engine's database takes nothing: its writers wait."""
    path = made.engine.log.parent / "strowger.db"
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


async def stored(made: Stage, calls: Sequence[str], *, within_s: float = 20.0) -> dict[str, sqlite3.Row]:
    """The records of calls, by id, once each of them has its end."""
    marks = ",".join("?" * len(calls))

    def ended() -> list[sqlite3.Row] | None:
        found = rows(
            made, f"SELECT * FROM calls WHERE ended_at IS NOT NULL AND call IN ({marks})", *calls
        )
        return found if len(found) == len(calls) else None

    found = await until(ended, f"{len(calls)} calls with an end", within_s=within_s)
    return {row["call"]: row for row in found}


def rung(phones: SippRun) -> list[tuple[str, str]]:
    """Who was rung for which caller's number, in order: (agent, caller)."""
    return [(event.callee, event.caller) for event in phones.events() if event.what == "invite"]


def logged(made: Stage, event: str) -> list[dict[str, Any]]:
    """The lines of the engine's log with this message."""
    lines = made.engine.log.read_text(encoding="utf-8", errors="replace").splitlines()
    entries = [json.loads(line) for line in lines if line.startswith("{")]
    return [entry for entry in entries if entry.get("event") == event]


def seconds(instant: str) -> float:
    """An ISO instant as Unix seconds."""
    return datetime.fromisoformat(instant).timestamp()
