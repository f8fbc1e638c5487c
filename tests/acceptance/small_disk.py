"""A disk that is soon full, for tests of what then still works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path


@asynccontextmanager
async def small_disk(folder: Path, kib: int) -> AsyncIterator[Path]:
    """A file system of its own on `folder`, which is there; so large in KiB. Yields the folder."""
    await _run("mount", "-t", "tmpfs", "-o", f"size={kib}k", "strowger-test", str(folder))
    try:
        yield folder
    finally:
        await _run("umount", "--lazy", str(folder))


async def _run(*argv: str) -> None:
    process = await asyncio.create_subprocess_exec(*argv)
    assert await process.wait() == 0


def fill(folder: Path) -> Path:
    """Leave no byte free; the file that takes the room."""
    path = folder / "filler"
    with path.open("wb", buffering=0) as filler, suppress(OSError):
        while filler.write(bytes(4096)):
            pass
    return path
