"""REST over WebSocket without I/O: requests become messages, messages become events and answers.

Asterisk answers the requests of one socket one at a time and in order, but nothing here depends
on that: an answer is matched by its `request_id`. Time comes in as an argument (monotonic
seconds). Every request's `on_reply` is called exactly once, by `receive`, `expire` or `abandon`,
and never by `request` itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from acd.errors import TelephonyError
from asterisk.ari.errors import AriOverloaded, AriTimeout, AriUnreadable, refusal
from asterisk.ari.events import EVENT_TYPES, Event
from asterisk.ari.requests import Request

T = TypeVar("T")


class Response(msgspec.Struct, frozen=True, gc=False, tag="RESTResponse"):
    """A good answer (2xx); `body` is JSON text, or empty."""

    request_id: str
    status: int = msgspec.field(name="status_code")
    reason: str = msgspec.field(name="reason_phrase", default="")
    body: str = msgspec.field(name="message_body", default="")

    def read(self, kind: type[T]) -> T:
        """Decode the body, or raise AriUnreadable."""
        try:
            return msgspec.json.decode(self.body, type=kind)
        except msgspec.DecodeError as error:
            raise AriUnreadable(f"Asterisk's answer cannot be read: {error}") from error


Reply = Response | TelephonyError
OnReply = Callable[[Reply], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed:
    """A message that could not be read: its beginning, and why."""

    excerpt: str
    why: str


@dataclass(slots=True, kw_only=True)
class AriCounters:
    """What has passed since the client was made; it outlives the connections."""

    requests: int = 0
    events: int = 0
    malformed: int = 0
    timeouts: int = 0
    unmatched_replies: int = 0
    unknown_events: Counter[str] = field(default_factory=Counter)


class _Pair(msgspec.Struct, frozen=True, gc=False):
    name: str
    value: str


class _WireRequest(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="RESTRequest"):
    # Asterisk wants it and returns it unchanged; nothing here needs it.
    transaction_id: str
    request_id: str
    method: str
    uri: str
    query_strings: list[_Pair]
    content_type: str | None = None
    message_body: str | None = None


class _Reason(msgspec.Struct, frozen=True, gc=False):
    message: str = ""
    error: str = ""


class _Tag(msgspec.Struct, frozen=True, gc=False):
    type: str


class _Waiting(msgspec.Struct, frozen=True):
    request: Request
    on_reply: OnReply
    deadline_s: float


_encode = msgspec.json.Encoder().encode
_decode: Callable[[bytes], Event | Response] = msgspec.json.Decoder(Event | Response).decode
_decode_tag = msgspec.json.Decoder(_Tag).decode
_decode_reason = msgspec.json.Decoder(_Reason).decode

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_EXCERPT_BYTES = 200
_UNKNOWN_TYPES_KEPT = 100


class AriProtocol:
    """The state of one socket: which requests wait for their answers.

    `timeout_s` is how long one may wait, `max_waiting` how many may.
    """

    __slots__ = ("_counters", "_max_waiting", "_next_id", "_on_malformed", "_timeout_s", "_waiting")

    def __init__(
        self,
        *,
        timeout_s: float,
        max_waiting: int,
        counters: AriCounters,
        on_malformed: Callable[[Malformed], None],
    ) -> None:
        self._timeout_s = timeout_s
        self._max_waiting = max_waiting
        self._counters = counters
        self._on_malformed = on_malformed
        # In order of sending, and so, with one timeout for all, in order of their deadlines.
        self._waiting: dict[str, _Waiting] = {}
        self._next_id = 0

    @property
    def waiting(self) -> int:
        """How many requests wait for their answers."""
        return len(self._waiting)

    def request(self, request: Request, on_reply: OnReply, now_s: float) -> bytes:
        """Return the message for a request, whose answer goes to `on_reply`.

        Raises AriOverloaded when too many are waiting already.
        """
        if len(self._waiting) >= self._max_waiting:
            raise AriOverloaded
        self._next_id += 1
        request_id = str(self._next_id)
        body = request.body
        message = _encode(
            _WireRequest(
                "",
                request_id,
                request.method,
                request.uri,
                [_Pair(name, value) for name, value in request.query],
                None if body is None else "application/json",
                body,
            )
        )
        self._waiting[request_id] = _Waiting(request, on_reply, now_s + self._timeout_s)
        self._counters.requests += 1
        return message

    def receive(self, message: bytes) -> Event | None:
        """Take a message in: return the event, or hand the answer to whom it belongs."""
        try:
            decoded = _decode(message)
        except _UNREADABLE as error:
            self._undecodable(message, error)
            return None
        if isinstance(decoded, Response):
            self._answer(decoded)
            return None
        self._counters.events += 1
        return decoded

    def next_deadline(self) -> float | None:
        """Return when the oldest request's time is over, in the seconds of `now_s`."""
        for waiting in self._waiting.values():
            return waiting.deadline_s
        return None

    def expire(self, now_s: float) -> None:
        """Fail the requests whose time is over; a late answer is counted as unmatched."""
        overdue = []
        for request_id, waiting in self._waiting.items():
            if waiting.deadline_s > now_s:
                break
            overdue.append(request_id)
        expired = [self._waiting.pop(request_id) for request_id in overdue]
        self._counters.timeouts += len(expired)
        for waiting in expired:
            waiting.on_reply(AriTimeout(f"{waiting.request}: no answer in {self._timeout_s:g} s"))

    def abandon(self, error: TelephonyError) -> None:
        """Fail all waiting requests: the socket is gone."""
        lost = list(self._waiting.values())
        self._waiting.clear()
        for waiting in lost:
            waiting.on_reply(error)

    def _answer(self, response: Response) -> None:
        waiting = self._waiting.pop(response.request_id, None)
        if waiting is None:
            self._counters.unmatched_replies += 1
        elif response.status < 400:
            waiting.on_reply(response)
        else:
            reason = _reason(response)
            waiting.on_reply(refusal(response.status, reason, str(waiting.request)))

    def _undecodable(self, message: bytes, error: Exception) -> None:
        try:
            kind = _decode_tag(message).type
        except _UNREADABLE:
            kind = ""
        unknown = self._counters.unknown_events
        if kind and kind not in EVENT_TYPES and kind != "RESTResponse":
            # Bounded, should something send ever new names.
            if kind not in unknown and len(unknown) >= _UNKNOWN_TYPES_KEPT:
                kind = "(others)"
            unknown[kind] += 1
            return
        self._counters.malformed += 1
        excerpt = message[:_EXCERPT_BYTES].decode("utf-8", "replace")
        self._on_malformed(Malformed(excerpt=excerpt, why=str(error)))


def _reason(response: Response) -> str:
    """Return what Asterisk said about an error: its JSON has `message` or `error`."""
    try:
        said = _decode_reason(response.body)
    except _UNREADABLE:
        return response.reason
    return said.message or said.error or response.reason
