"""The do-not-call list: whom nobody calls back. Listing a number closes its open callback."""

from __future__ import annotations

from typing import Final

from acd.api.importing import Reading
from acd.api.numbered import Numbered, as_put
from acd.api.schemas.base import PageOf, Paging
from acd.api.schemas.reached import DoNotCallIn, DoNotCallOut, DoNotCallRow
from acd.core.callback_words import DoNotCallChanged
from acd.imports import do_not_call_of, read_do_not_call
from acd.ports import Centre
from acd.reached import DoNotCallEntry


def _tell(centre: Centre, number: str, entry: DoNotCallEntry | None) -> None:
    centre.submit(DoNotCallChanged(number=number, listed=entry is not None))


_DO_NOT_CALL: Final = Numbered(
    path="do-not-call",
    tag="do not call",
    thing="entry",
    things="entries",
    missing="The number {} is not on the do-not-call list.",
    summary="The do-not-call list",
    put_summary="Let nobody call this number back; its open callback is closed",
    delete_summary="Let this number be called back again",
    query=Paging,
    body=DoNotCallIn,
    answer=DoNotCallOut,
    pages=PageOf[DoNotCallOut],
    reading=Reading(row=DoNotCallRow, from_csv=read_do_not_call, from_fields=do_not_call_of),
    page=lambda archive, query: archive.do_not_call(limit=query.limit, cursor=query.cursor),
    put=lambda archive, entries: archive.put_do_not_call(entries),
    delete=lambda archive, number: archive.delete_do_not_call(number),
    stored=as_put,
    tell=_tell,
)
ROUTES: Final = _DO_NOT_CALL.routes()
