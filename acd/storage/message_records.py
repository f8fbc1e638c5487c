"""Stored voicemail messages: lists, and the story of one."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.archive import Page
from acd.core.message_words import MessageState
from acd.storage import tables as t
from acd.storage.bounds import ID, NAME, NUMBER, fit
from acd.storage.paging import decode_cursor, demand_limit, encode_cursor
from acd.voicemail import MessageFilter, MessageStory, StoredMessage, StoredMessageChange

_MESSAGE = [t.messages.c[field.name] for field in fields(StoredMessage)]
_CHANGE = [t.message_changes.c[field.name] for field in fields(StoredMessageChange)]


def _conditions(where: MessageFilter) -> list[ColumnElement[bool]]:
    messages = t.messages.c
    deleted = messages.deleted_at.is_not(None)
    conditions: list[ColumnElement[bool]] = [
        deleted if where.state is MessageState.DELETED else ~deleted
    ]
    if where.state is not None and where.state is not MessageState.DELETED:
        conditions.append(messages.state == where.state.value)
    if where.boxes is not None:
        conditions.append(messages.box.in_(sorted(fit(box, NAME) for box in where.boxes)))
    if where.agent is not None:
        conditions.append(messages.agent == fit(where.agent, ID))
    if where.caller is not None:
        conditions.append(messages.caller == fit(where.caller, NUMBER))
    if where.since is not None:
        conditions.append(messages.left_at >= where.since)
    if where.until is not None:
        conditions.append(messages.left_at < where.until)
    return conditions


async def read_messages(
    connection: AsyncConnection, where: MessageFilter, limit: int, cursor: str | None
) -> Page[StoredMessage]:
    """Newest first."""
    messages = t.messages.c
    conditions = _conditions(where)
    if cursor is not None:
        key = tuple_(messages.left_at, messages.message)
        conditions.append(key < tuple_(*decode_cursor(cursor, tuple[float, str])))
    rows = (
        await connection.execute(
            select(*_MESSAGE)
            .where(*conditions)
            .order_by(messages.left_at.desc(), messages.message.desc())
            .limit(demand_limit(limit) + 1)
        )
    ).all()
    items = [StoredMessage(**row._mapping) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(
        items=items,
        next_cursor=encode_cursor((items[-1].left_at, items[-1].message)) if more else None,
    )


async def read_message(connection: AsyncConnection, message: str) -> MessageStory | None:
    message = fit(message, ID)
    row = (
        await connection.execute(select(*_MESSAGE).where(t.messages.c.message == message))
    ).one_or_none()
    if row is None:
        return None
    changes = t.message_changes.c
    made = await connection.execute(
        select(*_CHANGE).where(changes.message == message).order_by(changes.seq)
    )
    return MessageStory(
        message=StoredMessage(**row._mapping),
        changes=tuple(StoredMessageChange(**change._mapping) for change in made),
    )
