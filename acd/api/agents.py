"""Agents: what they are doing, and what they or others ask for them."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from acd.api.bodies import read_model
from acd.api.context import Context
from acd.api.problems import Kind, Refusal, invalid, not_found
from acd.api.routes import PREFIX, Handler, Route, by, list_of, reply
from acd.api.schemas.base import ListOf
from acd.api.schemas.live import AgentOut, PauseIn
from acd.api.schemas.problem import ErrorItem
from acd.archive import Role
from acd.core.commands import RefuseAct
from acd.core.events import AgentActed
from acd.core.views import AgentView
from acd.imports import unknown
from agents.model import AgentAct

_TAG: Final = "agents"


def _agent(request: web.Request, context: Context) -> AgentView:
    agent = request.match_info["agent"]
    view = context.centre.view_agent(agent)
    if view is None:
        raise not_found(f"There is no agent {agent[:100]!r}.")
    return view


async def list_agents(request: web.Request, context: Context) -> web.Response:
    """All agents."""
    views = context.centre.view_agents()
    return await list_of(AgentOut, views)


async def one_agent(request: web.Request, context: Context) -> web.Response:
    """One agent."""
    return reply(AgentOut.model_validate(_agent(request, context)))


def _act(
    request: web.Request, context: Context, act: AgentAct, reason: str | None = None
) -> web.Response:
    agent = _agent(request, context).agent
    event = AgentActed(agent=agent, act=act, by=by(request), reason=reason)
    for command in context.centre.submit(event):
        if isinstance(command, RefuseAct):
            raise Refusal(409, Kind.CONFLICT, command.why)
    return reply(AgentOut.model_validate(_agent(request, context)))


async def pause(request: web.Request, context: Context) -> web.Response:
    """Pause at once, or after the call."""
    asked = await read_model(request, PauseIn, context.settings.body_bytes)
    reasons = context.centre.routing.pause_reasons
    if asked.reason is not None and asked.reason not in reasons:
        detail = unknown("pause reason", asked.reason, reasons)
        item = ErrorItem(pointer="/reason", detail=detail)
        raise invalid(f"The pause reasons are: {', '.join(reasons) or 'none'}.", item)
    return _act(request, context, AgentAct.PAUSE, asked.reason)


def _plain(act: AgentAct) -> Handler:
    async def handle(request: web.Request, context: Context) -> web.Response:
        return _act(request, context, act)

    return handle


def _act_route(path: str, handle: Handler, summary: str) -> Route:
    return Route(
        method="POST",
        path=f"{PREFIX}/agents/{{agent}}/{path}",
        handle=handle,
        tag=_TAG,
        summary=summary,
        role=Role.AGENT,
        own_agent=True,
        body=PauseIn if handle is pause else None,
        answer=AgentOut,
        problems=(404, 409, 413, 415, 422) if handle is pause else (404, 409),
    )


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{PREFIX}/agents",
        handle=list_agents,
        tag=_TAG,
        summary="All agents, now",
        role=Role.READONLY,
        answer=ListOf[AgentOut],
    ),
    Route(
        method="GET",
        path=f"{PREFIX}/agents/{{agent}}",
        handle=one_agent,
        tag=_TAG,
        summary="One agent, now",
        role=Role.READONLY,
        answer=AgentOut,
        problems=(404,),
    ),
    _act_route("log-in", _plain(AgentAct.LOG_IN), "Log the agent in"),
    _act_route("log-out", _plain(AgentAct.LOG_OUT), "Log the agent out, after his call if he talks"),
    _act_route("pause", pause, "Pause the agent, after his call if he talks"),
    _act_route("resume", _plain(AgentAct.RESUME), "End the agent's pause"),
    _act_route("end-wrap-up", _plain(AgentAct.END_WRAP_UP), "End the agent's wrap-up"),
    _act_route("extend-wrap-up", _plain(AgentAct.EXTEND_WRAP_UP), "Extend the agent's wrap-up, once"),
)
