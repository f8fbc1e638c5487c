"""The tables, once for both databases.

Times are UTC seconds since 1970 in a double (REAL in SQLite, DOUBLE PRECISION in PostgreSQL): both
keep the same 64 bits, so that what is read is what was written, to a quarter of a microsecond in this
century. A timestamp type would be neither: SQLite has none, and asyncpg cuts to whole microseconds.
Durations are seconds, also doubles.

No foreign keys between a call and what belongs to it. Facts may come without the fact before them
(a full spool keeps the oldest and loses the newest), and half a story is worth more than a batch
that the database refuses. Names of queues, agents and businesses point into the routing YAML, which
no table holds.

Tables with a natural key are stored by it (WITHOUT ROWID in SQLite): one tree to write, not two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from acd.storage.bounds import ID, NAME, NUMBER, TEXT
from acd.storage.reach_tables import callback_attempts as callback_attempts
from acd.storage.reach_tables import callbacks as callbacks
from acd.storage.reach_tables import do_not_call as do_not_call
from acd.storage.reach_tables import flow_visits as flow_visits
from acd.storage.reach_tables import message_changes as message_changes
from acd.storage.reach_tables import messages as messages
from acd.storage.reach_tables import messages_not_left as messages_not_left
from acd.storage.reach_tables import surveys as surveys
from acd.storage.reach_tables import tape_listenings as tape_listenings
from acd.storage.reach_tables import tapes as tapes
from acd.storage.reach_tables import wait_announcements as wait_announcements
from acd.storage.schema import metadata as metadata

SERIAL = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database gives: SQLite does so for INTEGER keys only."""

MOST_SERIAL = 2**63 - 1

calls = Table(
    "calls",
    metadata,
    Column("call", String(ID), primary_key=True),
    Column("node", String(ID), nullable=False),
    Column("dialled", String(NUMBER), nullable=False),
    Column("caller", String(NUMBER)),
    Column("caller_name", String(TEXT)),
    Column("customer_tier", String(NAME)),
    Column("business", String(NAME)),
    Column("campaign", String(NAME)),
    Column("language", String(NAME), nullable=False),
    Column("arrived_at", Double, nullable=False),
    Column("queue", String(NAME)),
    Column("agent", String(ID)),
    Column("offer", String(ID)),
    Column("answered_at", Double),
    Column("within_service_level", Boolean),
    Column("ended_at", Double),
    Column("outcome", String(NAME)),
    Column("wait", Double),
    Column("talk", Double),
    Column("short", Boolean),
    Column("direction", String(NAME)),
    Column("callback", String(ID)),
    sqlite_with_rowid=False,
)
"""`direction` is "in" or "out" (none: in, from before there was another); `callback` is whose attempt
a call is."""
Index("calls_arrived", calls.c.arrived_at, calls.c.call)
Index("calls_caller", calls.c.caller, calls.c.arrived_at)
Index(
    "calls_agent",
    calls.c.agent,
    calls.c.arrived_at,
    sqlite_where=calls.c.agent.is_not(None),
    postgresql_where=calls.c.agent.is_not(None),
)
Index(
    "calls_open",
    calls.c.arrived_at,
    sqlite_where=calls.c.ended_at.is_(None),
    postgresql_where=calls.c.ended_at.is_(None),
)

