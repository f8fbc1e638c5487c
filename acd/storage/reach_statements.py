"""What the journal and the commits write of callbacks, messages, surveys, waits and flows."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Update, bindparam, update
from sqlalchemy.sql.dml import Insert

from acd.storage import tables as t
from acd.storage.changes import names, update_where, upsert
from acd.storage.steps import Step

PROMISE = (
    "callback",
    "number",
    "business",
    "queue",
    "dialled",
    "source",
    "created_at",
    "due_at",
    "call",
    "agent",
    "message",
    "attempts",
    "note",
    "promise",
)


def _flow_left() -> Update:
    """The visit that began last before the leaving."""
    visits = t.flow_visits
    return (
        update(visits)
        .ordered_values(
            (visits.c.left_at, bindparam("new_left_at", type_=visits.c.left_at.type)),
            (visits.c.exit, bindparam("new_exit", type_=visits.c.exit.type)),
            (visits.c.collected, bindparam("new_collected", type_=visits.c.collected.type)),
        )
        .where(
            visits.c.call == bindparam("key_call", type_=visits.c.call.type),
            visits.c.flow == bindparam("key_flow", type_=visits.c.flow.type),
            visits.c.seq < bindparam("key_seq", type_=visits.c.seq.type),
            visits.c.left_at.is_(None),
        )
    )


def _missed_called_back() -> Update:
    """A missed call ends as the callback that stands for it, unless somebody closed it before."""
    missed = t.missed_calls
    changes = ("state", "closed_at", "closed_why", "outcome", "callback")
    return (
        update(missed)
        .ordered_values(
            *((missed.c[name], bindparam(f"new_{name}", type_=missed.c[name].type)) for name in changes)
        )
        .where(
            missed.c.call == bindparam("key_call", type_=missed.c.call.type),
            missed.c.closed_at.is_(None),
        )
    )


def _missed_corrected() -> Update:
    """A missed call that was taken for reached by its callback was not; what people closed stays so."""
    missed = t.missed_calls
    changes = ("closed_why", "outcome")
    return (
        update(missed)
        .ordered_values(
            *((missed.c[name], bindparam(f"new_{name}", type_=missed.c[name].type)) for name in changes)
        )
        .where(
            missed.c.callback == bindparam("key_callback", type_=missed.c.callback.type),
            missed.c.call == bindparam("key_call", type_=missed.c.call.type),
            missed.c.outcome.is_not(None),
        )
    )


def plan(dialect: str) -> Mapping[Step, Insert | Update]:
    """By step. An attempt and its callback may be there before the journal comes to the callback."""
    return {
        Step.CALLBACK_OPENED: upsert(
            dialect,
            t.callbacks,
            PROMISE,
            fill=("number", "business", "dialled", "call", "agent", "message", "note", "promise"),
        ),
        Step.CALLBACK_CHANGED: upsert(
            dialect,
            t.callbacks,
            (*PROMISE, "why"),
            replace=("queue", "due_at", "attempts", "agent", "message", "note", "promise", "why"),
        ),
        Step.CALLBACK_MOVED: update_where(
            t.callbacks, ["callback"], replace=("due_at", "attempts", "why")
        ),
        Step.ATTEMPT_MADE: upsert(
            dialect,
            t.callback_attempts,
            ["attempt", "callback", "number_of", "number", "agent", "made_at"],
            keep=("number_of", "number", "agent", "made_at"),
        ),
        Step.ATTEMPT_ENDED: upsert(
            dialect,
            t.callback_attempts,
            ["attempt", "callback", "agent", "ended_at", "outcome", "ring"],
            replace=("ended_at", "outcome", "ring"),
            keep=("agent",),
        ),
        Step.CALLBACK_CLOSED: upsert(
            dialect,
            t.callbacks,
            [
                *("callback", "business", "queue", "source", "created_at", "call", "attempts"),
                *("closed_at", "outcome", "reached_by", "closed_by", "closed_reason"),
            ],
            replace=("attempts", "closed_at", "outcome", "reached_by", "closed_by", "closed_reason"),
        ),
        Step.MISSED_CALLBACK: update_where(t.missed_calls, ["call"], replace=("callback",)),
        Step.MISSED_CALLED_BACK: _missed_called_back(),
        Step.MISSED_CORRECTED: _missed_corrected(),
        Step.MESSAGE_LEFT: upsert(dialect, t.messages, names(t.messages, "changed_at", "deleted_at")),
        Step.MESSAGE_CHANGED: update_where(
            t.messages, ["message"], replace=("state", "box", "agent", "changed_at")
        ),
        Step.MESSAGE_CHANGES: upsert(dialect, t.message_changes, names(t.message_changes)),
        Step.MESSAGE_DELETED: update_where(t.messages, ["message"], replace=("deleted_at",)),
        Step.MESSAGE_NOT_LEFT: upsert(dialect, t.messages_not_left, names(t.messages_not_left)),
        Step.TAPE_MADE: upsert(dialect, t.tapes, names(t.tapes, "deleted_at")),
        Step.TAPE_HEARD: upsert(dialect, t.tape_listenings, names(t.tape_listenings)),
        Step.TAPE_DELETED: update_where(t.tapes, ["file"], replace=("deleted_at",)),
        Step.SURVEY: upsert(
            dialect,
            t.surveys,
            names(t.surveys),
            replace=("satisfaction", "solved", "remark", "outcome"),
        ),
        Step.WAIT_ANNOUNCED: upsert(
            dialect,
            t.wait_announcements,
            ["call", "at", "queue", "position", "estimate"],
            keep=("position", "estimate"),
        ),
        Step.WAIT_MEASURED: upsert(
            dialect,
            t.wait_announcements,
            ["call", "at", "queue", "estimate", "actual", "measured_at"],
            replace=("actual", "measured_at"),
        ),
        Step.FLOW_ENTERED: upsert(
            dialect, t.flow_visits, ["call", "seq", "flow", "purpose", "entered_at"]
        ),
        Step.FLOW_LEFT: _flow_left(),
    }
