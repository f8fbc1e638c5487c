"""Reading stored calls: lists and the story of one call."""

from __future__ import annotations

from dataclasses import fields
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.archive import (
    CallFilter,
    Page,
    StoredCall,
    StoredOffer,
    StoredRecording,
    StoredStory,
    StoredVisit,
)
from acd.storage import tables as t
from acd.storage.bounds import ID, NAME, NUMBER, fit
from acd.storage.codec import decode_reasons
from acd.storage.paging import decode_cursor, demand_limit, encode_cursor

_IN = func.coalesce(t.calls.c.direction, literal_column("'in'")).label("direction")
_CALL = [_IN if field.name == "direction" else t.calls.c[field.name] for field in fields(StoredCall)]
_VISIT = [t.queue_visits.c[field.name] for field in fields(StoredVisit)]
_OFFER = [t.offers.c[field.name] for field in fields(StoredOffer)]
_RECORDING = [t.recordings.c[field.name] for field in fields(StoredRecording)]

_EQUAL = (
    ("caller", NUMBER),
    ("dialled", NUMBER),
    ("business", NAME),
    ("queue", NAME),
    ("agent", ID),
    ("outcome", NAME),
)


def calls_statement(where: CallFilter, limit: int, cursor: str | None) -> Select[Any]:
    """One call more than the page has, newest first."""
    conditions: list[ColumnElement[bool]] = [
        t.calls.c[name] == fit(value, length)
        for name, length in _EQUAL
        if (value := getattr(where, name)) is not None
    ]
    if where.since is not None:
        conditions.append(t.calls.c.arrived_at >= where.since)
    if where.until is not None:
        conditions.append(t.calls.c.arrived_at < where.until)
    key = tuple_(t.calls.c.arrived_at, t.calls.c.call)
    if cursor is not None:
        conditions.append(key < tuple_(*decode_cursor(cursor, tuple[float, str])))
    return (
        select(*_CALL)
        .where(*conditions)
        .order_by(t.calls.c.arrived_at.desc(), t.calls.c.call.desc())
        .limit(demand_limit(limit) + 1)
    )


async def read_calls(
    connection: AsyncConnection, where: CallFilter, limit: int, cursor: str | None
) -> Page[StoredCall]:
    rows = (await connection.execute(calls_statement(where, limit, cursor))).all()
    items = [StoredCall(**row._mapping) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(
        items=items,
        next_cursor=encode_cursor((items[-1].arrived_at, items[-1].call)) if more else None,
    )


async def read_story(connection: AsyncConnection, call: str) -> StoredStory | None:
    call = fit(call, ID)
    row = (await connection.execute(select(*_CALL).where(t.calls.c.call == call))).one_or_none()
    if row is None:
        return None
    visits = await connection.execute(
        select(*_VISIT).where(t.queue_visits.c.call == call).order_by(t.queue_visits.c.visit)
    )
    offers = await connection.execute(
        select(*_OFFER).where(t.offers.c.call == call).order_by(t.offers.c.made_at, t.offers.c.offer)
    )
    recordings = await connection.execute(
        select(*_RECORDING).where(t.recordings.c.call == call).order_by(t.recordings.c.file)
    )
    events = await connection.scalars(
        select(t.call_events.c.reasons).where(t.call_events.c.call == call).order_by(t.call_events.c.seq)
    )
    return StoredStory(
        call=StoredCall(**row._mapping),
        visits=tuple(StoredVisit(**visit._mapping) for visit in visits),
        offers=tuple(StoredOffer(**offer._mapping) for offer in offers),
        recordings=tuple(StoredRecording(**recording._mapping) for recording in recordings),
        trace=tuple(chain.from_iterable(decode_reasons(text) for text in events)),
    )
