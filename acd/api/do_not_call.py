"""The do-not-call list: whom nobody calls back."""

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
from acd.api.schemas.directory import ImportedOut
from acd.api.schemas.problem import ErrorItem
from acd.api.schemas.reached import DoNotCallIn, DoNotCallOut, DoNotCallRow
from acd.archive import Role
from acd.core.callback_words import DoNotCallChanged
from acd.imports import do_not_call_of, read_do_not_call
from acd.reached import DoNotCallEntry

_TAG: Final = "do not call"
_READING: Final[Reading[DoNotCallEntry]] = Reading(
    row=DoNotCallRow, from_csv=read_do_not_call, from_fields=do_not_call_of
)


async def list_entries(request: web.Request, context: Context) -> web.Response:
    """A page of entries."""
    query = read_query(request, Paging)
    page = await context.archive.do_not_call(limit=query.limit, cursor=query.cursor)
    return await page_of(DoNotCallOut, page)


async def put_entry(request: web.Request, context: Context) -> web.Response:
    """List a number; its open callback is closed. Who asks is the author."""
    number = number_of(request)
    asked = await read_model(request, DoNotCallIn, context.settings.body_bytes)
    fields = {"number": number, "reason": asked.reason}
    entry, problems = do_not_call_of(fields, rules_for(request, context))
    if entry is None or problems:
        errors = [ErrorItem(pointer=f"/{column}", detail=what) for column, what in problems]
        raise invalid("The entry cannot be stored.", *errors)
    await context.archive.put_do_not_call([entry])
    context.centre.submit(DoNotCallChanged(number=number, listed=True))
    return reply(DoNotCallOut.model_validate(entry))


async def delete_entry(request: web.Request, context: Context) -> web.Response:
    """Let a number be called back again."""
    number = number_of(request)
    if not await context.archive.delete_do_not_call(number):
        raise not_found(f"The number {number} is not on the do-not-call list.")
    context.centre.submit(DoNotCallChanged(number=number, listed=False))
    return web.Response(status=204)


async def import_entries(request: web.Request, context: Context) -> web.Response:
    """Make or replace all entries of a file."""
    entries = await read_import(request, context, _READING)
    count = await context.archive.put_do_not_call(entries)
    async for entry in unhurried(entries):
        context.centre.submit(DoNotCallChanged(number=entry.number, listed=True))
    return reply(ImportedOut(imported=count))


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{PREFIX}/do-not-call",
        handle=list_entries,
        tag=_TAG,
        summary="The do-not-call list",
        role=Role.READONLY,
        query=Paging,
        answer=PageOf[DoNotCallOut],
        problems=(400, 422, 503),
    ),
    Route(
        method="POST",
        path=f"{PREFIX}/do-not-call/import",
        handle=import_entries,
        tag=_TAG,
        summary="Make or replace all entries of a file, or none",
        role=Role.ADMIN,
        body=DoNotCallRow,
        takes=TYPES,
        many=True,
        answer=ImportedOut,
        problems=(400, 413, 415, 422, 503),
    ),
    Route(
        method="PUT",
        path=f"{PREFIX}/do-not-call/{{number}}",
        handle=put_entry,
        tag=_TAG,
        summary="Let nobody call this number back; its open callback is closed",
        role=Role.SUPERVISOR,
        body=DoNotCallIn,
        answer=DoNotCallOut,
        problems=(400, 413, 415, 422, 503),
    ),
    Route(
        method="DELETE",
        path=f"{PREFIX}/do-not-call/{{number}}",
        handle=delete_entry,
        tag=_TAG,
        summary="Let this number be called back again",
        role=Role.SUPERVISOR,
        status=204,
        problems=(404, 422, 503),
    ),
)
