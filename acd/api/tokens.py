"""Bearer tokens: made with their secret shown once, listed without it, revoked at once."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from acd.api.bodies import read_model
from acd.api.context import Context
from acd.api.problems import Kind, Refusal, invalid, not_found
from acd.api.routes import PREFIX, Route, list_of, reply
from acd.api.schemas.admin import NewTokenOut, TokenIn, TokenOut
from acd.api.schemas.base import ListOf
from acd.api.schemas.problem import ErrorItem
from acd.api.secrets import hash_secret, new_secret
from acd.archive import Role, name_in_use
from acd.imports import unknown


async def list_tokens(request: web.Request, context: Context) -> web.Response:
    """All tokens, revoked ones included."""
    records = await context.archive.tokens()
    return await list_of(TokenOut, records)


async def create_token(request: web.Request, context: Context) -> web.Response:
    """Make a token."""
    asked = await read_model(request, TokenIn, context.settings.body_bytes)
    _check(asked, context)
    if name_in_use(asked.name, await context.archive.tokens()):
        detail = f"A token named {asked.name!r} exists; records of who did what must stay clear."
        raise Refusal(409, Kind.CONFLICT, detail)
    secret = new_secret()
    record = await context.archive.create_token(
        name=asked.name,
        role=asked.role,
        agent=asked.agent,
        secret_hash=hash_secret(secret),
        at=context.centre.now(),
    )
    shown = TokenOut.model_validate(record)
    return reply(NewTokenOut(**shown.__dict__, secret=secret), 201)


def _check(asked: TokenIn, context: Context) -> None:
    agents = context.centre.routing.agents
    if (asked.role is Role.AGENT) != (asked.agent is not None):
        what = "needed for the role 'agent', and only there"
    elif asked.agent is not None and asked.agent not in agents:
        what = unknown("agent", asked.agent, agents.keys())
    else:
        return
    raise invalid("The token cannot be made.", ErrorItem(pointer="/agent", detail=what))


async def revoke_token(request: web.Request, context: Context) -> web.Response:
    """Revoke a token: it is dead when this returns, and so are its event streams."""
    id = int(request.match_info["id"])
    revoked = await context.archive.revoke_token(id, context.centre.now())
    context.authenticator.forget()
    if not revoked:
        raise not_found(f"There is no living token {id}.")
    context.watchers.end_token(id)
    return web.Response(status=204)


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{PREFIX}/tokens",
        handle=list_tokens,
        tag="tokens",
        summary="All tokens, without their secrets",
        role=Role.ADMIN,
        answer=ListOf[TokenOut],
        problems=(503,),
    ),
    Route(
        method="POST",
        path=f"{PREFIX}/tokens",
        handle=create_token,
        tag="tokens",
        summary="Make a token; its secret is shown this once",
        role=Role.ADMIN,
        body=TokenIn,
        answer=NewTokenOut,
        status=201,
        problems=(400, 409, 413, 415, 422, 503),
    ),
    Route(
        method="DELETE",
        path=f"{PREFIX}/tokens/{{id:[0-9]{{1,18}}}}",
        handle=revoke_token,
        tag="tokens",
        summary="Revoke a token, at once",
        role=Role.ADMIN,
        status=204,
        problems=(404, 503),
    ),
)
