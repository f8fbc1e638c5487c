"""Recordings of real talks: whose voice is in which file, and a full disk, which ends no call."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from asterisk.lab.instance import AsteriskInstance
from asterisk.lab.root import Root
from asterisk.lab.softphone import PhoneCall
from asterisk.lab.tone import read_wav, tone_share
from demo.stage import AGENT_TONE_HZ, CUSTOMER_TONE_HZ, Stage
from tests.acceptance.hall import agent_is, empty, hall, logged, metric, rows, stored, until_ready
from tests.acceptance.small_disk import fill, small_disk

pytestmark = pytest.mark.asyncio(loop_scope="module")

RECORDED, UNRECORDED = "4008001001", "4008001002"
AGENT, CUSTOMER = "1001", "demo1"
CLEARLY = 0.8
"""A tone's share of the sound on the line of whoever says nothing else."""
HARDLY = 0.02
MIN_FREE_KIB = 256
DISK_KIB = 1024

ROUTING = """
version: 1
timezone: Asia/Shanghai
languages: [zh-CN, en]
businesses:
  knives: {record: true}
  pans: {}
numbers:
  "4008001001": {business: knives, queue: orders}
  "4008001002": {business: pans, queue: orders}
  default: {queue: orders}
agents:
  "1001": {name: Agent}
queues:
  orders: {ring: 20s}
phones:
  demo1: {number: "13900000001"}
"""


def settings(asterisk: AsteriskInstance) -> Mapping[str, str]:
    return {
        "STROWGER_FLIGHT_DIR": str(asterisk.folder / "flights"),
        "STROWGER_RECORDINGS_DIR": str(folder_of(asterisk)),
        "STROWGER_RECORDINGS_MIN_FREE": f"{MIN_FREE_KIB}KiB",
    }


