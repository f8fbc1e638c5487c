"""The do-not-call list over HTTP: the engine, which closes callbacks by it, is told."""

from __future__ import annotations

from acd.core.callback_words import DoNotCallChanged
from tests.unit.acd.api.house import ADMIN, SUPERVISOR, House

LIST = "/api/v1/do-not-call"


async def test_the_engine_is_told_of_one_number(house: House) -> None:
    asked = {"reason": "asked us not to"}
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
    await house.ask("DELETE", f"{LIST}/8613800138000", headers=SUPERVISOR)
    assert house.centre.events == [
        DoNotCallChanged(number="8613800138000", listed=True),
        DoNotCallChanged(number="8613800138000", listed=False),
    ]


async def test_the_engine_is_told_of_what_is_imported(house: House) -> None:
    headers = ADMIN | {"Content-Type": "text/csv"}
    data = b"number,reason\n110,prank\n119,asked\n"
    await house.ask("POST", f"{LIST}/import", headers=headers, data=data)
    rows = [{"number": "120", "reason": "moved"}]
    await house.ask("POST", f"{LIST}/import", headers=ADMIN, json=rows)
    assert house.centre.events == [
        DoNotCallChanged(number=number, listed=True) for number in ("110", "119", "120")
    ]