call_events = Table(
    "call_events",
    metadata,
    Column("call", String(ID), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("reasons", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Reasons of a call, those of one batch in one row, as compact JSON: [[at, code, ...], ...]."""

queue_visits = Table(
    "queue_visits",
    metadata,
    Column("call", String(ID), primary_key=True),
    Column("visit", Integer, primary_key=True, autoincrement=False),
    Column("queue", String(NAME), nullable=False),
    Column("joined_at", Double, nullable=False),
    Column("placement", Text, nullable=False),
    Column("left_at", Double),
    Column("outcome", String(NAME)),
    Column("wait", Double),
    sqlite_with_rowid=False,
)

offers = Table(
    "offers",
    metadata,
    Column("call", String(ID), primary_key=True),
    Column("offer", String(ID), primary_key=True),
    Column("agent", String(ID), nullable=False),
    Column("queue", String(NAME), nullable=False),
    Column("made_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("outcome", String(NAME)),
    Column("ring", Double),
    sqlite_with_rowid=False,
)
Index(
    "offers_open",
    offers.c.call,
    offers.c.offer,
    sqlite_where=offers.c.ended_at.is_(None),
    postgresql_where=offers.c.ended_at.is_(None),
)

recordings = Table(
    "recordings",
    metadata,
    Column("call", String(ID), primary_key=True),
    Column("offer", String(ID), primary_key=True),
    Column("file", String(TEXT), nullable=False),
    Column("began_at", Double),
    Column("ended_at", Double),
    Column("outcome", String(NAME)),
    Column("seconds", Double),
    Column("detail", String(TEXT)),
    sqlite_with_rowid=False,
)
"""Of each talk that was to be recorded: where, and what became of it. Without `ended_at` it is going
on, or ended while no engine was there to see it."""

agent_states = Table(
    "agent_states",
    metadata,
    Column("agent", String(ID), primary_key=True),
    Column("at", Double, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("state", String(NAME), nullable=False),
    Column("previous", String(NAME), nullable=False),
    Column("since", Double, nullable=False),
    Column("reason", String(TEXT)),
    Column("call", String(ID)),
    Column("by", String(TEXT)),
    Column("until", Double),
    sqlite_with_rowid=False,
)
"""Every change of state: `previous` lasted from `since` to `at`."""

agents_now = Table(
    "agents_now",
    metadata,
    Column("agent", String(ID), primary_key=True),
    Column("state", String(NAME), nullable=False),
    Column("since", Double, nullable=False),
    Column("reason", String(TEXT)),
    Column("until", Double),
    Column("logged_in_at", Double),
    Column("pending", String(NAME)),
    Column("pending_reason", String(TEXT)),
    Column("extend", Double),
    Column("extended", Boolean),
    sqlite_with_rowid=False,
)
"""The last state of each agent: what a restarted engine goes on from."""

agent_sessions = Table(
    "agent_sessions",
    metadata,
    Column("agent", String(ID), primary_key=True),
    Column("started_at", Double, primary_key=True),
    Column("started_by", String(TEXT)),
    Column("ended_at", Double),
    Column("ended_by", String(TEXT)),
    sqlite_with_rowid=False,
)

missed_calls = Table(
    "missed_calls",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("call", String(ID), nullable=False),
    Column("at", Double, nullable=False),
    Column("caller", String(NUMBER)),
    Column("dialled", String(NUMBER), nullable=False),
    Column("business", String(NAME)),
    Column("queue", String(NAME)),
    Column("wait", Double, nullable=False),
    Column("reason", String(NAME), nullable=False),
    Column("state", String(NAME), nullable=False),
    Column("closed_at", Double),
    Column("closed_why", String(TEXT)),
    Column("callback", String(ID)),
    Column("outcome", String(NAME)),
    UniqueConstraint("call"),
)
"""`callback` is who stands for it now, `outcome` how that came to its end."""
Index("missed_calls_at", missed_calls.c.at, missed_calls.c.id)
Index(
    "missed_calls_open",
    missed_calls.c.caller,
    sqlite_where=missed_calls.c.closed_at.is_(None),
    postgresql_where=missed_calls.c.closed_at.is_(None),
)

customers = Table(
    "customers",
    metadata,
    Column("number", String(NUMBER), primary_key=True),
    Column("name", String(TEXT)),
    Column("tier", String(NAME)),
    Column("order_agent", String(ID)),
    Column("order_at", Double),
    Column("call_agent", String(ID)),
    Column("call_at", Double),
    sqlite_with_rowid=False,
)
"""Who is known, or was ever answered. `order_*`: his last order; `call_*`: his last answered call."""
Index(
    "customers_tier",
    customers.c.tier,
    customers.c.number,
    sqlite_where=customers.c.tier.is_not(None),
    postgresql_where=customers.c.tier.is_not(None),
)

blacklist = Table(
    "blacklist",
    metadata,
    Column("number", String(NUMBER), primary_key=True),
    Column("reason", String(TEXT), nullable=False),
    Column("author", String(TEXT), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double),
    sqlite_with_rowid=False,
)
Index("blacklist_created", blacklist.c.created_at, blacklist.c.number)

tokens = Table(
    "tokens",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("name", String(TEXT), nullable=False),
    Column("role", String(NAME), nullable=False),
    Column("agent", String(ID)),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("revoked_at", Double),
    UniqueConstraint("secret_hash"),
)

routings = Table(
    "routings",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("revision", String(ID), nullable=False),
)
"""Which routing configuration ran from when on."""

journals = Table(
    "journals",
    metadata,
    Column("writer", BigInteger, primary_key=True, autoincrement=False),
    Column("last_seq", BigInteger, nullable=False),
)
"""How far each engine run has written: the same transaction that writes facts moves `last_seq`."""
