"""An engine that starts with calls and agents that the store remembers, in few words, for playbooks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from acd.core.events import (
    ChannelsReconciled,
    LiveCall,
    LiveOffer,
    RestoredAgent,
    RestoredCall,
    StateRestored,
)
from acd.core.records import Placement
from acd.core.routing import Routing
from agents.model import AgentState, PhoneState
from tests.playbooks.centre import NODE, centre
from tests.playbooks.harness import START, Playbook
from tests.playbooks.words import arrived


def place(**changes: Any) -> Placement:
    plain = Placement(
        queue="orders",
        visit=1,
        joined_at=START - 30,
        tier=0,
        head_start=0.0,
        extra_needs=(),
        firsts=(),
        language="zh-CN",
        business=None,
    )
    return replace(plain, **changes)


def waiting(call: str = "c1", ago: float = 30, **changes: Any) -> RestoredCall:
    plain = RestoredCall(
        arrived=arrived(call), arrived_at=START - ago, placement=place(joined_at=START - ago)
    )
    return replace(plain, **changes)


def talking(call: str = "c1", agent_id: str = "1001", ago: float = 20) -> RestoredCall:
    return waiting(call, agent=agent_id, offer=f"{call}-o1", answered_at=START - ago, offers=1)


def remembered(
    agent_id: str = "1001", state: AgentState = AgentState.IDLE, **more: Any
) -> RestoredAgent:
    plain: dict[str, Any] = {"since": START - 20, "logged_in_at": START - 3600}
    return RestoredAgent(agent=agent_id, state=state, **(plain | more))


def start(
    *calls: RestoredCall,
    agents: Iterable[RestoredAgent] = (remembered(),),
    routing: Routing | None = None,
) -> Playbook:
    play = Playbook(routing or centre())
    return play >> StateRestored(agents=tuple(agents), calls=calls)


def back(*calls: str, offers: tuple[LiveOffer, ...] = (), **more: Any) -> ChannelsReconciled:
    return ChannelsReconciled(
        node=NODE,
        restarted=more.pop("restarted", False),
        calls=tuple(LiveCall(arrived=arrived(each), created_at=START - 30) for each in calls),
        offers=offers,
        asterisk_started_at=more.pop("asterisk_started_at", None),
        phones=more.pop("phones", (("1001", PhoneState.FREE), ("1002", PhoneState.FREE))),
    )


def leg(offer: str = "c1-o1", agent_id: str = "1001", *, answered: bool = True) -> LiveOffer:
    return LiveOffer(
        offer=offer, call=offer.rsplit("-", 1)[0], agent=agent_id, answered=answered, connected=answered
    )
