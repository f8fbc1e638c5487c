"""Refusals, and the one form in which they go out (RFC 9457)."""

from __future__ import annotations

import http
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from aiohttp import web

from acd.api.schemas.problem import ErrorItem, ProblemDetails
from acd.errors import AcdError

CONTENT_TYPE: Final = "application/problem+json"
_PREFIX: Final = "urn:strowger:problem:"


class Kind(StrEnum):
    """The kinds of problems; a client can tell them apart by `type`. The closed list."""

    BAD_REQUEST = "bad-request"
    BAD_CURSOR = "bad-cursor"
    BAD_TOKEN = "bad-token"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    GONE = "gone"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    CONFLICT = "conflict"
    TOO_LARGE = "too-large"
    WRONG_MEDIA_TYPE = "wrong-media-type"
    INVALID = "invalid"
    NOT_TAKEN = "not-taken"
    BUSY = "busy"
    STORE_UNAVAILABLE = "store-unavailable"
    DEFECT = "defect"


class Refusal(AcdError):
    """A request is refused; becomes the answer."""

    def __init__(
        self,
        status: int,
        kind: Kind,
        detail: str,
        *,
        errors: Sequence[ErrorItem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        super().__init__(detail)

    def answer(self) -> web.Response:
        """The refusal as the client gets it."""
        details = ProblemDetails(
            type=_PREFIX + self.kind.value,
            title=http.HTTPStatus(self.status).phrase,
            status=self.status,
            detail=self.detail,
            errors=self.errors or None,
        )
        return web.Response(
            status=self.status,
            body=details.model_dump_json(exclude_none=True).encode(),
            content_type=CONTENT_TYPE,
            headers=self.headers,
        )


def not_found(what: str) -> Refusal:
    """404, with what there is none of."""
    return Refusal(404, Kind.NOT_FOUND, what)


def invalid(detail: str, *errors: ErrorItem) -> Refusal:
    """422: it can be read, but it cannot be."""
    return Refusal(422, Kind.INVALID, detail, errors=errors)


def too_large(limit: int) -> Refusal:
    """413: more bytes than are read here."""
    detail = f"The body is larger than {limit} bytes, the most that is taken here."
    return Refusal(413, Kind.TOO_LARGE, detail, headers={"Connection": "close"})
