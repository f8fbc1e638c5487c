"""What a new engine must know of those whom nobody has spoken with yet: open callbacks, messages, whom
nobody may call, whom nobody may ask again."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.core.callback_words import Attempt, Callback, RestoredCallback
from acd.core.flow_words import SurveyGoesOn
from acd.core.message_words import Message, MessageState
from acd.storage import tables as t
from acd.storage.codec import decode_callback

_MESSAGE = [t.messages.c["message" if field.name == "id" else field.name] for field in fields(Message)]


async def open_callbacks(connection: AsyncConnection) -> tuple[RestoredCallback, ...]:
    """In the order in which they were opened, each with its last attempt where the store knows no
    outcome of that. Two queries, whatever their number."""
    callbacks, attempts = t.callbacks.c, t.callback_attempts.c
    is_open = callbacks.closed_at.is_(None)
    last: dict[str, Row[*tuple[Any, ...]]] = {
        row.callback: row
        for row in await connection.execute(
            select(t.callback_attempts)
            .where(
                attempts.made_at.is_not(None),
                attempts.callback.in_(select(callbacks.callback).where(is_open)),
            )
            .order_by(attempts.callback, attempts.number_of, attempts.made_at)
        )
    }
    rows = await connection.execute(
        select(callbacks.callback, callbacks.promise, callbacks.due_at, callbacks.attempts)
        .where(is_open, callbacks.promise.is_not(None))
        .order_by(callbacks.created_at, callbacks.callback)
    )
    return tuple(_restored(row, last.get(row.callback)) for row in rows)


def _restored(row: Row[*tuple[Any, ...]], last: Row[*tuple[Any, ...]] | None) -> RestoredCallback:
    promise = decode_callback(row.promise)
    attempts = row.attempts if last is None else max(row.attempts, last.number_of)
    callback = replace(promise, due_at=row.due_at, attempts=attempts)
    return RestoredCallback(callback=callback, unfinished=_unfinished(callback, last))


def _unfinished(callback: Callback, last: Row[*tuple[Any, ...]] | None) -> Attempt | None:
    if last is None or last.outcome is not None:
        return None
    return Attempt(
        id=last.attempt,
        callback=callback.id,
        number_of=last.number_of,
        number=last.number,
        agent=last.agent,
        made_at=last.made_at,
    )


async def kept_messages(connection: AsyncConnection) -> tuple[Message, ...]:
    """Those whose files are not deleted, the oldest first; closed ones too: their time will come."""
    rows = await connection.execute(
        select(*_MESSAGE)
        .where(t.messages.c.deleted_at.is_(None))
        .order_by(t.messages.c.left_at, t.messages.c.message)
    )
    return tuple(_message(row) for row in rows)


def _message(row: Row[*tuple[Any, ...]]) -> Message:
    given = {field.name: value for field, value in zip(fields(Message), row, strict=True)}
    return Message(**{**given, "state": MessageState(given["state"])})


async def do_not_call(connection: AsyncConnection) -> frozenset[str]:
    """Every number of the list."""
    return frozenset(await connection.scalars(select(t.do_not_call.c.number)))


async def surveyed(connection: AsyncConnection, since: float) -> tuple[tuple[str, float], ...]:
    """By number: when it was asked last, if since then."""
    asked = t.surveys.c
    rows = await connection.execute(
        select(asked.caller, func.max(asked.at))
        .where(asked.at >= since, asked.caller.is_not(None))
        .group_by(asked.caller)
        .order_by(asked.caller)
    )
    return tuple((caller, at) for caller, at in rows)


async def unfinished_surveys(
    connection: AsyncConnection, calls: Select[tuple[str]]
) -> dict[str, SurveyGoesOn]:
    """By call, of these calls: what a caller has said of whom no end of his survey is known."""
    surveys = t.surveys
    said = [surveys.c[field.name] for field in fields(SurveyGoesOn) if field.name != "asked_at"]
    rows = await connection.execute(
        select(*said).where(surveys.c.call.in_(calls), surveys.c.outcome.is_(None))
    )
    return {row.call: SurveyGoesOn(asked_at=row.at, **row._mapping) for row in rows}
