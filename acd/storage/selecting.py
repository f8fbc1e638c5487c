"""From records and filters of the archive to columns and conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Table

from acd.storage.bounds import fit


def columns_of(table: Table, record: type[Any]) -> list[ColumnElement[Any]]:
    """The columns that a record's fields are named for, in their order."""
    return [table.c[field.name] for field in fields(record)]


def equal(table: Table, where: object, names: Sequence[tuple[str, int]]) -> list[ColumnElement[bool]]:
    """One condition for each field of a filter that is given; `names` are the fields (and columns) with
    the longest text that each column holds."""
    return [
        table.c[name] == fit(value, length)
        for name, length in names
        if (value := getattr(where, name)) is not None
    ]


def within(
    at: ColumnElement[float], since: float | None, until: float | None
) -> list[ColumnElement[bool]]:
    """At `since` or later and before `until`, as far as they are given (UTC seconds)."""
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(at >= since)
    if until is not None:
        conditions.append(at < until)
    return conditions
