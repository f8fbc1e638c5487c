"""`acd reload` and `acd agent`: what the engine answers, and what else may be there in its stead."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientTimeout, web

from acd.api import agents
from acd.console import remote
from acd.errors import OperatorError
from config.settings import Settings
from tests.unit.acd.console.installation import Installation
from tests.unit.acd.console.listening import listening


class Engine:
    """Something that listens where the engine should."""

    def __init__(self) -> None:
        self.status = 200
        self.text = '{"revision": "r2"}'
        self.requests: list[web.Request] = []
        self.bodies: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.requests.append(request)
        self.bodies.append(await request.text())
        body, headers = self.text.encode("latin-1"), {"Content-Type": "application/json; charset=utf-8"}
        return web.Response(status=self.status, body=body, headers=headers)


@pytest.fixture
async def engine(installation: Installation) -> AsyncIterator[Engine]:
    engine = Engine()
    async with listening(installation, engine.answer):
        yield engine


async def refusal(installation: Installation) -> str:
    with pytest.raises(OperatorError) as refused:
        await remote.reload(installation.settings())
    assert installation.said() == ""
    return str(refused.value)


async def test_it_is_taken_over(installation: Installation, engine: Engine) -> None:
    await remote.reload(installation.settings())
    assert installation.said() == "taken over: revision r2\n"
    (request,) = engine.requests
    assert (request.method, request.path) == ("POST", "/api/v1/configuration/reload")
    assert request.headers["Authorization"] == "Bearer word"


async def test_what_the_engine_complains_of(installation: Installation, engine: Engine) -> None:
    engine.status = 422
    engine.text = '{"detail": "not good", "errors": [{"detail": "a:1:1: x"}, {"detail": "a:2:1: y"}]}'
    assert await refusal(installation) == "a:1:1: x\na:2:1: y"
    engine.status, engine.text = 401, '{"detail": "no such token", "errors": null}'
    assert await refusal(installation) == "no such token"
    engine.status, engine.text = 500, "{}"
    assert await refusal(installation) == "500"


@pytest.mark.parametrize("text", ["<html>", "[]", "{}", '{"revision": 5}', ""])
async def test_something_else_answers(installation: Installation, engine: Engine, text: str) -> None:
    engine.text = text
    assert (await refusal(installation)).startswith("it is no engine that answers at http://127.0.0.1:")


async def test_what_is_no_text(installation: Installation, engine: Engine) -> None:
    engine.text = "\xff"
    assert "no engine answers at" in await refusal(installation)


async def test_an_engine_that_does_not_answer(
    installation: Installation, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "PATIENCE", ClientTimeout(total=1e-6))
    assert (await refusal(installation)).endswith("reload: TimeoutError")


def test_no_engine_at_all(installation: Installation) -> None:
    installation.set(api_port=1, token="word")
    assert "no engine answers at http://127.0.0.1:1/api" in installation.bad("reload")
    installation.set(api_host="::1")
    assert "no engine answers at http://[::1]:1/api" in installation.bad("reload")
    installation.set(api_host="not a host")
    assert "no engine answers at " in installation.bad("reload")


def test_no_token(installation: Installation) -> None:
    assert installation.bad("reload") == (
        "STROWGER_TOKEN is not set: expected an admin's token (acd token create)\n"
    )


NOW = '{"agent": "1", "name": "Li", "state": "%s", "reason": %s, "pending": %s, "call": 7}'


async def test_an_agent_is_paused(installation: Installation, engine: Engine) -> None:
    engine.text = NOW % ("paused", '"lunch"', "null")
    await remote.act(installation.settings(), "1", "pause", "lunch")
    assert installation.said() == "1 Li: paused (lunch)\n"
    engine.text = NOW % ("talking", "null", '"log_out"')
    await remote.act(installation.settings(), "a/1", "log-out", None)
    assert installation.said() == "1 Li: talking, log_out after the call\n"
    pause, log_out = engine.requests
    assert (pause.method, pause.path) == ("POST", "/api/v1/agents/1/pause")
    assert (log_out.method, log_out.raw_path) == ("POST", "/api/v1/agents/a%2F1/log-out")
    assert log_out.headers["Authorization"] == "Bearer word"
    assert engine.bodies == ['{"reason": "lunch"}', ""]


async def test_why_an_agent_cannot(installation: Installation, engine: Engine) -> None:
    engine.status, engine.text = 409, '{"detail": "not logged in"}'
    with pytest.raises(OperatorError, match="not logged in"):
        await remote.act(installation.settings(), "1", "resume", None)


def test_agents_on_the_command_line(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str, str | None]] = []

    async def act(settings: Settings, agent: str, act: str, reason: str | None) -> None:
        asked.append((agent, act, reason))

    monkeypatch.setattr(remote, "act", act)
    acts = [route.path.rpartition("/")[2] for route in agents.ROUTES if route.method == "POST"]
    for word in acts:
        installation.good("agent", "1", word)
    installation.good("agent", "1", "pause", "--reason", "lunch")
    assert asked == [*(("1", word, None) for word in acts), ("1", "pause", "lunch")]
    assert "--reason goes with pause" in installation.bad("agent", "1", "resume", "--reason", "x")
    assert "'dance' is not one of" in installation.bad("agent", "1", "dance")


def test_an_agent_without_a_token(installation: Installation) -> None:
    said = installation.bad("agent", "1", "log-in")
    assert said.startswith("STROWGER_TOKEN is not set: expected a token of the agent or a supervisor")
