"""The blacklist: whose calls are turned away."""

from __future__ import annotations

from typing import Final

from acd.api.importing import Reading
from acd.api.numbered import Numbered, as_put
from acd.api.schemas.base import PageOf, Paging
from acd.api.schemas.directory import BlacklistIn, BlacklistOut, BlacklistRow
from acd.archive import BlacklistEntry
from acd.core.events import Blacklisted
from acd.imports import entry_of, read_blacklist
from acd.ports import Centre


def _tell(centre: Centre, number: str, entry: BlacklistEntry | None) -> None:
    if entry is None:
        centre.blacklist_changed(number, None, None)
    else:
        blacklisted = Blacklisted(reason=entry.reason, author=entry.author)
        centre.blacklist_changed(number, blacklisted, entry.expires_at)


_BLACKLIST: Final = Numbered(
    path="blacklist",
    tag="blacklist",
    thing="entry",
    things="entries",
    missing="The number {} is not in the blacklist.",
    summary="The blacklist",
    put_summary="Turn a number's calls away",
    delete_summary="Let a number's calls in again",
    query=Paging,
    body=BlacklistIn,
    answer=BlacklistOut,
    pages=PageOf[BlacklistOut],
    reading=Reading(row=BlacklistRow, from_csv=read_blacklist, from_fields=entry_of),
    page=lambda archive, query: archive.blacklist(limit=query.limit, cursor=query.cursor),
    put=lambda archive, entries: archive.put_blacklist(entries),
    delete=lambda archive, number: archive.delete_blacklist(number),
    stored=as_put,
    tell=_tell,
)
ROUTES: Final = _BLACKLIST.routes()