def folder_of(asterisk: AsteriskInstance) -> Path:
    return asterisk.spool / "recording"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(root: Root, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("recordings")
    async with hall(root, folder, ROUTING, settings) as made:
        await made.phone(AGENT, tone_hz=AGENT_TONE_HZ)
        await made.phone(CUSTOMER, tone_hz=CUSTOMER_TONE_HZ)
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def centre(made: Stage) -> AsyncIterator[Stage]:
    """The agent is idle and nobody calls; so it is again after each test."""
    await made.staff(AGENT)
    yield made
    await empty(made)


class Talk:
    """A customer and the agent on the line."""

    def __init__(self, call: str, mark: int, customer: PhoneCall, agent: PhoneCall) -> None:
        self.call = call
        self.mark = mark
        self.customer = customer
        self.agent = agent


async def talk(made: Stage, dialled: str = RECORDED) -> Talk:
    """They hear each other."""
    mark = len(made.facts.seen)
    customer = await made.phones[CUSTOMER].dial(made.asterisk.sip_uri(dialled))
    agent = await made.rings(AGENT)
    await agent.answer()
    await customer.established()
    answered = await made.facts.first("call_answered", since=mark)
    return Talk(answered["call"], mark, customer, agent)


async def began(made: Stage, talk: Talk) -> str:
    """The recording has begun; its files but for side and ending."""
    fact = await made.facts.first("recording_began", since=talk.mark, call=talk.call)
    return str(fact["file"])


async def ended(made: Stage, talk: Talk) -> dict[str, Any]:
    return await made.facts.first("recording_ended", since=talk.mark, call=talk.call)


def voices(made: Stage, file: str) -> tuple[Path, Path]:
    """The customer's file and the agent's."""
    folder = folder_of(made.asterisk)
    return folder / f"{file}_caller.wav", folder / f"{file}_agent.wav"


def length(wav: Path) -> float:
    samples, rate_hz = read_wav(wav)
    return len(samples) / rate_hz


async def test_each_voice_is_in_its_own_file(centre: Stage) -> None:
    before = await metric(centre, "strowger_recordings_total", outcome="recorded")
    on = await talk(centre)
    file = await began(centre, on)
    assert re.fullmatch(rf"[\d-]{{10}}/\d{{8}}T\d{{6}}Z_{AGENT}_{re.escape(on.call)}-o1", file)
    await centre.talk(4)
    await on.agent.hangup()
    await on.customer.closed()
    fact = await ended(centre, on)
    assert (fact["outcome"], fact["file"], fact["detail"]) == ("recorded", file, None)
    caller, agent = voices(centre, file)
    assert tone_share(caller, CUSTOMER_TONE_HZ) > CLEARLY
    assert tone_share(caller, AGENT_TONE_HZ) < HARDLY
    assert tone_share(agent, AGENT_TONE_HZ) > CLEARLY
    assert tone_share(agent, CUSTOMER_TONE_HZ) < HARDLY
    assert 3.5 < length(caller) < 8
    assert abs(length(caller) - length(agent)) < 0.1
    assert fact["seconds"] <= length(caller) < fact["seconds"] + 2
    await stored(centre, [on.call])
    story = await centre.api.get(f"calls/{on.call}/story")
    (recording,) = story["recordings"]
    assert (recording["file"], recording["outcome"]) == (file, "recorded")
    assert recording["began_at"] < recording["ended_at"]
    texts = [line["text"] for line in story["story"]]
    assert f"the talk is being recorded as {file}" in texts
    assert await metric(centre, "strowger_recordings_total", outcome="recorded") == before + 1


async def test_a_customer_who_hangs_up_ends_the_recording_too(centre: Stage) -> None:
    on = await talk(centre)
    await began(centre, on)
    await on.customer.hangup()
    assert (await ended(centre, on))["outcome"] == "recorded"
    assert "Snoop/" not in await centre.asterisk.cli("core show channels")


async def test_nothing_is_recorded_of_a_business_that_does_not_want_it(centre: Stage) -> None:
    files = set(folder_of(centre.asterisk).rglob("*.wav"))
    on = await talk(centre, UNRECORDED)
    await centre.talk(0.5)
    assert "Snoop/" not in await centre.asterisk.cli("core show channels")
    await on.agent.hangup()
    await stored(centre, [on.call])
    assert centre.facts.find("recording_began", on.mark) is None
    assert set(folder_of(centre.asterisk).rglob("*.wav")) == files
    assert rows(centre, "SELECT 1 FROM recordings WHERE call = ?", on.call) == []


async def test_a_disk_that_fills_up_ends_the_recording_and_not_the_talk(centre: Stage) -> None:
    before = await metric(centre, "strowger_recordings_total", outcome="broke_off")
    async with small_disk(folder_of(centre.asterisk), DISK_KIB) as folder:
        on = await talk(centre)
        file = await began(centre, on)
        fill(folder)
        await centre.talk(8)
        assert not on.customer.is_closed
        assert not on.agent.is_closed
        await on.agent.hangup()
        await on.customer.closed()
        fact = await ended(centre, on)
        assert (fact["outcome"], fact["file"], fact["seconds"]) == ("broke_off", file, None)
        assert length_heard(on.customer) > 7
        assert tone_share(on.customer.heard, AGENT_TONE_HZ, skip_s=2) > CLEARLY
        assert tone_share(on.agent.heard, CUSTOMER_TONE_HZ, skip_s=2) > CLEARLY
    assert (await stored(centre, [on.call]))[on.call]["outcome"] == "answered"
    await failure_is_known(centre, on, "broke_off", before)


async def test_with_a_full_disk_the_call_goes_its_way_unrecorded(centre: Stage) -> None:
    before = await metric(centre, "strowger_recordings_total", outcome="no_room")
    async with small_disk(folder_of(centre.asterisk), DISK_KIB) as folder:
        fill(folder)
        on = await talk(centre)
        fact = await ended(centre, on)
        assert (fact["outcome"], fact["detail"]) == ("no_room", "0 bytes free, 256.0 KiB wanted")
        await centre.talk(1.5)
        await on.customer.hangup()
        await on.agent.closed()
        assert tone_share(on.agent.heard, CUSTOMER_TONE_HZ, skip_s=0.5) > CLEARLY
        assert list(folder.rglob("*.wav")) == []
    assert (await stored(centre, [on.call]))[on.call]["outcome"] == "answered"
    await failure_is_known(centre, on, "no_room", before)


def length_heard(call: PhoneCall) -> float:
    return length(call.heard)


async def failure_is_known(made: Stage, on: Talk, outcome: str, before: float) -> None:
    """In the log, the metrics, the database and the call's story."""
    (line,) = [each for each in logged(made, "talk not recorded") if each["call"] == on.call]
    assert (line["level"], line["why"]) == ("error", outcome)
    assert await metric(made, "strowger_recordings_total", outcome=outcome) == before + 1
    story = await made.api.get(f"calls/{on.call}/story")
    (recording,) = story["recordings"]
    assert (recording["outcome"], recording["detail"]) == (outcome, line["detail"])
    texts = [each["text"] for each in story["story"]]
    assert f"the talk is not recorded ({outcome}): {line['detail']}" in texts
    assert story["call"]["outcome"] == "answered"


async def test_a_recording_outlives_the_engine_and_is_taken_up_by_the_next_one(centre: Stage) -> None:
    on = await talk(centre)
    file = await began(centre, on)
    await centre.engine.kill()
    await centre.talk(2)
    await centre.restart_engine()
    await until_ready(centre)
    await agent_is(centre, AGENT, "talking")
    await centre.talk(2)
    await on.agent.hangup()
    await on.customer.closed()
    fact = await ended(centre, on)
    assert (fact["outcome"], fact["file"]) == ("recorded", file)
    caller, agent = voices(centre, file)
    assert length(caller) > 4
    assert tone_share(caller, CUSTOMER_TONE_HZ) > CLEARLY
    assert tone_share(agent, AGENT_TONE_HZ) > CLEARLY
    await stored(centre, [on.call])
    (row,) = rows(centre, "SELECT * FROM recordings WHERE call = ?", on.call)
    assert (row["file"], row["outcome"]) == (file, "recorded")
    assert row["began_at"] < row["ended_at"]


async def test_all_of_it_replays_with_the_same_commands(centre: Stage) -> None:
    on = await talk(centre)
    await began(centre, on)
    await on.agent.hangup()
    await ended(centre, on)
    await centre.engine.stop()
    flight = max((centre.asterisk.folder / "flights").iterdir())
    kinds = flight.read_text(encoding="utf-8")
    assert all(f'"kind":"{kind}"' in kinds for kind in ("RecordingStarted", "RecordingFinished"))
    said = await centre.engine.acd("replay", str(flight))
    await centre.restart_engine()
    assert "the same commands each time" in said
