"""A small call centre for tests: short to write, everything overridable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from acd.core.routing import (
    Business,
    Ending,
    NumberRoute,
    Queue,
    Routing,
    Rule,
    SurveyRule,
    Then,
    Trunk,
)
from agents.model import AgentProfile
from ivr.model import Flow, HangUp, Menu, Sound, Step, ToQueue, Tries

NODE = "pbx1"
CALLBACK = Ending(say="all_busy_recorded", then=Then.CALLBACK)
GOODBYE = Ending(say=None, then=Then.GOODBYE)


def agent(
    agent_id: str, *, groups: Iterable[str] = (), node: str = NODE, weight: int = 1, **skills: int
) -> AgentProfile:
    """An agent; skills as keywords."""
    return AgentProfile(
        id=agent_id,
        name=f"Agent {agent_id}",
        endpoint=f"PJSIP/{agent_id}",
        node=node,
        skills=skills,
        groups=frozenset(groups),
        weight=weight,
    )


def queue(name: str = "orders", **changes: Any) -> Queue:
    """A queue that anyone may serve; it ends in callbacks and rings 20 seconds."""
    plain = Queue(
        name=name, label=name, needs=(), on_timeout=CALLBACK, on_nobody=CALLBACK, on_full=CALLBACK
    )
    return replace(plain, **changes)


def centre(
    *,
    agents: Iterable[AgentProfile] = (),
    queues: Iterable[Queue] = (),
    rules: Iterable[Rule] = (),
    numbers: Mapping[str, NumberRoute] | None = None,
    **changes: Any,
) -> Routing:
    """A routing with one number, 4001, for the first queue, and agents 1001 and 1002."""
    desks = {each.name: each for each in queues} or {"orders": queue()}
    first = next(iter(desks))
    staff = {each.id: each for each in agents} or {name: agent(name) for name in ("1001", "1002")}
    plain = Routing(
        revision="r1",
        timezone="Asia/Shanghai",
        languages=("zh-CN", "en"),
        businesses={},
        numbers=numbers or {"4001": NumberRoute(number="4001", queue=first)},
        default_route=NumberRoute(number=None, queue=first),
        agents=staff,
        rules=tuple(rules),
        queues=desks,
        pause_reasons=("lunch", "training"),
    )
    return replace(plain, **changes)


def flow_of(*steps: Step, name: str = "main") -> Flow:
    """A flow of steps that are named "1", "2", ... and begin with the first."""
    return Flow(name=name, start="1", steps={str(n): step for n, step in enumerate(steps, 1)})


MENU = Menu(
    parts=(Sound(prompt="choose"),),
    keys={"1": ToQueue(queue="orders"), "9": HangUp()},
    tries=Tries(otherwise=HangUp(served=False), tries=2, invalid=(Sound(prompt="wrong"),)),
)
"""1 for orders, 9 for having been served; two tries of 5 seconds each."""


def menu_first(flow: Flow | None = None, **changes: Any) -> Routing:
    """A centre whose number leads into a flow, the menu above unless another is given."""
    first = flow or flow_of(MENU)
    plain: dict[str, Any] = {
        "numbers": {"4001": NumberRoute(number="4001", queue="orders", flow=first.name)},
        "flows": {first.name: first},
        "trunks": {
            "in": Trunk(name="in", match=("192.0.2.1",)),
            "out": Trunk(name="out", match=("192.0.2.2",), dial="PJSIP/{number}@out"),
        },
    }
    return centre(**(plain | changes))


def asking(rule: SurveyRule | None = None, **changes: Any) -> Routing:
    """A centre whose number belongs to a business that asks all callers after their talk."""
    shop = Business(
        name="shop",
        label="Shop",
        hours=None,
        when_closed=GOODBYE,
        survey=rule or SurveyRule(share=1.0),
    )
    plain: dict[str, Any] = {
        "businesses": {"shop": shop},
        "numbers": {"4001": NumberRoute(number="4001", queue="orders", business="shop")},
    }
    return centre(**(plain | changes))
