"""Reading what a client sends: never more than the limit, and only what fits the model."""

from __future__ import annotations

import io
from typing import TypeVar

from aiohttp import web
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from acd.api.problems import Kind, Refusal, invalid, too_large
from acd.api.schemas.base import Asked, Query, json_pointer
from acd.api.schemas.problem import ErrorItem

A = TypeVar("A", bound=Asked)
Q = TypeVar("Q", bound=Query)
JSON = "application/json"


def refuse_large(request: web.Request, limit: int) -> None:
    """Refuse a body that announces itself as larger than `limit` bytes, before any of it is read."""
    if request.content_length is not None and request.content_length > limit:
        raise too_large(limit)


async def read(request: web.Request, limit: int) -> io.BytesIO:
    """The body, decompressed; refused as soon as it grows larger than `limit` bytes."""
    refuse_large(request, limit)
    body = io.BytesIO()
    try:
        async for chunk in request.content.iter_any():
            body.write(chunk)
            if body.tell() > limit:
                raise too_large(limit)
    except web.RequestPayloadError as error:
        raise Refusal(400, Kind.BAD_REQUEST, f"The body cannot be read: {error}") from error
    body.seek(0)
    return body


async def read_model(request: web.Request, model: type[A], limit: int) -> A:
    """The body as a model. An empty body counts as `{}`. Refuses with 400, 413, 415 or 422."""
    body = (await read(request, limit)).getvalue()
    if body:
        demand_type(request, JSON)
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise _refusal(error) from None


def demand_type(request: web.Request, *types: str) -> None:
    """Refuse with 415 what is not sent as one of these media types."""
    if request.content_type not in types:
        expected = " or ".join(types)
        detail = f"The body is {request.content_type}, {expected} is expected."
        raise Refusal(415, Kind.WRONG_MEDIA_TYPE, detail, headers={"Accept-Post": ", ".join(types)})


def _refusal(error: ValidationError) -> Refusal:
    problems = error.errors(include_url=False, include_input=False)
    if problems[0]["type"] == "json_invalid":
        return Refusal(400, Kind.BAD_REQUEST, f"The body is not JSON: {problems[0]['msg']}.")
    items = [ErrorItem(pointer=json_pointer(p["loc"]), detail=_detail(p)) for p in problems]
    return invalid("The body does not fit the schema.", *items)


def _parameter(problem: ErrorDetails) -> str:
    return ".".join(map(str, problem["loc"]))


def _detail(problem: ErrorDetails) -> str:
    return problem["msg"].removeprefix("Value error, ")


def read_query(request: web.Request, model: type[Q]) -> Q:
    """The query string as a model; refuses with 422 what is unknown, wrong or given twice."""
    names = [name for name, _ in request.query.items()]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        items = [ErrorItem(parameter=name, detail="given more than once") for name in twice]
        raise invalid("The query does not fit.", *items)
    try:
        return model.model_validate(dict(request.query))
    except ValidationError as error:
        items = [
            ErrorItem(
                parameter=".".join(map(str, p["loc"])), detail=p["msg"].removeprefix("Value error, ")
            )
            for p in error.errors(include_url=False, include_input=False)
        ]
        raise invalid("The query does not fit.", *items) from None
