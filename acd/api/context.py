"""What every handler has at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web
from prometheus_client import CollectorRegistry

from acd.api.auth import Authenticator, Principal
from acd.api.feed import Feed
from acd.api.listened import Listened
from acd.api.settings import ApiSettings
from acd.api.watchers import End, Watchers
from acd.archive import Archive
from acd.core.routing import Routing
from acd.ports import Centre, RuntimeMetrics

PRINCIPAL = web.RequestKey("principal", Principal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The running engine, what is stored, and the API's own parts. `print_routing` gives the routing
    configuration as the engine understands it, as YAML."""

    centre: Centre
    archive: Archive
    registry: CollectorRegistry
    metrics: RuntimeMetrics
    print_routing: Callable[[Routing], str]
    settings: ApiSettings
    authenticator: Authenticator
    feed: Feed
    watchers: Watchers
    listened: Listened = field(default_factory=Listened)

    @contextmanager
    def watching(self, gone: asyncio.Future[End | None], token: int) -> Iterator[None]:
        """Meanwhile facts are kept for a stream that `gone` ends and `token` has opened."""
        self.watchers.add(gone, token)
        self.feed.watchers += 1
        try:
            yield
        finally:
            self.feed.watchers -= 1
            self.watchers.remove(gone)
