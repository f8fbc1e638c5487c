"""Tokens over HTTP: shown once, listed without their secret, good for what they were made for."""

from __future__ import annotations

import pytest

from acd.api.secrets import hash_secret
from tests.unit.acd.api.house import ADMIN, House

TOKENS = "/api/v1/tokens"


async def test_a_token_is_made_and_its_secret_shown_once(house: House) -> None:
    status, made = await house.ask(
        "POST", TOKENS, headers=ADMIN, json={"name": "wallboard", "role": "readonly"}
    )
    assert status == 201
    secret = made.pop("secret")
    assert hash_secret(secret) in house.archive.hashes
    assert made == {
        "id": 5,
        "name": "wallboard",
        "role": "readonly",
        "agent": None,
        "created_at": "2026-11-21T12:00:00.000Z",
        "revoked_at": None,
    }
    headers = {"Authorization": f"Bearer {secret}"}
    assert (await house.ask("GET", "/api/v1/agents", headers=headers))[0] == 200
    status, listed = await house.ask("GET", TOKENS, headers=ADMIN)
    assert status == 200
    assert made in listed["items"]
    assert secret not in str(listed)


async def test_answers_are_not_kept_by_anybody_between(house: House) -> None:
    async with house.session.get(house.url + TOKENS, headers=ADMIN) as response:
        assert response.headers["Cache-Control"] == "no-store"


async def test_an_agents_token_is_bound_to_its_agent(house: House) -> None:
    asked = {"name": "desk 2", "role": "agent", "agent": "1002"}
    assert (await house.ask("POST", TOKENS, headers=ADMIN, json=asked))[0] == 422
    asked["name"] = "desk-2"
    status, made = await house.ask("POST", TOKENS, headers=ADMIN, json=asked)
    assert status == 201
    headers = {"Authorization": f"Bearer {made['secret']}"}
    assert (await house.ask("POST", "/api/v1/agents/1002/log-in", headers=headers))[0] == 200
    assert (await house.ask("POST", "/api/v1/agents/1001/log-in", headers=headers))[0] == 403


@pytest.mark.parametrize(
    ("asked", "pointer", "detail"),
    [
        ({"name": "x", "role": "agent"}, "/agent", "needed for the role"),
        ({"name": "x", "role": "admin", "agent": "1001"}, "/agent", "needed for the role"),
        ({"name": "x", "role": "agent", "agent": "1003"}, "/agent", "did you mean"),
        ({"name": "x", "role": "root"}, "/role", "Input should be"),
        ({"name": "<b>", "role": "admin"}, "/name", "match pattern"),
        ({"role": "admin"}, "/name", "Field required"),
        ({"name": "x", "role": "admin", "secret": "1234"}, "/secret", "not permitted"),
        ({"name": 5, "role": "admin"}, "/name", "valid string"),
    ],
)
async def test_what_cannot_be_made_is_refused(
    house: House, asked: dict[str, object], pointer: str, detail: str
) -> None:
    status, body = await house.ask("POST", TOKENS, headers=ADMIN, json=asked)
    assert status == 422
    (error,) = body["errors"]
    assert error["pointer"] == pointer
    assert detail in error["detail"]


async def test_two_living_tokens_never_share_a_name(house: House) -> None:
    asked = {"name": "admin", "role": "readonly"}
    status, body = await house.ask("POST", TOKENS, headers=ADMIN, json=asked)
    assert (status, body["type"]) == (409, "urn:strowger:problem:conflict")
