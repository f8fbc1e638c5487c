"""What callers have said, sent as sound: whole, or the bytes asked for."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Final

from aiohttp import web

from acd.api.context import Context
from acd.api.problems import not_found
from acd.message_files import OutsideTheFolder, path_of

AUDIO: Final = "audio/wav"


async def sound_of(
    request: web.Request, context: Context, file: str, what: str
) -> tuple[web.FileResponse, bool]:
    """The file in the folder of messages, and whether anything of it will be heard: a range may begin
    behind its end. `what` it is, in words. Refuses with 404."""
    try:
        path = path_of(context.settings.recordings_dir, file)
        size_bytes = await asyncio.to_thread(_size_bytes, path)
    except OutsideTheFolder:
        size_bytes = None
    if size_bytes is None:
        raise not_found(f"The file of {what} is not there.")
    name = file.rpartition("/")[2]
    response = web.FileResponse(
        path,
        headers={"Content-Type": AUDIO, "Content-Disposition": f'inline; filename="{name}.wav"'},
    )
    return response, _begin(request) < size_bytes


def _size_bytes(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


def _begin(request: web.Request) -> float:
    """The first byte that is asked for; never, where the range is none."""
    try:
        return request.http_range.start or 0
    except ValueError:
        return math.inf
