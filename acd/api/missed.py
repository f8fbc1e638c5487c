"""Missed calls: who is to be called back."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from acd.api.bodies import read_model, read_query
from acd.api.context import Context
from acd.api.problems import not_found
from acd.api.routes import PREFIX, Route, by, page_of
from acd.api.schemas.base import PageOf
from acd.api.schemas.stored import CloseIn, MissedCallOut, MissedCallsQuery
from acd.archive import Role


async def list_missed(request: web.Request, context: Context) -> web.Response:
    """A page of missed calls."""
    query = read_query(request, MissedCallsQuery)
    page = await context.archive.missed_calls(
        state=query.state, business=query.business, limit=query.limit, cursor=query.cursor
    )
    return await page_of(MissedCallOut, page)


async def close(request: web.Request, context: Context) -> web.Response:
    """Close a missed call; who did it is kept with why."""
    asked = await read_model(request, CloseIn, context.settings.body_bytes)
    id = int(request.match_info["id"])
    closed = await context.archive.close_missed_call(
        id, why=f"{by(request)}: {asked.why}", at=context.centre.now()
    )
    if not closed:
        raise not_found(f"No missed call {id} is open.")
    return web.Response(status=204)


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{PREFIX}/missed-calls",
        handle=list_missed,
        tag="missed calls",
        summary="Missed calls, newest first",
        role=Role.READONLY,
        query=MissedCallsQuery,
        answer=PageOf[MissedCallOut],
        problems=(400, 422, 503),
    ),
    Route(
        method="POST",
        path=f"{PREFIX}/missed-calls/{{id:[0-9]{{1,18}}}}/close",
        handle=close,
        tag="missed calls",
        summary="Close a missed call: nobody needs to call back any more",
        role=Role.SUPERVISOR,
        body=CloseIn,
        status=204,
        problems=(404, 413, 415, 422, 503),
    ),
)
