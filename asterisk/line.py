"""The line to one Asterisk: requests, and what their failures mean.

A request that fails because the connection is gone is not reported to whoever sent it: the survey
after the next connection settles everything at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import structlog

from acd.errors import TelephonyError
from acd.ports import RuntimeMetrics
from asterisk.ari.errors import AriConnectionLost, AriError, AriNotConnected, AriUnreadable
from asterisk.ari.protocol import OnReply, Reply, Response
from asterisk.ari.requests import Request

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Sender(Protocol):
    """What of the ARI client is used here."""

    def send(self, request: Request, on_reply: OnReply) -> None: ...


class Line:
    """Sends requests in order; counts and logs those that Asterisk refuses."""

    def __init__(self, node: str, client: Sender, metrics: RuntimeMetrics) -> None:
        self.node = node
        self.metrics = metrics
        self._client = client

    def send(self, request: Request, on_reply: OnReply) -> None:
        """Send; the reply is for the caller to judge (see `lost` and `failed`)."""
        self._client.send(request, on_reply)

    def tell(self, request: Request, what: str) -> None:
        """Send a request whose failure changes nothing: who it was about is gone, or nearly so."""

        def on_reply(reply: Reply) -> None:
            if not isinstance(reply, Response) and not lost(reply):
                self.failed(what, reply)

        self._client.send(request, on_reply)

    def ask(
        self,
        request: Request,
        kind: type[T],
        took: Callable[[T], None],
        refused: Callable[[], None] = lambda: None,
    ) -> None:
        """Send a request and hand its decoded answer on; `refused` is told that there is none."""

        def on_reply(reply: Reply) -> None:
            if isinstance(reply, Response):
                try:
                    answer = reply.read(kind)
                except AriUnreadable as error:
                    self.bad_input("unreadable_answer", error=str(error))
                    refused()
                    return
                took(answer)
            elif not lost(reply):
                self.failed(f"{request.method} {request.uri.partition('/')[0]}", reply)
                refused()

        self._client.send(request, on_reply)

    def failed(self, what: str, error: TelephonyError) -> None:
        """Count a refusal; whoever is gone already (404) is not worth a line in the log."""
        status = error.status if isinstance(error, AriError) else 0
        self.metrics.request_failed(what, status)
        if status != 404:
            log.warning("asterisk refused", node=self.node, what=what, error=str(error))

    def bad_input(self, kind: str, **details: object) -> None:
        """Count and log something from Asterisk that makes no sense."""
        log.warning("bad input from asterisk", node=self.node, kind=kind, **details)
        self.metrics.bad_input("ari", kind)


def lost(reply: Reply) -> bool:
    """Whether a request failed for want of a connection."""
    return isinstance(reply, AriConnectionLost | AriNotConnected)
