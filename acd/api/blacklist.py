"""The blacklist: whose calls are turned away."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from acd.api.bodies import read_model, read_query
from acd.api.context import Context
from acd.api.importing import TYPES, Reading, read_import, rules_for
from acd.api.numbers import number_of
from acd.api.pauses import unhurried
from acd.api.problems import invalid, not_found
from acd.api.routes import PREFIX, Route, page_of, reply
from acd.api.schemas.base import PageOf, Paging
from acd.api.schemas.directory import BlacklistIn, BlacklistOut, BlacklistRow, ImportedOut
from acd.api.schemas.problem import ErrorItem
from acd.archive import BlacklistEntry, Role
from acd.core.events import Blacklisted
from acd.imports import entry_of, read_blacklist

_READING: Final[Reading[BlacklistEntry]] = Reading(
    row=BlacklistRow, from_csv=read_blacklist, from_fields=entry_of
)


async def list_blacklist(request: web.Request, context: Context) -> web.Response:
    """A page of entries."""
    query = read_query(request, Paging)
    page = await context.archive.blacklist(limit=query.limit, cursor=query.cursor)
    return await page_of(BlacklistOut, page)


def _take_over(context: Context, entry: BlacklistEntry) -> None:
    blacklisted = Blacklisted(reason=entry.reason, author=entry.author)
    context.centre.blacklist_changed(entry.number, blacklisted, entry.expires_at)


async def put_entry(request: web.Request, context: Context) -> web.Response:
    """Make or replace one entry; who asks is its author."""
    number = number_of(request)
    asked = await read_model(request, BlacklistIn, context.settings.body_bytes)
    fields = {name: value for name, value in asked if value is not None}
    entry, problems = entry_of({"number": number, **fields}, rules_for(request, context))
    if entry is None or problems:
        errors = [ErrorItem(pointer=f"/{column}", detail=what) for column, what in problems]
        raise invalid("The entry cannot be stored.", *errors)
    await context.archive.put_blacklist([entry])
    _take_over(context, entry)
    return reply(BlacklistOut.model_validate(entry))


async def delete_entry(request: web.Request, context: Context) -> web.Response:
    """Let a number's calls in again."""
    number = number_of(request)
    if not await context.archive.delete_blacklist(number):
        raise not_found(f"The number {number} is not in the blacklist.")
    context.centre.blacklist_changed(number, None, None)
    return web.Response(status=204)


async def import_blacklist(request: web.Request, context: Context) -> web.Response:
    """Make or replace all entries of a file."""
    entries = await read_import(request, context, _READING)
    count = await context.archive.put_blacklist(entries)
    async for entry in unhurried(entries):
        _take_over(context, entry)
    return reply(ImportedOut(imported=count))


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{PREFIX}/blacklist",
        handle=list_blacklist,
        tag="blacklist",
        summary="The blacklist",
        role=Role.READONLY,
        query=Paging,
        answer=PageOf[BlacklistOut],
        problems=(400, 422, 503),
    ),
    Route(
        method="POST",
        path=f"{PREFIX}/blacklist/import",
        handle=import_blacklist,
        tag="blacklist",
        summary="Make or replace all entries of a file, or none",
        role=Role.ADMIN,
        body=BlacklistRow,
        takes=TYPES,
        many=True,
        answer=ImportedOut,
        problems=(400, 413, 415, 422, 503),
    ),
    Route(
        method="PUT",
        path=f"{PREFIX}/blacklist/{{number}}",
        handle=put_entry,
        tag="blacklist",
        summary="Turn a number's calls away",
        role=Role.SUPERVISOR,
        body=BlacklistIn,
        answer=BlacklistOut,
        problems=(400, 413, 415, 422, 503),
    ),
    Route(
        method="DELETE",
        path=f"{PREFIX}/blacklist/{{number}}",
        handle=delete_entry,
        tag="blacklist",
        summary="Let a number's calls in again",
        role=Role.SUPERVISOR,
        status=204,
        problems=(404, 422, 503),
    ),
)
