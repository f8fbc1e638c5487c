"""A restarted engine must find the open calls among a year's worth of ended ones at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import event

from acd.storage.database import create_engine, database_url, reading
from acd.storage.migrate import upgrade
from acd.storage.recall import load_open

GROWING = (
    *("calls", "offers", "queue_visits", "call_events", "missed_calls"),
    *("callbacks", "callback_attempts", "messages", "surveys"),
)
INDICES = ("calls_open", "callbacks_open", "messages_kept", "offers_open")
"""Of what is open, or kept: read whole, since that is what is wanted."""


async def test_no_table_that_grows_is_read_from_end_to_end(tmp_path: Path) -> None:
    location = database_url(f"sqlite:///{tmp_path}/acd.db")
    await upgrade(location)
    engine = create_engine(location)
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    async with reading(engine) as connection:
        await load_open(connection, since_day=1.0, surveyed_since=1.0)
        event.remove(engine.sync_engine, "before_cursor_execute", note)
        steps = [
            row.detail
            for statement, parameters in asked
            for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    await engine.dispose()
    assert len(asked) == 14
    scans = [step for step in steps if step.startswith("SCAN")]
    growing = [scan for scan in scans if scan.split()[1] in GROWING]
    assert [scan for scan in growing if not any(index in scan for index in INDICES)] == []
