"""Callbacks: who is to be called back, and what people do about it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from aiohttp import web
from pydantic import AwareDatetime

from acd.api.bodies import read_model, read_query
from acd.api.context import PRINCIPAL, Context
from acd.api.problems import Kind, Refusal, invalid, not_found
from acd.api.routes import PREFIX, Handler, Route, by, page_of, reply
from acd.api.schemas.base import Asked, PageOf
from acd.api.schemas.problem import ErrorItem
from acd.api.schemas.reached import (
    ActIn,
    AskedOut,
    CallbackDetailOut,
    CallbackIn,
    CallbackOut,
    CallbacksQuery,
    PostponeIn,
)
from acd.archive import Page, Role
from acd.core.callback_words import (
    BLACKLIST,
    CallbackAct,
    CallbackActed,
    CallbackAsked,
    CallbackClosed,
    CallbackOutcome,
    CallbackSource,
    RefuseCallback,
)
from acd.core.commands import Command, Record
from acd.core.routing import Routing
from acd.imports import unknown
from acd.numbers import BadNumber, normalise
from acd.reached import StoredCallback

_TAG: Final = "callbacks"
_YEAR: Final = 366 * 86400.0
"""Seconds; a time further away is a slip."""
_JUST_NOW: Final = 60.0
"""Seconds; clocks differ, a time that is over for longer is a slip."""


async def list_callbacks(request: web.Request, context: Context) -> web.Response:
    """A page of callbacks."""
    query = read_query(request, CallbacksQuery)
    where = query.where(context.centre.routing.numbering)
    page = await context.archive.callbacks(where, limit=query.limit, cursor=query.cursor)
    queues = context.centre.routing.queues
    if not page.items and query.queue is not None and query.queue not in queues:
        item = ErrorItem(parameter="queue", detail=unknown("queue", query.queue, queues))
        raise invalid("There are no callbacks of such a queue.", item)
    view = context.centre.view_callback
    items = [CallbackOut.of(stored, view(stored.callback)) for stored in page.items]
    return await page_of(CallbackOut, Page(items=items, next_cursor=page.next_cursor))


async def one_callback(request: web.Request, context: Context) -> web.Response:
    """One callback with its attempts."""
    callback = request.match_info["callback"]
    story = await context.archive.callback(callback)
    if story is None:
        raise _none(callback)
    return reply(CallbackDetailOut.told(story, context.centre.view_callback(callback)))


def _none(callback: str) -> Refusal:
    return not_found(f"There is no callback {callback[:100]!r}.")


# --- asking for one


async def ask(request: web.Request, context: Context) -> web.Response:
    """Open a callback, or find the one that is open for this customer already."""
    asked = await read_model(request, CallbackIn, context.settings.body_bytes)
    event = _event(request, context, asked)
    commands = context.centre.submit(event)
    refused = _refusal(commands)
    if refused is not None:
        raise Refusal(409, Kind.CONFLICT, refused)
    stands_for, merged = _outcome(event.id, commands)
    await context.centre.settled()
    return reply(AskedOut(callback=stands_for, merged=merged), 201)


def _event(request: web.Request, context: Context, asked: CallbackIn) -> CallbackAsked:
    principal = request[PRINCIPAL]
    is_agent = principal.role is Role.AGENT
    if is_agent and asked.agent not in (None, principal.agent):
        raise Refusal(403, Kind.FORBIDDEN, "An agent's token asks for its own agent or for anybody.")
    problems = _problems(context.centre.routing, asked)
    number = ""
    try:
        number = normalise(asked.number, context.centre.routing.numbering)
    except BadNumber as error:
        problems.append(ErrorItem(pointer="/number", detail=str(error)))
    at = _time(asked.at, "at", context, problems)
    if problems:
        raise invalid("The callback cannot be.", *problems)
    return CallbackAsked(
        number=number,
        queue=asked.queue,
        by=by(request),
        source=CallbackSource.AGENT if is_agent else CallbackSource.API,
        id=f"asked-{secrets.token_hex(8)}",
        dialled=asked.dialled or "",
        business=asked.business,
        at=at,
        agent=asked.agent,
        language=asked.language,
        note=asked.note,
    )


def _problems(routing: Routing, asked: CallbackIn) -> list[ErrorItem]:
    """The names that there are none of."""
    known = {
        "queue": routing.queues,
        "agent": routing.agents,
        "business": routing.businesses,
        "dialled": routing.numbers,
        "language": routing.languages,
    }
    problems = []
    for field, names in known.items():
        name = getattr(asked, field)
        if name is not None and name not in names:
            kind = "number dialled" if field == "dialled" else field
            problems.append(ErrorItem(pointer=f"/{field}", detail=unknown(kind, name, names)))
    return problems


def _time(
    given: AwareDatetime | None, field: str, context: Context, problems: list[ErrorItem]
) -> float | None:
    if given is None:
        return None
    at = given.timestamp()
    if at > context.centre.now() + _YEAR:
        what = f"{given.isoformat()} is more than a year away"
        problems.append(ErrorItem(pointer=f"/{field}", detail=what))
    elif at < context.centre.now() - _JUST_NOW:
        what = f"{given.isoformat()} is over: expected a time that is still to come, or none for at once"
        problems.append(ErrorItem(pointer=f"/{field}", detail=what))
    return at


def _refusal(commands: Sequence[Command]) -> str | None:
    return next((each.why for each in commands if isinstance(each, RefuseCallback)), None)


def _outcome(asked: str, commands: Sequence[Command]) -> tuple[str, bool]:
    """The callback that stands for what was asked, and whether it was open before. Raises Refusal."""
    for command in commands:
        if not isinstance(command, Record) or not isinstance(command.fact, CallbackClosed):
            continue
        closed = command.fact
        if closed.callback != asked:
            continue
        if closed.outcome is CallbackOutcome.MERGED and closed.reason is not None:
            return closed.reason, True
        raise Refusal(409, Kind.CONFLICT, _why_nobody(closed))
    return asked, False


def _why_nobody(closed: CallbackClosed) -> str:
    if closed.outcome is not CallbackOutcome.DO_NOT_CALL:
        return f"Nobody will be called: {closed.outcome.value.replace('_', ' ')}."
    if closed.by == BLACKLIST:
        return f"The number is in the blacklist: {closed.reason}"
    return "The number is on the do-not-call list."


# --- what people do with one


async def _act(
    request: web.Request,
    context: Context,
    act: CallbackAct,
    reason: str | None,
    until: float | None = None,
) -> web.Response:
    callback = request.match_info["callback"]
    await _demand_his(request, context, callback)
    commands = context.centre.submit(
        CallbackActed(callback=callback, act=act, by=by(request), reason=reason, until=until)
    )
    refused = _refusal(commands)
    if refused is not None:
        if context.centre.view_callback(callback) is None:
            story = await context.archive.callback(callback)
            if story is None:
                raise _none(callback)
            if story.callback.closed_at is not None:
                refused = _closed(story.callback)
        raise Refusal(409, Kind.CONFLICT, refused)
    await context.centre.settled()
    return web.Response(status=204)


def _closed(callback: StoredCallback) -> str:
    when = datetime.fromtimestamp(callback.closed_at or 0.0, UTC).isoformat(timespec="seconds")
    by = "" if callback.closed_by is None else f" by {callback.closed_by}"
    outcome = (callback.outcome or "closed").replace("_", " ")
    return f"It is closed since {when}{by}: {outcome}."


async def _demand_his(request: web.Request, context: Context, callback: str) -> None:
    """An agent acts on what is offered to him now, or is, or was, for him to call; and on what he asked
    for himself."""
    principal = request[PRINCIPAL]
    if principal.role is not Role.AGENT:
        return
    live = context.centre.view_callback(callback)
    if live is not None and principal.agent in (live.agent, live.callback.agent):
        return
    if live is not None and live.callback.asked_by == principal.by:
        return
    story = await context.archive.callback(callback)
    if story is None and live is None:
        raise _none(callback)
    attempts = () if story is None else story.attempts
    if principal.agent not in [attempt.agent for attempt in attempts]:
        detail = "An agent acts on the callbacks that are or were offered to him, or that he asked for."
        raise Refusal(403, Kind.FORBIDDEN, detail)


def _plain(act: CallbackAct) -> Handler:
    async def handle(request: web.Request, context: Context) -> web.Response:
        asked = await read_model(request, ActIn, context.settings.body_bytes)
        return await _act(request, context, act, asked.reason)

    return handle


async def postpone(request: web.Request, context: Context) -> web.Response:
    """Not before another time."""
    asked = await read_model(request, PostponeIn, context.settings.body_bytes)
    problems: list[ErrorItem] = []
    until = _time(asked.until, "until", context, problems)
    if problems:
        raise invalid("The callback cannot wait so long.", *problems)
    return await _act(request, context, CallbackAct.POSTPONE, asked.reason, until)


def _act_route(
    path: str, handle: Handler, summary: str, body: type[Asked] = ActIn, role: Role = Role.AGENT
) -> Route:
    return Route(
        method="POST",
        path=f"{PREFIX}/callbacks/{{callback}}/{path}",
        handle=handle,
        tag=_TAG,
        summary=summary,
        role=role,
        body=body,
        status=204,
        problems=(404, 409, 413, 415, 422, 503),
    )


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{PREFIX}/callbacks",
        handle=list_callbacks,
        tag=_TAG,
        summary="Callbacks, newest first",
        role=Role.READONLY,
        query=CallbacksQuery,
        answer=PageOf[CallbackOut],
        problems=(400, 422, 503),
    ),
    Route(
        method="POST",
        path=f"{PREFIX}/callbacks",
        handle=ask,
        tag=_TAG,
        summary="Ask for a callback: now, or not before a time",
        role=Role.AGENT,
        body=CallbackIn,
        answer=AskedOut,
        status=201,
        problems=(409, 413, 415, 422, 503),
    ),
    Route(
        method="GET",
        path=f"{PREFIX}/callbacks/{{callback}}",
        handle=one_callback,
        tag=_TAG,
        summary="One callback with its attempts",
        role=Role.READONLY,
        answer=CallbackDetailOut,
        problems=(404, 503),
    ),
    _act_route("close", _plain(CallbackAct.CLOSE), "Close it: nobody needs to call any more"),
    _act_route("retry-now", _plain(CallbackAct.RETRY_NOW), "Let it be due now"),
    _act_route("postpone", postpone, "Let it be due at another time", PostponeIn),
    _act_route(
        "wrong-number",
        _plain(CallbackAct.WRONG_NUMBER),
        "Close it: the number is not the customer's; also said up to an hour after the talk",
    ),
    _act_route(
        "decline",
        _plain(CallbackAct.DECLINE),
        "Decline it while it is offered: another agent gets it; otherwise, with a reason, close it",
    ),
)
