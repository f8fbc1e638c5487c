"""An engine that starts with a callback that the store remembers, in few words, for playbooks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from acd.core.callback_words import Attempt, Callback, CallbackSource, RestoredCallback
from acd.core.events import (
    ChannelsReconciled,
    LiveCall,
    LiveOffer,
    RestoredAgent,
    RestoredCall,
    StateRestored,
)
from acd.core.routing import Routing
from agents.model import AgentState, PhoneState
from tests.playbooks.callback_centre import ATTEMPT, CALLBACK, OFFER, calling
from tests.playbooks.centre import NODE
from tests.playbooks.harness import START, Playbook
from tests.playbooks.words import CALLER, arrived

UNFINISHED = Attempt(
    id=ATTEMPT, callback=CALLBACK, number_of=1, number=CALLER, agent="1001", made_at=START - 5
)


def owed(**changes: Any) -> Callback:
    plain = Callback(
        id=CALLBACK,
        number=CALLER,
        business=None,
        queue="orders",
        dialled="4001",
        source=CallbackSource.ABANDONED,
        created_at=START - 60,
        due_at=START - 60,
        language="zh-CN",
        node=NODE,
        call="c1",
        place=START - 90,
    )
    return replace(plain, **changes)


def outbound(**changes: Any) -> RestoredCall:
    plain = RestoredCall(
        arrived=arrived(ATTEMPT), arrived_at=START - 4, callback=CALLBACK, queue="orders"
    )
    return replace(plain, **changes)


def agent_was(state: AgentState, agent: str = "1001") -> RestoredAgent:
    return RestoredAgent(agent=agent, state=state, since=START - 5, logged_in_at=START - 500)


def started(
    *callbacks: RestoredCallback,
    calls: tuple[RestoredCall, ...] = (),
    routing: Routing | None = None,
    state: AgentState = AgentState.TALKING,
    **more: Any,
) -> Playbook:
    play = Playbook(routing or calling())
    event = StateRestored(agents=(agent_was(state),), calls=calls, callbacks=callbacks, **more)
    return play >> event


def back(
    play: Playbook,
    *,
    customer: bool | None = None,
    leg: str | None = None,
    restarted: bool = False,
) -> Playbook:
    """`customer`: his channel lives, answered or not; `leg`: the agent's, as "answered" or
    "connected"."""
    live = LiveCall(
        arrived=arrived(ATTEMPT), created_at=START - 4, dialled_for=ATTEMPT, answered=bool(customer)
    )
    legs = LiveOffer(
        offer=OFFER, call=ATTEMPT, agent="1001", answered=True, connected=leg == "connected"
    )
    return play >> ChannelsReconciled(
        node=NODE,
        restarted=restarted,
        calls=() if customer is None else (live,),
        offers=() if leg is None else (legs,),
        phones=(("1001", PhoneState.FREE if leg is None else PhoneState.IN_USE),),
    )
