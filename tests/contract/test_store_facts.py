"""From facts to what is stored: the same on every database, however the facts fall into batches."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine

from acd.archive import (
    CallFilter,
    StoredCall,
    StoredOffer,
    StoredRecording,
    StoredStory,
    StoredVisit,
)
from acd.core.facts import (
    CallOutcome,
    Fact,
    PhoneSeen,
    RecordingBegan,
    RecordingOutcome,
    RoutingTaken,
    StaleEventSeen,
)
from acd.storage import tables as t
from acd.storage.database import database_url
from acd.storage.store import Store
from agents.model import PhoneState
from tests.contract import made_facts as made
from tests.contract.made_facts import START, whole_call

STORY = StoredStory(
    call=StoredCall(
        call="c1",
        node="pbx1",
        dialled="4008001001",
        caller="13800000001",
        caller_name="王芳",
        customer_tier="gold",
        business="tv",
        campaign="spring",
        language="en",
        arrived_at=START,
        queue="sales",
        agent="a001",
        answered_at=START + 12.5,
        ended_at=START + 60.0,
        outcome="answered",
        wait=12.25,
        talk=47.5,
    ),
    visits=(
        StoredVisit(
            queue="vip",
            visit=1,
            joined_at=START + 0.1,
            left_at=START + 0.2,
            outcome="overflowed",
            wait=0.1,
        ),
        StoredVisit(
            queue="sales",
            visit=2,
            joined_at=START + 0.25,
            left_at=START + 12.5,
            outcome="answered",
            wait=12.25,
        ),
    ),
    offers=(
        StoredOffer(
            offer="c1-o1",
            agent="a002",
            queue="sales",
            made_at=START + 0.4,
            ended_at=START + 10.4,
            outcome="no_answer",
            ring=9.9,
        ),
        StoredOffer(
            offer="c1-o2",
            agent="a001",
            queue="sales",
            made_at=START + 10.4,
            ended_at=START + 12.5,
            outcome="answered",
            ring=1.9,
        ),
    ),
    recordings=(
        StoredRecording(
            offer="c1-o2",
            file="2026-11-21/c1",
            began_at=START + 12.6,
            ended_at=START + 60.1,
            outcome="recorded",
            seconds=47.0,
            detail=None,
        ),
    ),
    trace=tuple(reason for fact in whole_call("c1") for reason in getattr(fact, "reasons", ())),
)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 100], ids="batches of {}".format)
async def test_a_call_is_stored_the_same_however_its_facts_fall_into_batches(
    store: Store, url: str, size: int
) -> None:
    facts = whole_call("c1")
    for start in range(0, len(facts), size):
        store.journal.take(facts[start : start + size])
        await store.journal.flush()
    assert await store.archive.story("c1") == STORY
    assert await rows(url) == {
        "agent_sessions": [("a002", START, "console", START + 61.0, "api:boss")],
        "agent_states": [
            ("a001", START + 10.4, "reserved", "idle", START + 0.4, None, "c1", None, None),
            ("a001", START + 10.6, "ringing", "reserved", START + 0.6, None, "c1", None, None),
            ("a001", START + 12.5, "talking", "ringing", START + 2.5, None, "c1", None, None),
            ("a001", START + 60.0, "wrap_up", "talking", START + 50.0, None, "c1", None, START + 90.0),
            ("a002", START + 0.4, "reserved", "idle", START + 0.4 - 10.0, None, "c1", None, None),
            ("a002", START + 10.4, "paused", "reserved", START + 0.4, "no answer", "c1", "system", None),
        ],
        "agents_now": [
            ("a001", "wrap_up", START + 60.0, None, START + 90.0, None, None, None, None, False),
            ("a002", "paused", START + 10.4, "no answer", None, None, None, None, None, False),
        ],
        "customers": [("13800000001", None, None, None, None, "a001", START + 12.5)],
        "calls": [("c1", "c1-o2", True, False)],
    }


async def rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    """What no port shows yet, as it stands in the tables."""
    states = [column for column in t.agent_states.c if column.name != "seq"]
    engine = create_async_engine(database_url(url))
    async with engine.connect() as connection:
        found = {
            statement.get_final_froms()[0].description: [
                tuple(row) for row in await connection.execute(statement)
            ]
            for statement in (
                select(t.agent_sessions),
                select(*states).order_by(*states[:2]),
                select(t.agents_now).order_by(t.agents_now.c.agent),
                select(t.customers),
                select(
                    t.calls.c.call,
                    t.calls.c.offer,
                    t.calls.c.within_service_level,
                    t.calls.c.short,
                ),
            )
        }
    await engine.dispose()
    return found


async def test_a_recording_that_never_began_and_one_whose_end_nobody_saw(store: Store) -> None:
    began = next(fact for fact in whole_call("c1") if isinstance(fact, RecordingBegan))
    refused = made.recording_ended(
        "c2", outcome=RecordingOutcome.NO_ROOM, seconds=None, detail="0 MiB free, 1024 MiB wanted"
    )
    store.journal.take([made.entered("c1"), began, made.entered("c2"), refused])
    await store.journal.flush()
    open_story, refused_story = await store.archive.story("c1"), await store.archive.story("c2")
    assert open_story is not None
    assert refused_story is not None
    (going_on,) = open_story.recordings
    assert (going_on.began_at, going_on.ended_at, going_on.outcome) == (START + 12.6, None, None)
    (never,) = refused_story.recordings
    assert (never.began_at, never.outcome, never.detail) == (None, "no_room", refused.detail)


async def test_times_keep_every_bit(store: Store) -> None:
    times = [START + n * 1e-6 for n in range(50)]
    store.journal.take([made.entered(f"c{n:02d}", at) for n, at in enumerate(times)])
    await store.journal.flush()
    page = await store.archive.calls(CallFilter(), limit=50)
    assert [call.arrived_at for call in page.items] == times[::-1]


async def test_many_calls_come_out_whole_and_in_order(store: Store) -> None:
    facts: list[Fact] = []
    calls = [f"c{n:03d}" for n in range(100)]
    for part in zip(*(whole_call(call, START + n) for n, call in enumerate(calls)), strict=True):
        facts.extend(part)
    store.journal.take(facts)
    await store.journal.flush()
    assert store.journal.depth == 0
    page = await store.archive.calls(CallFilter(outcome="answered"), limit=1000)
    assert [call.call for call in page.items] == calls[::-1]
    for n, call in enumerate(calls):
        story = await store.archive.story(call)
        assert story is not None
        expected = [r for f in whole_call(call, START + n) for r in getattr(f, "reasons", ())]
        assert list(story.trace) == expected
        assert len(story.offers) == len(story.visits) == 2


async def test_a_call_that_entered_twice_is_one_call(store: Store) -> None:
    """A new engine may announce a call that it did not find in the store in time."""
    store.journal.take(whole_call("c1"))
    await store.journal.flush()
    store.journal.take([made.entered("c1")])
    await store.journal.flush()
    story = await store.archive.story("c1")
    assert story is not None
    assert (story.call.outcome, story.call.agent) == ("answered", "a001")


async def test_the_end_of_a_call_has_the_last_word_on_queue_and_agent(store: Store) -> None:
    """The connection to the agent failed, and the caller gave up afterwards."""
    store.journal.take([made.entered("c1"), made.queued("c1"), made.answered("c1")])
    await store.journal.flush()
    store.journal.take([made.ended("c1", outcome=CallOutcome.ABANDONED, queue=None)])
    await store.journal.flush()
    story = await store.archive.story("c1")
    assert story is not None
    assert (story.call.outcome, story.call.agent, story.call.queue) == ("abandoned", None, None)


async def test_a_call_is_missed_once(store: Store) -> None:
    store.journal.take([made.missed("c1"), made.missed("c1")])
    await store.journal.flush()
    store.journal.take([made.missed("c1", START + 30)])
    await store.journal.flush()
    page = await store.archive.missed_calls(state=None, business=None, limit=10)
    assert [(call.call, call.at, call.reason, call.state) for call in page.items] == [
        ("c1", START + 20.0, "abandoned", "open")
    ]


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "two batches"])
async def test_being_answered_closes_what_the_caller_had_missed(store: Store, together: bool) -> None:
    before = [
        made.missed("same"),
        made.missed("other-number", caller="13800000002"),
        made.missed("other-business", business="radio"),
        made.missed("no-business", business=None),
        made.missed("withheld", caller=None),
    ]
    after = made.missed("later", START + 500)
    store.journal.take(before)
    if not together:
        await store.journal.flush()
    store.journal.take([made.answered("own", START + 100), after])
    await store.journal.flush()
    page = await store.archive.missed_calls(state="closed", business=None, limit=10)
    assert [(call.call, call.closed_at, call.closed_why) for call in page.items] == [
        ("same", START + 100, "done by the customer's own call")
    ]
    page = await store.archive.missed_calls(state="open", business=None, limit=10)
    assert {call.call for call in page.items} == {
        "other-number",
        "other-business",
        "no-business",
        "withheld",
        "later",
    }


async def test_without_a_business_only_what_was_missed_without_one_is_closed(store: Store) -> None:
    store.journal.take([made.missed("tv"), made.missed("none", business=None)])
    store.journal.take([made.answered("own", START + 100, business=None)])
    await store.journal.flush()
    page = await store.archive.missed_calls(state="closed", business=None, limit=10)
    assert [call.call for call in page.items] == ["none"]


async def test_a_withheld_caller_becomes_no_customer(store: Store) -> None:
    store.journal.take([made.answered("c1", caller=None)])
    await store.journal.flush()
    assert (await store.archive.customers(tier=None, limit=10)).items == []


async def test_what_only_watchers_need_is_not_stored_and_not_missed(store: Store, url: str) -> None:
    store.journal.take(
        [
            PhoneSeen(agent="a001", at=START, phone=PhoneState.FREE),
            StaleEventSeen(at=START, what="late", subject="c1"),
            RoutingTaken(at=START, revision="r1"),
        ]
    )
    await store.journal.flush()
    assert (store.journal.depth, store.journal.healthy, store.journal.lost) == (0, True, 0)
    engine = create_async_engine(database_url(url))
    async with engine.connect() as connection:
        found = (await connection.execute(select(t.routings.c.at, t.routings.c.revision))).all()
    await engine.dispose()
    assert [tuple(row) for row in found] == [(START, "r1")]
