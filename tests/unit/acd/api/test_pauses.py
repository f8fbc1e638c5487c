"""Long work lets others have the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from acd.api.pauses import SLICE_SECONDS, unhurried


def slow_items(count: int) -> Iterator[int]:
    for item in range(count):
        until = time.perf_counter() + SLICE_SECONDS
        while time.perf_counter() < until:
            pass
        yield item


async def test_others_run_between_the_items() -> None:
    turns: list[str] = []

    async def other() -> None:
        for _ in range(3):
            turns.append("other")
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        group.create_task(other())
        async for item in unhurried(slow_items(5)):
            turns.append(str(item))
    assert [turn for turn in turns if turn != "other"] == list("01234")
    assert turns.index("other") < turns.index("4")


async def test_quick_work_is_not_held_up() -> None:
    assert [item async for item in unhurried(range(3))] == [0, 1, 2]
