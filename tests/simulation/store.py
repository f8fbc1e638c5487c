"""What a store makes of facts, as far as an engine that starts needs it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from acd.core.events import CallArrived, RestoredAgent, RestoredCall, StateRestored
from acd.core.facts import (
    AgentSessionStarted,
    AgentStateChanged,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallQueued,
    CallWidened,
    Fact,
    OfferMade,
)


class Store:
    """Facts, and what is open according to them."""

    def __init__(self, facts: list[Fact]) -> None:
        self.facts = facts
        self._calls: dict[str, dict[str, Any]] = {}
        self._agents: dict[str, dict[str, Any]] = {}

    def restored(self, arrivals: dict[str, tuple[CallArrived, float]]) -> StateRestored:
        """What `load_open` would give; customers are not remembered with calls."""
        self._calls.clear()
        self._agents.clear()
        for fact in self.facts:
            match fact:
                case CallEntered(call=call, at=at):
                    arrived = replace(arrivals[call][0], customer=None)
                    self._calls[call] = {"arrived": arrived, "arrived_at": at, "offers": 0, "trace": ()}
                case CallEnded(call=call):
                    self._calls.pop(call, None)
                case CallQueued(call=call, placement=placement):
                    self._told(call, fact.reasons, placement=placement)
                case CallWidened(call=call):
                    self._told(call, fact.reasons)
                case OfferMade(call=call):
                    self._told(call, fact.reasons, offers=self._calls[call]["offers"] + 1)
                case CallAnswered(call=call, agent=agent, offer=offer, at=at):
                    self._told(call, (), agent=agent, offer=offer, answered_at=at)
                case AgentSessionStarted(agent=agent, at=at):
                    self._agents.setdefault(agent, {})["logged_in_at"] = at
                case AgentStateChanged():
                    self._state(fact)
                case _:
                    pass
        return StateRestored(
            agents=tuple(
                RestoredAgent(agent=name, **each)
                for name, each in self._agents.items()
                if "state" in each
            ),
            calls=tuple(RestoredCall(**each) for each in self._calls.values()),
        )

    def _told(self, call: str, reasons: tuple[Any, ...], **more: Any) -> None:
        self._calls[call].update(more)
        self._calls[call]["trace"] += reasons

    def _state(self, fact: AgentStateChanged) -> None:
        self._agents.setdefault(fact.agent, {}).update(
            state=fact.state,
            since=fact.at,
            pause_reason=fact.reason,
            wrap_up_until=fact.until,
        )
