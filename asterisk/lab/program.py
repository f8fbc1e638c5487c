"""Programs of the root run as children that end when this process does."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from asterisk.lab.root import Root

STOP_S = 10.0

# A parent that ended before the child asked to be killed with it would be outlived: $0 is its pid.
STILL_A_CHILD = '[ "$PPID" = "$0" ] && exec "$@"'


async def start(
    root: Root, argv: Sequence[str], *, output: Path, env: Sequence[str] = (), keyboard: bool = False
) -> asyncio.subprocess.Process:
    """Start `argv` in the root, all that it prints going to the end of `output`.

    `env` has further `NAME=value` pairs. The process that is returned is the program itself (what
    wraps it replaces itself by it), so its pid may be killed. It is killed with this process.
    """
    command = tied(root.command([*env, *argv]))
    with output.open("ab") as printed:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE if keyboard else asyncio.subprocess.DEVNULL,
            stdout=printed,
            stderr=asyncio.subprocess.STDOUT,
        )


def tied(command: Sequence[str]) -> list[str]:
    """A command that, as a child of this process, is killed with it; it keeps its pid."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return [*command]
    return [setpriv, "--pdeathsig", "KILL", "sh", "-c", STILL_A_CHILD, str(os.getpid()), *command]


async def stop(process: asyncio.subprocess.Process, within_s: float = STOP_S) -> None:
    """SIGTERM, and SIGKILL for one that has not ended `within_s` seconds later."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), within_s)
    except TimeoutError:
        process.kill()
        await process.wait()


def tail(path: Path, lines: int = 20) -> str:
    """The last lines of a log, or nothing where there is none."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
