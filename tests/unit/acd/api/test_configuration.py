"""The configuration over HTTP."""

from __future__ import annotations

from acd.ports import ReloadResult
from tests.unit.acd.api.house import ADMIN, READONLY, House


async def test_the_running_configuration_is_shown(house: House) -> None:
    answer = await house.ask("GET", "/api/v1/configuration", headers=READONLY)
    assert answer == (200, {"revision": "r1", "text": "# r1\n"})


async def test_a_reload_that_is_taken_names_the_revision(house: House) -> None:
    answer = await house.ask("POST", "/api/v1/configuration/reload", headers=ADMIN)
    assert answer == (200, {"revision": "r2"})


async def test_a_reload_that_is_not_lists_every_problem(house: House) -> None:
    problems = ("routing.yaml:3:5: unknown key", "routing.yaml:9:1: unknown queue")
    house.centre.reload_result = ReloadResult(taken=False, revision="r1", problems=problems)
    status, body = await house.ask("POST", "/api/v1/configuration/reload", headers=ADMIN)
    assert status == 422
    assert body["type"] == "urn:strowger:problem:not-taken"
    assert "revision r1 goes on running" in body["detail"]
    assert [error["detail"] for error in body["errors"]] == list(problems)
