"""Callbacks over HTTP: seen by everybody, asked for and acted on by whom they concern."""

from __future__ import annotations

from typing import Any

import pytest

from acd.core.callback_words import CallbackAct, CallbackActed, CallbackAsked, CallbackSource
from acd.reached import CallbackFilter
from tests.unit.acd.api.fakes import NOW
from tests.unit.acd.api.house import AGENT, READONLY, SUPERVISOR, House
from tests.unit.acd.api.promised import live

CALLBACKS = "/api/v1/callbacks"
WANTED = {"number": "+86 139-0013-9000", "queue": "orders"}


async def test_they_are_listed_with_what_is_being_done(house: House) -> None:
    status, page = await house.ask("GET", CALLBACKS, headers=READONLY)
    assert status == 200
    open_one, closed_one = page["items"]
    assert (open_one["callback"], open_one["state"], open_one["now"]) == ("cb1", "open", "due")
    assert (closed_one["state"], closed_one["now"], closed_one["outcome"]) == (
        "closed",
        None,
        "answered",
    )
    assert open_one["created_at"] == "2026-11-21T11:50:00.000Z"
    assert open_one["note"] == "<b>angry</b>"
    house.centre.promises.open["cb1"] = live("cb1", agent="1002")
    _, page = await house.ask("GET", CALLBACKS, headers=READONLY)
    assert (page["items"][0]["now"], page["items"][0]["now_agent"]) == ("offered", "1002")


async def test_every_condition_reaches_the_archive(house: House) -> None:
    asked = {
        "state": "open",
        "business": "tv",
        "queue": "orders",
        "number": "+86 138 0013 8000",
        "source": "key",
        "outcome": "expired",
        "since": "2026-11-21T12:00:00Z",
        "until": "2026-11-21T13:00:00Z",
    }
    status, _ = await house.ask("GET", CALLBACKS, headers=READONLY, params=asked)
    assert status == 200
    assert house.archive.callback_wheres == [
        CallbackFilter(
            is_open=True,
            business="tv",
            queue="orders",
            number="8613800138000",
            source="key",
            outcome="expired",
            since=NOW,
            until=NOW + 3600,
        )
    ]
    status, body = await house.ask("GET", CALLBACKS, headers=READONLY, params={"state": "ajar"})
    assert (status, body["errors"][0]["parameter"]) == (422, "state")


async def test_one_is_told_with_its_attempts(house: House) -> None:
    status, body = await house.ask("GET", f"{CALLBACKS}/cb1", headers=READONLY)
    assert status == 200
    assert body["callback"]["callback"] == "cb1"
    (attempt,) = body["attempts"]
    assert attempt == {
        "attempt": "cb1-a1",
        "number_of": 1,
        "number": "13800138000",
        "agent": "1001",
        "made_at": "2026-11-21T11:51:40.000Z",
        "ended_at": "2026-11-21T11:51:50.000Z",
        "outcome": "busy",
        "ring": 4.5,
    }
    assert (await house.ask("GET", f"{CALLBACKS}/none", headers=READONLY))[0] == 404


async def test_one_is_asked_for(house: House) -> None:
    wanted = WANTED | {"at": "2026-11-22T09:00:00+08:00", "agent": "1002", "note": "call about size"}
    status, body = await house.ask(
        "POST", CALLBACKS, headers=SUPERVISOR, json=wanted | {"dialled": "400", "language": "en"}
    )
    assert (status, body["merged"]) == (201, False)
    (event,) = house.centre.events
    assert event == CallbackAsked(
        number="8613900139000",
        queue="orders",
        by="api:supervisor",
        source=CallbackSource.API,
        id=body["callback"],
        dialled="400",
        at=NOW + 13 * 3600,
        agent="1002",
        language="en",
        note="call about size",
    )
    assert house.centre.settled_times == 1


async def test_an_agent_asks_for_himself_or_for_anybody(house: House) -> None:
    for agent, expected in ((None, 201), ("1001", 201), ("1002", 403)):
        wanted = WANTED | ({} if agent is None else {"agent": agent})
        assert (await house.ask("POST", CALLBACKS, headers=AGENT, json=wanted))[0] == expected
    sources = [event.source for event in house.centre.events if isinstance(event, CallbackAsked)]
    assert sources == [CallbackSource.AGENT, CallbackSource.AGENT]
    assert (await house.ask("POST", CALLBACKS, headers=READONLY, json=WANTED))[0] == 403


async def test_what_is_open_already_stands_for_it(house: House) -> None:
    house.centre.promises.same = "cb1"
    answer = await house.ask("POST", CALLBACKS, headers=SUPERVISOR, json=WANTED)
    assert answer == (201, {"callback": "cb1", "merged": True})


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("110", "do-not-call list"),
        ("114", "The number is in the blacklist: swears at agents"),
        ("999", "Nobody will be called: expired."),
    ],
)
async def test_whom_nobody_may_call(house: House, number: str, why: str) -> None:
    wanted = WANTED | {"number": number}
    status, body = await house.ask("POST", CALLBACKS, headers=SUPERVISOR, json=wanted)
    assert (status, why in body["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"number": "nobody"}, "/number"),
        ({"number": "1"}, "/number"),
        ({"queue": "order"}, "/queue"),
        ({"agent": "1003"}, "/agent"),
        ({"business": "radio"}, "/business"),
        ({"dialled": "401"}, "/dialled"),
        ({"language": "fr"}, "/language"),
        ({"at": "2028-11-21T12:00:00Z"}, "/at"),
        ({"at": "2026-11-21T12:00:00"}, "/at"),
        ({"at": "soon"}, "/at"),
        ({"note": ""}, "/note"),
        ({"prio": 1}, "/prio"),
    ],
)
async def test_what_cannot_be_is_named(house: House, changed: dict[str, Any], pointer: str) -> None:
    status, body = await house.ask("POST", CALLBACKS, headers=SUPERVISOR, json=WANTED | changed)
    assert status == 422
    assert [error["pointer"] for error in body["errors"]] == [pointer]
    assert house.centre.events == []


