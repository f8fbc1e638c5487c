"""A small routing and stand-ins for everything around the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from acd.core.commands import TelephonyCommand
from acd.core.events import CallArrived, Event
from acd.core.facts import Fact
from acd.core.routing import (
    CallerStartsWith,
    Effect,
    Ending,
    NumberRoute,
    Queue,
    Routing,
    Rule,
    Then,
)
from agents.model import AgentProfile

CALLBACK = Ending(say="all_busy_recorded", then=Then.CALLBACK)


def routing(*, revision: str = "r1", prefix: str = "138", for_at_most: float = 60.0) -> Routing:
    """One queue, one agent, one rule that looks at the caller's first digits."""
    queue = Queue(
        name="orders",
        label="Orders",
        needs=(("orders", 1),),
        on_timeout=CALLBACK,
        on_nobody=CALLBACK,
        on_full=CALLBACK,
        for_at_most=for_at_most,
    )
    agent = AgentProfile(id="1001", name="A", endpoint="PJSIP/1001", node="n1", skills={"orders": 5})
    return Routing(
        revision=revision,
        timezone="Asia/Shanghai",
        languages=("en",),
        businesses={},
        numbers={},
        default_route=NumberRoute(number=None, queue="orders"),
        agents={"1001": agent},
        rules=(
            Rule(
                name="mobile",
                when=(CallerStartsWith(prefixes=(prefix,)),),
                then=Effect(head_start=60.0),
            ),
        ),
        queues={"orders": queue},
    )


def arrived(call: str = "c1", caller: str | None = "13800138000") -> CallArrived:
    return CallArrived(call=call, node="n1", dialled="4008001001", caller=caller, caller_name="Li")


class Telephone:
    """Keeps what is to be done."""

    def __init__(self) -> None:
        self.done: list[TelephonyCommand] = []

    def execute(self, command: TelephonyCommand) -> None:
        self.done.append(command)

    def flush(self) -> None:
        """Nothing is held back."""

    async def run(self, sink: Callable[[Event], None]) -> None:
        await asyncio.get_running_loop().create_future()

    def names(self) -> list[str]:
        names = [type(command).__name__ for command in self.done]
        self.done.clear()
        return names


class Facts:
    """Keeps what became known."""

    def __init__(self) -> None:
        self.taken: list[Fact] = []

    def take(self, facts: Sequence[Fact]) -> None:
        self.taken.extend(facts)

    def names(self) -> list[str]:
        return [type(fact).__name__ for fact in self.taken]


class HandClock:
    """Time that the test moves."""

    def __init__(self, at: float = 1_795_262_400.0) -> None:
        self.at = at

    def now(self) -> float:
        return self.at
