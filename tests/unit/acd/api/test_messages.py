"""Voicemail messages over HTTP: who sees, hears and does what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from acd.api.listened import FOR_S, Listened
from acd.api.settings import ApiSettings
from acd.core.message_words import MessageAct, MessageActed, MessageState
from acd.message_files import path_of
from acd.voicemail import MessageFilter
from tests.unit.acd.api.fake_messages import left
from tests.unit.acd.api.fakes import NOW
from tests.unit.acd.api.house import ADMIN, AGENT, READONLY, SUPERVISOR, House, serve

MESSAGES = "/api/v1/messages"
VOICE = b"RIFF" + bytes(range(200))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """The sound of m1 and m2 is there."""
    for id in ("m1", "m2"):
        path = path_of(tmp_path, f"2026/11/21/{id}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(VOICE)
    (tmp_path / "secret.wav").write_bytes(b"secret")
    async with serve(ApiSettings(recordings_dir=tmp_path)) as house:
        yield house


async def hear(house: House, id: str = "m1", **headers: str) -> tuple[int, bytes, Any]:
    url = f"{house.url}{MESSAGES}/{id}/audio"
    async with house.session.get(url, headers=SUPERVISOR | headers) as response:
        return response.status, await response.read(), response.headers


async def test_a_supervisor_sees_all_boxes_and_an_agent_his(house: House) -> None:
    status, body = await house.ask("GET", MESSAGES, headers=SUPERVISOR)
    assert status == 200
    assert [each["message"] for each in body["items"]] == ["m3", "m2", "m1"]
    _, body = await house.ask("GET", MESSAGES, headers=AGENT)
    assert [each["message"] for each in body["items"]] == ["m3", "m1"]
    _, body = await house.ask("GET", f"{MESSAGES}?box=service", headers=AGENT)
    assert body["items"] == []
    assert (await house.ask("GET", MESSAGES, headers=READONLY))[0] == 403


async def test_a_message_is_shown_without_the_place_of_its_file(house: House) -> None:
    _, body = await house.ask("GET", f"{MESSAGES}?limit=1", headers=SUPERVISOR)
    assert body["items"] == [
        {
            "message": "m3",
            "call": "call-m3",
            "box": "orders",
            "caller": None,
            "business": None,
            "queue": "orders",
            "language": "en",
            "left_at": "2026-11-21T11:58:20.000Z",
            "seconds": 12.0,
            "state": "new",
            "agent": None,
            "changed_at": None,
            "deleted_at": None,
        }
    ]
    _, body = await house.ask("GET", f"{MESSAGES}?cursor={body['next_cursor']}", headers=SUPERVISOR)
    assert [each["message"] for each in body["items"]] == ["m2", "m1"]


async def test_every_condition_reaches_the_archive(house: House) -> None:
    query = {
        "box": "orders", "state": "taken", "agent": "1001", "caller": "138 0013 8000",
        "since": "2026-11-21T11:00:00Z", "until": "2026-11-21T12:00:00Z",
    }  # fmt: skip
    status, _ = await house.ask("GET", MESSAGES, headers=ADMIN, params=query)
    assert status == 200
    assert house.archive.messages_kept.wheres == [
        MessageFilter(
            boxes=frozenset({"orders"}),
            state=MessageState.TAKEN,
            agent="1001",
            caller="13800138000",
            since=NOW - 3600,
            until=NOW,
        )
    ]
    for wrong in ("state=lost", "since=yesterday", "box=", "colour=red"):
        assert (await house.ask("GET", f"{MESSAGES}?{wrong}", headers=ADMIN))[0] == 422


async def test_a_message_has_a_story_also_when_it_is_deleted(house: House) -> None:
    house.archive.messages_kept.changes = house.centre.messages.changes
    await hear(house)
    await house.ask("POST", f"{MESSAGES}/m1/close", headers=SUPERVISOR)
    house.archive.messages_kept.deleted["m1"] = NOW
    status, body = await house.ask("GET", f"{MESSAGES}/m1", headers=AGENT)
    assert status == 200
    assert body["message"]["deleted_at"] == "2026-11-21T12:00:00.000Z"
    assert [(each["act"], each["by"]) for each in body["changes"]] == [
        ("hear", "api:supervisor"),
        ("close", "api:supervisor"),
    ]
    assert (await house.ask("GET", f"{MESSAGES}/m2", headers=AGENT))[0] == 403
    assert (await house.ask("GET", f"{MESSAGES}/m9", headers=AGENT))[0] == 404


async def test_the_sound_is_sent_whole_and_the_listening_remembered(house: House) -> None:
    status, body, headers = await hear(house)
    assert (status, body) == (200, VOICE)
    assert headers["Content-Type"] == "audio/wav"
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Disposition"] == 'inline; filename="m1.wav"'
    heard = MessageActed(message="m1", act=MessageAct.HEAR, by="api:supervisor")
    assert house.centre.messages.acts == [heard]


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("bytes=0-3", 206, VOICE[:4]),
        ("bytes=4-", 206, VOICE[4:]),
        ("bytes=-4", 206, VOICE[-4:]),
        ("bytes=9999-", 416, b""),
    ],
)
async def test_the_sound_is_sent_in_ranges(house: House, asked: str, status: int, body: bytes) -> None:
    got = await hear(house, Range=asked)
    assert got[:2] == (status, body)
    if status == 206:
        assert got[2]["Content-Range"].endswith(f"/{len(VOICE)}")


async def test_a_player_that_asks_piece_by_piece_listens_once(house: House) -> None:
    for asked in ("bytes=4-9", "bytes=0-3", "bytes=10-"):
        assert (await hear(house, Range=asked))[0] == 206
    assert len(house.centre.messages.acts) == 1


async def test_only_an_agent_who_listens_makes_it_heard(house: House) -> None:
    states = []
    for who in (SUPERVISOR, AGENT):
        await hear(house, "m1", **who)
        message = house.centre.view_message("m1")
        assert message is not None
        states.append(message.state)
    assert states == [MessageState.NEW, MessageState.HEARD]


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=x"])
async def test_who_was_sent_nothing_has_not_listened(house: House, asked: str) -> None:
    assert (await hear(house, "m1", **AGENT, Range=asked))[0] == 416
    assert house.centre.messages.acts == []


async def test_an_agent_hears_what_is_in_his_boxes(house: House) -> None:
    assert (await hear(house, "m1", **AGENT))[0] == 200
    assert house.centre.messages.acts[0].agent == "1001"
    status, body, _ = await hear(house, "m2", **AGENT)
    assert status == 403
    assert b"none of your agent's" in body
    assert (await hear(house, "m1", **READONLY))[0] == 403
    assert len(house.centre.messages.acts) == 1


async def test_what_is_not_there_cannot_be_heard(house: House) -> None:
    assert (await hear(house, "m9"))[0] == 404
    status, body, _ = await hear(house, "m3")
    assert status == 404
    assert b"The file of the message 'm3' is not there." in body
    house.centre.messages.expire("m1")
    status, body, _ = await hear(house, "m1")
    assert status == 503
    assert b"the database was away when it started" in body
    house.archive.messages_kept.deleted["m1"] = NOW
    status, body, _ = await hear(house, "m1")
    assert status == 410
    assert b"urn:strowger:problem:gone" in body
    assert (await hear(house, "m1", **AGENT))[0] == 410
    assert house.centre.messages.acts == []


@pytest.mark.parametrize("file", ["../secret", "/etc/hostname", "x/../../secret"])
async def test_no_other_file_is_ever_sent(house: House, file: str) -> None:
    house.centre.messages.remember(left("m7", "orders", NOW, file=file))
    assert (await hear(house, "m7"))[0] == 404
    for path in ("..%2Fsecret", "%2e%2e%2f%2e%2e%2fsecret", "..\\secret", "m1%00"):
        assert (await hear(house, path))[0] in (400, 404)


async def test_taking_and_calling_back(house: House) -> None:
    status, body = await house.ask("POST", f"{MESSAGES}/m1/take", headers=AGENT)
    assert (status, body["state"], body["agent"]) == (200, "taken", "1001")
    asked = {"agent": "1002"}
    status, body = await house.ask("POST", f"{MESSAGES}/m1/call-back", headers=SUPERVISOR, json=asked)
    assert (status, body["detail"]) == (409, "This cannot be done: 1001 has taken it.")
    status, body = await house.ask("POST", f"{MESSAGES}/m1/call-back", headers=AGENT)
    assert (status, body["state"]) == (200, "called_back")
    status, body = await house.ask("POST", f"{MESSAGES}/m3/call-back", headers=AGENT)
    assert (status, body["detail"]) == (409, "This cannot be done: its caller withheld his number.")
    assert [each.by for each in house.centre.messages.acts] == [
        "api:agent", "api:supervisor", "api:agent", "api:agent",
    ]  # fmt: skip


async def test_who_takes_it_must_be_named_and_an_agent_names_himself(house: House) -> None:
    path = f"{MESSAGES}/m1/take"
    status, body = await house.ask("POST", path, headers=SUPERVISOR)
    assert (status, body["detail"]) == (422, "No agent is named.")
    status, body = await house.ask("POST", path, headers=SUPERVISOR, json={"agent": "9"})
    assert (status, body["errors"][0]["pointer"]) == (422, "/agent")
    assert (await house.ask("POST", path, headers=AGENT, json={"agent": "1002"}))[0] == 403
    assert (await house.ask("POST", path, headers=AGENT, json={"agent": "1001"}))[0] == 200


async def test_what_was_taken_is_given_back(house: House) -> None:
    path = f"{MESSAGES}/m1"
    await house.ask("POST", f"{path}/take", headers=SUPERVISOR, json={"agent": "1002"})
    status, body = await house.ask("POST", f"{path}/give-back", headers=AGENT)
    assert (status, body["detail"]) == (409, "This cannot be done: 1002 has taken it.")
    status, body = await house.ask("POST", f"{path}/give-back", headers=SUPERVISOR)
    assert (status, body["state"], body["agent"]) == (200, "heard", None)


async def test_what_was_asked_for_is_stored_before_it_is_said_to_be(house: House) -> None:
    await house.ask("POST", f"{MESSAGES}/m1/call-back", headers=AGENT)
    assert house.centre.settled_times == 1


async def test_a_message_that_has_left_an_agents_boxes_is_not_shown_to_him(house: House) -> None:
    """Though the database does not know it yet."""
    to = {"box": "service"}
    await house.ask("POST", f"{MESSAGES}/m1/forward", headers=SUPERVISOR, json=to)
    assert (await house.ask("GET", f"{MESSAGES}/m1", headers=AGENT))[0] == 403


async def test_closing_and_forwarding(house: House) -> None:
    status, body = await house.ask("POST", f"{MESSAGES}/m1/close", headers=AGENT)
    assert (status, body["state"]) == (200, "closed")
    status, body = await house.ask("POST", f"{MESSAGES}/m1/close", headers=AGENT)
    assert (status, body["detail"]) == (409, "This cannot be done: it is closed.")
    to = {"box": "service"}
    status, body = await house.ask("POST", f"{MESSAGES}/m3/forward", headers=AGENT, json=to)
    assert (status, body["box"], body["state"]) == (200, "service", "new")
    assert (await house.ask("POST", f"{MESSAGES}/m3/close", headers=AGENT))[0] == 403
    status, body = await house.ask(
        "POST", f"{MESSAGES}/m2/forward", headers=SUPERVISOR, json={"box": "servise"}
    )
    assert status == 422
    assert "'service'" in body["errors"][0]["detail"]
    assert (await house.ask("POST", f"{MESSAGES}/m2/close", headers=AGENT))[0] == 403


async def test_what_is_live_goes_on_without_the_database(house: House) -> None:
    await house.ask("GET", MESSAGES, headers=SUPERVISOR)
    house.archive.down = True
    assert (await house.ask("POST", f"{MESSAGES}/m1/close", headers=SUPERVISOR))[0] == 200
    assert (await house.ask("GET", MESSAGES, headers=SUPERVISOR))[0] == 503


def test_after_a_while_it_is_another_listening() -> None:
    now = [0.0]
    listened = Listened(lambda: now[0])
    assert listened.anew(1, "m1")
    assert listened.anew(1, "m2")
    assert listened.anew(2, "m1")
    now[0] = FOR_S - 1
    assert not listened.anew(1, "m1")
    now[0] = 2 * FOR_S - 2
    assert not listened.anew(1, "m1")
    now[0] = 3 * FOR_S
    assert listened.anew(1, "m1")


def test_who_listened_long_ago_is_forgotten() -> None:
    listened = Listened(lambda: 0.0)
    for n in range(10_001):
        assert listened.anew(1, f"m{n}")
    assert listened.anew(1, "m0")
    assert not listened.anew(1, "m10000")
