"""A centre whose calls are counted, and the facts of one call, for tests of the metrics."""

from __future__ import annotations

from collections.abc import Sequence

from acd.core.facts import (
    AgentStateChanged,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallMissed,
    CallOutcome,
    MissedReason,
    OfferEnded,
    OfferOutcome,
    QueueLeft,
    VisitOutcome,
)
from acd.core.records import Placement
from acd.core.routing import Ending, NumberRoute, Queue, Routing, ServiceLevel, Then, Voicemail
from acd.core.views import AgentView, QueueView
from acd.metrics import Metrics
from agents.model import AgentState, PhoneState

END = Ending(say=None, then=Then.CALLBACK)


def queue(name: str) -> Queue:
    return Queue(
        name=name,
        label=name,
        needs=(),
        on_timeout=END,
        on_nobody=END,
        on_full=END,
        service_level=ServiceLevel(within=30.0, target=0.9),
    )


ROUTING = Routing(
    revision="r1",
    timezone="Asia/Shanghai",
    languages=("en",),
    businesses={},
    numbers={
        "400": NumberRoute(number="400", queue="orders", business="knives"),
        "401": NumberRoute(number="401", queue="orders"),
    },
    default_route=NumberRoute(number=None, queue="orders", business="house"),
    agents={},
    rules=(),
    queues={"orders": queue("orders"), "service": queue("service")},
    voicemail={"orders": Voicemail(name="orders", label="Orders")},
)


class FakeCentre:
    """A centre with one agent who talks and one queue in which somebody waits."""

    routing = ROUTING

    def open_callbacks(self) -> dict[str, int]:
        return {"orders": 3, "long gone": 2}

    def now(self) -> float:
        return 1100.0

    def view_agents(self) -> Sequence[AgentView]:
        return [
            AgentView(
                agent="1001",
                name="Li",
                state=AgentState.TALKING,
                since=1090.0,
                until=None,
                reason=None,
                pending=None,
                phone=PhoneState.IN_USE,
                call="c1",
                skills={},
                groups=(),
                logged_in_at=900.0,
                calls_today=1,
                talk_today=10.0,
            )
        ]

    def view_queues(self) -> Sequence[QueueView]:
        return [
            QueueView(
                queue="orders",
                label="Orders",
                waiting=("c2", "c3"),
                ringing=1,
                talking=1,
                longest_wait=42.0,
                logged_in=3,
                idle=2,
            )
        ]


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


PLACEMENT = Placement(
    queue="orders",
    visit=1,
    joined_at=1000.0,
    tier=0,
    head_start=0.0,
    extra_needs=(),
    firsts=(),
    language="en",
    business=None,
)


ENTERED = CallEntered(
    call="c1",
    at=1000.0,
    node="a",
    dialled="400",
    caller=None,
    caller_name=None,
    customer_tier=None,
    business="knives",
    campaign=None,
    language="en",
)


LEFT = QueueLeft(call="c1", at=1012.0, queue="orders", visit=1, wait=12.0, outcome=VisitOutcome.ANSWERED)


OFFER_ENDED = OfferEnded(
    offer="c1-o1",
    call="c1",
    agent="1001",
    queue="orders",
    at=1012.0,
    outcome=OfferOutcome.ANSWERED,
    ring=4.0,
    reasons=(),
)


ANSWERED = CallAnswered(
    call="c1",
    offer="c1-o1",
    agent="1001",
    queue="orders",
    business=None,
    caller=None,
    at=1012.0,
    wait=12.0,
    within_service_level=True,
)


ENDED = CallEnded(
    call="c1",
    at=1100.0,
    outcome=CallOutcome.ANSWERED,
    dialled="400",
    business="knives",
    queue="orders",
    agent="1001",
    wait=12.0,
    talk=88.0,
    short=False,
    reasons=(),
)


MISSED = CallMissed(
    call="c1",
    at=1100.0,
    caller="138",
    dialled="400",
    business="knives",
    queue="orders",
    wait=12.0,
    reason=MissedReason.TIMED_OUT,
)


CHANGED = AgentStateChanged(
    agent="1001",
    at=1090.0,
    state=AgentState.TALKING,
    previous=AgentState.IDLE,
    since=1050.0,
    reason=None,
    call="c1",
    by=None,
    until=None,
)


ORDERS = {"queue": "orders"}


KNIVES = {"number": "400", "business": "knives"}
