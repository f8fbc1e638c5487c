"""What recent calls teach a new engine of how long callers wait, see `acd.core.past`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Row, Select, case, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.core.facts import CallOutcome, OfferOutcome
from acd.core.past import PastCall
from acd.storage import tables as t
from agents.model import AgentState

MOST: Final = 1000
"""So many calls are looked at. Of a queue 300 count, see `acd.core.rates`; a queue that is called seldom
begins with fewer."""

LONGEST: Final = 4 * 3600.0
"""Talks of more seconds are left out: their ends were seen late, by an engine that had been away."""

_NOT_WASTED = (None, OfferOutcome.ANSWERED, OfferOutcome.CALLER_GONE, OfferOutcome.TAKEN)
_ON_A_CALL = (AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING, AgentState.WRAP_UP)


async def past_calls(connection: AsyncConnection, since: float, until: float) -> tuple[PastCall, ...]:
    """The last calls that came from `since` on and were over by `until` (UTC seconds), in their order.
    One query."""
    rows = (await connection.execute(_last_calls(since, until))).all()
    calls = groupby(reversed(rows), key=lambda row: row.call)
    return tuple(_past_call(list(of_call)) for _, of_call in calls)


def _last_calls(since: float, until: float) -> Select[Any]:
    """A row for each offer of a call, one for a call without. When the agent who answered was free is
    looked up by his key, call by call."""
    calls, offers, states = t.calls.c, t.offers.c, t.agent_states.c
    last = (
        select(
            calls.call,
            calls.arrived_at,
            calls.queue,
            calls.agent,
            calls.offer,
            calls.answered_at,
            calls.outcome,
            calls.wait,
            calls.callback,
        )
        .where(
            calls.arrived_at >= since,
            calls.arrived_at < until,
            calls.ended_at < until,
            calls.queue.is_not(None),
        )
        .order_by(calls.arrived_at.desc(), calls.call.desc())
        .limit(MOST)
        .subquery()
    )
    free_at = (
        select(states.at)
        .where(
            states.agent == last.c.agent,
            states.at >= last.c.answered_at,
            states.state.not_in(_ON_A_CALL),
        )
        .order_by(states.at)
        .limit(1)
        .scalar_subquery()
    )
    answered_by = offers.offer == last.c.offer
    return (
        select(
            last,
            offers.queue.label("rung_for"),
            offers.outcome.label("came_of_it"),
            offers.ring,
            case((answered_by, free_at), else_=null()).label("free_at"),
        )
        .join_from(last, t.offers, offers.call == last.c.call, isouter=True)
        .order_by(last.c.arrived_at.desc(), last.c.call.desc(), offers.made_at.desc())
    )


def _past_call(rows: Sequence[Row[Any]]) -> PastCall:
    call = rows[0]
    gave_up = call.outcome == CallOutcome.ABANDONED
    waited = call.callback is None and (gave_up or call.answered_at is not None)
    return PastCall(
        queue=call.queue,
        wait=call.wait if waited else None,
        gave_up=gave_up,
        handled=next(filter(None, map(_handled, rows)), None),
        wasted=tuple(_wasted(rows)),
    )


def _handled(row: Row[Any]) -> float | None:
    if row.free_at is None:
        return None
    seconds: float = row.free_at - row.answered_at + (row.ring or 0.0)
    return seconds if seconds <= LONGEST else None


def _wasted(rows: Iterable[Row[Any]]) -> Iterable[tuple[str, float]]:
    for row in rows:
        if row.came_of_it not in _NOT_WASTED and row.ring:
            yield row.rung_for, row.ring
