"""The telephone number in a path."""

from __future__ import annotations

from aiohttp import web

from acd.api.context import Context
from acd.api.problems import invalid
from acd.api.schemas.problem import ErrorItem
from acd.numbers import BadNumber, normalise


def number_of(request: web.Request, context: Context) -> str:
    """The number that the path names, in its stored form; refuses with 422 what is none."""
    try:
        return normalise(request.match_info["number"], context.centre.routing.numbering)
    except BadNumber as error:
        item = ErrorItem(parameter="number", detail=str(error))
        raise invalid("The path names no telephone number.", item) from error
