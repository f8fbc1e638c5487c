"""One FastAGI session: commands to a channel that is in the dialplan's `AGI()`."""

from __future__ import annotations

import asyncio
from collections import deque

from asterisk.agi.errors import AgiCommandError, AgiHangup, AgiProtocolError, AgiTimeout
from asterisk.agi.protocol import (
    AgiParser,
    Environment,
    HangupNotice,
    Received,
    Reply,
    encode,
)

_CHUNK_BYTES = 4096


class AgiSession:
    """Commands, one at a time; it ends when the handler returns."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        timeout_s: float,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._timeout_s = timeout_s
        self._parser = AgiParser()
        self._received: deque[Received] = deque()
        self._environment: Environment | None = None
        self._timed_out = False
        self.hung_up = False
        """Whether Asterisk has said that the channel is hung up."""

    @property
    def environment(self) -> Environment:
        """What Asterisk said about the channel at the opening."""
        if self._environment is None:
            raise AgiProtocolError("The AGI session is not open.")
        return self._environment

    async def open(self, timeout_s: float) -> None:
        """Read the environment; raise AgiHangup, AgiTimeout or AgiProtocolError."""
        first = await self._next("the environment", timeout_s)
        # The parser lets nothing pass before it.
        assert isinstance(first, Environment)
        self._environment = first

    async def command(
        self, verb: str, *words: str, timeout_s: float | None = None, after_hangup: bool = False
    ) -> Reply:
        """Send a command and return its 200 reply.

        Asterisk still takes commands when the channel is hung up, and answers as if nothing had
        happened: a handler that loops would go on for ever. So they raise AgiHangup then, but for
        those that are meant for it (`after_hangup`: variables, console).

        Raises AgiCommandError (510, 520 and whatever else is not 200), AgiHangup when the channel
        is gone, AgiTimeout after `timeout_s` (the session's, unless given) and ever after, for a
        late reply would be taken for the next command's, AgiValueError before anything is sent.
        """
        if self._timed_out:
            raise AgiTimeout
        if self.hung_up and not after_hangup:
            raise AgiHangup
        self._writer.write(encode(verb, *words))
        timeout_s = self._timeout_s if timeout_s is None else timeout_s
        received = await self._next(verb, timeout_s)
        while not isinstance(received, Reply):
            received = await self._next(verb, timeout_s)
        if received.code == 511 or (received.result == "-1" and self.hung_up):
            raise AgiHangup
        if received.code != 200:
            raise AgiCommandError(verb, received.code, received.text)
        return received

    async def answer(self) -> None:
        """Answer the channel."""
        await self.command("ANSWER")

    async def hangup(self) -> None:
        """Hang the channel up."""
        await self.command("HANGUP")

    async def get_variable(self, name: str) -> str | None:
        """Read a channel variable or function; None when it is not set."""
        reply = await self.command("GET VARIABLE", name)
        return reply.data if reply.result == "1" else None

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable."""
        await self.command("SET VARIABLE", name, value)

    async def execute(self, application: str, arguments: str = "") -> str:
        """Run a dialplan application and return its result (`-2`: there is none of this name)."""
        return (await self.command("EXEC", application, arguments)).result

    async def stream_file(self, name: str, *, escape_digits: str = "") -> str | None:
        """Play a file to its end, or until one of these digits; return the digit."""
        reply = await self.command("STREAM FILE", name, escape_digits)
        return chr(int(reply.result)) if reply.result not in ("0", "-1", "") else None

    async def verbose(self, text: str, *, level: int = 1) -> None:
        """Write to Asterisk's console."""
        await self.command("VERBOSE", text, str(level))

    async def _next(self, what: str, timeout_s: float) -> Received:
        try:
            async with asyncio.timeout(timeout_s):
                while not self._received:
                    data = await self._reader.read(_CHUNK_BYTES)
                    if not data:
                        raise AgiHangup("Asterisk closed the AGI session.")
                    self._received.extend(self._parser.feed(data))
        except TimeoutError as error:
            self._timed_out = True
            raise AgiTimeout(f"{what}: nothing in {timeout_s:g} s") from error
        except OSError as error:
            raise AgiHangup(f"The AGI session is lost: {error}") from error
        received = self._received.popleft()
        if isinstance(received, HangupNotice):
            self.hung_up = True
        return received
