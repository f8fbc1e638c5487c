"""What the journal writes, as SQL text for a driver's `executemany`.

Built with SQLAlchemy Core and compiled once for each database: going through its execution layer
costs two to three times the CPU of the insertion itself. `columns` says in which order the values of
a row stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Update,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    update,
)
from sqlalchemy.sql.dml import Insert

from acd.storage import tables
from acd.storage.changes import names, update_where, upsert
from acd.storage.reach_statements import plan as reach_plan
from acd.storage.steps import Step as Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """SQL text and the names of its values in their order."""

    sql: str
    columns: tuple[str, ...]


_PROGRESS = ("queue", "language", "agent", "offer", "answered_at", "within_service_level", "wait")
_END = ("ended_at", "outcome", "queue", "agent", "wait", "talk", "short")


def _missed_answered() -> Update:
    """A caller is talked with: what he had missed is done, unless a callback stands for it, which has
    its own end. It was his own call unless that call is an attempt's."""
    missed, attempts = tables.missed_calls, tables.callback_attempts

    def either(name: str, call: str) -> ColumnElement[str]:
        """Each with a parameter of its own for the call: only one of the databases would share it."""
        is_it = attempts.c.attempt == bindparam(f"key_{call}", type_=attempts.c.attempt.type)
        by_callback = bindparam(f"new_{name}_by_callback", type_=missed.c[name].type)
        own = bindparam(f"new_{name}", type_=missed.c[name].type)
        return case((exists().where(is_it), by_callback), else_=own)

    return (
        update(missed)
        .ordered_values(
            (missed.c.state, bindparam("new_state", type_=missed.c.state.type)),
            (missed.c.closed_at, bindparam("new_closed_at", type_=missed.c.closed_at.type)),
            (missed.c.closed_why, either("closed_why", "call")),
            (missed.c.outcome, either("outcome", "of_call")),
        )
        .where(
            missed.c.caller == bindparam("key_caller", type_=missed.c.caller.type),
            missed.c.closed_at.is_(None),
            missed.c.callback.is_(None),
            func.coalesce(missed.c.business, literal_column("''"))
            == bindparam("key_business", type_=missed.c.business.type),
            missed.c.at <= bindparam("key_at", type_=missed.c.at.type),
        )
    )


def _plan(dialect: str) -> Mapping[Step, Insert | Update]:
    t = tables
    return {
        Step.CALL_ENTERED: upsert(
            dialect,
            t.calls,
            names(t.calls),
            keep=tuple(dict.fromkeys((*_PROGRESS, *_END))),
        ),
        Step.CALL_PROGRESS: update_where(t.calls, ["call"], keep=_PROGRESS),
        Step.CALL_ENDED: update_where(t.calls, ["call"], replace=_END),
        Step.VISIT_JOINED: upsert(
            dialect,
            t.queue_visits,
            names(t.queue_visits),
            replace=("queue", "joined_at", "placement", "left_at", "outcome", "wait"),
        ),
        Step.VISIT_LEFT: update_where(
            t.queue_visits, ["call", "visit"], replace=("left_at", "outcome", "wait")
        ),
        Step.OFFER_MADE: upsert(dialect, t.offers, names(t.offers)),
        Step.OFFER_ENDED: update_where(
            t.offers, ["call", "offer"], replace=("ended_at", "outcome", "ring")
        ),
        Step.EVENTS: upsert(dialect, t.call_events, names(t.call_events)),
        Step.AGENT_STATES: upsert(dialect, t.agent_states, names(t.agent_states)),
        Step.SESSION_STARTED: upsert(dialect, t.agent_sessions, ["agent", "started_at", "started_by"]),
        Step.SESSION_ENDED: upsert(
            dialect,
            t.agent_sessions,
            ["agent", "started_at", "ended_at", "ended_by"],
            replace=("ended_at", "ended_by"),
        ),
        Step.AGENT_SESSION: upsert(
            dialect,
            t.agents_now,
            ["agent", "state", "since", "logged_in_at"],
            replace=("logged_in_at",),
        ),
        Step.AGENT_NOW: upsert(
            dialect,
            t.agents_now,
            ["agent", "state", "since", "reason", "until", "extend", "extended"],
            replace=("state", "since", "reason", "until", "extend", "extended"),
        ),
        Step.AGENT_PENDING: upsert(
            dialect,
            t.agents_now,
            ["agent", "state", "since", "pending", "pending_reason"],
            replace=("pending", "pending_reason"),
        ),
        Step.MISSED: upsert(
            dialect,
            t.missed_calls,
            ["call", "at", "caller", "dialled", "business", "queue", "wait", "reason", "state"],
        ),
        Step.MISSED_ANSWERED: _missed_answered(),
        Step.SERVED: upsert(
            dialect,
            t.customers,
            ["number", "call_agent", "call_at"],
            replace=("call_agent", "call_at"),
        ),
        Step.ROUTING: upsert(dialect, t.routings, names(t.routings)),
        Step.RECORDING_BEGAN: upsert(dialect, t.recordings, ["call", "offer", "file", "began_at"]),
        Step.RECORDING_ENDED: upsert(
            dialect,
            t.recordings,
            ["call", "offer", "file", "ended_at", "outcome", "seconds", "detail"],
            replace=("ended_at", "outcome", "seconds", "detail"),
        ),
        **reach_plan(dialect),
        Step.WRITTEN: upsert(dialect, t.journals, names(t.journals), replace=("last_seq",)),
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
