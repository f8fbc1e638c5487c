"""The ring of changes: shared by all watchers, bounded, and honest about what it lost."""

from __future__ import annotations

import asyncio

import pytest

from acd.api.feed import Feed, TooSlow
from acd.core.facts import RoutingTaken


def fact(revision: int) -> RoutingTaken:
    return RoutingTaken(at=1.0, revision=str(revision))


def revisions(feed: Feed, position: int, most: int = 100) -> list[int]:
    facts = (change.fact for change in feed.read(position, most))
    return [int(fact.revision) for fact in facts if isinstance(fact, RoutingTaken)]


async def test_nothing_is_kept_while_nobody_watches() -> None:
    feed = Feed(4)
    feed.take([fact(1)])
    assert feed.position == 0


async def test_each_reads_from_his_own_place() -> None:
    feed = Feed(4)
    feed.watchers = 2
    feed.take([fact(1), fact(2)])
    feed.take([fact(3)])
    assert revisions(feed, 0) == [1, 2, 3]
    assert revisions(feed, 2) == [3]
    assert revisions(feed, 3) == []
    assert revisions(feed, 0, most=2) == [1, 2]


async def test_who_lags_behind_further_than_the_ring_holds_is_told() -> None:
    feed = Feed(4)
    feed.watchers = 1
    feed.take([fact(n) for n in range(6)])
    assert revisions(feed, 2) == [2, 3, 4, 5]
    with pytest.raises(TooSlow):
        feed.read(1, 100)


async def test_who_waits_is_woken_by_the_next_change() -> None:
    feed = Feed(4)
    feed.watchers = 1
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(feed.beyond(0)) for _ in range(3)]
        await asyncio.wait(waiting, timeout=0)
        assert not any(task.done() for task in waiting)
        feed.take([fact(1)])
    await feed.beyond(0)


async def test_a_change_is_encoded_once() -> None:
    feed = Feed(4)
    feed.watchers = 1
    feed.take([fact(1)])
    (first,) = feed.read(0, 1)
    (again,) = feed.read(0, 1)
    assert first.json is again.json
    assert first.json == '{"type":"routing_taken","at":"1970-01-01T00:00:01.000Z","revision":"1"}'
