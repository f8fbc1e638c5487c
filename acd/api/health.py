"""Is it alive, can it serve calls, and its numbers."""

from __future__ import annotations

import ipaddress
from typing import Final

from aiohttp import web

from acd.api.auth import demand
from acd.api.context import Context
from acd.api.exposition import expose
from acd.api.routes import Route, reply
from acd.api.schemas.admin import CheckOut, LiveOut, ReadyOut
from acd.archive import Role

METRICS_TYPE: Final = "text/plain"


async def live(request: web.Request, context: Context) -> web.Response:
    """The process answers; nothing else is looked at."""
    return reply(LiveOut())


async def ready(request: web.Request, context: Context) -> web.Response:
    """Whether calls can be served: 503 where one check is not well."""
    checks = tuple(map(CheckOut.model_validate, context.centre.checks()))
    well = all(check.healthy for check in checks)
    return reply(ReadyOut(ready=well, checks=checks), 200 if well else 503)


async def metrics(request: web.Request, context: Context) -> web.Response:
    """All metrics; without a token for a peer on the loopback address where the settings say so."""
    if not (context.settings.open_metrics and _from_loopback(request)):
        await demand(request, context.authenticator, Role.READONLY, own_agent=False)
    body = await expose(context.registry)
    headers = {"Content-Type": f"{METRICS_TYPE}; version=0.0.4; charset=utf-8"}
    return web.Response(body=body, headers=headers)


def _from_loopback(request: web.Request) -> bool:
    return request.remote is not None and ipaddress.ip_address(request.remote).is_loopback


ROUTES: Final = (
    Route(
        method="GET",
        path="/health/live",
        handle=live,
        tag="health",
        summary="The process answers",
        role=None,
        answer=LiveOut,
    ),
    Route(
        method="GET",
        path="/health/ready",
        handle=ready,
        tag="health",
        summary="Whether calls can be served, and if not, why (503)",
        role=None,
        answer=ReadyOut,
    ),
    Route(
        method="GET",
        path="/metrics",
        handle=metrics,
        tag="health",
        summary="Prometheus metrics; a token is needed unless the settings open them to loopback",
        role=None,
        gives=METRICS_TYPE,
        problems=(401, 403, 503),
    ),
)
