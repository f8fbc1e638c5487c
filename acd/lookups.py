"""HTTP look-ups for IVR flows: one GET, a small JSON object, in time or not at all.

The address comes from the routing YAML, with what the caller entered percent-encoded in it. Redirects
are not followed and proxies of the environment not used, so that the address is all that is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
import msgspec
import structlog

from acd.core.flow_words import LookedUp, LookUp
from acd.runtime.tasks import TaskKeeper

log = structlog.get_logger(__name__)

LARGEST_BYTES: Final = 64 * 1024
"""Longer answers are no answers."""

LONGEST_TEXT: Final = 1_000
"""Characters of one field that are kept."""

AT_ONCE: Final = 100
"""So many connections at the same time; further look-ups wait for one, within their own time."""

_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


class BadAnswer(Exception):
    """The answer is not what a look-up may answer."""


class HttpLookups:
    """Carries out LookUp. Every one reports LookedUp once, and never raises; see `open_lookups`."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        keeper: TaskKeeper,
        report: Callable[[LookedUp], None],
    ) -> None:
        self._session = session
        self._keeper = keeper
        self._report = report

    def look_up(self, command: LookUp) -> None:
        """Ask. Returns at once."""
        self._keeper.start("look-up", self._run(command))

    async def _run(self, command: LookUp) -> None:
        values: Mapping[str, str] | None = None
        try:
            async with asyncio.timeout(command.within):
                values = fields_of(await self._ask(command.url))
        except TimeoutError:
            log.warning("look-up is late", call=command.call, within=command.within)
        except (aiohttp.ClientError, BadAnswer, OSError, ValueError) as error:
            # Its words may hold the address, and that the caller's number: only its kind is told.
            why = str(error) if isinstance(error, BadAnswer) else type(error).__name__
            log.warning("look-up failed", call=command.call, error=why)
        finally:
            self._report(LookedUp(call=command.call, values=values))

    async def _ask(self, url: str) -> bytes:
        if not url.startswith(("http://", "https://")):
            raise BadAnswer("no address of HTTP")
        async with self._session.get(url, allow_redirects=False) as answer:
            if answer.status != 200:
                raise BadAnswer(f"status {answer.status}")
            body = bytearray()
            async for chunk in answer.content.iter_any():
                body += chunk
                if len(body) > LARGEST_BYTES:
                    raise BadAnswer(f"more than {LARGEST_BYTES} bytes")
            return bytes(body)


def fields_of(body: bytes) -> dict[str, str]:
    """The fields of a JSON object as text: numbers as they are written, `true` and `false`. Fields that
    are null, objects or lists are left out. Raises BadAnswer for what is no JSON object."""
    try:
        found = _decoder.decode(body)
        texts = {name: _text(bytes(value)) for name, value in found.items()}
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswer("no JSON object") from error
    return {name: text[:LONGEST_TEXT] for name, text in texts.items() if text is not None}


def _text(value: bytes) -> str | None:
    value = value.strip()
    if value[:1] == b'"':
        return msgspec.json.decode(value, type=str)
    if value[:1] in (b"{", b"[", b"n"):
        return None
    return value.decode()


@asynccontextmanager
async def open_lookups(
    keeper: TaskKeeper, report: Callable[[LookedUp], None]
) -> AsyncIterator[HttpLookups]:
    """Look-ups with connections of their own; `report` is told each answer."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=AT_ONCE),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        headers={"Accept": "application/json", "User-Agent": "strowger"},
    ) as session:
        yield HttpLookups(session, keeper, report)
