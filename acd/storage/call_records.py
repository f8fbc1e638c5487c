"""Reading stored calls: lists and the story of one call."""

from __future__ import annotations

from dataclasses import fields
from itertools import chain

from sqlalchemy import func, literal_column, select
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
from acd.storage.newest_first import NewestFirst
from acd.storage.selecting import columns_of, equal, within

_IN = func.coalesce(t.calls.c.direction, literal_column("'in'")).label("direction")
_CALL = [_IN if field.name == "direction" else t.calls.c[field.name] for field in fields(StoredCall)]
_VISIT = columns_of(t.queue_visits, StoredVisit)
_OFFER = columns_of(t.offers, StoredOffer)
_RECORDING = columns_of(t.recordings, StoredRecording)

_EQUAL = (
    ("caller", NUMBER),
    ("dialled", NUMBER),
    ("business", NAME),
    ("queue", NAME),
    ("agent", ID),
    ("outcome", NAME),
)
_NEWEST = NewestFirst(record=StoredCall, columns=_CALL, at=t.calls.c.arrived_at, id=t.calls.c.call)


async def read_calls(
    connection: AsyncConnection, where: CallFilter, limit: int, cursor: str | None
) -> Page[StoredCall]:
    """Newest first."""
    conditions = equal(t.calls, where, _EQUAL)
    conditions += within(t.calls.c.arrived_at, where.since, where.until)
    return await _NEWEST.read(connection, conditions, limit, cursor)


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
