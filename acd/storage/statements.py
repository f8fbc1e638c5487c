"""What the journal writes, as SQL text for a driver's `executemany`.

Built with SQLAlchemy Core and compiled once for each database: going through its execution layer
costs two to three times the CPU of the insertion itself. `columns` says in which order the values of
a row stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy import Column, Dialect, Table, Update, bindparam, func, literal_column, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from acd.storage import tables


class Step(IntEnum):
    """The statements of a batch, in the order in which they run: rows before what changes them."""

    CALL_ENTERED = 0
    CALL_PROGRESS = 1
    CALL_ENDED = 2
    VISIT_JOINED = 3
    VISIT_LEFT = 4
    OFFER_MADE = 5
    OFFER_ENDED = 6
    EVENTS = 7
    AGENT_STATES = 8
    SESSION_STARTED = 9
    SESSION_ENDED = 10
    AGENT_SESSION = 11
    AGENT_NOW = 12
    MISSED = 13
    MISSED_ANSWERED = 14
    SERVED = 15
    ROUTING = 16
    RECORDING_BEGAN = 17
    RECORDING_ENDED = 18
    AGENT_PENDING = 19
    WRITTEN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """SQL text and the names of its values in their order."""

    sql: str
    columns: tuple[str, ...]


_PROGRESS = ("queue", "language", "agent", "offer", "answered_at", "within_service_level", "wait")
_END = ("ended_at", "outcome", "queue", "agent", "wait", "talk", "short")


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def _upsert(
    dialect: str,
    table: Table,
    columns: Sequence[str],
    *,
    replace: Sequence[str] = (),
    keep: Sequence[str] = (),
) -> Insert:
    """Insert; of a row that is there, `replace` what is named, and of `keep` only what is given now."""
    insert = _insert(dialect, table).values({name: bindparam(name) for name in columns}).inline()
    changes: dict[str, object] = {name: insert.excluded[name] for name in replace}
    changes |= {name: func.coalesce(insert.excluded[name], table.c[name]) for name in keep}
    if not changes:
        return insert.on_conflict_do_nothing()
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=changes)


def _names(table: Table, *without: str) -> list[str]:
    return [column.name for column in table.columns if column.name not in without]


def _update(
    table: Table, key: Sequence[str], *, replace: Sequence[str] = (), keep: Sequence[str] = ()
) -> Update:
    changes: list[tuple[Column[object], object]] = [
        (table.c[name], bindparam(f"new_{name}", type_=table.c[name].type)) for name in replace
    ]
    changes += [
        (table.c[name], func.coalesce(bindparam(f"new_{name}", type_=table.c[name].type), table.c[name]))
        for name in keep
    ]
    statement = update(table).ordered_values(*changes)
    for name in key:
        statement = statement.where(table.c[name] == bindparam(f"key_{name}", type_=table.c[name].type))
    return statement


def _missed_answered() -> Update:
    missed = tables.missed_calls
    return (
        update(missed)
        .ordered_values(
            (missed.c.state, bindparam("new_state", type_=missed.c.state.type)),
            (missed.c.closed_at, bindparam("new_closed_at", type_=missed.c.closed_at.type)),
            (missed.c.closed_why, bindparam("new_closed_why", type_=missed.c.closed_why.type)),
        )
        .where(
            missed.c.caller == bindparam("key_caller", type_=missed.c.caller.type),
            missed.c.closed_at.is_(None),
            func.coalesce(missed.c.business, literal_column("''"))
            == bindparam("key_business", type_=missed.c.business.type),
            missed.c.at <= bindparam("key_at", type_=missed.c.at.type),
        )
    )


def _plan(dialect: str) -> Mapping[Step, Insert | Update]:
    t = tables
    return {
        Step.CALL_ENTERED: _upsert(
            dialect,
            t.calls,
            _names(t.calls),
            keep=tuple(dict.fromkeys((*_PROGRESS, *_END))),
        ),
        Step.CALL_PROGRESS: _update(t.calls, ["call"], keep=_PROGRESS),
        Step.CALL_ENDED: _update(t.calls, ["call"], replace=_END),
        Step.VISIT_JOINED: _upsert(
            dialect,
            t.queue_visits,
            _names(t.queue_visits),
            replace=("queue", "joined_at", "placement", "left_at", "outcome", "wait"),
        ),
        Step.VISIT_LEFT: _update(
            t.queue_visits, ["call", "visit"], replace=("left_at", "outcome", "wait")
        ),
        Step.OFFER_MADE: _upsert(dialect, t.offers, _names(t.offers)),
        Step.OFFER_ENDED: _update(t.offers, ["call", "offer"], replace=("ended_at", "outcome", "ring")),
        Step.EVENTS: _upsert(dialect, t.call_events, _names(t.call_events)),
        Step.AGENT_STATES: _upsert(dialect, t.agent_states, _names(t.agent_states)),
        Step.SESSION_STARTED: _upsert(dialect, t.agent_sessions, ["agent", "started_at", "started_by"]),
        Step.SESSION_ENDED: _upsert(
            dialect,
            t.agent_sessions,
            ["agent", "started_at", "ended_at", "ended_by"],
            replace=("ended_at", "ended_by"),
        ),
        Step.AGENT_SESSION: _upsert(
            dialect,
            t.agents_now,
            ["agent", "state", "since", "logged_in_at"],
            replace=("logged_in_at",),
        ),
        Step.AGENT_NOW: _upsert(
            dialect,
            t.agents_now,
            ["agent", "state", "since", "reason", "until", "extend", "extended"],
            replace=("state", "since", "reason", "until", "extend", "extended"),
        ),
        Step.AGENT_PENDING: _upsert(
            dialect,
            t.agents_now,
            ["agent", "state", "since", "pending", "pending_reason"],
            replace=("pending", "pending_reason"),
        ),
        Step.MISSED: _upsert(
            dialect,
            t.missed_calls,
            ["call", "at", "caller", "dialled", "business", "queue", "wait", "reason", "state"],
        ),
        Step.MISSED_ANSWERED: _missed_answered(),
        Step.SERVED: _upsert(
            dialect,
            t.customers,
            ["number", "call_agent", "call_at"],
            replace=("call_agent", "call_at"),
        ),
        Step.ROUTING: _upsert(dialect, t.routings, _names(t.routings)),
        Step.RECORDING_BEGAN: _upsert(dialect, t.recordings, ["call", "offer", "file", "began_at"]),
        Step.RECORDING_ENDED: _upsert(
            dialect,
            t.recordings,
            ["call", "offer", "file", "ended_at", "outcome", "seconds", "detail"],
            replace=("ended_at", "outcome", "seconds", "detail"),
        ),
        Step.WRITTEN: _upsert(dialect, t.journals, _names(t.journals), replace=("last_seq",)),
    }


def compile_statements(dialect: Dialect) -> Mapping[Step, Statement]:
    """The text of every step for this database (`engine.dialect`)."""
    compiled = {}
    for step, statement in _plan(dialect.name).items():
        text = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        names = text.positiontup or ()
        compiled[step] = Statement(
            sql=str(text),
            columns=tuple(name.removeprefix("new_").removeprefix("key_") for name in names),
        )
    return compiled
