"""What callers said of their calls, and how wrong what they were told of their waits was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import ColumnElement, case, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.archive import Page
from acd.reached import StoredSurvey, SurveyFilter, SurveyGroup, SurveySummary, WaitErrors
from acd.storage import tables as t
from acd.storage.bounds import ID, NAME, fit
from acd.storage.paging import decode_cursor, demand_limit, encode_cursor

SATISFIED = 4
"""From here on a caller counts as satisfied."""

_SURVEY = [t.surveys.c[field.name] for field in fields(StoredSurvey)]
_EQUAL = (("business", NAME), ("queue", NAME), ("agent", ID))


def _conditions(where: SurveyFilter) -> list[ColumnElement[bool]]:
    surveys = t.surveys.c
    conditions: list[ColumnElement[bool]] = [
        surveys[name] == fit(value, length)
        for name, length in _EQUAL
        if (value := getattr(where, name)) is not None
    ]
    if where.since is not None:
        conditions.append(surveys.at >= where.since)
    if where.until is not None:
        conditions.append(surveys.at < where.until)
    return conditions


async def read_surveys(
    connection: AsyncConnection, where: SurveyFilter, limit: int, cursor: str | None
) -> Page[StoredSurvey]:
    """Newest first."""
    surveys = t.surveys.c
    conditions = _conditions(where)
    if cursor is not None:
        key = tuple_(surveys.at, surveys.call)
        conditions.append(key < tuple_(*decode_cursor(cursor, tuple[float, str])))
    rows = (
        await connection.execute(
            select(*_SURVEY)
            .where(*conditions)
            .order_by(surveys.at.desc(), surveys.call.desc())
            .limit(demand_limit(limit) + 1)
        )
    ).all()
    items = [StoredSurvey(**row._mapping) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(items=items, next_cursor=encode_cursor((items[-1].at, items[-1].call)) if more else None)


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
            _count(surveys.refused).label("refused"),
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
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(waits.at >= since)
    if until is not None:
        conditions.append(waits.at < until)
    rows = await connection.execute(
        select(
            waits.queue,
            func.count(waits.estimate).label("told"),
            func.count(error).label("measured"),
            func.avg(func.abs(error)).label("mean_absolute_error"),
            func.avg(error).label("bias"),
        )
        .where(*conditions)
        .group_by(waits.queue)
        .order_by(waits.queue)
    )
    return [WaitErrors(**row._mapping) for row in rows]
