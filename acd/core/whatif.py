"""What would happen to a call that doesn't exist: the core itself, run on a centre made up for it.

Nobody answers there: the story ends with the first phone that rings, or goes on through widening,
overflow and time-out to the call's end when nobody is idle. It ends, too, where a flow, a voicemail
dialogue or an outside number would have to know what the caller does.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from acd.core.calls_table import CallState
from acd.core.commands import Command, EndCall, PlayPrompt, Record
from acd.core.dispatcher import Dispatcher
from acd.core.events import (
    AgentActed,
    Blacklisted,
    CallArrived,
    CallerHungUp,
    Customer,
    Event,
    PhoneStateChanged,
    PromptFinished,
)
from acd.core.facts import CallEnded, CallQueued, CallWidened, OfferMade
from acd.core.flow_words import FlowEntered, FlowLeft
from acd.core.records import Reason
from acd.core.routing import Routing
from agents.model import AgentAct, PhoneState

if TYPE_CHECKING:
    from random import Random

_CALL = "what-if"
_HIS_TURN = (CallState.IN_FLOW, CallState.OUTSIDE)
_TOLD = (CallQueued, CallWidened, OfferMade, CallEnded, FlowEntered, FlowLeft)
_STEPS = 1_000
"""So many events at most: a queue without a maximum wait has no end of its own."""


def what_if(
    routing: Routing,
    *,
    dialled: str,
    caller: str | None,
    at: float,
    random: Random,
    customer: Customer | None = None,
    blacklisted: Blacklisted | None = None,
    logged_in: Collection[str] | None = None,
    busy: Collection[str] = (),
) -> tuple[Reason, ...]:
    """The story of a call to `dialled` from `caller` (None: withheld) at `at` (UTC seconds).

    `logged_in` are the agents on duty (None: all of them), idle but for those in `busy`.
    """
    core = Dispatcher(routing, random)
    node = next((agent.node for agent in routing.agents.values()), "")
    for agent in routing.agents if logged_in is None else logged_in:
        phone = PhoneState.IN_USE if agent in busy else PhoneState.FREE
        core.handle(PhoneStateChanged(agent=agent, phone=phone), at)
        core.handle(AgentActed(agent=agent, act=AgentAct.LOG_IN, by="what-if"), at)
    arrived = CallArrived(
        call=_CALL,
        node=node,
        dialled=dialled,
        caller=caller,
        customer=customer,
        blacklisted=blacklisted,
    )
    return _Story(core).of(arrived, at)


class _Story:
    """Plays the caller, who is patient, and the telephones, which play every prompt to its end."""

    def __init__(self, core: Dispatcher) -> None:
        self._core = core
        self._reasons: list[Reason] = []
        self._todo: list[Event] = []

    def of(self, arrived: CallArrived, at: float) -> tuple[Reason, ...]:
        self._todo.append(arrived)
        for _ in range(_STEPS):
            view = self._core.why(_CALL)
            if view is not None and view.call.state in _HIS_TURN:
                break
            if self._todo:
                self._hear(self._core.handle(self._todo.pop(0), at))
                continue
            due = self._core.next_deadline()
            if view is None or view.call.state != CallState.WAITING or due is None:
                break
            at = due
            self._hear(self._core.expire(at))
        view = self._core.why(_CALL)
        return tuple(self._reasons) if view is None else view.trace

    def _hear(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, PlayPrompt):
                self._todo.append(PromptFinished(call=command.call, prompt=command.prompt))
            elif isinstance(command, EndCall):
                self._todo.append(CallerHungUp(call=command.call))
            elif isinstance(command, Record):
                fact = command.fact
                if isinstance(fact, _TOLD):
                    self._reasons += fact.reasons
