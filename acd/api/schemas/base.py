"""The two kinds of models, and the units."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

T = TypeVar("T")


class Asked(BaseModel):
    """What a client sends: nothing converted, nothing unknown taken."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)


class Query(BaseModel):
    """A query string: text, so that numbers and booleans are read from it; nothing unknown taken."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Answer(BaseModel):
    """What a client is told; filled from the core's and the archive's records by name."""

    model_config = ConfigDict(from_attributes=True, frozen=True, use_attribute_docstrings=True)


def iso(at: float) -> str:
    """UTC seconds as RFC 3339 with milliseconds: `2026-11-21T12:15:00.250Z`."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


Instant = Annotated[
    float,
    PlainSerializer(iso, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Seconds = Annotated[float, Field(json_schema_extra={"x-unit": "seconds"})]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(min_length=1, max_length=500)]


class Paging(Query):
    """Which page of a list."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    """Items in the page."""
    cursor: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    """`next_cursor` of the page before; none for the first page."""


class PageOf(Answer, Generic[T]):
    """One page of a list: newest first, customers by number."""

    items: tuple[T, ...]
    next_cursor: str | None
    """What to ask the next page with; null on the last one."""


class ListOf(Answer, Generic[T]):
    """A whole list."""

    items: tuple[T, ...]


def json_pointer(path: tuple[Any, ...]) -> str:
    """An RFC 6901 pointer to a place in a JSON document."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
