"""Tokens, configuration and health."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from acd.api.schemas.base import Answer, Asked, Instant, Name
from acd.archive import Role


class TokenIn(Asked):
    """A token that is to be made."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
    """Who will use it; the records of who did what name it."""
    role: Role
    agent: Name | None = None
    """The agent for whom it may act; needed for the role "agent", and only there."""


class TokenOut(Answer):
    """A token without its secret."""

    id: int
    name: str
    role: Role
    agent: str | None
    created_at: Instant
    revoked_at: Instant | None


class NewTokenOut(TokenOut):
    """A token just made, with its secret."""

    secret: str
    """Shown this once; only its hash is stored."""


class ConfigurationOut(Answer):
    """The running routing configuration."""

    revision: str
    text: str
    """As the engine understands it, with all defaults filled in (YAML)."""


class ReloadOut(Answer):
    """The routing file was taken over."""

    revision: str


class LiveOut(Answer):
    """The process answers."""

    status: Literal["live"] = "live"


class CheckOut(Answer):
    """One thing that must be well for the engine to be ready."""

    name: str
    healthy: bool
    detail: str


class ReadyOut(Answer):
    """Whether calls can be served, and what of it is well or not."""

    ready: bool
    checks: tuple[CheckOut, ...]
