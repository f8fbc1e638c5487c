"""The line between an engine and its Asterisk, held and cut from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Self

CHUNK_BYTES = 65_536


class _Connection:
    """One connection of the engine's. While `gate` is closed nothing that it says goes on."""

    def __init__(self, engine: asyncio.StreamWriter, asterisk: asyncio.StreamWriter) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.held = b""
        self._ends = (engine, asterisk)

    async def says(self, engine: asyncio.StreamReader, asterisk: asyncio.StreamWriter) -> None:
        """Carry what the engine says, also what it said before it died."""
        with suppress(ConnectionError):  # who is killed resets what he has not read
            while data := await engine.read(CHUNK_BYTES):
                if self.gate.is_set():
                    asterisk.write(data)
                else:
                    self.held += data
        await self.gate.wait()
        if self.held:  # not closed now: what Asterisk answers would not be read, and it reset by that
            asterisk.write(self.held)
        else:
            asterisk.close()

    async def hears(self, asterisk: asyncio.StreamReader, engine: asyncio.StreamWriter) -> None:
        while data := await asterisk.read(CHUNK_BYTES):
            engine.write(data)
        engine.close()

    def cut(self) -> None:
        for end in self._ends:
            end.close()


class Wire:
    """Carries TCP from a port of its own to Asterisk's ARI. Use it as an async context manager."""

    def __init__(self) -> None:
        self._target = 0
        self._connections: list[_Connection] = []
        self._spoken: list[_Connection] = []
        self._carrying: set[asyncio.Task[None]] = set()

    def to(self, port: int) -> str:
        """Where an engine finds the Asterisk that listens on `port`."""
        self._target = port
        address, own, *_ = self._server.sockets[0].getsockname()
        return f"http://{address}:{own}"

    def hold(self) -> None:
        """From now on Asterisk does not hear what the engine says; the engine still hears Asterisk."""
        for each in self._connections:
            each.gate.clear()

    @property
    def held_bytes(self) -> int:
        """How much it has said since."""
        return sum(len(each.held) for each in self._connections)

    def cut(self) -> None:
        """What is held is lost, as with an engine that died before it said it."""
        for each in self._connections:
            each.cut()
        self._connections.clear()

    def let_go(self) -> None:
        """What is held arrives now, whoever had said it and whether he lives or not."""
        held = [each for each in self._connections if not each.gate.is_set()]
        for each in held:
            each.gate.set()
            self._connections.remove(each)
        self._spoken += held

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in list(self._carrying):
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)
        for each in (*self._connections, *self._spoken):
            each.cut()

    async def _accepted(self, engine: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        try:
            asterisk, on = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            back.close()
            return
        connection = _Connection(back, on)
        self._connections.append(connection)
        for carrying in (connection.says(engine, on), connection.hears(asterisk, back)):
            task = asyncio.create_task(_until_it_breaks(carrying))
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)


async def _until_it_breaks(carrying: Coroutine[None, None, None]) -> None:
    with suppress(ConnectionError):
        await carrying
