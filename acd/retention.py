"""What callers have said is deleted when its time has come: first the file, then the engine is told.

In this order an end in between loses nothing: the next run finds a recording whose file is gone already,
and only tells of it. A file that cannot be deleted stays, with its record, until it can.

Voicemail messages are known to the engine, and kept as their boxes say. What was said to a step of a
flow or as a remark in a survey only the store knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

import structlog

from acd.core.message_words import Message, MessagesExpired
from acd.core.routing import Routing, Voicemail
from acd.core.tapes import TapesExpired
from acd.errors import StoreUnavailable
from acd.message_files import OutsideTheFolder, path_of
from acd.reached import StoredTape
from recordings.retention import Kept, overdue

log = structlog.get_logger(__name__)

EVERY_S: Final = 3600.0
AT_ONCE: Final = 100
"""So many files are deleted before the engine is told of them."""
KEEP_FOR_S: Final = Voicemail(name="", label="").keep_for
"""How long messages are kept whose box the file does not name any more: as by default."""


class Centre(Protocol):
    """What of the running engine is needed."""

    @property
    def routing(self) -> Routing: ...

    def now(self) -> float: ...

    def view_messages(self) -> Sequence[Message]: ...

    def post(self, event: MessagesExpired | TapesExpired) -> None: ...


class Tapes(Protocol):
    """What of the archive is needed."""

    async def tapes_made_until(
        self, until: float, *, limit: int, after: tuple[float, str] | None = None
    ) -> Sequence[StoredTape]: ...


async def keep_to_time(
    centre: Centre,
    tapes: Tapes,
    recordings_dir: Path,
    *,
    every_s: float = EVERY_S,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Delete what is due now, and again every `every_s` seconds, until cancelled."""
    while True:
        await delete_overdue(centre, recordings_dir)
        await delete_overdue_tapes(centre, tapes, recordings_dir)
        await sleep(every_s)


async def delete_overdue(centre: Centre, recordings_dir: Path) -> int:
    """Delete the messages that are due now; how many."""
    boxes = centre.routing.voicemail
    kept = [_kept(each, boxes.get(each.box)) for each in centre.view_messages()]
    deleted = 0
    for some in _portions(overdue(kept, centre.now())):
        gone = [each.id for each in some if await _deleted(recordings_dir, each.id, each.file)]
        if gone:
            centre.post(MessagesExpired(messages=tuple(gone)))
            deleted += len(gone)
    if deleted:
        log.info("voicemail messages deleted: their time had come", count=deleted)
    return deleted


async def delete_overdue_tapes(centre: Centre, tapes: Tapes, recordings_dir: Path) -> int:
    """Delete what callers said in flows and surveys that is due now; how many. While the store cannot
    be asked, none."""
    keep_for = centre.routing.keep_tapes_for
    if keep_for is None:
        return 0
    until, deleted, after = centre.now() - keep_for, 0, None
    while True:
        try:
            due = await tapes.tapes_made_until(until, limit=AT_ONCE, after=after)
        except StoreUnavailable as error:
            log.error("recordings of callers not looked through", error=str(error))
            return deleted
        if not due:
            break
        after = due[-1].made_at, due[-1].file
        gone = [each.file for each in due if await _deleted(recordings_dir, each.call, each.file)]
        if gone:
            centre.post(TapesExpired(files=tuple(gone)))
            deleted += len(gone)
    if deleted:
        log.info("recordings of callers deleted: their time had come", count=deleted)
    return deleted


def _kept(message: Message, box: Voicemail | None) -> Kept:
    keep_for = KEEP_FOR_S if box is None else box.keep_for
    return Kept(id=message.id, file=message.file, since=message.left_at, keep_for=keep_for)


def _portions(files: list[Kept]) -> Iterator[list[Kept]]:
    return (files[start : start + AT_ONCE] for start in range(0, len(files), AT_ONCE))


async def _deleted(recordings_dir: Path, id: str, file: str) -> bool:
    return await asyncio.to_thread(_delete, recordings_dir, id, file)


def _delete(recordings_dir: Path, id: str, file: str) -> bool:
    """Whether the file is gone now. A file that is not in the folder of messages is not touched."""
    try:
        path_of(recordings_dir, file).unlink(missing_ok=True)
    except (OSError, OutsideTheFolder) as error:
        log.error("recording of a caller not deleted", message=id, error=str(error))
        return False
    return True
