"""What reaches callers before and after an agent does: callbacks, messages, surveys, flows, waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _calls()
    _callbacks()
    _messages()
    _answers()
    _flows()


def _calls() -> None:
    op.add_column("calls", sa.Column("direction", sa.String(length=100), nullable=True))
    op.add_column("calls", sa.Column("callback", sa.String(length=200), nullable=True))
    op.add_column("missed_calls", sa.Column("callback", sa.String(length=200), nullable=True))
    op.add_column("missed_calls", sa.Column("outcome", sa.String(length=100), nullable=True))
    op.create_index(
        "offers_open",
        "offers",
        ["call", "offer"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _callbacks() -> None:
    op.create_table(
        "callbacks",
        sa.Column("callback", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=True),
        sa.Column("business", sa.String(length=100), nullable=True),
        sa.Column("queue", sa.String(length=100), nullable=False),
        sa.Column("dialled", sa.String(length=64), nullable=True),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("call", sa.String(length=200), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("message", sa.String(length=200), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("promise", sa.Text(), nullable=True),
        sa.Column("why", sa.String(length=500), nullable=True),
        sa.Column("closed_at", sa.Double(), nullable=True),
        sa.Column("outcome", sa.String(length=100), nullable=True),
        sa.Column("reached_by", sa.String(length=200), nullable=True),
        sa.Column("closed_by", sa.String(length=500), nullable=True),
        sa.Column("closed_reason", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("callback", name=op.f("callbacks_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index("callbacks_created", "callbacks", ["created_at", "callback"], unique=False)
    op.create_index("callbacks_number", "callbacks", ["number", "created_at"], unique=False)
    op.create_index(
        "callbacks_open",
        "callbacks",
        ["created_at", "callback"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "callback_attempts",
        sa.Column("attempt", sa.String(length=200), nullable=False),
        sa.Column("callback", sa.String(length=200), nullable=False),
        sa.Column("number_of", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=64), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("made_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("outcome", sa.String(length=100), nullable=True),
        sa.Column("ring", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("attempt", name=op.f("callback_attempts_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "callback_attempts_callback", "callback_attempts", ["callback", "number_of"], unique=False
    )
    op.create_table(
        "do_not_call",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("author", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("do_not_call_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index("do_not_call_created", "do_not_call", ["created_at", "number"], unique=False)


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("message", sa.String(length=200), nullable=False),
        sa.Column("call", sa.String(length=200), nullable=False),
        sa.Column("box", sa.String(length=100), nullable=False),
        sa.Column("caller", sa.String(length=64), nullable=True),
        sa.Column("business", sa.String(length=100), nullable=True),
        sa.Column("queue", sa.String(length=100), nullable=True),
        sa.Column("language", sa.String(length=100), nullable=False),
        sa.Column("left_at", sa.Double(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("file", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=100), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("changed_at", sa.Double(), nullable=True),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("message", name=op.f("messages_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "messages_kept",
        "messages",
        ["left_at", "message"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "message_changes",
        sa.Column("message", sa.String(length=200), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("act", sa.String(length=100), nullable=False),
        sa.Column("by", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=100), nullable=False),
        sa.Column("box", sa.String(length=100), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("message", "seq", name=op.f("message_changes_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "messages_not_left",
        sa.Column("call", sa.String(length=200), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("box", sa.String(length=100), nullable=False),
        sa.Column("why", sa.String(length=100), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("call", "at", name=op.f("messages_not_left_pk")),
        sqlite_with_rowid=False,
    )


def _answers() -> None:
    op.create_table(
        "surveys",
        sa.Column("call", sa.String(length=200), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("caller", sa.String(length=64), nullable=True),
        sa.Column("business", sa.String(length=100), nullable=True),
        sa.Column("queue", sa.String(length=100), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("remark", sa.String(length=500), nullable=True),
        sa.Column("outcome", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("call", name=op.f("surveys_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tapes",
        sa.Column("file", sa.String(length=500), nullable=False),
        sa.Column("call", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("flow", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("file", name=op.f("tapes_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "tapes_kept",
        "tapes",
        ["made_at", "file"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "tape_listenings",
        sa.Column("file", sa.String(length=500), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("call", sa.String(length=200), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("file", "seq", name=op.f("tape_listenings_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index("surveys_at", "surveys", ["at", "call"], unique=False)


def _flows() -> None:
    op.create_table(
        "wait_announcements",
        sa.Column("call", sa.String(length=200), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("queue", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("estimate", sa.Double(), nullable=True),
        sa.Column("actual", sa.Double(), nullable=True),
        sa.Column("measured_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("call", "at", name=op.f("wait_announcements_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index("wait_announcements_at", "wait_announcements", ["at"], unique=False)
    op.create_table(
        "flow_visits",
        sa.Column("call", sa.String(length=200), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("flow", sa.String(length=100), nullable=False),
        sa.Column("purpose", sa.String(length=100), nullable=False),
        sa.Column("entered_at", sa.Double(), nullable=False),
        sa.Column("left_at", sa.Double(), nullable=True),
        sa.Column("exit", sa.String(length=500), nullable=True),
        sa.Column("collected", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("call", "seq", name=op.f("flow_visits_pk")),
        sqlite_with_rowid=False,
    )
