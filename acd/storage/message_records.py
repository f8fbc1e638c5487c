"""Stored voicemail messages: lists, and the story of one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.archive import Page
from acd.core.message_words import MessageState
from acd.storage import tables as t
from acd.storage.bounds import ID, NAME, NUMBER, fit
from acd.storage.newest_first import NewestFirst
from acd.storage.selecting import columns_of, within
from acd.voicemail import MessageFilter, MessageStory, StoredMessage, StoredMessageChange

_MESSAGE = columns_of(t.messages, StoredMessage)
_CHANGE = columns_of(t.message_changes, StoredMessageChange)
_NEWEST = NewestFirst(
    record=StoredMessage, columns=_MESSAGE, at=t.messages.c.left_at, id=t.messages.c.message
)


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
    return conditions + within(messages.left_at, where.since, where.until)


async def read_messages(
    connection: AsyncConnection, where: MessageFilter, limit: int, cursor: str | None
) -> Page[StoredMessage]:
    """Newest first."""
    return await _NEWEST.read(connection, _conditions(where), limit, cursor)


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
