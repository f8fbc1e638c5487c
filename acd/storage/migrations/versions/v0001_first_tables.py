"""The first tables: calls and what belongs to them, agents, missed calls, directory, tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _calls()
    _agents()
    _directory()
    _bookkeeping()


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("call", sa.String(length=200), nullable=False),
        sa.Column("node", sa.String(length=200), nullable=False),
        sa.Column("dialled", sa.String(length=64), nullable=False),
        sa.Column("caller", sa.String(length=64), nullable=True),
        sa.Column("caller_name", sa.String(length=500), nullable=True),
        sa.Column("customer_tier", sa.String(length=100), nullable=True),
        sa.Column("business", sa.String(length=100), nullable=True),
        sa.Column("campaign", sa.String(length=100), nullable=True),
        sa.Column("language", sa.String(length=100), nullable=False),
        sa.Column("arrived_at", sa.Double(), nullable=False),
        sa.Column("queue", sa.String(length=100), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("offer", sa.String(length=200), nullable=True),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.Column("within_service_level", sa.Boolean(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("outcome", sa.String(length=100), nullable=True),
        sa.Column("wait", sa.Double(), nullable=True),
        sa.Column("talk", sa.Double(), nullable=True),
        sa.Column("short", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("call", name=op.f("calls_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "calls_agent",
        "calls",
        ["agent", "arrived_at"],
        unique=False,
        sqlite_where=sa.text("agent IS NOT NULL"),
        postgresql_where=sa.text("agent IS NOT NULL"),
    )
    op.create_index("calls_arrived", "calls", ["arrived_at", "call"], unique=False)
    op.create_index("calls_caller", "calls", ["caller", "arrived_at"], unique=False)
    op.create_index(
        "calls_open",
        "calls",
        ["arrived_at"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "call_events",
        sa.Column("call", sa.String(length=200), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("call", "seq", name=op.f("call_events_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "queue_visits",
        sa.Column("call", sa.String(length=200), nullable=False),
        sa.Column("visit", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("queue", sa.String(length=100), nullable=False),
        sa.Column("joined_at", sa.Double(), nullable=False),
        sa.Column("placement", sa.Text(), nullable=False),
        sa.Column("left_at", sa.Double(), nullable=True),
        sa.Column("outcome", sa.String(length=100), nullable=True),
        sa.Column("wait", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("call", "visit", name=op.f("queue_visits_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "offers",
        sa.Column("call", sa.String(length=200), nullable=False),
        sa.Column("offer", sa.String(length=200), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("queue", sa.String(length=100), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("outcome", sa.String(length=100), nullable=True),
        sa.Column("ring", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("call", "offer", name=op.f("offers_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "missed_calls",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("call", sa.String(length=200), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("caller", sa.String(length=64), nullable=True),
        sa.Column("dialled", sa.String(length=64), nullable=False),
        sa.Column("business", sa.String(length=100), nullable=True),
        sa.Column("queue", sa.String(length=100), nullable=True),
        sa.Column("wait", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=100), nullable=False),
        sa.Column("closed_at", sa.Double(), nullable=True),
        sa.Column("closed_why", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("missed_calls_pk")),
        sa.UniqueConstraint("call", name=op.f("missed_calls_call_key")),
    )
    op.create_index("missed_calls_at", "missed_calls", ["at", "id"], unique=False)
    op.create_index(
        "missed_calls_open",
        "missed_calls",
        ["caller"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _agents() -> None:
    op.create_table(
        "agent_sessions",
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("started_by", sa.String(length=500), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("ended_by", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("agent", "started_at", name=op.f("agent_sessions_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "agent_states",
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=100), nullable=False),
        sa.Column("previous", sa.String(length=100), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("call", sa.String(length=200), nullable=True),
        sa.Column("by", sa.String(length=500), nullable=True),
        sa.Column("until", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("agent", "at", "seq", name=op.f("agent_states_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "agents_now",
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=100), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("until", sa.Double(), nullable=True),
        sa.Column("logged_in_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("agent", name=op.f("agents_now_pk")),
        sqlite_with_rowid=False,
    )


def _directory() -> None:
    op.create_table(
        "customers",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=True),
        sa.Column("tier", sa.String(length=100), nullable=True),
        sa.Column("order_agent", sa.String(length=200), nullable=True),
        sa.Column("order_at", sa.Double(), nullable=True),
        sa.Column("call_agent", sa.String(length=200), nullable=True),
        sa.Column("call_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("customers_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "customers_tier",
        "customers",
        ["tier", "number"],
        unique=False,
        sqlite_where=sa.text("tier IS NOT NULL"),
        postgresql_where=sa.text("tier IS NOT NULL"),
    )
    op.create_table(
        "blacklist",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("author", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("blacklist_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index("blacklist_created", "blacklist", ["created_at", "number"], unique=False)


def _bookkeeping() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("role", sa.String(length=100), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("revoked_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("tokens_pk")),
        sa.UniqueConstraint("secret_hash", name=op.f("tokens_secret_hash_key")),
    )
    op.create_table(
        "routings",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("revision", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("routings_pk")),
    )
    op.create_table(
        "journals",
        sa.Column("writer", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("writer", name=op.f("journals_pk")),
    )
