"""Callbacks, the do-not-call list, surveys and announced waits, as they are read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from acd.core.callback_words import AttemptOutcome, CallbackOutcome, CallbackSource
from acd.core.facts import Fact
from acd.core.flow_words import SurveyOutcome
from acd.core.tapes import TapeDeleted
from acd.errors import BadCursor
from acd.reached import (
    CallbackFilter,
    StoredAttempt,
    StoredCallback,
    StoredTape,
    SurveyFilter,
    SurveyGroup,
    SurveySummary,
    WaitErrors,
)
from acd.storage.errors import ValueRefused
from acd.storage.store import Store
from tests.contract import made_facts as made
from tests.contract.made_facts import START
from tests.contract.test_store_commits import committed


async def taken(store: Store, facts: Sequence[Fact]) -> None:
    store.journal.take(facts)
    await store.journal.flush()


async def ids(store: Store, where: CallbackFilter) -> list[str]:
    page = await store.archive.callbacks(where, limit=100)
    return [callback.callback for callback in page.items]


async def test_callbacks_come_in_pages_newest_first(store: Store) -> None:
    await taken(store, [made.opened(f"cb{n}", f"c{n}", created_at=START + n // 2) for n in range(5)])
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await store.archive.callbacks(CallbackFilter(), limit=2, cursor=cursor)
        found += [callback.callback for callback in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == ["cb4", "cb3", "cb2", "cb1", "cb0"]
    with pytest.raises(BadCursor):
        await store.archive.callbacks(CallbackFilter(), limit=2, cursor="bad")
    with pytest.raises(ValueRefused):
        await store.archive.callbacks(CallbackFilter(), limit=0)


async def test_callbacks_are_found_by_every_condition(store: Store) -> None:
    await taken(
        store,
        [
            made.opened("usual", "c1"),
            made.opened("number", "c2", number="13900000009"),
            made.opened("business", "c3", business="radio"),
            made.opened("queue", "c4", queue="service"),
            made.opened("source", "c5", source=CallbackSource.KEY),
            made.opened("late", "c6", created_at=START + 500),
            made.opened("agent", "c8", agent="a009"),
            made.opened("closed", "c7"),
            made.closed("closed", "c7", CallbackOutcome.EXPIRED),
        ],
    )
    for where, expected in (
        (CallbackFilter(number="13900000009"), ["number"]),
        (CallbackFilter(business="radio"), ["business"]),
        (CallbackFilter(queue="service"), ["queue"]),
        (CallbackFilter(source="key"), ["source"]),
        (CallbackFilter(agent="a009"), ["agent"]),
        (CallbackFilter(agent="a010"), []),
        (CallbackFilter(is_open=False), ["closed"]),
        (CallbackFilter(outcome="expired"), ["closed"]),
        (CallbackFilter(outcome="answered"), []),
        (CallbackFilter(since=START + 500), ["late"]),
        (CallbackFilter(until=START + 20), []),
    ):
        assert await ids(store, where) == expected, where
    assert len(await ids(store, CallbackFilter(is_open=True, until=START + 500))) == 6


async def test_the_story_of_a_callback(store: Store) -> None:
    await taken(store, [made.opened()])
    await committed(store, made.attempt(), made.callback())
    await committed(store, made.attempt("cb1-2", number_of=2), made.callback())
    await taken(store, [made.attempt_ended(), made.closed(by="api:boss", reason="he called a friend")])
    story = await store.archive.callback("cb1")
    assert story is not None
    assert story.callback == StoredCallback(
        callback="cb1",
        number="13800000001",
        business="tv",
        queue="sales",
        dialled="4008001001",
        source="abandoned",
        created_at=START + 20.0,
        due_at=START + 20.0,
        call="c1",
        agent=None,
        message=None,
        attempts=2,
        note="was cut off",
        why=None,
        closed_at=START + 120.0,
        outcome="answered",
        reached_by="a001",
        closed_by="api:boss",
        closed_reason="he called a friend",
    )
    assert story.attempts == (
        StoredAttempt(
            attempt="cb1-1",
            number_of=1,
            number="13800000001",
            agent="a001",
            made_at=START + 30.0,
            ended_at=START + 40.0,
            outcome=AttemptOutcome.BUSY.value,
            ring=4.5,
        ),
        StoredAttempt(
            attempt="cb1-2",
            number_of=2,
            number="13800000001",
            agent="a001",
            made_at=START + 60.0,
            ended_at=None,
            outcome=None,
            ring=None,
        ),
    )
    assert await store.archive.callback("none") is None
    assert await store.archive.callback("a\0b") is None


async def test_surveys_are_listed_and_found(store: Store) -> None:
    await taken(
        store,
        [
            made.survey("c1", START + 1, queue="service"),
            made.survey("c2", START + 2, agent="a002"),
            made.survey("c3", START + 3, business=None),
        ],
    )
    page = await store.archive.surveys(SurveyFilter(), limit=2)
    assert [survey.call for survey in page.items] == ["c3", "c2"]
    page = await store.archive.surveys(SurveyFilter(), limit=2, cursor=page.next_cursor)
    (survey,) = page.items
    assert page.next_cursor is None
    assert (survey.call, survey.satisfaction, survey.solved, survey.outcome) == (
        "c1",
        4,
        True,
        "answered",
    )
    for where, expected in (
        (SurveyFilter(queue="service"), ["c1"]),
        (SurveyFilter(agent="a002"), ["c2"]),
        (SurveyFilter(business="tv"), ["c2", "c1"]),
        (SurveyFilter(since=START + 2, until=START + 3), ["c2"]),
    ):
        found = await store.archive.surveys(where, limit=9)
        assert [survey.call for survey in found.items] == expected


async def test_one_survey_is_found_by_its_call(store: Store) -> None:
    await taken(store, [made.survey("c1", satisfaction=2)])
    found = await store.archive.survey("c1")
    assert found is not None
    assert (found.call, found.satisfaction) == ("c1", 2)
    assert await store.archive.survey("c2") is None


async def test_what_callers_said_is_known_until_it_is_deleted(store: Store) -> None:
    spoken = {"b": 1, "a": 1, "c": 2, "d": 3}
    await taken(store, [made.tape(file, START + at) for file, at in spoken.items()])
    await taken(store, [TapeDeleted(file="c", at=START + 900)])

    async def kept(until: float, limit: int = 9, after: tuple[float, str] | None = None) -> list[str]:
        found = await store.archive.tapes_made_until(START + until, limit=limit, after=after)
        return [each.file for each in found]

    assert await kept(3) == ["a", "b", "d"]
    assert await kept(2.5) == ["a", "b"]
    assert await kept(3, limit=1) == ["a"]
    assert await kept(3, after=(START + 1, "a")) == ["b", "d"]
    gone = await store.archive.tape("c")
    assert gone == StoredTape(
        file="c",
        call="c1",
        made_at=START + 2,
        flow="survey",
        name="remark",
        seconds=8.0,
        deleted_at=START + 900,
    )
    assert await store.archive.tape("e") is None


async def test_surveys_are_summed_up(store: Store) -> None:
    nothing: dict[str, Any] = {"satisfaction": None, "solved": None, "outcome": SurveyOutcome.REFUSED}
    await taken(
        store,
        [
            made.survey("c1", satisfaction=5, solved=True),
            made.survey("c2", satisfaction=2, solved=False),
            made.survey("c3", satisfaction=4, solved=None),
            made.survey("c4", **nothing),
            made.survey("c5", queue=None, **nothing),
            made.survey("c6", queue="service", at=START + 9000),
            made.survey("c7", **nothing | {"outcome": SurveyOutcome.CUT_OFF}),
            made.survey_goes_on("c8"),
        ],
    )
    found = await store.archive.survey_summary(SurveyFilter(until=START + 9000), SurveyGroup.QUEUE)
    assert found == [
        SurveySummary(
            group=None,
            asked=1,
            refused=1,
            cut_off=0,
            answered=0,
            satisfaction=None,
            satisfied=0,
            solved=0,
            unsolved=0,
        ),
        SurveySummary(
            group="sales",
            asked=6,
            refused=1,
            cut_off=1,
            answered=3,
            satisfaction=11 / 3,
            satisfied=2,
            solved=1,
            unsolved=1,
        ),
    ]
    by_agent = await store.archive.survey_summary(SurveyFilter(queue="service"), SurveyGroup.AGENT)
    assert [(each.group, each.asked) for each in by_agent] == [("a001", 1)]
    assert len(await store.archive.survey_summary(SurveyFilter(), SurveyGroup.BUSINESS)) == 1


async def test_how_wrong_announced_waits_were(store: Store) -> None:
    await taken(
        store,
        [
            made.told_wait("c1"),
            made.measured_wait("c1", estimate=60.0, actual=45.0),
            made.told_wait("c2"),
            made.measured_wait("c2", estimate=60.0, actual=90.0),
            made.told_wait("c3"),
            made.told_wait("c4", estimate=None, queue="service"),
            made.told_wait("c5", at=START + 9000),
        ],
    )
    assert await store.archive.wait_errors(since=START, until=START + 9000) == [
        WaitErrors(queue="sales", told=3, measured=2, mean_absolute_error=22.5, bias=-7.5),
        WaitErrors(queue="service", told=0, measured=0, mean_absolute_error=None, bias=None),
    ]
    (sales, _) = await store.archive.wait_errors(since=None, until=None)
    assert sales.told == 4
