"""Bad days: a burst, a full disk, a database that goes away. Calls go on, and nothing is forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import asyncpg
import pytest

from asterisk.lab.root import Root
from asterisk.lab.sipp import SippEvent
from demo.stage import Stage
from tests.acceptance.hall import (
    Crowd,
    crowd,
    hall,
    metric,
    new_number,
    ready,
    rows,
    stored,
    until,
    until_ready,
)
from tests.acceptance.small_disk import fill, small_disk
from tests.contract.postgres import ThrowAwayPostgres

NUMBER = "4008001001"
AGENTS = tuple(str(number) for number in range(2001, 2011))
DISK_KIB = 4 * 1024

ROUTING = f"""
version: 1
timezone: Asia/Shanghai
languages: [en]
numbers:
  default: {{queue: plain}}
agents:
{"".join(f'  "{agent}": {{}}' + chr(10) for agent in AGENTS)}
queues:
  plain: {{ring: 20s}}
trunks:
  carrier: {{match: ["127.0.0.2"]}}
"""


async def test_a_hundred_callers_at_once_and_ten_agents(root: Root, tmp_path: Path) -> None:
    async with hall(root, tmp_path, ROUTING, rtp_ports=600) as made:
        phones = await made.script("agents", *AGENTS, ring_ms=20, talk_ms=300)
        await made.login(*AGENTS)
        burst = await crowd(made, [new_number() for _ in range(100)], NUMBER, rate_per_s=1000)
        records = await stored(made, burst.ids, within_s=40)
        assert {record["outcome"] for record in records.values()} == {"answered"}
        taken = rows(made, "SELECT call FROM offers WHERE outcome = 'answered'")
        assert sorted(row["call"] for row in taken) == sorted(burst.ids)
        assert _at_most_one_each(phones.events())
        assert {agent for agent, record in _agents(records)} == set(AGENTS)
        stats = await burst.run.wait()
        assert (stats.successful, stats.failed) == (100, 0)
        # A hanging up that crosses that of the far side is worth a line to Asterisk.
        assert made.asterisk.complaints(expected="already DISCONNECTED") == []


def _agents(records: dict[str, sqlite3.Row]) -> list[tuple[str, sqlite3.Row]]:
    return [(record["agent"], record) for record in records.values()]


def _at_most_one_each(events: list[SippEvent]) -> bool:
    """No agent's phone was rung before his last call was over."""
    calls: dict[str, str] = {}
    for event in sorted(events, key=lambda each: each.at):
        if event.what == "invite":
            if event.callee in calls:
                return False
            calls[event.callee] = event.call_id
        elif event.what in ("hung-up", "ended", "cancelled"):
            calls.pop(event.callee, None)
    return True


async def served(made: Stage, count: int) -> Crowd:
    """Callers who came, were answered and have gone; the facts say so."""
    callers = await crowd(made, [new_number() for _ in range(count)], NUMBER)
    for call in callers.ids:
        ended = await made.facts.first("call_ended", call=call)
        assert ended["outcome"] == "answered"
    return callers


@pytest.mark.parametrize("both", [False, True], ids=["the spool is elsewhere", "the spool as well"])
async def test_the_disk_is_full(root: Root, tmp_path: Path, both: bool) -> None:
    """The disk under the database; in the default settings the spool is on the same one."""
    (tmp_path / "disk").mkdir()
    async with small_disk(tmp_path / "disk", DISK_KIB) as disk:
        database = disk / "strowger.db"
        spool = (disk if both else tmp_path) / "spool"
        places = {
            "STROWGER_DATABASE_URL": f"sqlite+aiosqlite:///{database}",
            "STROWGER_SPOOL_DIR": str(spool),
        }
        folder = tmp_path / "engine"
        folder.mkdir()
        async with hall(root, folder, ROUTING, lambda _: places) as made:
            await made.script("agents", *AGENTS, talk_ms=50)
            await made.login(*AGENTS)
            before = await served(made, 3)

            filler = fill(disk)
            during = await served(made, 10)
            await until(lambda: ready(made), "readiness says degraded")
            assert "database" in await ready(made)
            during_too = await served(made, 10)
            assert await metric(made, "strowger_spool_active") == 1
            assert await metric(made, "strowger_journal_depth") >= 20
            assert both or sum(each.stat().st_size for each in spool.iterdir()) > 0

            filler.unlink()
            await until_ready(made)
            calls = [*before.ids, *during.ids, *during_too.ids]
            await until(lambda: _ended(database, calls) == len(calls), "all is written")
            assert await metric(made, "strowger_journal_depth") == 0


def _ended(database: Path, calls: list[str]) -> int:
    """How many of these calls have their one end in the database."""
    marks = ",".join("?" * len(calls))
    sql = f"SELECT count(*) FROM calls WHERE outcome = 'answered' AND call IN ({marks})"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        return int(connection.execute(sql, calls).fetchone()[0])


@asynccontextmanager
async def postgres() -> AsyncIterator[ThrowAwayPostgres]:
    server = ThrowAwayPostgres()
    try:
        server.start()
        yield server
    finally:
        server.remove()


async def test_postgresql_goes_away_and_comes_back(root: Root, tmp_path: Path) -> None:
    async with postgres() as server:
        url = server.url("postgres")
        setting = {"STROWGER_DATABASE_URL": url.replace("postgresql:", "postgresql+asyncpg:")}
        async with hall(root, tmp_path, ROUTING, lambda _: setting) as made:
            await made.script("agents", *AGENTS, talk_ms=50)
            await made.login(*AGENTS)
            before = await served(made, 3)

            server.kill()
            during = await served(made, 10)
            await until(lambda: ready(made), "readiness says degraded")
            assert "database" in await ready(made)
            during_too = await served(made, 10)

            server.start()
            await until_ready(made)
            calls = [*before.ids, *during.ids, *during_too.ids]
            after = await served(made, 1)
            await _all_in(url, [*calls, *after.ids])


async def _all_in(url: str, calls: list[str]) -> None:
    """Each call has one end, one visit and one offer, in the order in which they came."""
    connection = await asyncpg.connect(url)
    try:

        async def look() -> bool:
            ended = await connection.fetch(
                "SELECT call FROM calls WHERE outcome = 'answered' ORDER BY arrived_at"
            )
            return [row["call"] for row in ended] == sorted(calls, key=_serial)

        await until(look, "all is written")
        for table in ("queue_visits", "offers"):
            found = await connection.fetch(f"SELECT call, outcome FROM {table}")
            assert sorted(row["call"] for row in found) == sorted(calls)
            assert {row["outcome"] for row in found} == {"answered"}
    finally:
        await connection.close()


def _serial(call: str) -> float:
    return float(call.rpartition("-")[2].rpartition(".")[2])
