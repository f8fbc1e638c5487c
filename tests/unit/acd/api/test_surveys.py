"""Surveys and the errors of announced waits over HTTP."""

from __future__ import annotations

from acd.reached import SurveyFilter, SurveyGroup
from tests.unit.acd.api.fakes import NOW
from tests.unit.acd.api.house import READONLY, House

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
