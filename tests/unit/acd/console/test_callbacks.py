"""`acd callbacks`: what the engine answers, and what it is asked for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from acd.console import callbacks
from acd.errors import OperatorError
from config.settings import Settings
from tests.unit.acd.console.installation import Installation
from tests.unit.acd.console.listening import listening

OWED: dict[str, Any] = {
    "callback": "pbx1-1795262400.17-cb",
    "number": "13800138000",
    "queue": "orders",
    "source": "timed_out",
    "state": "open",
    "now": "due",
    "now_agent": None,
    "created_at": "2026-11-21T11:50:00.000Z",
    "due_at": "2026-11-21T11:55:00.000Z",
    "attempts": 1,
    "call": "pbx1-1795262400.17",
    "agent": None,
    "note": None,
    "why": None,
    "closed_at": None,
    "outcome": None,
    "reached_by": None,
    "closed_by": None,
    "closed_reason": None,
    "business": "tv",
}
CLOSED = OWED | {
    "callback": "cb2",
    "state": "closed",
    "now": None,
    "closed_at": "2026-11-21T12:00:00.000Z",
    "outcome": "wrong_number",
    "closed_by": "api:boss",
    "closed_reason": "a bakery",
    "number": None,
    "call": None,
    "agent": "1001",
    "note": "call about size",
}
ATTEMPT = {
    "attempt": "cb2-a1",
    "agent": "1001",
    "made_at": "2026-11-21T11:56:00.000Z",
    "ended_at": "2026-11-21T11:56:20.000Z",
    "outcome": "no_answer",
    "ring": 19.6,
}


class Engine:
    """Answers what the test says, by method and path; remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {}
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.text()
        path = request.raw_path.removeprefix("/api/v1/").partition("?")[0]
        self.asked.append(
            (request.method, path, dict(request.query), json.loads(body) if body else None)
        )
        status, answer = self.answers[f"{request.method} {path}"]
        text = "" if answer is None else json.dumps(answer)
        return web.Response(status=status, text=text, content_type="application/json")


@pytest.fixture
async def engine(installation: Installation) -> AsyncIterator[Engine]:
    engine = Engine()
    async with listening(installation, engine.answer):
        yield engine


async def test_they_are_listed(installation: Installation, engine: Engine) -> None:
    engine.answers["GET callbacks"] = (200, {"items": [OWED, CLOSED], "next_cursor": "more"})
    query = {"limit": "2", "queue": "orders"}
    await callbacks.list_them(installation.settings(), query)
    said = installation.said()
    assert "2026-11-21 11:50:00" in said
    assert "13800138000" in said
    assert "timed out" in said
    assert "pbx1-1795262400.17-cb" in said
    assert "wrong number" in said
    assert "There are more than these 2" in said
    assert engine.asked == [("GET", "callbacks", query, None)]
    engine.answers["GET callbacks"] = (
        200,
        {"items": [OWED | {"now": "dialling", "now_agent": "1002"}], "next_cursor": None},
    )
    await callbacks.list_them(installation.settings(), query)
    said = installation.said()
    assert "dialling (1002)" in said
    assert "There are more" not in said


async def test_the_story_of_an_open_one(installation: Installation, engine: Engine) -> None:
    id = OWED["callback"]
    attempts = [ATTEMPT, ATTEMPT | {"attempt": "x", "outcome": None, "agent": None, "ring": None}]
    owed = OWED | {"why": "busy"}
    engine.answers[f"GET callbacks/{id}"] = (200, {"callback": owed, "attempts": attempts})
    await callbacks.show(installation.settings(), id)
    assert installation.said().splitlines() == [
        "pbx1-1795262400.17-cb: 13800138000, queue orders",
        "2026-11-21 11:50:00  opened: timed out of call pbx1-1795262400.17",
        "2026-11-21 11:56:00  attempt 1 with 1001: no answer, it rang 19.6 s (cb2-a1)",
        "2026-11-21 11:56:00  attempt 2: under way, or unknown (x)",
        "due, due 2026-11-21 11:55:00 UTC (busy)",
    ]


async def test_the_story_of_a_closed_one(installation: Installation, engine: Engine) -> None:
    engine.answers["GET callbacks/cb2"] = (200, {"callback": CLOSED, "attempts": []})
    await callbacks.show(installation.settings(), "cb2")
    assert installation.said().splitlines() == [
        "cb2: number unknown, queue orders",
        "2026-11-21 11:50:00  opened: timed out",
        "only 1001 may call",
        "note: call about size",
        "2026-11-21 12:00:00  closed by api:boss: wrong number: a bakery",
    ]
    reached = CLOSED | {"outcome": "answered", "reached_by": "1001", "closed_reason": None}
    engine.answers["GET callbacks/cb2"] = (
        200,
        {"callback": reached | {"closed_by": None}, "attempts": []},
    )
    await callbacks.show(installation.settings(), "cb2")
    assert installation.said().endswith("2026-11-21 12:00:00  closed: answered (1001)\n")


