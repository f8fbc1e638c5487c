"""Voicemail messages whose time has come are deleted: first the file, then the engine is told.

In this order an end in between loses nothing: the next run finds a message whose file is gone already,
and only tells of it. A file that cannot be deleted stays, with its message, until it can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

import structlog

from acd.core.message_words import Message, MessagesExpired
from acd.core.routing import Routing, Voicemail
from acd.message_files import OutsideTheFolder, path_of
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

    def post(self, event: MessagesExpired) -> None: ...


async def keep_to_time(
    centre: Centre,
    recordings_dir: Path,
    *,
    every_s: float = EVERY_S,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Delete what is due now, and again every `every_s` seconds, until cancelled."""
    while True:
        await delete_overdue(centre, recordings_dir)
        await sleep(every_s)


async def delete_overdue(centre: Centre, recordings_dir: Path) -> int:
    """Delete the messages that are due now; how many."""
    boxes = centre.routing.voicemail
    kept = [_kept(each, boxes.get(each.box)) for each in centre.view_messages()]
    deleted = 0
    for some in _portions(overdue(kept, centre.now())):
        gone = [each.id for each in some if await asyncio.to_thread(_delete, recordings_dir, each)]
        if gone:
            centre.post(MessagesExpired(messages=tuple(gone)))
            deleted += len(gone)
    if deleted:
        log.info("voicemail messages deleted: their time had come", count=deleted)
    return deleted


def _kept(message: Message, box: Voicemail | None) -> Kept:
    keep_for = KEEP_FOR_S if box is None else box.keep_for
    return Kept(id=message.id, file=message.file, since=message.left_at, keep_for=keep_for)


def _portions(files: list[Kept]) -> Iterator[list[Kept]]:
    return (files[start : start + AT_ONCE] for start in range(0, len(files), AT_ONCE))


def _delete(recordings_dir: Path, kept: Kept) -> bool:
    """Whether the file is gone now. Whose file is not in the folder of messages is not touched."""
    try:
        path_of(recordings_dir, kept.file).unlink(missing_ok=True)
    except (OSError, OutsideTheFolder) as error:
        log.error("voicemail message not deleted", message=kept.id, error=str(error))
        return False
    return True
