"""A small manager interface for the client to talk to, scripted by tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
Asked = dict[str, str]
Answer = Callable[[Asked], bytes | None]


def message(*lines: str) -> bytes:
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def success(asked: Asked, *more: str) -> bytes:
    return message("Response: Success", f"ActionID: {asked['ActionID']}", *more)


def error(asked: Asked, why: str) -> bytes:
    return message("Response: Error", f"ActionID: {asked['ActionID']}", f"Message: {why}")


class FakeManager:
    """Lets `strowger` with `secret` in; answers Success unless `answers` has the action."""

    def __init__(self) -> None:
        self.greeting = GREETING
        self.answers: dict[str, Answer] = {}
        self.asked: asyncio.Queue[Asked] = asyncio.Queue()
        self.raw = bytearray()
        self.writers: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def ask_of(self, action: str) -> Asked:
        """Return the next action of this name, passing over others."""
        while (asked := await self.asked.get())["Action"] != action:
            pass
        return asked

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            writer.write(self.greeting)
            self.writers.put_nowait(writer)
            while True:
                text = await reader.readuntil(b"\r\n\r\n")
                self.raw += text
                asked = dict(line.split(": ", 1) for line in text.decode().strip().split("\r\n"))
                self.asked.put_nowait(asked)
                answer = self.answers.get(asked["Action"], self._answer)(asked)
                if answer is not None:
                    writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _answer(self, asked: Asked) -> bytes:
        if asked["Action"] == "Login":
            good = (asked["Username"], asked["Secret"]) == ("strowger", "secret")
            return success(asked) if good else error(asked, "Authentication failed")
        return success(asked)
