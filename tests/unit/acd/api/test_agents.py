"""Agents over HTTP: what they do, what is asked for them, and by whom."""

from __future__ import annotations

import pytest

from acd.core.events import AgentActed
from agents.model import AgentAct
from tests.unit.acd.api.house import ADMIN, AGENT, READONLY, SUPERVISOR, House

AGENTS = "/api/v1/agents"


async def test_agents_are_listed_and_shown(house: House) -> None:
    status, body = await house.ask("GET", AGENTS, headers=READONLY)
    assert status == 200
    assert [item["agent"] for item in body["items"]] == ["1001", "1002"]
    status, one = await house.ask("GET", f"{AGENTS}/1001", headers=READONLY)
    assert status == 200
    assert one == body["items"][0]
    assert one == {
        "agent": "1001",
        "name": "Agent 1001",
        "state": "idle",
        "since": "2026-11-21T11:59:00.000Z",
        "until": None,
        "reason": None,
        "pending": None,
        "phone": "free",
        "call": None,
        "skills": {"orders": 5},
        "groups": ["vip"],
        "logged_in_at": "2026-11-21T11:00:00.000Z",
        "calls_today": 3,
        "talk_today": 120.5,
    }


@pytest.mark.parametrize(
    ("path", "act"),
    [
        ("log-in", AgentAct.LOG_IN),
        ("log-out", AgentAct.LOG_OUT),
        ("pause", AgentAct.PAUSE),
        ("resume", AgentAct.RESUME),
        ("end-wrap-up", AgentAct.END_WRAP_UP),
        ("extend-wrap-up", AgentAct.EXTEND_WRAP_UP),
    ],
)
async def test_each_act_reaches_the_core_with_who_asked(house: House, path: str, act: AgentAct) -> None:
    status, body = await house.ask("POST", f"{AGENTS}/1002/{path}", headers=SUPERVISOR)
    assert status == 200
    assert body["agent"] == "1002"
    assert house.centre.events == [AgentActed(agent="1002", act=act, by="api:supervisor")]


async def test_an_agent_acts_for_himself_and_for_nobody_else(house: House) -> None:
    status, body = await house.ask(
        "POST", f"{AGENTS}/1001/pause", headers=AGENT, json={"reason": "lunch"}
    )
    assert (status, body["state"], body["reason"]) == (200, "paused", "lunch")
    status, body = await house.ask("POST", f"{AGENTS}/1002/pause", headers=AGENT)
    assert status == 403
    assert "own agent" in body["detail"]
    assert len(house.centre.events) == 1


async def test_an_admin_may_act_too_and_a_reader_may_not(house: House) -> None:
    assert (await house.ask("POST", f"{AGENTS}/1001/log-in", headers=ADMIN))[0] == 200
    status, body = await house.ask("POST", f"{AGENTS}/1001/log-in", headers=READONLY)
    assert status == 403
    assert body["type"] == "urn:strowger:problem:forbidden"


async def test_what_the_core_refuses_is_a_conflict_with_its_reason(house: House) -> None:
    house.centre.refuse = "the agent is not logged in"
    status, body = await house.ask("POST", f"{AGENTS}/1001/resume", headers=SUPERVISOR)
    assert (status, body["detail"]) == (409, "the agent is not logged in")


async def test_a_pause_reason_must_be_configured(house: House) -> None:
    status, body = await house.ask(
        "POST", f"{AGENTS}/1001/pause", headers=SUPERVISOR, json={"reason": "lunhc"}
    )
    assert status == 422
    assert body["errors"] == [
        {
            "pointer": "/reason",
            "detail": "unknown pause reason 'lunhc', did you mean 'lunch'?",
        }
    ]
    assert house.centre.events == []


async def test_an_unknown_agent_is_not_found(house: House) -> None:
    for method, path in (("GET", f"{AGENTS}/9"), ("POST", f"{AGENTS}/9/log-in")):
        status, body = await house.ask(method, path, headers=ADMIN)
        assert (status, body["detail"]) == (404, "There is no agent '9'.")