async def test_what_is_not_written_yet_is_not_promised(house: House) -> None:
    house.centre.settles = False
    status, body = await house.ask("POST", CALLBACKS, headers=SUPERVISOR, json=WANTED)
    assert (status, body["type"]) == (503, "urn:strowger:problem:store-unavailable")


@pytest.mark.parametrize("act", [act for act in CallbackAct if act is not CallbackAct.DECLINE])
async def test_it_is_acted_on(house: House, act: CallbackAct) -> None:
    path = f"{CALLBACKS}/cb1/{act.value.replace('_', '-')}"
    body = {"reason": "he said so"}
    until = None
    if act is CallbackAct.POSTPONE:
        body["until"], until = "2026-11-21T13:00:00Z", NOW + 3600
    assert await house.ask("POST", path, headers=SUPERVISOR, json=body) == (204, None)
    assert house.centre.events == [
        CallbackActed(callback="cb1", act=act, by="api:supervisor", reason="he said so", until=until)
    ]


async def test_what_cannot_be_done_says_why(house: House) -> None:
    answer = await house.ask("POST", f"{CALLBACKS}/cb1/decline", headers=SUPERVISOR)
    assert (answer[0], answer[1]["detail"]) == (409, "it is due just now")
    status, body = await house.ask("POST", f"{CALLBACKS}/cb2/close", headers=SUPERVISOR)
    why = "It is closed since 2026-11-21T12:00:00+00:00: answered."
    assert (status, body["detail"]) == (409, why)
    assert (await house.ask("POST", f"{CALLBACKS}/none/close", headers=SUPERVISOR))[0] == 404


@pytest.mark.parametrize("until", [None, "2028-11-21T12:00:00Z", "2026-11-21T12:00:00"])
async def test_it_is_postponed_to_a_time(house: House, until: str | None) -> None:
    body = {} if until is None else {"until": until}
    status, problem = await house.ask("POST", f"{CALLBACKS}/cb1/postpone", headers=SUPERVISOR, json=body)
    assert (status, problem["errors"][0]["pointer"]) == (422, "/until")


async def test_a_time_that_is_over_is_a_slip(house: House) -> None:
    body = {"number": "13800138000", "queue": "orders", "at": "2026-11-21T11:58:00Z"}
    status, problem = await house.ask("POST", CALLBACKS, headers=SUPERVISOR, json=body)
    assert (status, problem["errors"][0]["pointer"]) == (422, "/at")
    body["at"] = "2026-11-21T11:59:30Z"  # clocks differ
    assert (await house.ask("POST", CALLBACKS, headers=SUPERVISOR, json=body))[0] == 201


async def test_a_queue_that_there_never_was_is_named(house: House) -> None:
    house.archive.stories.clear()
    status, problem = await house.ask("GET", f"{CALLBACKS}?queue=nosuch", headers=SUPERVISOR)
    assert (status, problem["errors"][0]["parameter"]) == (422, "queue")
    assert "nosuch" in problem["errors"][0]["detail"]


async def test_an_agent_acts_on_what_was_offered_to_him(house: House) -> None:
    path = f"{CALLBACKS}/cb1/close"
    assert (await house.ask("POST", path, headers=AGENT))[0] == 204
    story = house.archive.stories["cb1"]
    house.archive.stories["cb1"] = type(story)(callback=story.callback, attempts=[])
    status, body = await house.ask("POST", path, headers=AGENT)
    assert (status, body["type"]) == (403, "urn:strowger:problem:forbidden")
    for mine in (live("cb1", agent="1001"), live("cb1", only="1001")):
        house.centre.promises.open["cb1"] = mine
        assert (await house.ask("POST", path, headers=AGENT))[0] == 204
    assert (await house.ask("POST", f"{CALLBACKS}/none/close", headers=AGENT))[0] == 404
    assert (await house.ask("POST", path, headers=READONLY))[0] == 403


@pytest.mark.parametrize(("asked_by", "expected"), [("api:agent", 204), ("api:supervisor", 403)])
async def test_an_agent_acts_on_what_he_asked_for(house: House, asked_by: str, expected: int) -> None:
    story = house.archive.stories["cb1"]
    house.archive.stories["cb1"] = type(story)(callback=story.callback, attempts=[])
    house.centre.promises.open["cb1"] = live("cb1", asked_by=asked_by)
    for act, body in (("close", {}), ("postpone", {"until": "2026-11-21T13:00:00Z"})):
        path = f"{CALLBACKS}/cb1/{act}"
        assert (await house.ask("POST", path, headers=AGENT, json=body))[0] == expected


async def test_a_supervisor_acts_while_the_database_is_away(house: House) -> None:
    await house.ask("GET", CALLBACKS, headers=SUPERVISOR)  # so that the token is known
    house.archive.down = True
    assert (await house.ask("POST", f"{CALLBACKS}/cb1/close", headers=SUPERVISOR))[0] == 204
    assert (await house.ask("GET", CALLBACKS, headers=SUPERVISOR))[0] == 503
