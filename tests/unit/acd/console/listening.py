"""Something that listens where the engine's API should, for tests of commands that ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.unit.acd.console.installation import Installation


@asynccontextmanager
async def listening(installation: Installation, answer: Handler) -> AsyncIterator[None]:
    """Every request is answered by `answer`; the installation knows the port, and has a token."""
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    installation.set(api_port=runner.addresses[0][1], token="word")
    try:
        yield
    finally:
        await runner.cleanup()
