"""What the engine reads when it starts: calls not ended, agents, what was promised, and the directory of
numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.core.events import (
    Blacklisted,
    CallArrived,
    Customer,
    RestoredAgent,
    RestoredCall,
    RestoredOffer,
)
from acd.core.facts import MissedReason, VisitOutcome
from acd.core.offer import number_of
from acd.core.records import Reason
from acd.ports import DirectoryEntry, Restored
from acd.storage import promises
from acd.storage import tables as t
from acd.storage.codec import decode_placement, decode_reasons
from agents.model import AgentAct, AgentState

DAY = 86400.0


async def load_open(connection: AsyncConnection, since_day: float, surveyed_since: float) -> Restored:
    """See `Memory.load_open`."""
    promised = await load_promises(connection, surveyed_since)
    return replace(
        promised,
        agents=await _agents(connection, since_day),
        rings=await _other_rings(connection),
    )


async def load_promises(connection: AsyncConnection, surveyed_since: float) -> Restored:
    """See `Memory.load_promises`."""
    return Restored(
        agents=(),
        calls=await _open_calls(connection),
        callbacks=await promises.open_callbacks(connection),
        messages=await promises.kept_messages(connection),
        do_not_call=await promises.do_not_call(connection),
        surveyed=await promises.surveyed(connection, surveyed_since),
    )


async def _open_calls(connection: AsyncConnection) -> tuple[RestoredCall, ...]:
    """In the order of arrival. Five queries, whatever the number of calls.

    `IN (open calls)` rather than a join: SQLite would begin a join at the larger table."""
    calls, visits, offers, events = t.calls, t.queue_visits, t.offers, t.call_events
    is_open = calls.c.ended_at.is_(None)
    open_calls = select(calls.c.call).where(is_open)
    last_visits: dict[str, Row[*tuple[Any, ...]]] = {
        row.call: row
        for row in await connection.execute(
            select(visits.c.call, visits.c.placement, visits.c.left_at, visits.c.outcome)
            .where(visits.c.call.in_(open_calls))
            .order_by(visits.c.call, visits.c.visit)
        )
    }
    made: dict[str, int] = defaultdict(int)
    rings: dict[str, list[RestoredOffer]] = defaultdict(list)
    for row in await connection.execute(
        select(offers).where(offers.c.call.in_(open_calls)).order_by(offers.c.call, offers.c.made_at)
    ):
        made[row.call] = max(made[row.call], number_of(row.offer))
        if row.ended_at is None:
            rings[row.call].append(_restored_offer(row))
    missed = {
        row.call: MissedReason(row.reason)
        for row in await connection.execute(
            select(t.missed_calls.c.call, t.missed_calls.c.reason).where(
                t.missed_calls.c.call.in_(open_calls)
            )
        )
    }
    traces: dict[str, list[Reason]] = defaultdict(list)
    for row in await connection.execute(
        select(events.c.call, events.c.reasons)
        .where(events.c.call.in_(open_calls))
        .order_by(events.c.call, events.c.seq)
    ):
        traces[row.call].extend(decode_reasons(row.reasons))
    asked = await promises.unfinished_surveys(connection, open_calls)
    rows = await connection.execute(
        select(calls).where(is_open).order_by(calls.c.arrived_at, calls.c.call)
    )
    return tuple(
        replace(
            _restored_call(row, last_visits.get(row.call)),
            offers=made.get(row.call, 0),
            rings=tuple(rings.get(row.call, ())),
            missed=missed.get(row.call),
            trace=tuple(traces.get(row.call, ())),
            survey=asked.get(row.call),
        )
        for row in rows
    )


async def _other_rings(connection: AsyncConnection) -> tuple[RestoredOffer, ...]:
    """Offers without an end of no open call: an agent was asked for a callback, whose customer is no
    call before he picks up; or the call has ended, and what became of the offer was not seen."""
    offers = t.offers.c
    open_calls = select(t.calls.c.call).where(t.calls.c.ended_at.is_(None))
    rows = await connection.execute(
        select(t.offers)
        .where(offers.ended_at.is_(None), offers.call.not_in(open_calls))
        .order_by(offers.call, offers.offer)
    )
    return tuple(_restored_offer(row) for row in rows)


def _restored_offer(row: Row[Any]) -> RestoredOffer:
    return RestoredOffer(offer=row.offer, agent=row.agent, queue=row.queue, made_at=row.made_at)


def _restored_call(row: Row[Any], visit: Row[*tuple[Any, ...]] | None) -> RestoredCall:
    return RestoredCall(
        arrived=CallArrived(
            call=row.call,
            node=row.node,
            dialled=row.dialled,
            caller=row.caller,
            caller_name=row.caller_name,
        ),
        arrived_at=row.arrived_at,
        placement=None if visit is None else decode_placement(visit.placement),
        agent=row.agent,
        offer=row.offer,
        answered_at=row.answered_at,
        left=None if visit is None or visit.outcome is None else VisitOutcome(visit.outcome),
        left_at=None if visit is None else visit.left_at,
        callback=row.callback,
        queue=None if row.callback is None else row.queue,
    )


async def _agents(connection: AsyncConnection, since_day: float) -> tuple[RestoredAgent, ...]:
    calls = t.calls
    today = (
        select(calls.c.agent, func.count().label("answered"), func.sum(calls.c.talk).label("talk"))
        .where(
            calls.c.arrived_at >= since_day - DAY,  # narrows it by an index; nobody waits for a day
            calls.c.answered_at >= since_day,
        )
        .group_by(calls.c.agent)
    )
    counters = {row.agent: row for row in await connection.execute(today)}
    agents = []
    for row in await connection.execute(select(t.agents_now).order_by(t.agents_now.c.agent)):
        state = AgentState(row.state)
        counter = counters.get(row.agent)
        agents.append(
            RestoredAgent(
                agent=row.agent,
                state=state,
                since=row.since,
                logged_in_at=row.logged_in_at,
                pause_reason=row.reason if state is AgentState.PAUSED else None,
                wrap_up_until=row.until if state is AgentState.WRAP_UP else None,
                extend=row.extend,
                extended=bool(row.extended),
                pending=None if row.pending is None else AgentAct(row.pending),
                pending_reason=row.pending_reason,
                calls_today=0 if counter is None else counter.answered,
                talk_today=0.0 if counter is None else counter.talk or 0.0,
            )
        )
    return tuple(agents)


async def load_directory(
    connection: AsyncConnection,
) -> tuple[Sequence[Customer], Sequence[tuple[str, DirectoryEntry]]]:
    """See `Memory.load_directory`; read in parts, so that the event loop goes on meanwhile."""
    customers: list[Customer] = []
    async with connection.stream(select(t.customers)) as rows:
        async for part in rows.partitions(1000):
            customers.extend(customer_of(row) for row in part)
    entries: list[tuple[str, DirectoryEntry]] = []
    async with connection.stream(select(t.blacklist)) as rows:
        async for part in rows.partitions(1000):
            entries.extend((row.number, _directory_entry(row)) for row in part)
    return customers, entries


def customer_of(row: Row[Any]) -> Customer:
    """A customer with his last agent: by his last order where one is known, else by his last
    answered call (call-flow.md, 1.5)."""
    by, agent, at = None, None, None
    if row.order_agent is not None:
        by, agent, at = "order", row.order_agent, row.order_at
    elif row.call_agent is not None:
        by, agent, at = "call", row.call_agent, row.call_at
    return Customer(
        number=row.number,
        name=row.name,
        tier=row.tier,
        last_agent=agent,
        last_agent_at=at,
        last_agent_by=by,
    )


def _directory_entry(row: Row[Any]) -> DirectoryEntry:
    return DirectoryEntry(
        blacklisted=Blacklisted(reason=row.reason, author=row.author), expires_at=row.expires_at
    )
