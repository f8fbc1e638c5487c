"""The do-not-call list over HTTP."""

from __future__ import annotations

from acd.core.callback_words import DoNotCallChanged
from tests.unit.acd.api.house import ADMIN, READONLY, SUPERVISOR, House

LIST = "/api/v1/do-not-call"


async def test_a_number_is_put_signed_listed_and_deleted(house: House) -> None:
    asked = {"reason": "asked us not to"}
    status, put = await house.ask("PUT", f"{LIST}/%2B86 138", headers=SUPERVISOR, json=asked)
    assert status == 422
    status, put = await house.ask("PUT", f"{LIST}/008613800138000", headers=SUPERVISOR, json=asked)
    assert (status, put) == (
        200,
        {
            "number": "8613800138000",
            "reason": "asked us not to",
            "author": "api:supervisor",
            "created_at": "2026-11-21T12:00:00.000Z",
        },
    )
    _, page = await house.ask("GET", LIST, headers=READONLY)
    assert page == {"items": [put], "next_cursor": None}
    gone = await house.ask("DELETE", f"{LIST}/8613800138000", headers=SUPERVISOR)
    assert gone == (204, None)
    assert house.centre.events == [
        DoNotCallChanged(number="8613800138000", listed=True),
        DoNotCallChanged(number="8613800138000", listed=False),
    ]
    assert (await house.ask("DELETE", f"{LIST}/8613800138000", headers=SUPERVISOR))[0] == 404


async def test_a_reason_is_needed(house: House) -> None:
    for asked in ({}, {"reason": ""}, {"reason": "x" * 501}, {"reason": "a\nb"}):
        status, body = await house.ask("PUT", f"{LIST}/110", headers=SUPERVISOR, json=asked)
        assert (status, body["errors"][0]["pointer"]) == (422, "/reason")
    assert house.archive.not_to_call == {}


async def test_a_file_is_imported(house: House) -> None:
    headers = ADMIN | {"Content-Type": "text/csv"}
    data = b"number,reason\n110,prank\n119,asked\n"
    answer = await house.ask("POST", f"{LIST}/import", headers=headers, data=data)
    assert answer == (200, {"imported": 2})
    rows = [{"number": "120", "reason": "moved"}]
    assert (await house.ask("POST", f"{LIST}/import", headers=ADMIN, json=rows))[0] == 200
    assert set(house.archive.not_to_call) == {"110", "119", "120"}
    assert house.centre.events == [
        DoNotCallChanged(number=number, listed=True) for number in ("110", "119", "120")
    ]
    status, body = await house.ask(
        "POST", f"{LIST}/import", headers=headers, data=b"number,reason\n110,\n110,x\n"
    )
    assert status == 422
    assert [error["line"] for error in body["errors"]] == [2, 3]
