"""What a store makes of facts, as far as an engine that starts needs it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from acd.core.events import (
    CallArrived,
    RestoredAgent,
    RestoredCall,
    RestoredOffer,
    StateRestored,
)
from acd.core.facts import (
    AgentSessionStarted,
    AgentStateChanged,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallMissed,
    CallQueued,
    CallWidened,
    Fact,
    OfferEnded,
    OfferMade,
    QueueLeft,
)
from acd.core.flow_words import FlowEntered, FlowLeft
from acd.core.offer import number_of


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
                    self._calls[call] = {
                        "arrived": arrived,
                        "arrived_at": at,
                        "offers": 0,
                        "rings": (),
                        "trace": (),
                    }
                case CallEnded(call=call):
                    self._calls.pop(call, None)
                case CallQueued(call=call, placement=placement):
                    self._told(call, fact.reasons, placement=placement, left=None, left_at=None)
                case CallWidened(call=call) | FlowEntered(call=call) | FlowLeft(call=call):
                    self._told(call, fact.reasons)
                case AgentSessionStarted(agent=agent, at=at):
                    self._agents.setdefault(agent, {})["logged_in_at"] = at
                case AgentStateChanged():
                    self._state(fact)
                case _:
                    self._story(fact)
        self._forget_what_is_over()
        return StateRestored(
            agents=tuple(
                RestoredAgent(agent=name, **each)
                for name, each in self._agents.items()
                if "state" in each
            ),
            calls=tuple(RestoredCall(**each) for each in self._calls.values()),
        )

    def _forget_what_is_over(self) -> None:
        """So that long walks don't read the same old facts at each restart."""
        last = {
            (type(fact), fact.agent): fact
            for fact in self.facts
            if isinstance(fact, AgentSessionStarted | AgentStateChanged)
        }
        of_calls = [
            fact
            for fact in self.facts
            if not isinstance(fact, AgentSessionStarted | AgentStateChanged)
            and getattr(fact, "call", None) in self._calls
        ]
        self.facts = [*last.values(), *of_calls]

    def _story(self, fact: Fact) -> None:
        match fact:
            case CallAnswered(call=call, agent=agent, offer=offer, at=at):
                self._told(call, (), agent=agent, offer=offer, answered_at=at)
            case OfferMade():
                self._offer_made(fact)
            case OfferEnded(call=call, offer=offer):
                if call in self._calls:
                    rings = [each for each in self._calls[call]["rings"] if each.offer != offer]
                    self._told(call, fact.reasons, rings=tuple(rings))
            case QueueLeft(call=call, outcome=outcome, at=at):
                self._told(call, (), left=outcome, left_at=at)
            case CallMissed(call=call, reason=reason):
                self._told(call, (), missed=reason)
            case _:
                pass

    def _told(self, call: str, reasons: tuple[Any, ...], **more: Any) -> None:
        self._calls[call].update(more)
        self._calls[call]["trace"] += reasons

    def _offer_made(self, fact: OfferMade) -> None:
        ring = RestoredOffer(offer=fact.offer, agent=fact.agent, queue=fact.queue, made_at=fact.at)
        rings = (*self._calls[fact.call]["rings"], ring)
        self._told(fact.call, fact.reasons, offers=number_of(fact.offer), rings=rings)

    def _state(self, fact: AgentStateChanged) -> None:
        self._agents.setdefault(fact.agent, {}).update(
            state=fact.state,
            since=fact.at,
            pause_reason=fact.reason,
            wrap_up_until=fact.until,
            extend=fact.extend,
            extended=fact.extended,
        )
