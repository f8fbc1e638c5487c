"""Missed calls over HTTP."""

from __future__ import annotations

from tests.unit.acd.api.fakes import NOW
from tests.unit.acd.api.house import AGENT, READONLY, SUPERVISOR, House

MISSED = "/api/v1/missed-calls"


async def test_missed_calls_are_listed_by_state(house: House) -> None:
    status, body = await house.ask("GET", f"{MISSED}?state=open", headers=READONLY)
    assert status == 200
    assert [(call["id"], call["reason"]) for call in body["items"]] == [(7, "timed_out")]
    assert (await house.ask("GET", f"{MISSED}?state=closed", headers=READONLY))[1]["items"] == []
    assert (await house.ask("GET", f"{MISSED}?state=lost", headers=READONLY))[0] == 422


async def test_closing_keeps_who_did_it_and_why(house: House) -> None:
    asked = {"why": "he wrote an e-mail"}
    assert await house.ask("POST", f"{MISSED}/7/close", headers=SUPERVISOR, json=asked) == (204, None)
    closed = house.archive.missed[7]
    assert closed.closed_why == "api:supervisor: he wrote an e-mail"
    assert closed.closed_at == NOW
    status, body = await house.ask("POST", f"{MISSED}/7/close", headers=SUPERVISOR, json=asked)
    assert (status, body["detail"]) == (404, "No missed call 7 is open.")


async def test_a_reason_is_needed_and_a_supervisor(house: House) -> None:
    status, body = await house.ask("POST", f"{MISSED}/7/close", headers=SUPERVISOR, json={})
    assert (status, body["errors"][0]["pointer"]) == (422, "/why")
    assert (await house.ask("POST", f"{MISSED}/7/close", headers=AGENT, json={}))[0] == 403
    assert (await house.ask("POST", f"{MISSED}/x/close", headers=SUPERVISOR, json={}))[0] == 404
