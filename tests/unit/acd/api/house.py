"""The API served on loopback over the fakes, with a token for each role."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from aiohttp import web

from acd.api.app import build_app, make_runner
from acd.api.settings import ApiSettings
from acd.archive import Archive, Role
from acd.metrics import Metrics
from acd.ports import Centre
from tests.unit.acd.api.fakes import NOW, FakeArchive, FakeCentre, routing

SECRETS: Final = {role: f"acd_{role.value}-secret" for role in Role}


def bearer(role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {SECRETS[role]}"}


READONLY, AGENT, SUPERVISOR, ADMIN = (bearer(role) for role in Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The running API and what stands behind it."""

    centre: FakeCentre
    archive: FakeArchive
    metrics: Metrics
    session: aiohttp.ClientSession
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def ask(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """The status and the decoded JSON (None for an empty answer)."""
        async with self.session.request(method, self.url + path, **options) as response:
            body = await response.read()
            return response.status, await response.json(content_type=None) if body else None

    def counted(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


@asynccontextmanager
async def serve(settings: ApiSettings | None = None) -> AsyncIterator[House]:
    """A house on a free port."""
    centre, archive = FakeCentre(), FakeArchive()
    metrics = Metrics(started_at=NOW)
    metrics.configure(routing())
    metrics.watch(centre)
    for role, secret in SECRETS.items():
        archive.add_token(secret, role.value, role, "1001" if role is Role.AGENT else None)
    the_centre: Centre = centre
    the_archive: Archive = archive
    app = build_app(
        the_centre,
        the_archive,
        registry=metrics.registry,
        metrics=metrics,
        print_routing=lambda routing: f"# {routing.revision}\n",
        settings=settings,
    )
    runner = make_runner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        async with aiohttp.ClientSession() as session:
            yield House(centre=centre, archive=archive, metrics=metrics, session=session, port=port)
    finally:
        await runner.cleanup()
