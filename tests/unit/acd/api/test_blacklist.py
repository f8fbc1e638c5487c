"""The blacklist over HTTP."""

from __future__ import annotations

from acd.core.events import Blacklisted
from tests.unit.acd.api.house import ADMIN, READONLY, SUPERVISOR, House

BLACKLIST = "/api/v1/blacklist"


async def test_an_entry_is_put_signed_listed_and_deleted(house: House) -> None:
    asked = {"reason": "<b>prank</b>", "expires": "2026-12-31"}
    status, put = await house.ask("PUT", f"{BLACKLIST}/110", headers=SUPERVISOR, json=asked)
    assert status == 200
    assert put == {
        "number": "110",
        "reason": "<b>prank</b>",
        "author": "api:supervisor",
        "created_at": "2026-11-21T12:00:00.000Z",
        "expires_at": "2026-12-31T16:00:00.000Z",
    }
    entry = house.archive.entries["110"]
    known = Blacklisted(reason="<b>prank</b>", author="api:supervisor")
    assert house.centre.blacklisted == {"110": (known, entry.expires_at)}
    _, page = await house.ask("GET", BLACKLIST, headers=READONLY)
    assert page == {"items": [put], "next_cursor": None}
    assert await house.ask("DELETE", f"{BLACKLIST}/110", headers=SUPERVISOR) == (204, None)
    assert house.centre.blacklisted == {"110": (None, None)}
    assert (await house.ask("DELETE", f"{BLACKLIST}/110", headers=SUPERVISOR))[0] == 404


async def test_a_reason_is_needed(house: House) -> None:
    for asked in ({}, {"reason": ""}, {"reason": "x" * 501}):
        status, body = await house.ask("PUT", f"{BLACKLIST}/110", headers=SUPERVISOR, json=asked)
        assert (status, body["errors"][0]["pointer"]) == (422, "/reason")
    assert house.archive.entries == {}


async def test_a_file_is_imported_and_signed(house: House) -> None:
    headers = ADMIN | {"Content-Type": "text/csv; charset=utf-8"}
    data = b"number,reason,expires\n110,prank,\n119,spam,2026-12-31\n"
    answer = await house.ask("POST", f"{BLACKLIST}/import", headers=headers, data=data)
    assert answer == (200, {"imported": 2})
    assert {entry.author for entry in house.archive.entries.values()} == {"api:admin"}
    assert set(house.centre.blacklisted) == {"110", "119"}


async def test_a_json_import_is_too(house: House) -> None:
    rows = [{"number": "110", "reason": "prank", "expires": None}]
    answer = await house.ask("POST", f"{BLACKLIST}/import", headers=ADMIN, json=rows)
    assert answer == (200, {"imported": 1})
