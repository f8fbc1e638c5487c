"""Taking in a whole file of customers or listed numbers: all of it, or nothing and why."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Generic

from aiohttp import web

from acd.api.bodies import JSON, demand_type, read
from acd.api.context import Context
from acd.api.json_rows import Convert, NotJson, read_rows
from acd.api.pauses import unhurried
from acd.api.problems import Kind, Refusal, invalid
from acd.api.routes import CSV, by
from acd.api.schemas.base import Asked
from acd.api.schemas.problem import ErrorItem
from acd.imports import ImportRules, LineProblem, R

TYPES: Final = (CSV, JSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[R]):
    """How rows of one kind are read from either form."""

    row: type[Asked]
    from_csv: Callable[[io.BytesIO, ImportRules], Iterator[R | LineProblem]]
    from_fields: Callable[[dict[str, str], ImportRules], tuple[R | None, list[tuple[str, str]]]]


def rules_for(request: web.Request, context: Context) -> ImportRules:
    """What rows are checked against; who asks signs for them."""
    return ImportRules.of(context.centre.routing, now=context.centre.now(), author=by(request))


async def read_import(request: web.Request, context: Context, reading: Reading[R]) -> list[R]:
    """All rows of the body. Refuses with 400, 413, 415, or 422 and every error."""
    demand_type(request, *TYPES)
    rules = rules_for(request, context)
    body = await read(request, context.settings.import_bytes)
    rows: list[R] = []
    errors: list[ErrorItem] = []
    count = 0
    try:
        async for item in unhurried(_items(request, body, reading, rules)):
            if isinstance(item, ErrorItem):
                count += 1
                errors += [item] if count <= context.settings.shown_problems else []
            else:
                rows.append(item)
    except NotJson as error:
        raise Refusal(400, Kind.BAD_REQUEST, f"The body is not a JSON array: {error}.") from error
    if count:
        context.metrics.bad_input("import", request.content_type)
        shown = f"; the first {len(errors)} are listed" if count > len(errors) else ""
        raise invalid(f"{count} errors; nothing was imported{shown}.", *errors)
    return rows


def _items(
    request: web.Request, body: io.BytesIO, reading: Reading[R], rules: ImportRules
) -> Iterator[R | ErrorItem]:
    if request.content_type == CSV:
        for item in reading.from_csv(body, rules):
            yield _error(item) if isinstance(item, LineProblem) else item
        return
    try:
        text = body.getvalue().decode()
    except UnicodeDecodeError as error:
        raise NotJson("it is not UTF-8") from error

    def convert(fields: dict[str, str]) -> tuple[R | None, list[tuple[str, str]]]:
        return reading.from_fields(fields, rules)

    checked: Convert[R] = convert
    yield from read_rows(text, reading.row, checked)


def _error(problem: LineProblem) -> ErrorItem:
    detail = f"{problem.column}: {problem.what}" if problem.column else problem.what
    return ErrorItem(line=problem.line, detail=detail)
