"""Four routings, each of which can take the place of another while calls wait."""

from __future__ import annotations

from dataclasses import replace

from acd.core.routing import (
    Announcements,
    CallbackRule,
    CustomerTierIs,
    DialledIs,
    Effect,
    Ending,
    FirstTarget,
    LastAgentWithin,
    NumberRoute,
    Queue,
    Routing,
    Rule,
    SetAside,
    Strategy,
    Then,
    WaitOffer,
    WideningStep,
    WrapUp,
)
from agents.model import AgentProfile
from tests.playbooks.centre import agent, centre, queue
from tests.simulation.flow_variants import BOXES, FLOWS, INTO_FLOW, SHOP, TO_BOX, TRUNKS

AGENTS = tuple(str(1001 + n) for n in range(6))
NODES = ("a", "b")


STRATEGIES = (
    (Strategy.LONGEST_IDLE, Strategy.RANDOM, Strategy.RING_ALL),
    (Strategy.MOST_SKILLED, Strategy.ROUND_ROBIN, Strategy.RING_ALL),
    (Strategy.FEWEST_CALLS, Strategy.WEIGHTED_RANDOM, Strategy.LEAST_SKILLED),
    (Strategy.LEAST_TALK_TIME, Strategy.FIXED_ORDER, Strategy.RING_ALL),
)
"""Of each variant: those of the queues orders, reception and english."""
VARIANTS = tuple(range(len(STRATEGIES)))


def node_of(agent_id: str) -> str:
    return NODES[AGENTS.index(agent_id) % 2]


def routing(variant: int) -> Routing:
    """0: everything; 1: an agent and a queue fewer, other times; 2: other skills, no limits; 3: as 0.
    Each has other strategies."""
    form = variant % 3
    plain = _queues(form, *STRATEGIES[variant])
    queues = [replace(each, callback=CallbackRule(trunk="in")) for each in plain]
    return centre(
        agents=[_agent(n, form) for n in range(5 if form == 1 else 6)],
        queues=queues,
        rules=_rules(form),
        numbers={
            each.name: NumberRoute(number=each.name, queue=each.name, business="shop") for each in queues
        }
        | {"menu": NumberRoute(number="menu", queue="orders", business="shop", flow="main")},
        businesses={"shop": SHOP},
        flows=FLOWS,
        voicemail=BOXES,
        trunks=TRUNKS,
        default_route=NumberRoute(number=None, queue="reception"),
        revision=f"r{variant}",
    )


def _agent(n: int, variant: int) -> AgentProfile:
    groups = ("vip",) if n % 3 == 0 else ("back",) if n % 3 == 1 else ()
    english = {"english": 5} if n % 2 else {}
    orders = 1 + n if variant < 2 else 6 - n
    return agent(AGENTS[n], groups=groups, node=node_of(AGENTS[n]), orders=orders, **english)


def _rules(variant: int) -> list[Rule]:
    hello = Rule(
        name="hello", when=(DialledIs(numbers=frozenset({"hello"})),), then=Effect(say="welcome")
    )
    vip = Rule(
        name="VIP",
        when=(CustomerTierIs(tiers=frozenset({"vip"})),),
        then=Effect(first=FirstTarget(group="vip", hold=5), head_start=60),
    )
    again = Rule(
        name="again",
        when=(LastAgentWithin(seconds=1e9),),
        then=Effect(first=FirstTarget(last_agent=True, hold=0 if variant else 8), head_start=30),
    )
    return [hello, vip, again]


def _queues(variant: int, first: Strategy, second: Strategy, third: Strategy) -> list[Queue]:
    orders = queue(
        "orders",
        needs=(("orders", 3),),
        strategy=first,
        widen=(
            WideningStep(after=10, needs=(("orders", 1),)),
            WideningStep(after=20, groups=frozenset({"back"})),
        )[: 2 - variant],
        for_at_most=None if variant == 2 else 40 + 20 * variant,
        ring=15,
        at_most=4,
        on_timeout=INTO_FLOW,
        on_full=Ending(say=None, then=Then.QUEUE, queue="reception"),
        no_answer=SetAside(rest=5),
        refused=SetAside(pause_reason="refused"),
        wrap_up=WrapUp(seconds=7, extend=5),
        announcements=Announcements(first=3, every=6, better_by=4) if variant != 1 else None,
        offers=(
            WaitOffer(key="1", then=Then.CALLBACK, say="offer_callback", after=2, every=9),
            WaitOffer(key="2", then=Then.QUEUE, say="offer_queue", after=4, queue="reception"),
        ),
    )
    english = queue("english", needs=(("english", 1),), strategy=third, on_nobody=TO_BOX)
    reception = queue(
        "reception",
        strategy=second,
        on_timeout=Ending(say="sorry", then=Then.QUEUE, queue="orders"),
        for_at_most=30,
        ring=10,
        announcements=Announcements(first=0.5, every=2, better_by=1) if variant == 0 else None,
    )
    return [orders, reception] if variant == 1 else [orders, reception, english]
