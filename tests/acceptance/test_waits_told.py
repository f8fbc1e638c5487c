"""What waiting callers are told of their wait on a real Asterisk, and what happened then: the first
callers of a spot, and a caller behind a long line, told by what an engine before had learnt."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio

from acd.core.telling import news
from asterisk.lab.root import Root
from demo.flows import ALL_AT_MOST_S, heard, positions_and_waits
from demo.stage import Stage
from tests.acceptance.hall import Crowd, crowd, hall, new_number, seconds, until_ready

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

SPOT, AGENT, CUSTOMER = "4008001001", "1001", "demo1"
TALK_S = 3.0
LOOSELY = 2.5
"""What happened is not more times as long as what was told, nor as short."""

ROUTING = """
version: 1
timezone: Asia/Shanghai
languages: [en]
numbers:
  "4008001001": {queue: spot}
  default: {queue: spot}
agents:
  "1001": {name: Agent}
queues:
  spot: {waiting: {announce: {first: 2s, every: 5s}}}
trunks:
  carrier: {match: ["127.0.0.2"]}
phones:
  demo1: {number: "13900000001"}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(root: Root, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with hall(root, tmp_path_factory.mktemp("waits"), ROUTING) as made:
        await made.script("agent", AGENT, talk_ms=int(TALK_S * 1000))
        await made.staff(AGENT)
        yield made
        await made.clear()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def spot(made: Stage) -> Crowd:
    """The first callers of a spot, all at once; each talks for 3 s."""
    callers = await crowd(made, [new_number() for _ in range(13)], SPOT, rate_per_s=50)
    for call in callers.ids:
        await made.facts.first("call_ended", call=call, within_s=90)
    return callers


def facts(made: Stage, kind: str, calls: Sequence[str]) -> list[dict[str, Any]]:
    return [each for each in made.facts.seen if each["type"] == kind and each.get("call") in calls]


async def test_the_first_callers_of_a_spot_hear_positions_until_somebody_s_wait_is_known(
    made: Stage, spot: Crowd
) -> None:
    """The first finds the agent idle, which says nothing; the second is the first who waited."""
    answered = {each["call"]: each for each in facts(made, "call_answered", spot.ids)}
    assert len(answered) == len(spot.ids)
    waited = [seconds(each["at"]) for each in answered.values() if each["wait"] > 1.0]
    told = facts(made, "wait_announced", spot.ids)
    early = [each for each in told if seconds(each["at"]) < min(waited)]
    assert sorted(each["position"] for each in early) == list(range(1, len(spot.ids)))
    assert {each["estimate"] for each in early} == {None}
    behind = [each for each in told if each["estimate"] is not None and each["position"] >= 3]
    assert behind
    for each in behind:
        actual = seconds(answered[each["call"]]["at"]) - seconds(each["at"])
        assert actual / LOOSELY < each["estimate"] < actual * LOOSELY, (each, actual)


async def test_a_restarted_engine_tells_by_the_formula_what_comes_true(made: Stage, spot: Crowd) -> None:
    """A line of more than a minute, for one who hears how long it takes."""
    await made.engine.kill()
    await made.restart_engine()
    await until_ready(made)
    line = await crowd(made, [new_number() for _ in range(24)], SPOT, rate_per_s=50)
    on, call = await made.customer(CUSTOMER, SPOT)
    first = await made.facts.first("wait_announced", call=call)
    assert first["position"] >= len(line.ids) - 2
    assert first["estimate"] > 60.0
    assert first["estimate"] == pytest.approx(first["position"] * TALK_S, rel=0.35)
    answered = await made.facts.first("call_answered", call=call, within_s=150)
    await made.facts.first("call_ended", call=call)
    measured = await made.facts.first("wait_measured", call=call)
    actual = seconds(answered["at"]) - seconds(first["at"])
    assert measured["actual"] == pytest.approx(actual, abs=0.01)
    assert actual / LOOSELY < first["estimate"] < actual * LOOSELY
    await on.closed()
    told = facts(made, "wait_announced", [call])
    estimates = [each["estimate"] for each in told if each["estimate"] is not None]
    assert estimates == sorted(estimates, reverse=True)
    meant = news(first["position"], first["estimate"], "en", ALL_AT_MOST_S)
    sounds = heard(made, on, {*meant, "less_than_a_minute", "one_minute", "more_than"})
    assert positions_and_waits(sounds)[:2] == positions_and_waits(list(meant))
