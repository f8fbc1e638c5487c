"""The fallback queues' members follow the agents, told over ARI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from acd.core.facts import AgentSessionStarted, AgentStateChanged
from acd.core.routing import Ending, NumberRoute, Queue, Routing, Then
from acd.core.views import AgentView
from agents.model import AgentProfile, AgentState, PhoneState
from asterisk.ari.requests import Request
from asterisk.fallback import FallbackQueues

AGENTS = ("1001", "1002")


def routing() -> Routing:
    goodbye = Ending(say=None, then=Then.GOODBYE)
    return Routing(
        revision="1",
        timezone="UTC",
        languages=("en",),
        businesses={},
        numbers={},
        default_route=NumberRoute(number=None, queue="orders"),
        agents={
            agent: AgentProfile(
                id=agent,
                name=agent,
                endpoint=f"PJSIP/{agent}",
                node="n1",
                skills={},
                groups=frozenset(),
                weight=1,
            )
            for agent in AGENTS
        },
        rules=(),
        queues={
            "orders": Queue(
                name="orders",
                label="orders",
                needs=(),
                on_timeout=goodbye,
                on_nobody=goodbye,
                on_full=goodbye,
            )
        },
    )


class Floor:
    """A fallback whose agents all have one state, and what it tells Asterisk."""

    def __init__(self, state: AgentState) -> None:
        self.state = state
        self.asked: list[Request] = []
        self.fallback = FallbackQueues(
            tell=lambda request, what: self.asked.append(request),
            routing=routing,
            views=self.views,
        )

    def views(self) -> Sequence[AgentView]:
        view = AgentView(
            agent="",
            name="",
            state=self.state,
            since=0.0,
            until=None,
            reason=None,
            pending=None,
            phone=PhoneState.FREE,
            call=None,
            skills={},
            groups=(),
            logged_in_at=None,
            calls_today=0,
            talk_today=0.0,
        )
        return [replace(view, agent=agent) for agent in AGENTS]

    def becomes(self, agent: str, state: AgentState) -> None:
        fact = AgentStateChanged(
            agent=agent,
            at=1.0,
            state=state,
            previous=AgentState.IDLE,
            since=0.0,
            reason=None,
            call=None,
            by=None,
            until=None,
        )
        self.fallback.take([fact])

    def told(self) -> list[tuple[str, str]]:
        told = [(dict(r.query)["variable"], dict(r.query)["value"]) for r in self.asked]
        self.asked.clear()
        return told


def test_whoever_pauses_or_logs_out_is_paused_once() -> None:
    floor = Floor(AgentState.IDLE)
    floor.becomes("1001", AgentState.PAUSED)
    floor.becomes("1001", AgentState.OFFLINE)
    assert [str(request) for request in floor.asked] == ["POST asterisk/variable"]
    assert floor.told() == [("QUEUE_MEMBER(,paused,PJSIP/1001)", "1")]


def test_whoever_comes_back_is_rung_again() -> None:
    floor = Floor(AgentState.IDLE)
    floor.becomes("1002", AgentState.OFFLINE)
    floor.becomes("1002", AgentState.IDLE)
    floor.becomes("1002", AgentState.RINGING)
    assert floor.told() == [
        ("QUEUE_MEMBER(,paused,PJSIP/1002)", "1"),
        ("QUEUE_MEMBER(,paused,PJSIP/1002)", "0"),
    ]


def test_a_new_connection_is_told_everything_again() -> None:
    floor = Floor(AgentState.OFFLINE)
    everybody = [(f"QUEUE_MEMBER(,paused,PJSIP/{agent})", "1") for agent in AGENTS]
    floor.fallback.tell_all()
    assert floor.told() == everybody
    floor.fallback.tell_all()
    assert floor.told() == everybody


def test_other_facts_are_no_news() -> None:
    floor = Floor(AgentState.IDLE)
    floor.fallback.take([AgentSessionStarted(agent="1001", at=1.0, by="test")])
    assert floor.told() == []


def test_an_agent_without_a_phone_of_ours_is_nobody_to_asterisk() -> None:
    floor = Floor(AgentState.IDLE)
    floor.becomes("7777", AgentState.PAUSED)
    assert floor.told() == []
