"""Looking at the running core: builds the views. Scans where it must; never on the path of a call."""

from __future__ import annotations

from itertools import islice

from acd.core.call import Call, QueueDesk
from acd.core.calls_table import CallState
from acd.core.considered import near_misses
from acd.core.floor import Floor
from acd.core.requirement import Requirement
from acd.core.views import AgentView, CallView, QueueView, WhyView
from agents.model import AgentState
from agents.roster import Agent

CANDIDATES = 100
"""So many agents are listed in the answer to why a call waits."""

_IN_QUEUE = (CallState.WAITING, CallState.OFFERED, CallState.CONNECTING)
_RINGING = (CallState.OFFERED, CallState.CONNECTING)


def agent(seen: Agent) -> AgentView:
    """An agent now."""
    status = seen.status
    return AgentView(
        agent=seen.id,
        name=seen.profile.name,
        state=status.state,
        since=status.since,
        until=status.until,
        reason=status.reason,
        pending=status.pending.value if status.pending is not None else None,
        phone=status.phone,
        call=seen.call,
        skills=dict(seen.profile.skills),
        groups=tuple(sorted(seen.profile.groups)),
        logged_in_at=status.logged_in_at,
        calls_today=seen.calls_today,
        talk_today=seen.talk_today,
    )


def in_order(desk: QueueDesk) -> list[Call]:
    """The calls that wait in a queue, in the order of their keys."""
    waiting = [
        (c.ticket.key, c) for c in desk.calls.values() if c.state is CallState.WAITING and c.ticket
    ]
    return [call for _, call in sorted(waiting, key=lambda each: each[0])]


def calls(floor: Floor, queue: str | None = None) -> list[CallView]:
    """All calls, or those that stand in (or were answered from) one queue, in order of arrival."""
    positions: dict[str, int] = {}
    for name, desk in floor.desks.items():
        if queue is None or name == queue:
            positions.update((each.id, n) for n, each in enumerate(in_order(desk), 1))
    chosen = [each for each in floor.calls.values() if queue is None or each.queue == queue]
    chosen.sort(key=lambda each: each.arrived_at)
    return [_call(each, positions.get(each.id)) for each in chosen]


def call(seen: Call) -> CallView:
    """A call now."""
    return _call(seen, _position(seen))


def queues(floor: Floor) -> list[QueueView]:
    """Every queue, in the order of the file."""
    talking: dict[str | None, int] = {}
    for each in floor.calls.values():
        if each.state is CallState.TALKING:
            talking[each.queue] = talking.get(each.queue, 0) + 1
    return [_queue(floor, desk, talking.get(name, 0)) for name, desk in floor.desks.items()]


def why(floor: Floor, seen: Call) -> WhyView:
    """Why a call stands where it stands."""
    position = _position(seen)
    rows: list[tuple[str, str]] = []
    if seen.state in _IN_QUEUE:
        could = floor.matching.members(seen.queue or "", seen.reach)
        rows = [(each.id, _ruled_out(floor, seen, each)) for each in islice(could, CANDIDATES)]
        rows += near_misses(floor, seen.reach)[: CANDIDATES - len(rows)]
    return WhyView(
        call=_call(seen, position),
        trace=tuple(seen.trace),
        candidates=tuple(rows),
        ahead=position - 1 if position else 0,
    )


def _position(seen: Call) -> int | None:
    """From 1, among the calls that wait in the same queue."""
    if seen.state is not CallState.WAITING or seen.desk is None or seen.ticket is None:
        return None
    key = seen.ticket.key
    return 1 + sum(
        1
        for other in seen.desk.calls.values()
        if other.state is CallState.WAITING and other.ticket is not None and other.ticket.key < key
    )


def _call(seen: Call, position: int | None) -> CallView:
    arrived = seen.arrived
    queued = seen.state in _IN_QUEUE
    talks_with = seen.offer.agent.id if seen.offer is not None else None
    if talks_with is None and seen.offers:
        talks_with = seen.offers[0].agent.id
    return CallView(
        call=seen.id,
        node=arrived.node,
        state=seen.state.value,
        dialled=arrived.dialled,
        caller=arrived.caller,
        caller_name=arrived.caller_name,
        customer_tier=arrived.customer.tier if arrived.customer is not None else None,
        business=seen.business,
        queue=seen.queue,
        language=seen.language,
        arrived_at=seen.arrived_at,
        joined_at=seen.joined_at if seen.visit else None,
        position=position,
        tier=seen.tier,
        head_start=seen.head_start,
        agent=talks_with,
        answered_at=seen.answered_at,
        asks_for=tuple(map(str, seen.asks)) if queued else (),
    )


def _queue(floor: Floor, desk: QueueDesk, talking: int) -> QueueView:
    name = desk.queue.name
    requirements = floor.matching.stages(name)[0].requirements
    waits = [each.joined_at for each in desk.calls.values()]
    logged_in, idle = _staffed(floor, name, requirements)
    return QueueView(
        queue=name,
        label=desk.queue.label,
        waiting=tuple(each.id for each in in_order(desk)),
        ringing=sum(each.state in _RINGING for each in desk.calls.values()),
        talking=talking,
        longest_wait=floor.now - min(waits) if waits else 0.0,
        logged_in=logged_in,
        idle=idle,
    )


def _staffed(floor: Floor, queue: str, requirements: tuple[Requirement, ...]) -> tuple[int, int]:
    """How many who may serve the queue are logged in and idle. Only several requirements need a scan."""
    if len(requirements) == 1:
        return (
            floor.matching.logged_in(queue, requirements[0]),
            floor.matching.idle(queue, requirements[0]),
        )
    members = list(floor.matching.members(queue, requirements))
    return (
        sum(each.logged_in for each in members),
        sum(each.status.state is AgentState.IDLE for each in members),
    )


def _ruled_out(floor: Floor, seen: Call, candidate: Agent) -> str:
    """What keeps an agent who could serve a call from doing so now."""
    status = candidate.status
    if candidate.becomes is not None:
        return candidate.becomes.value
    if status.state is not AgentState.IDLE:
        reason = status.reason
        return f"{status.state.value} ({reason})" if reason else status.state.value
    if candidate.profile.node in floor.lost or seen.node in floor.lost:
        return "the connection to the telephone system is lost"
    if not any(each.met_by(candidate.profile) for each in seen.asks):
        return "only asked for later"
    return "idle"
