"""The routing configuration: what runs, and taking over a changed file."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from acd.api.context import Context
from acd.api.problems import Kind, Refusal
from acd.api.routes import PREFIX, Route, reply
from acd.api.schemas.admin import ConfigurationOut, ReloadOut
from acd.api.schemas.problem import ErrorItem
from acd.archive import Role


async def current(request: web.Request, context: Context) -> web.Response:
    """The running configuration."""
    routing = context.centre.routing
    text = context.print_routing(routing)
    return reply(ConfigurationOut(revision=routing.revision, text=text))


async def reload(request: web.Request, context: Context) -> web.Response:
    """Read the routing file again and take it over, or say all that is wrong with it."""
    result = await context.centre.reload()
    if not result.taken:
        errors = [ErrorItem(detail=problem) for problem in result.problems]
        detail = f"The routing file has errors; revision {result.revision} goes on running."
        raise Refusal(422, Kind.NOT_TAKEN, detail, errors=errors)
    return reply(ReloadOut(revision=result.revision))


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{PREFIX}/configuration",
        handle=current,
        tag="configuration",
        summary="The running routing configuration",
        role=Role.READONLY,
        answer=ConfigurationOut,
    ),
    Route(
        method="POST",
        path=f"{PREFIX}/configuration/reload",
        handle=reload,
        tag="configuration",
        summary="Take over the changed routing file, all or nothing",
        role=Role.ADMIN,
        answer=ReloadOut,
        problems=(422,),
    ),
)