async def test_one_that_is_not_there(installation: Installation, engine: Engine) -> None:
    engine.answers["GET callbacks/a%2Fb"] = (404, {"detail": "There is no callback 'a/b'."})
    with pytest.raises(OperatorError, match="There is no callback 'a/b'"):
        await callbacks.show(installation.settings(), "a/b")


async def test_one_is_asked_for(installation: Installation, engine: Engine) -> None:
    engine.answers["POST callbacks"] = (201, {"callback": "asked-1", "merged": False})
    settings = installation.settings()
    await callbacks.ask_for(settings, "138", "orders", "2026-11-22 09:00", "1001", "size")
    assert installation.said() == "asked-1: opened\n"
    engine.answers["POST callbacks"] = (201, {"callback": "cb2", "merged": True})
    await callbacks.ask_for(settings, "138", "orders", None, None, None)
    assert installation.said() == "cb2: open already, it stands for this one too\n"
    assert [body for _, _, _, body in engine.asked] == [
        {
            "number": "138",
            "queue": "orders",
            "at": "2026-11-22T09:00:00+08:00",
            "agent": "1001",
            "note": "size",
        },
        {"number": "138", "queue": "orders"},
    ]
    with pytest.raises(OperatorError, match="--at 'soon': expected a time"):
        await callbacks.ask_for(settings, "138", "orders", "soon", None, None)


async def test_it_is_acted_on_and_shown(installation: Installation, engine: Engine) -> None:
    engine.answers["POST callbacks/cb2/close"] = (204, None)
    engine.answers["POST callbacks/cb2/postpone"] = (204, None)
    engine.answers["GET callbacks/cb2"] = (200, {"callback": CLOSED, "attempts": []})
    settings = installation.settings()
    await callbacks.act(settings, "cb2", "close", "a bakery")
    assert "closed by api:boss" in installation.said()
    await callbacks.act(settings, "cb2", "postpone", None, "2026-11-22T09:00:00+00:00")
    bodies = [body for method, _, _, body in engine.asked if method == "POST"]
    assert bodies == [{"reason": "a bakery"}, {"until": "2026-11-22T09:00:00+00:00"}]
    engine.answers["POST callbacks/cb2/close"] = (409, {"detail": "there is no open callback"})
    with pytest.raises(OperatorError, match="there is no open callback"):
        await callbacks.act(settings, "cb2", "close", None)


def test_on_the_command_line(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def noted(name: str) -> None:
        async def take(settings: Settings, *given: Any) -> None:
            asked.append((name, *given))

        monkeypatch.setattr(callbacks, name, take)

    for name in ("list_them", "show", "ask_for", "act"):
        noted(name)
    installation.good("callbacks")
    installation.good("callbacks", "--state", "all", "--queue", "orders", "--limit", "5")
    installation.good("callbacks", "--business", "tv", "--number", "138")
    installation.good("callbacks", "--outcome", "expired", "--agent", "1", "--source", "key")
    installation.good("callbacks", "show", "cb")
    installation.good("callbacks", "ask", "138", "orders", "--at", "x", "--agent", "1", "--note", "n")
    installation.good("callbacks", "close", "cb", "--reason", "why")
    installation.good("callbacks", "retry", "cb")
    installation.good("callbacks", "postpone", "cb", "2026-11-22 09:00")
    installation.good("callbacks", "wrong-number", "cb")
    installation.good("callbacks", "decline", "cb", "--reason", "why")
    assert asked == [
        ("list_them", {"limit": "20", "state": "open"}),
        ("list_them", {"limit": "5", "queue": "orders"}),
        ("list_them", {"limit": "20", "state": "open", "business": "tv", "number": "138"}),
        ("list_them", {"limit": "20", "agent": "1", "outcome": "expired", "source": "key"}),
        ("show", "cb"),
        ("ask_for", "138", "orders", "x", "1", "n"),
        ("act", "cb", "close", "why", None),
        ("act", "cb", "retry-now", None, None),
        ("act", "cb", "postpone", None, "2026-11-22 09:00"),
        ("act", "cb", "wrong-number", None, None),
        ("act", "cb", "decline", "why", None),
    ]


def test_without_a_token(installation: Installation) -> None:
    assert installation.bad("callbacks").startswith("STROWGER_TOKEN is not set: expected a token of any")
    assert "a token of the agent or a supervisor" in installation.bad("callbacks", "close", "cb")
