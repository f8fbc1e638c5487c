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
import asyncio, os, signal, sys
from pathlib import Path
from acd.core.facts import CallOutcome
from acd.runtime.tasks import TaskKeeper
from acd.storage.store import open_store
from tests.contract import made_facts as made

async def main():
    url, spool, last = sys.argv[1:]
    written = 0
    async with open_store(url, spool=Path(spool), keeper=TaskKeeper(), interval=0.001) as store:
        write = store.journal._writer.write

        async def write_and_die(steps):
            nonlocal written
            await write(steps)
            written += 1
            if written == int(last):
                os.kill(os.getpid(), signal.SIGKILL)

        store.journal._writer.write = write_and_die
        store.journal.take([made.entered("another")])
        for n in range(300):
            call = f"c{n:03d}"
            store.journal.take([made.entered(call)])
            end = made.ended(call, outcome=CallOutcome.ABANDONED)
            store.journal.take([end, made.missed(call), made.opened(f"{call}-cb", call)])
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("transactions", [1, 2, 3, 4])
async def test_an_engine_killed_while_it_writes_leaves_no_end_without_its_callback(
    url: str, open_it: OpenStore, tmp_path: Path, transactions: int
) -> None:
    engine = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ENGINE, url, str(tmp_path / "spool"), str(transactions),
        cwd=REPOSITORY, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    async with asyncio.timeout(60):
        assert await engine.wait() == -signal.SIGKILL
    async with open_it() as store:
        calls = await store.archive.calls(CallFilter(outcome="abandoned"), limit=1000)
        missed = await store.archive.missed_calls(state="open", business=None, limit=1000)
        owed = await store.archive.callbacks(CallbackFilter(is_open=True), limit=1000)
    ended = {call.call for call in calls.items}
    assert 30 * transactions <= len(ended) < 300
    assert {call.call for call in missed.items} == ended
    assert {callback.call for callback in owed.items} == ended
