"""What a route is: one row of the API's table, from which it is served, checked and documented."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from aiohttp import web
from pydantic import BaseModel

from acd.api.bodies import JSON
from acd.api.context import PRINCIPAL, Context
from acd.api.schemas.base import Asked, PageOf, Query
from acd.archive import Page, Role

Handler = Callable[[web.Request, Context], Awaitable[web.StreamResponse]]
PREFIX: Final = "/api/v1"
CSV: Final = "text/csv"
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method on one path. `role` is the least that is needed, None for everybody.

    `own_agent`: an agent's token is good for the agent in the path only. `takes` are the media types
    of the body (the model describes JSON), `gives` that of the answer. `problems` are the statuses of
    refusals beside those that every route has.
    """

    method: str
    path: str
    handle: Handler
    tag: str
    summary: str
    role: Role | None
    own_agent: bool = False
    query: type[Query] | None = None
    body: type[Asked] | None = None
    takes: tuple[str, ...] = (JSON,)
    many: bool = False
    """The body is an import: an array of the model, as large as imports may be."""
    answer: type[BaseModel] | None = None
    status: int = 200
    gives: str = JSON
    problems: tuple[int, ...] = ()


def reply(model: BaseModel, status: int = 200) -> web.Response:
    """A model as the answer."""
    return web.Response(
        status=status, body=model.model_dump_json().encode(), content_type=JSON, charset="utf-8"
    )


def page_of(model: type[M], page: Page[Any]) -> web.Response:
    """A page of the archive's records as the answer."""
    items = tuple(model.model_validate(item) for item in page.items)
    return reply(PageOf[M](items=items, next_cursor=page.next_cursor))


def by(request: web.Request) -> str:
    """Who asks, as records of who did what name him."""
    return request[PRINCIPAL].by
