"""Queues and calls over HTTP."""

from __future__ import annotations

import pytest

from acd.archive import CallFilter
from tests.unit.acd.api.fakes import NOW
from tests.unit.acd.api.house import READONLY, House

V1 = "/api/v1"


async def test_queues_are_listed_and_one_shows_its_calls_in_order(house: House) -> None:
    status, body = await house.ask("GET", f"{V1}/queues", headers=READONLY)
    assert status == 200
    assert [queue["queue"] for queue in body["items"]] == ["orders", "service"]
    status, orders = await house.ask("GET", f"{V1}/queues/orders", headers=READONLY)
    assert status == 200
    assert orders["waiting"] == ["c1", "c2"]
    assert [call["call"] for call in orders["calls"]] == ["c1", "c2"]
    assert orders["longest_wait"] == 29.5


async def test_an_unknown_queue_is_not_found(house: House) -> None:
    for path in ("/queues/nope", "/calls/live?queue=nope"):
        status, body = await house.ask("GET", V1 + path, headers=READONLY)
        assert (status, body["detail"]) == (404, "There is no queue 'nope'.")


async def test_live_calls_are_listed_by_queue_and_shown(house: House) -> None:
    status, body = await house.ask("GET", f"{V1}/calls/live?queue=orders", headers=READONLY)
    assert (status, len(body["items"])) == (200, 3)
    status, body = await house.ask("GET", f"{V1}/calls/live?queue=service", headers=READONLY)
    assert (status, body["items"]) == (200, [])
    status, call = await house.ask("GET", f"{V1}/calls/live/c1", headers=READONLY)
    assert status == 200
    assert (call["position"], call["joined_at"]) == (1, "2026-11-21T11:59:30.500Z")


async def test_markup_in_a_callers_name_stays_text(house: House) -> None:
    async with house.session.get(f"{house.url}{V1}/calls/live/c1", headers=READONLY) as response:
        assert response.content_type == "application/json"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert (await response.json())["caller_name"] == "<script>alert(1)</script>"


async def test_why_says_it_in_a_sentence_and_step_by_step(house: House) -> None:
    status, why = await house.ask("GET", f"{V1}/calls/c2/why", headers=READONLY)
    assert status == 200
    assert why["ahead"] == 1
    assert why["summary"] == (
        "It asks for orders >= 3; none of them is free: 1001 (talking), 1002 (talking), "
        "1003 (talking), 1004 (talking), 1005 (talking) and 2 more; 1 call is served before it."
    )
    assert len(why["candidates"]) == 7
    assert why["candidates"][0] == {"agent": "1001", "ruled_out_by": "talking"}
    assert [line["code"] for line in why["story"]] == ["entered", "node_lost"]
    assert why["story"][1]["offset"] == 0.5
    assert why["story"][1]["text"] == "the connection to a was lost"
    assert why["story"][1]["arguments"] == ["a"]


async def test_why_of_a_call_that_talks_says_so(house: House) -> None:
    _, why = await house.ask("GET", f"{V1}/calls/c3/why", headers=READONLY)
    assert why["summary"] == "The call is not waiting: it is talking."


async def test_a_call_that_does_not_live_points_to_its_story(house: House) -> None:
    for path in ("calls/c9/why", "calls/live/c9"):
        status, body = await house.ask("GET", f"{V1}/{path}", headers=READONLY)
        assert status == 404
        assert "/api/v1/calls/ID/story" in body["detail"]


async def test_stored_calls_come_in_pages(house: House) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        _, page = await house.ask("GET", f"{V1}/calls?limit=2{cursor}", headers=READONLY)
        seen += [call["call"] for call in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [f"c9-{n}" for n in range(5)]


async def test_every_filter_reaches_the_archive(house: House) -> None:
    parameters = {
        "caller": "+86 138 0013 8000",
        "dialled": "400",
        "business": "knives",
        "queue": "orders",
        "agent": "1001",
        "outcome": "answered",
        "since": "2026-11-21T20:00:00+08:00",
        "until": "2026-11-21T13:00:00Z",
    }
    status, _ = await house.ask("GET", f"{V1}/calls", headers=READONLY, params=parameters)
    assert status == 200
    assert house.archive.wheres == [
        CallFilter(
            caller="8613800138000",
            dialled="400",
            business="knives",
            queue="orders",
            agent="1001",
            outcome="answered",
            since=NOW,
            until=NOW + 3600,
        )
    ]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("caller=anonymous", "caller"),
        ("outcome=lost", "outcome"),
        ("since=yesterday", "since"),
        ("since=2026-11-21T20:00:00", "since"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=many", "limit"),
        ("cursor=", "cursor"),
        ("colour=red", "colour"),
        ("limit=1&limit=2", "limit"),
    ],
)
async def test_a_query_that_does_not_fit_names_the_parameter(
    house: House, query: str, parameter: str
) -> None:
    status, body = await house.ask("GET", f"{V1}/calls?{query}", headers=READONLY)
    assert status == 422
    assert [error["parameter"] for error in body["errors"]] == [parameter]
    assert house.archive.wheres == []


async def test_an_invalid_cursor_is_the_askers_fault(house: House) -> None:
    status, body = await house.ask("GET", f"{V1}/calls?cursor='%20OR%201=1", headers=READONLY)
    assert status == 400
    assert body["type"] == "urn:strowger:problem:bad-cursor"
    assert body["errors"][0]["parameter"] == "cursor"


async def test_a_story_is_told_unknown_steps_included(house: House) -> None:
    status, story = await house.ask("GET", f"{V1}/calls/c9/story", headers=READONLY)
    assert status == 200
    assert story["call"]["outcome"] == "answered"
    assert story["visits"][0]["wait"] == 10.0
    assert story["offers"][0]["ring"] == 5.0
    assert [line["text"] for line in story["story"]] == [
        "a caller with a withheld number dialled 400 on a",
        "a_new_code 1",
    ]


async def test_a_call_that_is_not_stored_is_not_found(house: House) -> None:
    status, body = await house.ask("GET", f"{V1}/calls/c0/story", headers=READONLY)
    assert (status, body["detail"]) == (404, "No call 'c0' is stored.")


async def test_while_the_database_is_away_what_is_live_goes_on(house: House) -> None:
    await house.ask("GET", f"{V1}/queues", headers=READONLY)
    house.archive.down = True
    assert (await house.ask("GET", f"{V1}/queues", headers=READONLY))[0] == 200
    async with house.session.get(f"{house.url}{V1}/calls", headers=READONLY) as response:
        assert response.status == 503
        assert response.headers["Retry-After"] == "5"
        assert (await response.json())["type"] == "urn:strowger:problem:store-unavailable"
