"""A small call centre for tests: short to write, everything overridable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from acd.core.routing import Ending, NumberRoute, Queue, Routing, Rule, Then
from agents.model import AgentProfile

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
