"""The tables of what reaches callers before and after an agent does: callbacks and their attempts,
messages, surveys, announced waits, flows, the do-not-call list. See `acd.storage.tables` for the rules.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, String, Table, Text

from acd.storage.bounds import ID, NAME, NUMBER, TEXT
from acd.storage.schema import metadata

callbacks = Table(
    "callbacks",
    metadata,
    Column("callback", String(ID), primary_key=True),
    Column("number", String(NUMBER)),
    Column("business", String(NAME)),
    Column("queue", String(NAME), nullable=False),
    Column("dialled", String(NUMBER)),
    Column("source", String(NAME), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("due_at", Double),
    Column("call", String(ID)),
    Column("agent", String(ID)),
    Column("message", String(ID)),
    Column("attempts", Integer, nullable=False),
    Column("note", String(TEXT)),
    Column("promise", Text),
    Column("why", String(TEXT)),
    Column("closed_at", Double),
    Column("outcome", String(NAME)),
    Column("reached_by", String(ID)),
    Column("closed_by", String(TEXT)),
    Column("closed_reason", String(TEXT)),
    sqlite_with_rowid=False,
)
"""`promise` is the callback as it stands, as compact JSON: what a restarted engine goes on from. It is
missing where only the end is known."""
Index("callbacks_created", callbacks.c.created_at, callbacks.c.callback)
Index("callbacks_number", callbacks.c.number, callbacks.c.created_at)
Index(
    "callbacks_open",
    callbacks.c.created_at,
    callbacks.c.callback,
    sqlite_where=callbacks.c.closed_at.is_(None),
    postgresql_where=callbacks.c.closed_at.is_(None),
)

callback_attempts = Table(
    "callback_attempts",
    metadata,
    Column("attempt", String(ID), primary_key=True),
    Column("callback", String(ID), nullable=False),
    Column("number_of", Integer),
    Column("number", String(NUMBER)),
    Column("agent", String(ID)),
    Column("made_at", Double),
    Column("ended_at", Double),
    Column("outcome", String(NAME)),
    Column("ring", Double),
    sqlite_with_rowid=False,
)
"""Written before anything is dialled, in a transaction of its own (acd.storage.commits). Without
`made_at` only its end is known."""
Index("callback_attempts_callback", callback_attempts.c.callback, callback_attempts.c.number_of)

messages = Table(
    "messages",
    metadata,
    Column("message", String(ID), primary_key=True),
    Column("call", String(ID), nullable=False),
    Column("box", String(NAME), nullable=False),
    Column("caller", String(NUMBER)),
    Column("business", String(NAME)),
    Column("queue", String(NAME)),
    Column("language", String(NAME), nullable=False),
    Column("left_at", Double, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("file", String(TEXT), nullable=False),
    Column("state", String(NAME), nullable=False),
    Column("agent", String(ID)),
    Column("changed_at", Double),
    Column("deleted_at", Double),
    sqlite_with_rowid=False,
)
Index(
    "messages_kept",
    messages.c.left_at,
    messages.c.message,
    sqlite_where=messages.c.deleted_at.is_(None),
    postgresql_where=messages.c.deleted_at.is_(None),
)

message_changes = Table(
    "message_changes",
    metadata,
    Column("message", String(ID), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("act", String(NAME), nullable=False),
    Column("by", String(TEXT), nullable=False),
    Column("state", String(NAME), nullable=False),
    Column("box", String(NAME), nullable=False),
    Column("agent", String(ID)),
    sqlite_with_rowid=False,
)
"""Who did what with a message."""

messages_not_left = Table(
    "messages_not_left",
    metadata,
    Column("call", String(ID), primary_key=True),
    Column("at", Double, primary_key=True),
    Column("box", String(NAME), nullable=False),
    Column("why", String(NAME), nullable=False),
    Column("detail", String(TEXT)),
    sqlite_with_rowid=False,
)

surveys = Table(
    "surveys",
    metadata,
    Column("call", String(ID), primary_key=True),
    Column("at", Double, nullable=False),
    Column("caller", String(NUMBER)),
    Column("business", String(NAME)),
    Column("queue", String(NAME)),
    Column("agent", String(ID)),
    Column("satisfaction", Integer),
    Column("solved", Boolean),
    Column("remark", String(TEXT)),
    Column("outcome", String(NAME)),
    sqlite_with_rowid=False,
)
"""`at` is when he was asked; without `outcome` he still is, or nobody saw the end."""
Index("surveys_at", surveys.c.at, surveys.c.call)

tapes = Table(
    "tapes",
    metadata,
    Column("file", String(TEXT), primary_key=True),
    Column("call", String(ID), nullable=False),
    Column("made_at", Double, nullable=False),
    Column("flow", String(NAME), nullable=False),
    Column("name", String(NAME), nullable=False),
    Column("seconds", Double, nullable=False),
    Column("deleted_at", Double),
    sqlite_with_rowid=False,
)
"""What callers said to a flow or in a survey."""
Index(
    "tapes_kept",
    tapes.c.made_at,
    tapes.c.file,
    sqlite_where=tapes.c.deleted_at.is_(None),
    postgresql_where=tapes.c.deleted_at.is_(None),
)

tape_listenings = Table(
    "tape_listenings",
    metadata,
    Column("file", String(TEXT), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("call", String(ID), nullable=False),
    Column("at", Double, nullable=False),
    Column("by", String(TEXT), nullable=False),
    sqlite_with_rowid=False,
)
"""Who listened to it."""

wait_announcements = Table(
    "wait_announcements",
    metadata,
    Column("call", String(ID), primary_key=True),
    Column("at", Double, primary_key=True),
    Column("queue", String(NAME), nullable=False),
    Column("position", Integer),
    Column("estimate", Double),
    Column("actual", Double),
    Column("measured_at", Double),
    sqlite_with_rowid=False,
)
"""What waiting callers were told; `actual` where it is known how long they waited from then on."""
Index("wait_announcements_at", wait_announcements.c.at)

flow_visits = Table(
    "flow_visits",
    metadata,
    Column("call", String(ID), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("flow", String(NAME), nullable=False),
    Column("purpose", String(NAME), nullable=False),
    Column("entered_at", Double, nullable=False),
    Column("left_at", Double),
    Column("exit", String(TEXT)),
    Column("collected", Text),
    sqlite_with_rowid=False,
)
"""`collected` is what the caller gave, as compact JSON: [[name, value], ...]."""

do_not_call = Table(
    "do_not_call",
    metadata,
    Column("number", String(NUMBER), primary_key=True),
    Column("reason", String(TEXT), nullable=False),
    Column("author", String(TEXT), nullable=False),
    Column("created_at", Double, nullable=False),
    sqlite_with_rowid=False,
)
Index("do_not_call_created", do_not_call.c.created_at, do_not_call.c.number)
