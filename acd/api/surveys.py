"""What callers said of their calls, and how wrong what they were told of their waits was."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from acd.api.bodies import read_query
from acd.api.context import PRINCIPAL, Context
from acd.api.problems import Kind, Refusal, not_found
from acd.api.routes import PREFIX, Route, by, list_of, page_of
from acd.api.schemas.base import ListOf, PageOf
from acd.api.schemas.reached import (
    PeriodQuery,
    SurveyOut,
    SurveysQuery,
    SurveySummaryOut,
    SurveySummaryQuery,
    WaitErrorsOut,
)
from acd.api.sound import AUDIO, sound_of
from acd.archive import Role
from acd.core.tapes import TapeListened


async def list_surveys(request: web.Request, context: Context) -> web.Response:
    """A page of surveys."""
    query = read_query(request, SurveysQuery)
    page = await context.archive.surveys(query.where(), limit=query.limit, cursor=query.cursor)
    return await page_of(SurveyOut, page)


async def remark(request: web.Request, context: Context) -> web.StreamResponse:
    """What a caller said at the end of his survey; who listens is remembered."""
    call = request.match_info["call"]
    survey = await context.archive.survey(call)
    if survey is None or survey.remark is None:
        raise not_found(f"There is no remark of the call {call[:100]!r}.")
    principal = request[PRINCIPAL]
    if principal.role is Role.AGENT and survey.agent != principal.agent:
        raise Refusal(403, Kind.FORBIDDEN, "The remark is not about a talk of your agent's.")
    tape = await context.archive.tape(survey.remark)
    if tape is not None and tape.deleted_at is not None:
        raise Refusal(410, Kind.GONE, f"The remark of {call[:100]!r} is deleted: its time had come.")
    what = f"the remark of the call {call[:100]!r}"
    sound, heard = await sound_of(request, context, survey.remark, what)
    if heard and context.listened.anew(principal.token, survey.remark):
        context.centre.submit(TapeListened(file=survey.remark, call=survey.call, by=by(request)))
    return sound


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
        path=f"{PREFIX}/surveys/{{call}}/remark",
        handle=remark,
        tag="surveys",
        summary=(
            "What a caller said in his survey, as sound, whole or in ranges; who listens is remembered. "
            "An agent's token is good for his own talks"
        ),
        role=Role.AGENT,
        gives=AUDIO,
        problems=(404, 410, 503),
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
