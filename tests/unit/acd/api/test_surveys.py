"""Surveys and the errors of announced waits over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from acd.api.settings import ApiSettings
from acd.core.tapes import TapeListened
from acd.message_files import path_of
from acd.reached import StoredTape, SurveyFilter, SurveyGroup
from tests.unit.acd.api.fakes import NOW
from tests.unit.acd.api.house import AGENT, READONLY, SUPERVISOR, House, serve

SURVEYS = "/api/v1/surveys"
PERIOD = {"since": "2026-11-21T12:00:00Z", "until": "2026-11-21T20:00:00+08:00"}


async def test_surveys_are_listed(house: House) -> None:
    params = PERIOD | {"queue": "orders", "agent": "1001", "business": "tv"}
    status, page = await house.ask("GET", SURVEYS, headers=READONLY, params=params)
    assert status == 200
    (survey,) = page["items"]
    assert (survey["satisfaction"], survey["solved"], survey["outcome"]) == (5, None, "answered")
    where = SurveyFilter(business="tv", queue="orders", agent="1001", since=NOW, until=NOW)
    assert house.archive.survey_wheres == [(where, None)]


TAPE = StoredTape(
    file="2026/11/21/remark",
    call="c7",
    made_at=NOW - 60,
    flow="survey",
    name="remark",
    seconds=8.0,
    deleted_at=None,
)


@pytest.fixture
async def remarks(tmp_path: Path) -> AsyncIterator[House]:
    """The sound of the remark of c7, who talked with 1002, is there; that of c8 is gone."""
    path = path_of(tmp_path, TAPE.file)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"RIFF1234")
    async with serve(ApiSettings(recordings_dir=tmp_path)) as house:
        house.archive.remarks = {
            TAPE.file: TAPE,
            "gone": replace(TAPE, file="gone", call="c8"),
            "old": replace(TAPE, file="old", call="c6", deleted_at=NOW),
        }
        yield house


async def test_a_remark_is_heard_and_who_listened_is_remembered(remarks: House) -> None:
    url = f"{remarks.url}{SURVEYS}/c7/remark"
    for asked, expected in (({}, (200, b"RIFF1234")), ({"Range": "bytes=0-3"}, (206, b"RIFF"))):
        async with remarks.session.get(url, headers=SUPERVISOR | asked) as response:
            assert (response.status, await response.read()) == expected
            assert response.headers["Content-Type"] == "audio/wav"
    assert remarks.centre.events == [TapeListened(file=TAPE.file, call="c7", by="api:supervisor")]


@pytest.mark.parametrize(
    ("call", "status"), [("c7", 200), ("c8", 404), ("c9", 404), ("c1", 404), ("c6", 410)]
)
async def test_a_remark_that_is_there_no_more(remarks: House, call: str, status: int) -> None:
    async with remarks.session.get(
        f"{remarks.url}{SURVEYS}/{call}/remark", headers=SUPERVISOR
    ) as response:
        assert response.status == status


async def test_an_agent_hears_what_was_said_of_his_own_talks(remarks: House) -> None:
    path = f"{SURVEYS}/c7/remark"
    assert (await remarks.ask("GET", path, headers=AGENT))[0] == 403
    assert (await remarks.ask("GET", path, headers=READONLY))[0] == 403
    assert remarks.centre.events == []


async def test_they_are_summed_up_by_queue_or_else(house: House) -> None:
    status, body = await house.ask("GET", f"{SURVEYS}/summary", headers=READONLY)
    assert status == 200
    assert body["items"] == [
        {
            "group": "orders",
            "asked": 3,
            "refused": 1,
            "cut_off": 0,
            "answered": 2,
            "satisfaction": 4.5,
            "satisfied": 2,
            "solved": 1,
            "unsolved": 0,
        }
    ]
    params = {"by": "agent", "queue": "orders"}
    await house.ask("GET", f"{SURVEYS}/summary", headers=READONLY, params=params)
    assert house.archive.survey_wheres == [
        (SurveyFilter(), SurveyGroup.QUEUE),
        (SurveyFilter(queue="orders"), SurveyGroup.AGENT),
    ]
    status, _ = await house.ask("GET", f"{SURVEYS}/summary", headers=READONLY, params={"by": "weather"})
    assert status == 422


async def test_how_wrong_announced_waits_were(house: House) -> None:
    path = "/api/v1/wait-estimates"
    status, body = await house.ask("GET", path, headers=READONLY, params=PERIOD)
    assert (status, body["items"]) == (
        200,
        [
            {
                "queue": "orders",
                "told": 9,
                "measured": 4,
                "mean_absolute_error": 12.5,
                "bias": -3.0,
            }
        ],
    )
    await house.ask("GET", path, headers=READONLY)
    assert house.archive.periods == [(NOW, NOW), (None, None)]
