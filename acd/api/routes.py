"""What a route is: one row of the API's table, from which it is served, checked and documented."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel

from acd.api.bodies import JSON
from acd.api.context import PRINCIPAL, Context
from acd.api.pauses import unhurried
from acd.api.schemas.base import Asked, Query
from acd.archive import Page, Role

Handler = Callable[[web.Request, Context], Awaitable[web.StreamResponse]]
PREFIX: Final = "/api/v1"
CSV: Final = "text/csv"


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
    return _json(model.model_dump_json(), status)


async def list_of(model: type[BaseModel], records: Sequence[object]) -> web.Response:
    """All records as the answer (ListOf the model)."""
    return _json("{" + await _items(model, records) + "}")


async def page_of(model: type[BaseModel], page: Page[Any]) -> web.Response:
    """A page of the archive's records as the answer (PageOf the model)."""
    items = await _items(model, page.items)
    return _json(f'{{{items},"next_cursor":{json.dumps(page.next_cursor)}}}')


async def with_items(
    model: BaseModel, name: str, item: type[BaseModel], records: Sequence[object]
) -> web.Response:
    """A model, with a list as one more of its fields, as the answer."""
    items = await _items(item, records, name)
    return _json(f"{model.model_dump_json()[:-1]},{items}}}")


async def _items(model: type[BaseModel], records: Sequence[object], name: str = "items") -> str:
    """A list may be long: it is written while others have the event loop too."""
    written = [model.model_validate(record).model_dump_json() async for record in unhurried(records)]
    return f'"{name}":[{",".join(written)}]'


def _json(text: str, status: int = 200) -> web.Response:
    return web.Response(status=status, text=text, content_type=JSON)


def by(request: web.Request) -> str:
    """Who asks, as records of who did what name him."""
    return request[PRINCIPAL].by
