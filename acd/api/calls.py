"""Queues and calls: those that live, why they wait, and those that are stored."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from acd.api.bodies import read_query
from acd.api.context import Context
from acd.api.problems import not_found
from acd.api.routes import PREFIX, Route, list_of, page_of, reply, with_items
from acd.api.schemas.base import ListOf, PageOf
from acd.api.schemas.live import CallOut, LiveCallsQuery, QueueDetailOut, QueueOut, WhyOut
from acd.api.schemas.stored import CallsQuery, StoredCallOut, StoryOut
from acd.archive import Role


async def list_queues(request: web.Request, context: Context) -> web.Response:
    """All queues."""
    views = context.centre.view_queues()
    return await list_of(QueueOut, views)


async def one_queue(request: web.Request, context: Context) -> web.Response:
    """One queue with the calls that wait in it."""
    name = request.match_info["queue"]
    for view in context.centre.view_queues():
        if view.queue == name:
            by_id = {call.call: call for call in context.centre.view_calls(name)}
            waiting = [by_id[call] for call in view.waiting if call in by_id]
            return await with_items(QueueOut.model_validate(view), "calls", CallOut, waiting)
    raise not_found(f"There is no queue {name[:100]!r}.")


async def list_live(request: web.Request, context: Context) -> web.Response:
    """The calls that live, of one queue or all."""
    query = read_query(request, LiveCallsQuery)
    if query.queue is not None and query.queue not in context.centre.routing.queues:
        raise not_found(f"There is no queue {query.queue!r}.")
    views = context.centre.view_calls(query.queue)
    return await list_of(CallOut, views)


async def one_live(request: web.Request, context: Context) -> web.Response:
    """One call that lives."""
    view = context.centre.view_call(request.match_info["call"])
    if view is None:
        raise not_found(_no_live(request))
    return reply(CallOut.model_validate(view))


async def why(request: web.Request, context: Context) -> web.Response:
    """Why one call is still waiting."""
    view = context.centre.why(request.match_info["call"])
    if view is None:
        raise not_found(_no_live(request))
    return reply(WhyOut.of(view))


def _no_live(request: web.Request) -> str:
    call = request.match_info["call"][:100]
    return f"No call {call!r} lives; calls that have ended have a story: {PREFIX}/calls/ID/story."


async def list_stored(request: web.Request, context: Context) -> web.Response:
    """A page of stored calls."""
    query = read_query(request, CallsQuery)
    page = await context.archive.calls(
        query.where(context.centre.routing.numbering), limit=query.limit, cursor=query.cursor
    )
    return await page_of(StoredCallOut, page)


async def story(request: web.Request, context: Context) -> web.Response:
    """All that is known of one call."""
    call = request.match_info["call"]
    stored = await context.archive.story(call)
    if stored is None:
        raise not_found(f"No call {call[:100]!r} is stored.")
    return reply(StoryOut.of(stored))


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{PREFIX}/queues",
        handle=list_queues,
        tag="queues",
        summary="All queues, now",
        role=Role.READONLY,
        answer=ListOf[QueueOut],
    ),
    Route(
        method="GET",
        path=f"{PREFIX}/queues/{{queue}}",
        handle=one_queue,
        tag="queues",
        summary="One queue, now, with its waiting calls in the order of service",
        role=Role.READONLY,
        answer=QueueDetailOut,
        problems=(404,),
    ),
    Route(
        method="GET",
        path=f"{PREFIX}/calls/live",
        handle=list_live,
        tag="calls",
        summary="The calls that live",
        role=Role.READONLY,
        query=LiveCallsQuery,
        answer=ListOf[CallOut],
        problems=(404, 422),
    ),
    Route(
        method="GET",
        path=f"{PREFIX}/calls/live/{{call}}",
        handle=one_live,
        tag="calls",
        summary="One call that lives",
        role=Role.READONLY,
        answer=CallOut,
        problems=(404,),
    ),
    Route(
        method="GET",
        path=f"{PREFIX}/calls/{{call}}/why",
        handle=why,
        tag="calls",
        summary="Why this call is still waiting",
        role=Role.READONLY,
        answer=WhyOut,
        problems=(404,),
    ),
    Route(
        method="GET",
        path=f"{PREFIX}/calls",
        handle=list_stored,
        tag="calls",
        summary="Stored calls, newest first",
        role=Role.READONLY,
        query=CallsQuery,
        answer=PageOf[StoredCallOut],
        problems=(400, 422, 503),
    ),
    Route(
        method="GET",
        path=f"{PREFIX}/calls/{{call}}/story",
        handle=story,
        tag="calls",
        summary="The story of one stored call",
        role=Role.READONLY,
        answer=StoryOut,
        problems=(404, 503),
    ),
)
