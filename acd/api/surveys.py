"""What callers said of their calls, and how wrong what they were told of their waits was."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from acd.api.bodies import read_query
from acd.api.context import Context
from acd.api.routes import PREFIX, Route, list_of, page_of
from acd.api.schemas.base import ListOf, PageOf
from acd.api.schemas.reached import (
    PeriodQuery,
    SurveyOut,
    SurveysQuery,
    SurveySummaryOut,
    SurveySummaryQuery,
    WaitErrorsOut,
)
from acd.archive import Role


async def list_surveys(request: web.Request, context: Context) -> web.Response:
    """A page of surveys."""
    query = read_query(request, SurveysQuery)
    page = await context.archive.surveys(query.where(), limit=query.limit, cursor=query.cursor)
    return await page_of(SurveyOut, page)


async def summary(request: web.Request, context: Context) -> web.Response:
    """The surveys of a time, summed up."""
    query = read_query(request, SurveySummaryQuery)
    return await list_of(SurveySummaryOut, await context.archive.survey_summary(query.where(), query.by))


async def wait_errors(request: web.Request, context: Context) -> web.Response:
    """The errors of the waits told in a time."""
    since, until = read_query(request, PeriodQuery).bounds()
    return await list_of(WaitErrorsOut, await context.archive.wait_errors(since=since, until=until))


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{PREFIX}/surveys",
        handle=list_surveys,
        tag="surveys",
        summary="What callers said of their calls, newest first",
        role=Role.READONLY,
        query=SurveysQuery,
        answer=PageOf[SurveyOut],
        problems=(400, 422, 503),
    ),
    Route(
        method="GET",
        path=f"{PREFIX}/surveys/summary",
        handle=summary,
        tag="surveys",
        summary="Satisfaction by queue, agent or business",
        role=Role.READONLY,
        query=SurveySummaryQuery,
        answer=ListOf[SurveySummaryOut],
        problems=(422, 503),
    ),
    Route(
        method="GET",
        path=f"{PREFIX}/wait-estimates",
        handle=wait_errors,
        tag="queues",
        summary="How wrong the announced waits were, by queue",
        role=Role.READONLY,
        query=PeriodQuery,
        answer=ListOf[WaitErrorsOut],
        problems=(422, 503),
    ),
)
