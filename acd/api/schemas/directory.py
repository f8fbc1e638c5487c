"""Customers and the blacklist."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from acd.api.schemas.base import Answer, Asked, Instant, Name, Paging

RowField = Annotated[str, Field(max_length=1000)]
"""Checked further by the rules of acd.imports, as a field of a CSV file is."""


class CustomersQuery(Paging):
    """Which customers."""

    tier: Name | None = None


class CustomerIn(Asked):
    """A customer. What is left out is emptied, except for the last agent, who stays as known."""

    name: RowField | None = None
    tier: RowField | None = None
    """One of the configured tiers."""
    last_agent: RowField | None = None
    """Who took his last order; belongs together with `last_order_at`."""
    last_order_at: RowField | None = None
    """ISO 8601; without a zone it is in the business' zone."""


class CustomerRow(CustomerIn):
    """A customer of an import."""

    number: RowField


class CustomerOut(Answer):
    """A customer."""

    number: str
    name: str | None
    tier: str | None
    last_agent: str | None
    last_agent_at: Instant | None
    last_agent_by: str | None
    """How the last agent is known: by "order" or by "call"."""


class BlacklistIn(Asked):
    """A number that is to be turned away."""

    reason: RowField
    expires: RowField | None = None
    """ISO 8601; a date alone still counts as a whole day. Left out: for good."""


class BlacklistRow(BlacklistIn):
    """A blacklist entry of an import."""

    number: RowField


class BlacklistOut(Answer):
    """A number whose calls are turned away."""

    number: str
    reason: str
    author: str
    created_at: Instant
    expires_at: Instant | None


class ImportedOut(Answer):
    """How many rows were taken: all of the file."""

    imported: int
