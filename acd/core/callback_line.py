"""Callbacks in line: when each is due, where it stands, and which agent is used for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final

from acd.core.call import Call
from acd.core.callback import OpenCallback, Verdict
from acd.core.callback_ledger import TIMER, Ledger
from acd.core.callback_words import CallbackOutcome, CancelDial
from acd.core.callbacks_table import CallbackEvent, CallbackState
from acd.core.floor import Floor
from acd.core.retry import expires_at, used_up
from acd.core.routing import Routing
from acd.core.ticket import Ticket
from agents.model import AgentState
from agents.roster import Agent

AGAIN: Final = 15.0
"""Seconds after which an attempt that could not be stored is tried again, and any other is made."""

_UNTOLD: Final = (
    CallbackState.DIALLING,
    CallbackState.RINGING,
    CallbackState.CANCELLING,
    CallbackState.UNCLEAR,
)
"""While these last, somebody else is to tell what becomes of an attempt; not for ever."""

_ALL: Final = ""
"""The subject of the deadline at which callbacks go on that the store's absence had stopped."""


class CallbackLine(Ledger, ABC):
    """Plans callbacks, lets them stand, and gives them agents. `engaged` counts the calls of each
    number, those that we dial included."""

    def __init__(self, floor: Floor) -> None:
        super().__init__(floor)
        self.engaged: dict[str, int] = {}
        self._gathered: list[OpenCallback] | None = None

    @abstractmethod
    def fire(self, callback: OpenCallback, event: CallbackEvent) -> None:
        """Take the row of the callback's state for `event`. Raises ImpossibleEventError."""

    @abstractmethod
    def drop(self, callback: OpenCallback, verdict: Verdict) -> None:
        """It is to end."""

    @abstractmethod
    def call_for(self, callback: OpenCallback, node: str) -> Call:
        """The call that the customer will be, known from now on."""

    def idle(self, agent: Agent) -> None:
        """An agent stands idle, and no call comes before the callbacks: is there one for him?"""
        matching, again = self._floor.matching, False
        while (taken := matching.promised_to(agent)) is not None:
            ticket, chosen = taken
            used = self._use(self.open[ticket.call], chosen)
            again = again or not used or chosen is not agent
        if again and agent.offer is None:  # a call may have stood behind what is gone from the line
            matching.unready(agent)
            self._floor.staff.ready(agent)

    def timer_due(self, callback_id: str) -> None:
        """Its time has come, is over, or more agents may serve it; or (no callback) all go on."""
        if callback_id == _ALL:
            self._resume()
            return
        callback = self.open[callback_id]
        callback.timer = None
        if callback.state in _UNTOLD:
            call = callback.call
            if call is not None and call.node not in self._floor.lost:
                self._floor.commands.append(CancelDial(attempt=call.id))
            self.fire(callback, CallbackEvent.UNTRACED)
        elif callback.state is CallbackState.DUE and self.may_be_called(callback):
            self.fire(callback, CallbackEvent.DUE)
        else:
            self.fire(callback, CallbackEvent.MOVED)

    def gather(self) -> None:
        """From now on callbacks that are due only note that they want an agent."""
        self._gathered = []

    def turns(self) -> list[tuple[tuple[int, float, int], Callable[..., None], OpenCallback]]:
        """Those who noted that, with their keys and what lets each have its turn."""
        gathered, self._gathered = self._gathered or [], None
        return [(self._place(each).key, self._take_turn, each) for each in gathered]

    def _take_turn(self, callback: OpenCallback) -> None:
        if callback.state is CallbackState.DUE:
            self.stand(callback, "")

    def reconfigured(self, before: Routing) -> None:
        """A new routing has been taken: what it changes is worked out anew. Who is due and did not stay
        in line takes his place again."""
        now, stands = self._floor.routing, self._floor.matching.promises.stands
        queues = before.queues.keys() & now.queues.keys() if before.trunks == now.trunks else ()
        same = {name for name in queues if before.queues[name].callback == now.queues[name].callback}
        for callback in list(self.open.values()):
            if callback.now.queue in same:
                if callback.state is CallbackState.DUE and not stands(callback.ticket):
                    self.fire(callback, CallbackEvent.DUE)
            elif callback.state in (CallbackState.PLANNED, CallbackState.DUE):
                self.renew_place(callback)
                self.fire(callback, CallbackEvent.MOVED)

    def plan(self, callback: OpenCallback, row: str = "") -> None:
        """Work out when it is due: not before its time, and within the customer's calling hours."""
        self.step_out(callback)
        now, at = self._floor.now, callback.now
        late = expires_at(self.rule(callback), at)
        if now >= late:
            self.drop(callback, Verdict(CallbackOutcome.EXPIRED, reason="its time is over"))
            return
        if used_up(self.rule(callback), at):
            why = f"{at.attempts} attempts were made"
            self.drop(callback, Verdict(CallbackOutcome.EXPIRED, reason=why))
            return
        if self.trunk(callback) is None:
            self.arm(callback, late)
            return
        span = self.span(callback, max(now, at.due_at))
        if span.begin <= now:
            self.fire(callback, CallbackEvent.DUE)
            return
        if span.begin > max(now, at.due_at):
            self.changed(callback, "calling hours", due_at=span.begin)
        self.arm(callback, min(span.begin, late))

    def stand(self, callback: OpenCallback, row: str) -> None:
        """It is due: an agent is used for it now, or as soon as one is free for it."""
        if self._gathered is not None:
            self._gathered.append(callback)
            return
        floor, at, rule = self._floor, callback.now, self.rule(callback)
        stage, wider_at = self.stage(callback)
        if at.agent is not None:
            wider_at = at.due_at + rule.for_agent
            if wider_at <= floor.now:
                self.changed(callback, f"{at.agent} did not come to it", agent=None)
                at, (_, wider_at) = callback.now, self.stage(callback)
        until = min(self.span(callback, floor.now).end, wider_at)
        self.arm(callback, min(until, expires_at(rule, at)))
        reserve = 0 if at.kept or at.agent is not None else rule.reserve
        asks = self.asks(callback, stage)
        agent = floor.matching.promise(self._place(callback), asks, reserve)
        if agent is not None:
            self._use(callback, agent)

    def rest(self, callback: OpenCallback, row: str) -> None:
        """His number is in a call."""
        self.step_out(callback)

    def renew_place(self, callback: OpenCallback) -> None:
        """It has another place, once it stands in line again."""
        self.step_out(callback)
        callback.ticket = None

    def is_unwanted(self, callback: OpenCallback) -> bool:
        """Whether he must not be dialled now, though all was ready a moment ago."""
        return (
            self.engaged.get(callback.now.number, 0) > 1
            or callback.verdict is not None
            or callback.now.number in self._floor.do_not_call
            or not self.may_be_called(callback)
        )

    def begin(self, callback: OpenCallback) -> None:
        """Let a new or restored callback take its course."""
        if self.engaged.get(callback.now.number):
            self.fire(callback, CallbackEvent.CALLED)
        else:
            self.fire(callback, CallbackEvent.MOVED)

    def pause(self) -> None:
        """The store is away: while it is, no agent is to be bothered for a customer who will not be
        dialled."""
        promises = self._floor.matching.promises
        if not promises.paused:
            promises.pause(paused=True)
            self._floor.deadlines.schedule(self._floor.now + AGAIN, TIMER, _ALL)

    def _resume(self) -> None:
        floor = self._floor
        floor.matching.promises.pause(paused=False)
        for agent in list(floor.roster):
            if agent.status.state is AgentState.IDLE and floor.matching.promises.active:
                self.idle(agent)

    def _use(self, callback: OpenCallback, agent: Agent) -> bool:
        """The matching has taken an agent out of the idle for a callback. False: its time ended a moment
        ago, and the agent stands idle again."""
        if not self.may_be_called(callback):
            self._floor.matching.not_used(agent)
            self.fire(callback, CallbackEvent.MOVED)
            return False
        self.step_out(callback)
        callback.agent = agent
        self.call_for(callback, agent.profile.node)
        first_ = self.rule(callback).agent_first
        self.fire(callback, CallbackEvent.FOUND if first_ else CallbackEvent.AGENT_HELD)
        return True

    def _place(self, callback: OpenCallback) -> Ticket:
        """Its place: that of its call if it was kept, else behind all calls, or as the rule says."""
        at, rule, queue = callback.now, self.rule(callback), self.queue(callback).name
        if callback.ticket is None or callback.ticket.queue != queue:
            place = at.created_at if at.place is None else at.place
            callback.ticket = self._floor.matching.promise_ticket(
                callback.id,
                queue,
                behind=rule.behind and not at.kept,
                tier=at.tier,
                place=place - at.head_start,
            )
        return callback.ticket

    def step_out(self, callback: OpenCallback) -> None:
        self.arm(callback, None)
        if callback.ticket is not None:
            self._floor.matching.break_off(callback.ticket)
