"""What was decided together is stored together: whenever an engine is killed, no call has ended without
the callback that it led to."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from acd.archive import CallFilter
from acd.reached import CallbackFilter
from tests.contract.conftest import OpenStore

REPOSITORY = Path(__file__).parents[2]
ENGINE = """
import asyncio, sys
from pathlib import Path
from acd.core.facts import CallOutcome
from acd.runtime.tasks import TaskKeeper
from acd.storage.store import open_store
from tests.contract import made_facts as made

async def main():
    url, spool = sys.argv[1:]
    async with open_store(url, spool=Path(spool), keeper=TaskKeeper(), interval=0.001) as store:
        for n in range(900):
            call = f"c{n:03d}"
            store.journal.take([made.entered(call)])
            end = made.ended(call, outcome=CallOutcome.ABANDONED)
            store.journal.take([end, made.missed(call), made.opened(f"{call}-cb", call)])
            if n % 7 == 0:
                await asyncio.sleep(0.0005)
                print(n - store.journal.depth // 4, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("written", [20, 110, 300])
async def test_an_engine_killed_while_it_writes_leaves_no_end_without_its_callback(
    url: str, open_it: OpenStore, tmp_path: Path, written: int
) -> None:
    engine = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ENGINE, url, str(tmp_path / "spool"),
        cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert engine.stdout is not None
    async for raw in engine.stdout:
        if raw.strip().lstrip(b"-").isdigit() and int(raw) >= written:
            break
    engine.send_signal(signal.SIGKILL)
    await engine.wait()
    async with open_it() as store:
        calls = await store.archive.calls(CallFilter(outcome="abandoned"), limit=1000)
        missed = await store.archive.missed_calls(state="open", business=None, limit=1000)
        owed = await store.archive.callbacks(CallbackFilter(is_open=True), limit=1000)
    ended = {call.call for call in calls.items}
    assert len(ended) >= written
    assert {call.call for call in missed.items} == ended
    assert {callback.call for callback in owed.items} == ended
