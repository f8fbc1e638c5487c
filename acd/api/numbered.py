"""What is kept one to a telephone number, and changed by people in the same ways: one by one, or a whole
file at once. Stored first, then known to the engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel

from acd.api.bodies import read_model, read_query
from acd.api.context import Context
from acd.api.importing import TYPES, Reading, read_import, rules_for
from acd.api.numbers import number_of
from acd.api.pauses import unhurried
from acd.api.problems import invalid, not_found
from acd.api.routes import PREFIX, Route, page_of, reply
from acd.api.schemas.base import Asked, Paging
from acd.api.schemas.directory import ImportedOut
from acd.api.schemas.problem import ErrorItem
from acd.archive import Archive, Page, Role
from acd.imports import R
from acd.numbers import normalise
from acd.ports import Centre

Q = TypeVar("Q", bound=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered(Generic[R, Q]):
    """One list: how it is read, stored and told to the engine, and the words for it.

    `page`, `put` and `delete` are the archive's, `stored` gives what is kept now of a row that was put,
    `tell` gets None for what is deleted. `thing` and `things` are what rows are called; `missing` says
    that there is none, `{}` being the number. `answer` is a row as a client is told it, `pages` a page.
    """

    path: str
    tag: str
    thing: str
    things: str
    missing: str
    summary: str
    put_summary: str
    delete_summary: str
    query: type[Q]
    body: type[Asked]
    answer: type[BaseModel]
    pages: type[BaseModel]
    reading: Reading[R]
    page: Callable[[Archive, Q], Awaitable[Page[R]]]
    put: Callable[[Archive, Sequence[R]], Awaitable[int]]
    delete: Callable[[Archive, str], Awaitable[bool]]
    stored: Callable[[Archive, R], Awaitable[R]]
    tell: Callable[[Centre, str, R | None], object]

    async def list_page(self, request: web.Request, context: Context) -> web.Response:
        """A page of the list."""
        query = read_query(request, self.query)
        return await page_of(self.answer, await self.page(context.archive, query))

    async def put_one(self, request: web.Request, context: Context) -> web.Response:
        """Make or replace one; who asks signs for it."""
        number = number_of(request, context)
        asked = await read_model(request, self.body, context.settings.body_bytes)
        fields = {name: value for name, value in asked if value is not None}
        row, problems = self.reading.from_fields(
            {"number": number, **fields}, rules_for(request, context)
        )
        if row is None or problems:
            errors = [ErrorItem(pointer=f"/{column}", detail=what) for column, what in problems]
            raise invalid(f"The {self.thing} cannot be stored.", *errors)
        await self.put(context.archive, [row])
        self.tell(context.centre, number, row)
        return reply(self.answer.model_validate(await self.stored(context.archive, row)))

    async def delete_one(self, request: web.Request, context: Context) -> web.Response:
        """Forget one, also in the writing in which it may have been stored before the routing said how
        numbers are written."""
        number = number_of(request, context)
        there = [
            await self.delete(context.archive, each)
            for each in dict.fromkeys((number, normalise(request.match_info["number"])))
        ]
        if not any(there):
            raise not_found(self.missing.format(number))
        self.tell(context.centre, number, None)
        return web.Response(status=204)

    async def import_all(self, request: web.Request, context: Context) -> web.Response:
        """Make or replace all of a file."""
        rows = await read_import(request, context, self.reading)
        count = await self.put(context.archive, rows)
        async for row in unhurried(rows):
            self.tell(context.centre, row.number, row)
        return reply(ImportedOut(imported=count))

    def routes(self) -> tuple[Route, ...]:
        """Everybody may read, supervisors change one, administrators import."""
        whole = f"{PREFIX}/{self.path}"
        one = f"{whole}/{{number}}"
        return (
            Route(
                method="GET",
                path=whole,
                handle=self.list_page,
                tag=self.tag,
                summary=self.summary,
                role=Role.READONLY,
                query=self.query,
                answer=self.pages,
                problems=(400, 422, 503),
            ),
            Route(
                method="POST",
                path=f"{whole}/import",
                handle=self.import_all,
                tag=self.tag,
                summary=f"Make or replace all {self.things} of a file, or none",
                role=Role.ADMIN,
                body=self.reading.row,
                takes=TYPES,
                many=True,
                answer=ImportedOut,
                problems=(400, 413, 415, 422, 503),
            ),
            Route(
                method="PUT",
                path=one,
                handle=self.put_one,
                tag=self.tag,
                summary=self.put_summary,
                role=Role.SUPERVISOR,
                body=self.body,
                answer=self.answer,
                problems=(400, 413, 415, 422, 503),
            ),
            Route(
                method="DELETE",
                path=one,
                handle=self.delete_one,
                tag=self.tag,
                summary=self.delete_summary,
                role=Role.SUPERVISOR,
                status=204,
                problems=(404, 422, 503),
            ),
        )


async def as_put(archive: Archive, row: R) -> R:
    """What is kept where a row replaces the old one wholly."""
    return row
