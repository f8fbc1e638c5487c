"""The agents at work: every change of an agent's state goes through here.

`agents.states` says what an agent becomes; this tells the matching, the deadlines and the facts.
"""

from __future__ import annotations

from contextlib import ExitStack

from acd.core.deadlines import Deadline
from acd.core.facts import (
    AgentPending,
    AgentSessionEnded,
    AgentSessionStarted,
    AgentStateChanged,
    PhoneSeen,
)
from acd.core.floor import Floor
from agents.inputs import Input, PhoneChanged, RestOver, WrapUpOver
from agents.model import AgentAct, AgentState, PhoneState
from agents.roster import Agent
from agents.states import Refused, Status

TIMER = "agent"
"""The kind of an agent's deadline: the end of his wrap-up or rest."""

_ON_A_CALL = (AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING, AgentState.WRAP_UP)
_AWAY = (AgentState.OFFLINE, AgentState.PAUSED, AgentState.UNAVAILABLE)
"""Nobody knows when he comes back (unless he only rests, or talks privately)."""

_WRAP_UP_OVER, _REST_OVER = WrapUpOver(), RestOver()
_PHONES = {phone: PhoneChanged(phone=phone) for phone in PhoneState}


class Staff:
    """Drives every agent through his table."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._timers: dict[str, tuple[Agent, Deadline]] = {}
        self._gathered: list[Agent] | None = None

    def apply(
        self, agent: Agent, what: Input, *, by: str | None = None, call: str | None = None
    ) -> Refused | None:
        """Let something happen to an agent; what follows from it follows at once.

        `call` is the call that it is about, where it isn't his any more. Returns the refusal of what
        cannot be. Raises agents.states.IllegalTransition.
        """
        before = agent.status
        after = agent.apply(what, self._floor.now)
        if type(after) is Refused:
            return after
        if type(after) is Status and after is not before:
            self._follow(agent, before, after, by, call)
        return None

    def found_talking(self, agent: Agent) -> None:
        """He was found in a call of ours."""
        before = agent.status
        agent.status = talking(before, self._floor.now)
        self._follow(agent, before, agent.status, None, None)

    def phone(self, agent_id: str, phone: PhoneState) -> None:
        """A phone did something. One that belongs to nobody here is none of ours."""
        agent = self._floor.roster.get(agent_id)
        if agent is None:
            self._floor.stale("agent unknown: phone", agent_id)
            return
        self.apply(agent, _PHONES[phone])

    def timer_due(self, agent_id: str) -> None:
        """His wrap-up or his rest is over."""
        agent, _ = self._timers.pop(agent_id)
        wrap_up = agent.status.state is AgentState.WRAP_UP
        self.apply(agent, _WRAP_UP_OVER if wrap_up else _REST_OVER)

    def arm(self, agent: Agent, until: float | None) -> None:
        """Plan the end of his state, in the place of what was planned."""
        floor = self._floor
        _, planned = self._timers.pop(agent.id, (agent, None))
        floor.deadlines.cancel(planned)
        if until is not None:
            self._timers[agent.id] = (agent, floor.deadlines.schedule(until, TIMER, agent.id))

    def gather(self) -> None:
        """From now on nobody takes a call; whoever becomes idle stands by until `disperse`."""
        self._gathered = []

    def disperse(self) -> None:
        """Those who stood by take calls, the longest idle first."""
        gathered, self._gathered = self._gathered or [], None
        order = sorted(gathered, key=lambda each: (each.status.free_since, each.rank), reverse=True)
        with ExitStack() as in_turn:  # the last one first, and each whatever befalls another
            for agent in order:
                in_turn.callback(self._ready_if_idle, agent)

    def _ready_if_idle(self, agent: Agent) -> None:
        if agent.status.state is AgentState.IDLE:
            self.ready(agent)

    def ready(self, agent: Agent) -> None:
        """An idle agent takes the call that is first among those that he may serve, or stands ready."""
        floor = self._floor
        if self._gathered is not None:
            if agent not in self._gathered:
                self._gathered.append(agent)
            return
        if agent.profile.node in floor.lost:
            return
        ticket = floor.matching.ready(agent)
        if ticket is not None:
            floor.call_machine.waiting.found(floor.calls[ticket.call], (agent,), freed=True)
        elif floor.matching.promises.active:
            floor.callbacks.idle(agent)

    def _follow(
        self, agent: Agent, before: Status, after: Status, by: str | None, call: str | None
    ) -> None:
        floor = self._floor
        if after.phone is not before.phone:
            floor.record(PhoneSeen(agent=agent.id, at=floor.now, phone=after.phone))
        if after.logged_in_at is not None and before.logged_in_at is None:
            floor.record(AgentSessionStarted(agent=agent.id, at=floor.now, by=by or ""))
            floor.matching.log_in(agent)
        if after.pending is not before.pending or after.pending_reason != before.pending_reason:
            floor.record(
                AgentPending(
                    agent=agent.id,
                    at=floor.now,
                    act=after.pending,
                    reason=after.pending_reason,
                    by=by,
                )
            )
        moved = after.state is not before.state
        if moved or after.until != before.until or after.reason != before.reason:
            self._record(agent, before, after, by, call)
            if after.until != before.until:
                self.arm(agent, after.until)
        if moved:
            self._move(agent, before, after, by)
        if after.state in _AWAY and (moved or after.unavailable != before.unavailable):
            floor.call_machine.waiting.target_away(agent)

    def _record(
        self, agent: Agent, before: Status, after: Status, by: str | None, call: str | None
    ) -> None:
        floor = self._floor
        floor.record(
            AgentStateChanged(
                agent=agent.id,
                at=floor.now,
                state=after.state,
                previous=before.state,
                since=before.since,
                reason=after.reason,
                call=call or agent.call,
                by=by,
                until=after.until,
                extend=after.extend,
                extended=after.extended,
            )
        )

    def _move(self, agent: Agent, before: Status, after: Status, by: str | None) -> None:
        floor = self._floor
        if before.state is AgentState.IDLE and after.state is not AgentState.RESERVED:
            floor.matching.unready(agent)
        if after.state is AgentState.PAUSED or before.state is AgentState.PAUSED:
            floor.matching.pauses(agent)
        if floor.estimates is not None and after.state not in _ON_A_CALL:
            floor.estimates.free(agent.id, floor.now)
        if after.state is AgentState.IDLE:
            self.ready(agent)
        elif after.state is AgentState.OFFLINE:
            self._gone_home(agent, before.logged_in_at, by)

    def _gone_home(self, agent: Agent, since: float | None, by: str | None) -> None:
        """Whoever only he could have served is told so now."""
        floor = self._floor
        floor.record(
            AgentSessionEnded(
                agent=agent.id,
                at=floor.now,
                since=floor.now if since is None else since,
                by=by or "",
            )
        )
        tickets = floor.matching.log_out(agent)
        if agent.leaving:
            floor.roster.forget(agent.id)
        for ticket in tickets:
            floor.call_machine.waiting.nobody_left(floor.calls[ticket.call])


def talking(before: Status, now: float) -> Status:
    """An agent of whom it turns out that he talks; what he did before comes back afterwards."""
    act, reason = before.pending, before.pending_reason
    if before.state is AgentState.PAUSED:
        act, reason = AgentAct.PAUSE, before.pause_reason
    elif before.state is AgentState.OFFLINE:
        act = AgentAct.LOG_OUT
    return Status(
        state=AgentState.TALKING,
        since=now,
        free_since=before.free_since,
        phone=before.phone,
        logged_in_at=now if before.logged_in_at is None else before.logged_in_at,
        pending=act,
        pending_reason=reason,
    )
