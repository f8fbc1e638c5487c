"""The engine as its own process, as an installation runs it: `acd run` and STROWGER_ variables."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from asterisk.lab import program
from bench.machine import cpu_s, resident_bytes

START_S = 30.0
LOOK_EVERY_S = 0.02
COMMAND = (sys.executable, "-m", "acd", "run")
TOKEN_COMMAND = (sys.executable, "-m", "acd", "token", "create", "bench", "--role", "readonly")


class EngineFailed(Exception):
    """The engine did not do what the measurement waits for; the end of its log follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of the engine's log, `at` in Unix seconds."""

    at: float
    event: str
    fields: Mapping[str, Any]


class Engine:
    """An engine whose data lie in `folder`. It may be started and killed again and again."""

    def __init__(self, folder: Path, env: Mapping[str, str], command: tuple[str, ...] = COMMAND) -> None:
        self.folder = folder
        self._command = command
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / "engine.log"
        self._seen = 0
        self._env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("STROWGER_")},
            "STROWGER_DATA_DIR": str(folder / "data"),
            "STROWGER_LOG_FORMAT": "json",
            **env,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._token = ""

    async def start(self) -> None:
        """Start it and wait until it says that it is connected to Asterisk."""
        self._seen = len(self._log.read_bytes()) if self._log.exists() else 0
        command = program.tied(self._command)
        with self._log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *command, env=self._env, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output
            )
        await self.said("asterisk connected")

    async def stop(self) -> None:
        """Let it write what it has to write, and end."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End it as a crash does."""
        await self._end(signal.SIGKILL)

    async def said(self, event: str, within_s: float = START_S) -> LogLine:
        """The first line of its log since it started that says this, waited for."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    for line in self.lines():
                        if line.event == event:
                            return line
                    if self._process is None or self._process.returncode is not None:
                        raise EngineFailed(f"It ended before {event!r}.\n{self.tail()}")
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError as late:
            raise EngineFailed(f"No {event!r} within {within_s:g} s.\n{self.tail()}") from late

    async def waiting(self, queue: str) -> list[str]:
        """The calls that wait in a queue, in the order of service, as its API says."""
        headers = {"Authorization": f"Bearer {await self._its_token()}"}
        url = f"http://127.0.0.1:{self._env['STROWGER_API_PORT']}/api/v1/queues/{queue}"
        async with (
            aiohttp.ClientSession(headers=headers, raise_for_status=True) as session,
            session.get(url) as answer,
        ):
            calls: list[str] = (await answer.json())["waiting"]
            return calls

    async def _its_token(self) -> str:
        """A token for its API, made once: it outlives the process."""
        if not self._token:
            making = await asyncio.create_subprocess_exec(
                *TOKEN_COMMAND, env=self._env, stdout=asyncio.subprocess.PIPE
            )
            said, _ = await making.communicate()
            if making.returncode:
                raise EngineFailed("No token could be made.")
            self._token = said.decode().strip()
        return self._token

    def lines(self) -> Iterator[LogLine]:
        """Its log since it started, as far as it is written."""
        text = self._log.read_bytes()[self._seen :].decode(errors="replace")
        for line in text.splitlines():
            if line.startswith("{"):
                fields = json.loads(line)
                at = datetime.fromisoformat(fields["timestamp"]).timestamp()
                yield LogLine(at=at, event=fields["event"], fields=fields)

    def complaints(self) -> list[str]:
        """Its warnings and errors since it started."""
        return [
            f"{line.event} {line.fields}"
            for line in self.lines()
            if line.fields.get("level") in ("warning", "error", "critical")
        ]

    def tail(self) -> str:
        """The end of its log."""
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])

    @property
    def pid(self) -> int:
        """The process id of the running engine."""
        if self._process is None or self._process.returncode is not None:
            raise EngineFailed(f"The engine is not running.\n{self.tail()}")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    @property
    def cpu_s(self) -> float:
        """CPU seconds of the running engine so far."""
        return cpu_s(self.pid)

    @property
    def resident_bytes(self) -> int:
        """Memory of the running engine."""
        return resident_bytes(self.pid)

    async def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
            await self._process.wait()
