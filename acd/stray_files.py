"""Recordings of callers that nobody knows of any more are deleted: their voices are not kept for ever.

Such a file stays where an engine died while a caller spoke who was then asked anew, or before it could
delete what nobody wanted. A file of a day ago that no message and no recording names is one of these:
whoever spoke into it has long hung up, and what could become a message has become one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import Final, Protocol

import structlog

from acd.core.message_words import Message
from acd.errors import StoreUnavailable
from recordings.naming import FORMAT, MESSAGES

log = structlog.get_logger(__name__)

EVERY_S: Final = 6 * 3600.0
SETTLE_S: Final = 60.0
"""So long after the start, or after the database is there: what callers had left is looked for first."""
OLD_S: Final = 86_400.0
RECENT_S: Final = 3 * OLD_S
"""Files older than this have been looked at since the start."""
AT_ONCE: Final = 500
"""So many files are asked for in one question to the database."""


class Centre(Protocol):
    """What of the running engine is needed."""

    def now(self) -> float: ...

    def view_messages(self) -> Sequence[Message]: ...


class Records(Protocol):
    """What of the database is needed."""

    async def files_named(self, files: Collection[str]) -> frozenset[str]:
        """Those of these files that a message or a recording names. Raises StoreUnavailable."""


async def clear_away(
    centre: Centre,
    records: Records,
    recordings_dir: Path,
    *,
    written: Callable[[], Awaitable[object]],
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Delete strays soon after the start and from time to time, until cancelled. `written` returns when
    everything that is known is in the database."""
    since: float | None = None
    while True:
        await written()
        await sleep(SETTLE_S)
        if await delete_strays(centre, records, recordings_dir, since=since):
            since = RECENT_S
        await sleep(EVERY_S)


async def delete_strays(
    centre: Centre, records: Records, recordings_dir: Path, *, since: float | None = None
) -> bool:
    """Delete files that are older than a day, but not than `since` seconds, and that nothing names.
    Whether all were looked at: while the database cannot be asked, or the folder not be read, none is
    deleted."""
    folder, now = recordings_dir / MESSAGES, centre.now()
    try:
        begin = None if since is None else now - since
        old = await asyncio.to_thread(_files, folder, begin, now - OLD_S)
        known = {message.file for message in centre.view_messages()}
        files = [file for file in old if file not in known]
        for start in range(0, len(files), AT_ONCE):
            some = files[start : start + AT_ONCE]
            named = await records.files_named(some)
            await asyncio.to_thread(_delete, folder, [file for file in some if file not in named])
    except (StoreUnavailable, OSError) as error:
        log.error("files that nobody knows of not looked for", error=str(error))
        return False
    return True


def _files(folder: Path, since: float | None, until: float) -> list[str]:
    """What was written last in this time (UTC seconds), as records name it. Raises OSError."""
    found = []
    for path in folder.glob(f"*/*/*/*.{FORMAT}"):
        changed_at = path.stat().st_mtime
        if changed_at <= until and (since is None or changed_at >= since):
            found.append(path.relative_to(folder).as_posix().removesuffix(f".{FORMAT}"))
    return sorted(found)


def _delete(folder: Path, files: list[str]) -> None:
    for file in files:
        (folder / f"{file}.{FORMAT}").unlink(missing_ok=True)
        log.warning("recording of a caller deleted: nothing names it", file=file)
