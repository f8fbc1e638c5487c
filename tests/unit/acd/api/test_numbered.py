"""Lists of numbers over HTTP: what the blacklist and the do-not-call list have in common."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from acd.archive import BlacklistEntry
from acd.core.numbering import Numbering
from acd.reached import DoNotCallEntry
from tests.unit.acd.api.house import ADMIN, READONLY, SUPERVISOR, House

CSV = ADMIN | {"Content-Type": "text/csv; charset=utf-8"}

each_list = pytest.mark.parametrize("path", ["/api/v1/blacklist", "/api/v1/do-not-call"])


def stored(house: House, path: str) -> Mapping[str, BlacklistEntry | DoNotCallEntry]:
    return house.archive.entries if path.endswith("blacklist") else house.archive.not_to_call


@each_list
async def test_an_entry_is_put_signed_listed_and_deleted(house: House, path: str) -> None:
    asked = {"reason": "<b>prank</b>"}
    status, put = await house.ask("PUT", f"{path}/008613800138000", headers=SUPERVISOR, json=asked)
    assert status == 200
    assert (
        put.items()
        >= {
            "number": "8613800138000",
            "reason": "<b>prank</b>",
            "author": "api:supervisor",
            "created_at": "2026-11-21T12:00:00.000Z",
        }.items()
    )
    assert set(stored(house, path)) == {"8613800138000"}
    _, page = await house.ask("GET", path, headers=READONLY)
    assert page == {"items": [put], "next_cursor": None}
    gone = await house.ask("DELETE", f"{path}/8613800138000", headers=SUPERVISOR)
    assert gone == (204, None)
    assert stored(house, path) == {}
    assert (await house.ask("DELETE", f"{path}/8613800138000", headers=SUPERVISOR))[0] == 404


@each_list
async def test_a_number_that_is_none_is_refused(house: House, path: str) -> None:
    asked = {"reason": "prank"}
    assert (await house.ask("PUT", f"{path}/%2B86 138", headers=SUPERVISOR, json=asked))[0] == 422
    assert stored(house, path) == {}


@each_list
@pytest.mark.parametrize("asked", [{}, {"reason": ""}, {"reason": "x" * 501}, {"reason": "a\nb"}])
async def test_a_reason_is_needed(house: House, path: str, asked: dict[str, str]) -> None:
    status, body = await house.ask("PUT", f"{path}/110", headers=SUPERVISOR, json=asked)
    assert (status, body["errors"][0]["pointer"]) == (422, "/reason")
    assert stored(house, path) == {}


@each_list
async def test_a_file_is_imported_and_signed(house: House, path: str) -> None:
    data = b"number,reason\n110,prank\n119,asked\n"
    answer = await house.ask("POST", f"{path}/import", headers=CSV, data=data)
    assert answer == (200, {"imported": 2})
    rows = [{"number": "120", "reason": "moved"}]
    answer = await house.ask("POST", f"{path}/import", headers=ADMIN, json=rows)
    assert answer == (200, {"imported": 1})
    entries = stored(house, path)
    assert set(entries) == {"110", "119", "120"}
    assert {entry.author for entry in entries.values()} == {"api:admin"}


@each_list
async def test_a_file_with_errors_is_not_imported_at_all(house: House, path: str) -> None:
    data = b"number,reason\n120,moved\n110,\n110,x\n"
    status, body = await house.ask("POST", f"{path}/import", headers=CSV, data=data)
    assert status == 422
    assert [error["line"] for error in body["errors"]] == [3, 4]
    assert stored(house, path) == {}


@each_list
async def test_all_writings_of_a_number_are_one_entry(house: House, path: str) -> None:
    house.centre.writes(Numbering("CN"))
    for written in ("013800138000", "%2B8613800138000", "138-0013-8000"):
        answer = await house.ask("PUT", f"{path}/{written}", headers=SUPERVISOR, json={"reason": "x"})
        assert answer[0] == 200
    assert set(stored(house, path)) == {"+8613800138000"}
    assert (await house.ask("DELETE", f"{path}/8613800138000", headers=SUPERVISOR))[0] == 204
    assert stored(house, path) == {}


async def test_an_entry_in_an_older_writing_is_found_as_it_is_listed(house: House) -> None:
    path = "/api/v1/blacklist"
    await house.ask("PUT", f"{path}/013800138000", headers=SUPERVISOR, json={"reason": "x"})
    house.centre.writes(Numbering("CN"))
    assert (await house.ask("DELETE", f"{path}/013800138000", headers=SUPERVISOR))[0] == 204
    assert stored(house, path) == {}
