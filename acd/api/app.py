"""The API as an aiohttp application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial
from importlib import metadata
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry

from acd.api import (
    agents,
    blacklist,
    callbacks,
    calls,
    configuration,
    customers,
    do_not_call,
    events,
    health,
    messages,
    missed,
    surveys,
    tokens,
)
from acd.api.auth import Authenticator, demand
from acd.api.bodies import refuse_large
from acd.api.context import PRINCIPAL, Context
from acd.api.feed import Feed
from acd.api.openapi import document
from acd.api.problems import Kind, Refusal
from acd.api.routes import Route
from acd.api.schemas.problem import ErrorItem
from acd.api.server import ANSWER, LINE_BYTES, Answer, OneFormRunner
from acd.api.settings import ApiSettings
from acd.api.watchers import Watchers
from acd.archive import Archive
from acd.core.routing import Routing
from acd.errors import BadCursor, OperatorError, StoreUnavailable
from acd.ports import Centre, RuntimeMetrics

log = structlog.get_logger(__name__)

_BAD_INPUT: Final = frozenset({400, 401, 413, 415, 422})
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_LINGER_SECONDS: Final = 0.5
"""How long a refused body is still taken off the line, so that the client gets to read why."""


async def _openapi(request: web.Request, context: Context) -> web.Response:
    """This API, described."""
    return web.json_response(document(ROUTES, metadata.version("strowger")))


ROUTES: Final[tuple[Route, ...]] = (
    *agents.ROUTES,
    *calls.ROUTES,
    *missed.ROUTES,
    *callbacks.ROUTES,
    *do_not_call.ROUTES,
    *surveys.ROUTES,
    *messages.ROUTES,
    *customers.ROUTES,
    *blacklist.ROUTES,
    *tokens.ROUTES,
    *configuration.ROUTES,
    *events.ROUTES,
    *health.ROUTES,
    Route(
        method="GET",
        path="/openapi.json",
        handle=_openapi,
        tag="health",
        summary="This document",
        role=None,
    ),
)


def build_app(
    centre: Centre,
    archive: Archive,
    *,
    registry: CollectorRegistry,
    metrics: RuntimeMetrics,
    print_routing: Callable[[Routing], str],
    settings: ApiSettings | None = None,
) -> web.Application:
    """The application; `make_runner` serves it. While it runs it watches the centre's facts.

    `registry` is what /metrics shows; refused requests are counted on `metrics`. `print_routing`
    gives the routing configuration as YAML.
    """
    settings = settings or ApiSettings()
    context = Context(
        centre=centre,
        archive=archive,
        registry=registry,
        metrics=metrics,
        print_routing=print_routing,
        settings=settings,
        authenticator=Authenticator(archive, settings.token_seconds),
        feed=Feed(settings.backlog),
        watchers=Watchers(),
    )
    app = web.Application(middlewares=[_in_one_form(context)])
    answer: Answer = partial(_answered, context)
    app[ANSWER] = answer
    for route in ROUTES:
        app.router.add_route(
            route.method,
            route.path,
            _endpoint(route, context),
            expect_handler=partial(_expect, route, context),
        )
    app.on_shutdown.append(partial(_end_streams, context))
    app.cleanup_ctx.append(partial(_watch, context))
    return app


def make_runner(app: web.Application) -> web.AppRunner:
    """A runner with the settings that the API needs; signals are the composition root's business."""
    return OneFormRunner(
        app,
        shutdown_timeout=5.0,
        access_log=None,
        lingering_time=_LINGER_SECONDS,
        max_line_size=LINE_BYTES,
        max_field_size=LINE_BYTES,
    )


async def _watch(context: Context, app: web.Application) -> AsyncIterator[None]:
    stop = context.centre.watch(context.feed)
    yield
    stop()


async def _end_streams(context: Context, app: web.Application) -> None:
    context.watchers.end_all()


def _limit(route: Route, context: Context) -> int:
    return context.settings.import_bytes if route.many else context.settings.body_bytes


def _endpoint(route: Route, context: Context) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if route.role is not None:
            request[PRINCIPAL] = await demand(
                request, context.authenticator, route.role, own_agent=route.own_agent
            )
        refuse_large(request, _limit(route, context))
        response = await route.handle(request, context)
        if route.method != "GET":
            log.info(
                "changed by API",
                by=request[PRINCIPAL].by,
                method=route.method,
                path=route.path,
                subject=request.match_info.get("agent")
                or request.match_info.get("callback")
                or request.match_info.get("id"),
            )
        return response

    return handle


async def _expect(route: Route, context: Context, request: web.Request) -> web.Response | None:
    """Answer `Expect: 100-continue`: a client that asks first need not send what would be refused."""
    try:
        refuse_large(request, _limit(route, context))
    except Refusal as refusal:
        return _counted(refusal, context)
    if request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    return None


def _in_one_form(context: Context) -> Middleware:
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        response: web.StreamResponse
        try:
            response = await handler(request)
        except (web.HTTPException, OperatorError, Refusal, StoreUnavailable) as error:
            response = _counted(_refusal(request, error), context)
        if not response.prepared:
            response.headers.extend(_HEADERS)
        return response

    return middleware


def _refusal(request: web.Request, error: Exception) -> Refusal:
    match error:
        case Refusal():
            return error
        case web.HTTPException():
            return _from_aiohttp(request, error)
        case StoreUnavailable():
            detail = f"{error} What is live goes on; what is stored cannot be asked."
            return Refusal(503, Kind.STORE_UNAVAILABLE, detail, headers={"Retry-After": "5"})
        case BadCursor():
            item = ErrorItem(parameter="cursor", detail=str(error))
            return Refusal(400, Kind.BAD_CURSOR, str(error), errors=[item])
    return Refusal(422, Kind.INVALID, str(error))


def _answered(context: Context, refusal: Refusal) -> web.Response:
    """Of what never came to the middleware, or went past it."""
    response = _counted(refusal, context)
    response.headers.extend(_HEADERS)
    return response


def _counted(refusal: Refusal, context: Context) -> web.Response:
    context.metrics.request_failed("api", refusal.status)
    if refusal.status in _BAD_INPUT:
        context.metrics.bad_input("api", refusal.kind.value)
    return refusal.answer()


def _from_aiohttp(request: web.Request, error: web.HTTPException) -> Refusal:
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        detail = f"{request.method} cannot be done here, only {allowed}."
        return Refusal(405, Kind.METHOD_NOT_ALLOWED, detail, headers={"Allow": allowed})
    kind = Kind.NOT_FOUND if error.status == 404 else Kind.BAD_REQUEST
    return Refusal(error.status, kind, f"{error.reason}: {request.method} {request.path[:200]!r}.")
