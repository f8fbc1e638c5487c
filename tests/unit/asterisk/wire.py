"""An Asterisk that a test plays itself: it sees each request and gives the answers."""

from __future__ import annotations

from acd.errors import TelephonyError
from asterisk.ari.errors import refusal
from asterisk.ari.protocol import OnReply, Reply, Response
from asterisk.ari.requests import Request


class Wire:
    """Takes the place of the ARI client: keeps the requests, in order, with their replies pending."""

    def __init__(self) -> None:
        self.sent: list[Request] = []
        self._pending: list[OnReply] = []

    def send(self, request: Request, on_reply: OnReply) -> None:
        self.sent.append(request)
        self._pending.append(on_reply)

    def said(self) -> list[str]:
        """What has been sent since the last look, as `METHOD path`; what is pending stays so."""
        said, self.sent = [str(request) for request in self.sent], []
        return said

    def last_query(self) -> dict[str, str]:
        return dict(self.sent[-1].query)

    def reply(self, reply: Reply) -> None:
        """Answer the oldest request that waits for it."""
        self._pending.pop(0)(reply)

    def ok(self, body: str = "") -> None:
        self.reply(Response(request_id="", status=200, body=body))

    def refuse(self, status: int, reason: str = "no") -> None:
        self.reply(refusal(status, reason, "request"))

    def all_ok(self) -> None:
        while self._pending:
            self.ok()

    def lose(self, error: TelephonyError) -> None:
        pending, self._pending = self._pending, []
        for on_reply in pending:
            on_reply(error)


class Counts:
    """RuntimeMetrics that remember what matters to a test."""

    def __init__(self) -> None:
        self.bad: list[tuple[str, str]] = []
        self.refused: list[tuple[str, int]] = []
        self.up: list[tuple[str, bool]] = []
        self.reloads: list[bool] = []
        self.decisions: list[str] = []

    def decided(self, kind: str, seconds: float) -> None:
        self.decisions.append(kind)

    def event_lag(self, seconds: float) -> None: ...

    def mailbox_depth(self, depth: int) -> None: ...

    def journal_depth(self, depth: int) -> None: ...

    def spooling(self, active: bool) -> None: ...

    def connected(self, what: str, up: bool) -> None:
        self.up.append((what, up))

    def reloaded(self, taken: bool, at: float) -> None:
        self.reloads.append(taken)

    def bad_input(self, source: str, kind: str) -> None:
        self.bad.append((source, kind))

    def request_failed(self, what: str, status: int) -> None:
        self.refused.append((what, status))
