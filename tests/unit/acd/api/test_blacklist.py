"""The blacklist over HTTP: entries expire, and the engine knows them."""

from __future__ import annotations

from acd.core.events import Blacklisted
from tests.unit.acd.api.house import ADMIN, SUPERVISOR, House

BLACKLIST = "/api/v1/blacklist"


async def test_the_engine_knows_an_entry_and_when_it_expires(house: House) -> None:
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
    await house.ask("DELETE", f"{BLACKLIST}/110", headers=SUPERVISOR)
    assert house.centre.blacklisted == {"110": (None, None)}


async def test_the_engine_knows_what_is_imported(house: House) -> None:
    headers = ADMIN | {"Content-Type": "text/csv; charset=utf-8"}
    data = b"number,reason,expires\n110,prank,\n119,spam,2026-12-31\n"
    answer = await house.ask("POST", f"{BLACKLIST}/import", headers=headers, data=data)
    assert answer == (200, {"imported": 2})
    known = {
        entry.number: (Blacklisted(reason=entry.reason, author="api:admin"), entry.expires_at)
        for entry in house.archive.entries.values()
    }
    assert set(known) == {"110", "119"}
    assert house.centre.blacklisted == known


async def test_an_entry_of_a_json_import_may_expire_never(house: House) -> None:
    rows = [{"number": "110", "reason": "prank", "expires": None}]
    answer = await house.ask("POST", f"{BLACKLIST}/import", headers=ADMIN, json=rows)
    assert answer == (200, {"imported": 1})
    assert house.archive.entries["110"].expires_at is None
