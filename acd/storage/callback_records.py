"""Stored callbacks: lists, and the story of one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.archive import Page
from acd.reached import CallbackFilter, CallbackStory, StoredAttempt, StoredCallback
from acd.storage import tables as t
from acd.storage.bounds import ID, NAME, NUMBER, fit
from acd.storage.newest_first import NewestFirst
from acd.storage.selecting import columns_of, equal, within

_CALLBACK = columns_of(t.callbacks, StoredCallback)
_ATTEMPT = columns_of(t.callback_attempts, StoredAttempt)
_EQUAL = (
    ("business", NAME),
    ("queue", NAME),
    ("number", NUMBER),
    ("source", NAME),
    ("outcome", NAME),
)
_NEWEST = NewestFirst(
    record=StoredCallback,
    columns=_CALLBACK,
    at=t.callbacks.c.created_at,
    id=t.callbacks.c.callback,
)


async def read_callbacks(
    connection: AsyncConnection, where: CallbackFilter, limit: int, cursor: str | None
) -> Page[StoredCallback]:
    """Newest first."""
    callbacks = t.callbacks.c
    conditions = equal(t.callbacks, where, _EQUAL)
    if where.is_open is not None:
        is_open = callbacks.closed_at.is_(None)
        conditions.append(is_open if where.is_open else ~is_open)
    if where.agent is not None:
        agent = fit(where.agent, ID)
        conditions.append((callbacks.agent == agent) | (callbacks.reached_by == agent))
    conditions += within(callbacks.created_at, where.since, where.until)
    return await _NEWEST.read(connection, conditions, limit, cursor)


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
