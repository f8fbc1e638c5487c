"""What callers said of their calls, and how wrong what they were told of their waits was."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.archive import Page
from acd.core.flow_words import SurveyOutcome
from acd.reached import StoredSurvey, SurveyFilter, SurveyGroup, SurveySummary, WaitErrors
from acd.storage import tables as t
from acd.storage.bounds import ID, NAME, fit
from acd.storage.newest_first import NewestFirst
from acd.storage.selecting import columns_of, equal, within

SATISFIED = 4
"""From here on a caller counts as satisfied."""

_EQUAL = (("business", NAME), ("queue", NAME), ("agent", ID))
_NEWEST = NewestFirst(
    record=StoredSurvey,
    columns=columns_of(t.surveys, StoredSurvey),
    at=t.surveys.c.at,
    id=t.surveys.c.call,
)


def _conditions(where: SurveyFilter) -> list[ColumnElement[bool]]:
    return equal(t.surveys, where, _EQUAL) + within(t.surveys.c.at, where.since, where.until)


async def read_surveys(
    connection: AsyncConnection, where: SurveyFilter, limit: int, cursor: str | None
) -> Page[StoredSurvey]:
    """Newest first."""
    return await _NEWEST.read(connection, _conditions(where), limit, cursor)


async def read_survey(connection: AsyncConnection, call: str) -> StoredSurvey | None:
    found = await connection.execute(
        select(*columns_of(t.surveys, StoredSurvey)).where(t.surveys.c.call == fit(call, ID))
    )
    row = found.one_or_none()
    return None if row is None else StoredSurvey(**row._mapping)


async def read_summary(
    connection: AsyncConnection, where: SurveyFilter, by: SurveyGroup
) -> Sequence[SurveySummary]:
    """One for each group that was asked, by name; those without one come first."""
    surveys = t.surveys.c
    group = surveys[by.value]
    rows = await connection.execute(
        select(
            group.label("group"),
            func.count().label("asked"),
            _count(surveys.outcome == SurveyOutcome.REFUSED.value).label("refused"),
            _count(surveys.outcome == SurveyOutcome.CUT_OFF.value).label("cut_off"),
            func.count(surveys.satisfaction).label("answered"),
            func.sum(surveys.satisfaction).label("total"),
            _count(surveys.satisfaction >= SATISFIED).label("satisfied"),
            _count(surveys.solved.is_(True)).label("solved"),
            _count(surveys.solved.is_(False)).label("unsolved"),
        )
        .where(*_conditions(where))
        .group_by(group)
    )
    summaries = [
        SurveySummary(
            group=row.group,
            asked=row.asked,
            refused=row.refused,
            cut_off=row.cut_off,
            answered=row.answered,
            satisfaction=row.total / row.answered if row.answered else None,
            satisfied=row.satisfied,
            solved=row.solved,
            unsolved=row.unsolved,
        )
        for row in rows
    ]
    return sorted(summaries, key=lambda each: each.group or "")


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


async def read_wait_errors(
    connection: AsyncConnection, since: float | None, until: float | None
) -> Sequence[WaitErrors]:
    """By queue, of waits told in that time."""
    waits = t.wait_announcements.c
    error = waits.estimate - waits.actual
    rows = await connection.execute(
        select(
            waits.queue,
            func.count(waits.estimate).label("told"),
            func.count(error).label("measured"),
            func.avg(func.abs(error)).label("mean_absolute_error"),
            func.avg(error).label("bias"),
        )
        .where(*within(waits.at, since, until))
        .group_by(waits.queue)
        .order_by(waits.queue)
    )
    return [WaitErrors(**row._mapping) for row in rows]
