"""What the ARI client needs to know."""

from __future__ import annotations

from dataclasses import dataclass, field

from asterisk.ari.events import LEAN_EVENT_TYPES


@dataclass(frozen=True, slots=True, kw_only=True)
class AriSettings:
    """Where Asterisk is and how patient to be with it.

    `url` is the base of ARI (`http://127.0.0.1:8088/ari`). `allowed` are the
    types of events that are let through. `heartbeat_s`: a silent socket is pinged after that
    time and given up after half of it again.
    """

    url: str
    app: str
    username: str
    password: str = field(repr=False)
    allowed: tuple[str, ...] = LEAN_EVENT_TYPES
    connect_timeout_s: float = 5.0
    request_timeout_s: float = 10.0
    heartbeat_s: float = 4.0
    max_waiting: int = 20_000
    max_message_bytes: int = 64 * 1024 * 1024
