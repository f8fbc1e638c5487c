"""Who asks, and whether he may."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from acd.api.problems import Kind, Refusal
from acd.api.secrets import LONGEST, hash_secret
from acd.archive import Archive, Role, TokenRecord
from acd.errors import StoreUnavailable

RANKS: Final = {role: rank for rank, role in enumerate(Role)}
BEARER_PROTOCOL: Final = "bearer."
"""A browser cannot send headers with a WebSocket; it names its token as a subprotocol."""
_MOST_KEPT: Final = 1000
_BELIEVED_WITHOUT_STORE_S: Final = 3600.0
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="strowger"'}


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The holder of a token."""

    token: int
    name: str
    role: Role
    agent: str | None

    @property
    def by(self) -> str:
        """How records of who did what name him."""
        return f"api:{self.name}"


class Authenticator:
    """Finds tokens in the archive and believes what it found for `keep` seconds."""

    def __init__(
        self, archive: Archive, keep: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._archive = archive
        self._keep = keep
        self._clock = clock
        self._kept: dict[bytes, tuple[float, Principal]] = {}
        self._revocations = 0

    async def principal(self, secret: str) -> Principal | None:
        """Whose token it is; None for one that is unknown or revoked.

        While the database is away a token that was good before is good for another hour: agents must
        be able to pause and to end their wrap-up, as calls go on. Others raise StoreUnavailable.
        """
        if not secret or len(secret) > LONGEST:
            return None
        key = hash_secret(secret)
        kept = self._kept.get(key)
        if kept is not None and self._clock() < kept[0]:
            return kept[1]
        revocations = self._revocations
        try:
            record = await self._archive.find_token(key)
        except StoreUnavailable:
            if kept is not None and self._clock() < kept[0] + _BELIEVED_WITHOUT_STORE_S:
                return kept[1]
            raise
        if record is None:
            self._kept.pop(key, None)
            return None
        principal = _principal(record)
        if revocations == self._revocations:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = (self._clock() + self._keep, principal)
        return principal

    def forget(self) -> None:
        """A token was revoked: look every one up again, those too that are being looked up now."""
        self._revocations += 1
        self._kept.clear()


def _principal(record: TokenRecord) -> Principal:
    return Principal(token=record.id, name=record.name, role=record.role, agent=record.agent)


async def demand(
    request: web.Request, authenticator: Authenticator, role: Role, *, own_agent: bool
) -> Principal:
    """The one who asks; refuses with 401 or 403. `own_agent`: an agent's token is good for the agent
    of the path only."""
    secret = _secret(request)
    if secret is None:
        detail = "A bearer token is needed: 'Authorization: Bearer ...'."
        raise Refusal(401, Kind.BAD_TOKEN, detail, headers=_CHALLENGE)
    principal = await authenticator.principal(secret)
    if principal is None:
        challenge = {"WWW-Authenticate": _CHALLENGE["WWW-Authenticate"] + ', error="invalid_token"'}
        detail = "This token is unknown or has been revoked."
        raise Refusal(401, Kind.BAD_TOKEN, detail, headers=challenge)
    if RANKS[principal.role] < RANKS[role]:
        detail = f"This needs the role {role.value}; the token has {principal.role.value}."
        raise Refusal(403, Kind.FORBIDDEN, detail)
    if own_agent and principal.role is Role.AGENT:
        agent = request.match_info["agent"]
        if principal.agent != agent:
            raise Refusal(403, Kind.FORBIDDEN, "An agent's token is good for its own agent only.")
    return principal


def _secret(request: web.Request) -> str | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return secret.strip()
    for protocol in request.headers.get("Sec-WebSocket-Protocol", "").split(","):
        if protocol.strip().startswith(BEARER_PROTOCOL):
            return protocol.strip().removeprefix(BEARER_PROTOCOL)
    return None
