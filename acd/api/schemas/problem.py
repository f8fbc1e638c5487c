"""The one form of errors: RFC 9457 problem details."""

from __future__ import annotations

from acd.api.schemas.base import Answer


class ErrorItem(Answer):
    """One of several things that are wrong, with the place that it is about."""

    detail: str
    pointer: str | None = None
    """A JSON pointer into the body."""
    parameter: str | None = None
    """A parameter of the path or of the query."""
    line: int | None = None
    """A line of an imported file, from 1."""


class ProblemDetails(Answer):
    """What went wrong (RFC 9457, application/problem+json)."""

    type: str
    """Names the kind of problem; it never changes for one kind."""
    title: str
    status: int
    detail: str
    errors: tuple[ErrorItem, ...] | None = None
