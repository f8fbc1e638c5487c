"""Callbacks, messages, surveys and the rest: what is written of them, and what a new engine finds."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import create_async_engine

from acd.core.callback_words import AttemptOutcome, CallbackChanged, CallbackOutcome, RestoredCallback
from acd.core.facts import Fact
from acd.core.message_words import MessageDeleted, MessageLeft, MessageState
from acd.ports import Restored
from acd.storage import tables as t
from acd.storage.database import database_url
from acd.storage.store import Store
from tests.contract import made_facts as made
from tests.contract.conftest import OpenStore
from tests.contract.made_facts import START
from tests.contract.test_store_commits import committed

MIDNIGHT = START - 3600.0


async def rows(url: str, table: Table) -> list[dict[str, object]]:
    """Everything of a table, by its key, without what only numbers the writing."""
    engine = create_async_engine(database_url(url))
    async with engine.connect() as connection:
        found = await connection.execute(select(table).order_by(*table.primary_key))
        result = [{k: v for k, v in row._mapping.items() if k != "seq"} for row in found]
    await engine.dispose()
    return result


def changed(due_at: float, attempts: int, id: str = "cb1") -> CallbackChanged:
    return CallbackChanged(
        callback=id, at=START + 41, due_at=due_at, attempts=attempts, why="the customer was busy"
    )


async def restored(open_it: OpenStore, surveyed_since: float = math.inf) -> Restored:
    async with open_it() as store:
        return await store.memory.load_open(MIDNIGHT, surveyed_since=surveyed_since)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100], ids="batches of {}".format)
async def test_all_of_it_is_stored_the_same_however_the_facts_fall_into_batches(
    store: Store, url: str, size: int
) -> None:
    facts = made.whole_reach()
    for start in range(0, len(facts), size):
        store.journal.take(facts[start : start + size])
        await store.journal.flush()
    assert (store.journal.depth, store.journal.healthy, store.journal.refused) == (0, True, 0)
    (callback,) = await rows(url, t.callbacks)
    assert callback.pop("promise") is not None
    assert callback == {
        "callback": "cb1",
        "number": "13800000001",
        "business": "tv",
        "queue": "sales",
        "dialled": "4008001001",
        "source": "abandoned",
        "created_at": START + 20.0,
        "due_at": START + 341.0,
        "call": "c1",
        "agent": "a007",
        "message": None,
        "attempts": 2,
        "note": "was cut off",
        "why": "busy",
        "closed_at": START + 120.0,
        "outcome": "wrong_number",
        "reached_by": "a001",
        "closed_by": "agent:a001",
        "closed_reason": "a bakery",
    }
    (attempt,) = await rows(url, t.callback_attempts)
    assert (attempt["outcome"], attempt["ring"], attempt["agent"]) == ("busy", 4.5, "a001")
    (message,) = await rows(url, t.messages)
    assert (message["state"], message["agent"]) == ("taken", "a001")
    assert (message["changed_at"], message["deleted_at"]) == (START + 60.0, START + 900.0)
    (change,) = await rows(url, t.message_changes)
    assert (change["act"], change["by"], change["box"]) == ("take", "api:boss", "orders")
    (not_left,) = await rows(url, t.messages_not_left)
    assert (not_left["call"], not_left["why"], not_left["detail"]) == ("c2", "too_short", None)
    (survey,) = await rows(url, t.surveys)
    assert (survey["satisfaction"], survey["solved"], survey["outcome"]) == (4, True, "answered")
    (told,) = await rows(url, t.wait_announcements)
    assert (told["position"], told["estimate"], told["actual"]) == (3, 60.0, 45.0)
    (visit,) = await rows(url, t.flow_visits)
    assert (visit["left_at"], visit["exit"]) == (START + 9.0, "queue sales")
    assert visit["collected"] == '[["order","12345"],["menu","1"]]'
    (missed,) = await rows(url, t.missed_calls)
    assert (missed["callback"], missed["outcome"]) == ("cb1", "wrong_number")
    assert (missed["state"], missed["closed_at"]) == ("closed", START + 120.0)


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "fact by fact"])
async def test_a_flow_entered_again_is_left_where_it_was_entered_last(
    store: Store, url: str, together: bool
) -> None:
    facts: list[Fact] = [
        made.flow_entered(at=START + 1),
        made.flow_left(at=START + 2, exit="flow main"),
        made.flow_entered(at=START + 2),
        made.flow_left(at=START + 3, exit="flow other"),
        made.flow_entered(at=START + 3, flow="other"),
        made.flow_entered(call="c2", at=START + 3),
    ]
    for fact in facts:
        store.journal.take([fact])
        if not together:
            await store.journal.flush()
    await store.journal.flush()
    found = [(row["call"], row["flow"], row["exit"]) for row in await rows(url, t.flow_visits)]
    assert found == [
        ("c1", "main", "flow main"),
        ("c1", "main", "flow other"),
        ("c1", "other", None),
        ("c2", "main", None),
    ]


async def test_a_missed_call_ends_as_its_callback_does(store: Store, url: str) -> None:
    for n, outcome in enumerate(CallbackOutcome):
        call, id = f"c{n}", f"cb{n}"
        store.journal.take([made.missed(call), made.opened(id, call)])
        store.journal.take([made.closed(id, call, outcome, by="api:boss", reason="told so")])
    await store.journal.flush()
    page = await store.archive.missed_calls(state=None, business=None, limit=100)
    found = {call.outcome: call.closed_why for call in page.items}
    assert found["own_call"] == "done by the customer's own call"
    assert found["answered"] == "reached by a callback"
    assert found["wrong_number"] == "callback: wrong number (api:boss): told so"
    assert set(found) == {outcome.value for outcome in CallbackOutcome}
    assert {call.callback for call in page.items} == {f"cb{n}" for n in range(len(CallbackOutcome))}


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "fact by fact"])
async def test_a_wrong_number_that_is_found_out_afterwards(
    store: Store, url: str, together: bool
) -> None:
    for fact in (made.missed("c1"), made.opened(), made.closed(), made.corrected()):
        store.journal.take([fact])
        if not together:
            await store.journal.flush()
    await store.journal.flush()
    (row,) = await rows(url, t.callbacks)
    told = (row["outcome"], row["reached_by"], row["closed_by"], row["closed_reason"])
    assert told == ("wrong_number", "a001", "agent:a001", "a bakery")
    assert row["closed_at"] == made.closed().at
    (missed,) = (await store.archive.missed_calls(state="closed", business=None, limit=9)).items
    assert (missed.outcome, missed.callback) == ("wrong_number", "cb1")
    assert missed.closed_why == "callback: wrong number (agent:a001): a bakery"


async def test_a_wrong_number_leaves_what_somebody_else_has_closed(store: Store) -> None:
    store.journal.take([made.missed("c1"), made.opened()])
    await store.journal.flush()
    (missed,) = (await store.archive.missed_calls(state="open", business=None, limit=9)).items
    assert await store.archive.close_missed_call(missed.id, why="a friend", at=START + 90)
    store.journal.take([made.closed(), made.corrected(), made.corrected("cb2", None)])
    await store.journal.flush()
    (missed,) = (await store.archive.missed_calls(state="closed", business=None, limit=9)).items
    assert (missed.closed_why, missed.outcome) == ("a friend", None)


async def test_a_missed_call_that_somebody_closed_keeps_that(store: Store) -> None:
    store.journal.take([made.missed("c1"), made.opened()])
    await store.journal.flush()
    (missed,) = (await store.archive.missed_calls(state="open", business=None, limit=9)).items
    assert await store.archive.close_missed_call(missed.id, why="a friend", at=START + 90)
    store.journal.take([made.closed()])
    await store.journal.flush()
    (missed,) = (await store.archive.missed_calls(state="closed", business=None, limit=9)).items
    assert (missed.closed_why, missed.callback, missed.outcome) == ("a friend", "cb1", None)


async def test_being_answered_leaves_what_a_callback_stands_for_to_that(store: Store) -> None:
    store.journal.take([made.missed("c1"), made.opened(), made.missed("c2")])
    store.journal.take([made.answered("own", START + 100)])
    await store.journal.flush()
    page = await store.archive.missed_calls(state="closed", business=None, limit=9)
    assert [(call.call, call.outcome) for call in page.items] == [("c2", "own_call")]


async def test_a_call_that_is_a_dialling_says_so(store: Store) -> None:
    store.journal.take([made.entered("cb1-1", callback="cb1"), made.entered("c1")])
    await store.journal.flush()
    out, into = await store.archive.story("cb1-1"), await store.archive.story("c1")
    assert out is not None
    assert into is not None
    assert (out.call.direction, out.call.callback) == ("out", "cb1")
    assert (into.call.direction, into.call.callback) == ("in", None)


async def test_open_callbacks_are_restored_as_they_stand(open_it: OpenStore) -> None:
    async with open_it() as store:
        store.journal.take([made.opened("new", "c0", created_at=START + 10)])
        store.journal.take([made.opened("tried", "c2"), changed(START + 341, 1, "tried")])
        store.journal.take([made.attempt_ended("tried-1", "tried")])
        store.journal.take([made.opened("done", "c3"), made.closed("done", "c3")])
        merged = made.callback("merged", "c4", kept=True, place=START, note="both", attempts=1)
        why = replace(changed(START + 20, 1, "merged"), now=merged)
        store.journal.take([made.opened("merged", "c4"), why])
    found = await restored(open_it)
    assert found.callbacks == (
        RestoredCallback(callback=made.callback("new", "c0", created_at=START + 10)),
        RestoredCallback(callback=merged),
        RestoredCallback(
            callback=made.callback("tried", "c2", due_at=START + 341, attempts=1),
        ),
    )


async def test_only_the_last_attempt_is_unfinished_and_only_without_an_outcome(
    open_it: OpenStore,
) -> None:
    async with open_it() as store:
        store.journal.take([made.opened("half"), made.opened("whole")])
        for callback in ("half", "whole"):
            for number in (1, 2):
                given = made.attempt(f"{callback}-{number}", callback, number)
                await committed(store, given, made.callback(callback))
        store.journal.take([made.attempt_ended("whole-2", "whole", AttemptOutcome.NO_ANSWER)])
        store.journal.take([made.attempt_ended("half-1", "half")])
    half, whole = (await restored(open_it)).callbacks
    assert half.unfinished == made.attempt("half-2", "half", 2)
    assert half.callback.attempts == 2
    assert whole.unfinished is None
    assert whole.callback.attempts == 2


async def test_messages_are_restored_until_their_files_are_deleted(open_it: OpenStore) -> None:
    async with open_it() as store:
        for n in range(3):
            message = made.message(f"m{n}", left_at=START + n)
            store.journal.take([MessageLeft(at=START + n, message=message)])
        store.journal.take(
            [
                made.message_changed("m1", box="a002", agent=None, state=MessageState.NEW),
                made.message_changed("m2", state=MessageState.CLOSED),
                MessageDeleted(message="m0", at=START + 99),
            ]
        )
    assert (await restored(open_it)).messages == (
        made.message("m1", left_at=START + 1, box="a002"),
        made.message("m2", left_at=START + 2, state=MessageState.CLOSED, agent="a001"),
    )


async def test_numbers_that_were_asked_lately_are_restored_with_the_last_time(
    open_it: OpenStore,
) -> None:
    async with open_it() as store:
        for n, caller in enumerate(["1", "2", "1", None, "3"]):
            store.journal.take([made.survey_goes_on(f"c{n}", START + n, caller=caller)])
    assert (await restored(open_it, START + 2)).surveyed == (("1", START + 2), ("3", START + 4))
    assert (await restored(open_it)).surveyed == ()


async def test_a_survey_is_one_row_from_its_beginning_on(open_it: OpenStore, url: str) -> None:
    begun = made.survey_goes_on()
    answered = replace(begun, at=START + 75, satisfaction=5)
    taken = made.survey(satisfaction=5, solved=False)
    steps: list[tuple[list[Fact], object]] = [
        ([begun], (None, None, None)),
        ([answered], (5, None, None)),
        ([answered, taken], (5, False, "answered")),
    ]
    for facts, expected in steps:
        async with open_it() as store:
            store.journal.take(facts)
        (row,) = await rows(url, t.surveys)
        assert (row["satisfaction"], row["solved"], row["outcome"]) == expected
        assert row["at"] == START + 70.0


async def test_what_was_said_in_a_survey_without_an_end_is_restored_with_its_call(
    open_it: OpenStore,
) -> None:
    said = made.survey_goes_on("c1", satisfaction=5, remark="2026/remark")
    async with open_it() as store:
        store.journal.take([made.entered("c1"), made.survey_goes_on("c1"), said])
        store.journal.take([made.entered("c2"), made.survey_goes_on("c2"), made.survey("c2")])
    found = {call.arrived.call: call.survey for call in (await restored(open_it)).calls}
    assert found == {"c1": said, "c2": None}


async def test_an_end_whose_beginning_is_unknown_is_kept_and_opens_nothing(
    open_it: OpenStore, url: str
) -> None:
    async with open_it() as store:
        store.journal.take([made.closed("lost"), made.attempt_ended("lost-1", "lost")])
    assert (await restored(open_it)).callbacks == ()
    (callback,) = await rows(url, t.callbacks)
    assert (callback["outcome"], callback["created_at"]) == ("answered", START + 20.0)
    assert (callback["number"], callback["promise"]) == (None, None)


async def test_odd_texts_of_callers_and_operators_are_stored_as_far_as_they_can_be(
    store: Store,
) -> None:
    odd = "a\0b\udc80" + "x" * 600
    store.journal.take(
        [
            made.opened("cb1", note=odd),
            replace(changed(START, 1), why=odd),
            made.closed("cb1", reason=odd, by=odd),
            MessageLeft(at=START, message=made.message(file=odd)),
            made.survey(remark=odd),
            made.flow_left(exit=odd),
        ]
    )
    await store.journal.flush()
    assert (store.journal.depth, store.journal.healthy, store.journal.refused) == (0, True, 0)
