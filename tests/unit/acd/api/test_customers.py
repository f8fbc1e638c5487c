"""Customers over HTTP: stored first, then known to the engine."""

from __future__ import annotations

import pytest

from acd.core.events import Customer
from tests.unit.acd.api.house import ADMIN, READONLY, SUPERVISOR, House

CUSTOMERS = "/api/v1/customers"
KNOWN = Customer(
    number="13800138000", name="Li", last_agent="1002", last_agent_at=1000.0, last_agent_by="call"
)
CSV = ADMIN | {"Content-Type": "text/csv"}
JSON = ADMIN | {"Content-Type": "application/json"}


async def test_a_customer_is_put_shown_and_deleted(house: House) -> None:
    asked = {
        "name": "Robert'); DROP TABLE customers;--",
        "tier": "vip",
        "last_agent": "1001",
        "last_order_at": "2026-11-20",
    }
    path = f"{CUSTOMERS}/%2B86%20138-0013-8000"
    status, put = await house.ask("PUT", path, headers=SUPERVISOR, json=asked)
    assert status == 200
    assert put == {
        "number": "8613800138000",
        "name": "Robert'); DROP TABLE customers;--",
        "tier": "vip",
        "last_agent": "1001",
        "last_agent_at": "2026-11-19T16:00:00.000Z",
        "last_agent_by": "order",
    }
    stored = house.archive.known_customers["8613800138000"]
    assert house.centre.customers == {"8613800138000": stored}
    assert await house.ask("GET", f"{CUSTOMERS}/8613800138000", headers=READONLY) == (200, put)
    status, page = await house.ask("GET", f"{CUSTOMERS}?tier=vip", headers=READONLY)
    assert (status, page["items"], page["next_cursor"]) == (200, [put], None)
    assert await house.ask("DELETE", path, headers=SUPERVISOR) == (204, None)
    assert house.centre.customers == {"8613800138000": None}
    for method in ("GET", "DELETE"):
        assert (await house.ask(method, path, headers=SUPERVISOR))[0] == 404


async def test_the_last_agent_stays_known_where_he_is_not_given(house: House) -> None:
    house.archive.known_customers[KNOWN.number] = KNOWN
    path = f"{CUSTOMERS}/{KNOWN.number}"
    status, put = await house.ask("PUT", path, headers=SUPERVISOR, json={"tier": "vip"})
    assert (status, put["last_agent"], put["name"]) == (200, "1002", None)
    assert house.centre.customers[KNOWN.number] == Customer(number=KNOWN.number, tier="vip")


@pytest.mark.parametrize(
    ("asked", "pointers"),
    [
        ({"tier": "VIP"}, ["/tier"]),
        ({"name": "a\nb"}, ["/name"]),
        ({"last_agent": "1003", "last_order_at": "soon"}, ["/last_agent", "/last_order_at"]),
        ({"last_agent": "1001"}, ["/last_order_at"]),
        ({"name": 5}, ["/name"]),
        ({"nmae": "Li"}, ["/nmae"]),
        ({"name": "x" * 1001}, ["/name"]),
    ],
)
async def test_a_customer_that_cannot_be_is_refused(
    house: House, asked: dict[str, object], pointers: list[str]
) -> None:
    status, body = await house.ask("PUT", f"{CUSTOMERS}/110", headers=SUPERVISOR, json=asked)
    assert status == 422
    assert [error["pointer"] for error in body["errors"]] == pointers
    assert house.archive.known_customers == {}


@pytest.mark.parametrize("number", ["abc", "<b>1</b>", "1" * 4000, "%00", "12"])
async def test_a_number_that_is_none_is_refused(house: House, number: str) -> None:
    status, body = await house.ask("GET", f"{CUSTOMERS}/{number}", headers=READONLY)
    assert status in (404, 422)
    if status == 422:
        assert body["errors"][0]["parameter"] == "number"


async def test_a_csv_file_is_imported_whole(house: House) -> None:
    data = b"number,name,tier\n110,Li,vip\n119,Wang,\n"
    status, body = await house.ask("POST", f"{CUSTOMERS}/import", headers=CSV, data=data)
    assert (status, body) == (200, {"imported": 2})
    assert set(house.archive.known_customers) == {"110", "119"}
    assert house.centre.customers == house.archive.known_customers


async def test_a_csv_file_with_errors_is_not_imported_at_all(house: House) -> None:
    data = b"number,name,tier\n110,Li,vip\nabc,Wang,gold\n110,x,\n"
    status, body = await house.ask("POST", f"{CUSTOMERS}/import", headers=CSV, data=data)
    assert status == 422
    assert body["detail"] == "3 errors; nothing was imported."
    assert [error["line"] for error in body["errors"]] == [3, 3, 4]
    assert body["errors"][1]["detail"] == "tier: unknown tier 'gold'"
    assert house.archive.known_customers == {}
    assert house.counted("strowger_bad_input_total", source="import", kind="text/csv") == 1


async def test_a_json_array_is_imported_by_the_same_rules(house: House) -> None:
    rows = [{"number": "110", "name": "Li"}, {"number": "119", "tier": "vip"}]
    status, body = await house.ask("POST", f"{CUSTOMERS}/import", headers=ADMIN, json=rows)
    assert (status, body) == (200, {"imported": 2})
    rows = [{"number": "110", "tier": "gold"}, {"name": "x"}, {"number": "abc"}, {"number": "110"}]
    status, body = await house.ask("POST", f"{CUSTOMERS}/import", headers=ADMIN, json=rows)
    assert status == 422
    assert [error["pointer"] for error in body["errors"]] == [
        "/0/tier",
        "/1/number",
        "/2/number",
        "/3/number",
    ]
    assert house.archive.known_customers["110"].name == "Li"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[",
        b"[{}",
        b'[{"number": "110"},]',
        b'[{"number": "110"}] x',
        b"[] []",
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
async def test_an_import_that_is_no_json_array_is_a_bad_request(house: House, data: bytes) -> None:
    status, body = await house.ask("POST", f"{CUSTOMERS}/import", headers=JSON, data=data)
    assert (status, body["type"]) == (400, "urn:strowger:problem:bad-request")
    assert house.archive.known_customers == {}


async def test_an_empty_array_imports_nothing(house: House) -> None:
    answer = await house.ask("POST", f"{CUSTOMERS}/import", headers=JSON, data=b" [ ] \n")
    assert answer == (200, {"imported": 0})


async def test_only_the_first_errors_are_listed_and_all_are_counted(house: House) -> None:
    data = b"number\n" + b"x\n" * 1500
    status, body = await house.ask("POST", f"{CUSTOMERS}/import", headers=CSV, data=data)
    assert status == 422
    assert len(body["errors"]) == 1000
    assert body["detail"] == "1500 errors; nothing was imported; the first 1000 are listed."


async def test_another_media_type_is_refused(house: House) -> None:
    headers = ADMIN | {"Content-Type": "application/x-www-form-urlencoded"}
    status, body = await house.ask("POST", f"{CUSTOMERS}/import", headers=headers, data=b"number\n1")
    assert (status, body["type"]) == (415, "urn:strowger:problem:wrong-media-type")
    assert "text/csv or application/json" in body["detail"]


async def test_nothing_is_imported_while_the_database_is_away(house: House) -> None:
    await house.ask("GET", CUSTOMERS, headers=ADMIN)
    house.archive.down = True
    data = b"number\n110\n"
    assert (await house.ask("POST", f"{CUSTOMERS}/import", headers=CSV, data=data))[0] == 503
    assert house.centre.customers == {}
