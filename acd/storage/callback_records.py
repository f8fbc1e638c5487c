"""Stored callbacks: lists, and the story of one."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.archive import Page
from acd.reached import CallbackFilter, CallbackStory, StoredAttempt, StoredCallback
from acd.storage import tables as t
from acd.storage.bounds import ID, NAME, NUMBER, fit
from acd.storage.paging import decode_cursor, demand_limit, encode_cursor

_CALLBACK = [t.callbacks.c[field.name] for field in fields(StoredCallback)]
_ATTEMPT = [t.callback_attempts.c[field.name] for field in fields(StoredAttempt)]
_EQUAL = (
    ("business", NAME),
    ("queue", NAME),
    ("number", NUMBER),
    ("source", NAME),
    ("outcome", NAME),
)


def _conditions(where: CallbackFilter) -> list[ColumnElement[bool]]:
    callbacks = t.callbacks.c
    conditions: list[ColumnElement[bool]] = [
        callbacks[name] == fit(value, length)
        for name, length in _EQUAL
        if (value := getattr(where, name)) is not None
    ]
    if where.is_open is not None:
        is_open = callbacks.closed_at.is_(None)
        conditions.append(is_open if where.is_open else ~is_open)
    if where.since is not None:
        conditions.append(callbacks.created_at >= where.since)
    if where.until is not None:
        conditions.append(callbacks.created_at < where.until)
    return conditions


async def read_callbacks(
    connection: AsyncConnection, where: CallbackFilter, limit: int, cursor: str | None
) -> Page[StoredCallback]:
    """Newest first."""
    callbacks = t.callbacks.c
    key = tuple_(callbacks.created_at, callbacks.callback)
    conditions = _conditions(where)
    if cursor is not None:
        conditions.append(key < tuple_(*decode_cursor(cursor, tuple[float, str])))
    rows = (
        await connection.execute(
            select(*_CALLBACK)
            .where(*conditions)
            .order_by(callbacks.created_at.desc(), callbacks.callback.desc())
            .limit(demand_limit(limit) + 1)
        )
    ).all()
    items = [StoredCallback(**row._mapping) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(
        items=items,
        next_cursor=encode_cursor((items[-1].created_at, items[-1].callback)) if more else None,
    )


async def read_callback(connection: AsyncConnection, callback: str) -> CallbackStory | None:
    callback = fit(callback, ID)
    row = (
        await connection.execute(select(*_CALLBACK).where(t.callbacks.c.callback == callback))
    ).one_or_none()
    if row is None:
        return None
    attempts = t.callback_attempts.c
    made = await connection.execute(
        select(*_ATTEMPT)
        .where(attempts.callback == callback)
        .order_by(attempts.number_of, attempts.made_at, attempts.attempt)
    )
    return CallbackStory(
        callback=StoredCallback(**row._mapping),
        attempts=tuple(StoredAttempt(**attempt._mapping) for attempt in made),
    )
