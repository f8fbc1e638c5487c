"""A new engine must learn from a year's calls as fast as from a day's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import event

from acd.storage.database import create_engine, database_url, reading
from acd.storage.migrate import upgrade
from acd.storage.past_calls import past_calls


async def test_one_query_that_reads_what_it_needs_by_keys(tmp_path: Path) -> None:
    location = database_url(f"sqlite:///{tmp_path}/acd.db")
    await upgrade(location)
    engine = create_engine(location)
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    async with reading(engine) as connection:
        assert await past_calls(connection, 1.0, 2.0) == ()
        event.remove(engine.sync_engine, "before_cursor_execute", note)
        ((statement, parameters),) = asked
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        steps = [row.detail for row in plan]
    await engine.dispose()
    tables = ("calls", "offers", "agent_states")
    assert [step for step in steps if step.startswith("SCAN") and step.split()[1] in tables] == []
    assert any("SEARCH calls USING INDEX calls_arrived" in step for step in steps)
