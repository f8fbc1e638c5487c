"""A spot brings 300 callers to 10 agents within three minutes, ten minutes before nobody may be called
any more: most of those who were missed must wait for the morning. Each of them must be reached, or come
to a stated end."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from acd.core.callback_words import CallbackClosed, CallbackOutcome
from acd.core.routing import CallbackRule, CallingHours, Routing, Then, WaitOffer, WrapUp
from tests.playbooks.callback_centre import TRUNK
from tests.playbooks.centre import agent, centre, queue
from tests.simulation.evening import ELSEWHERE, OUT, Evening

CALLERS, AGENTS = 300, 10
SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 11, 18, 20, 50, tzinfo=SHANGHAI).timestamp()
NINE = datetime(2026, 11, 18, 21, 0, tzinfo=SHANGHAI).timestamp()
MORNING = datetime(2026, 11, 19, 9, 0, tzinfo=SHANGHAI).timestamp()
DAY = 86_400.0


def spot(*, agent_first: bool) -> Routing:
    """One queue, in which nobody waits longer than three minutes."""
    rule = CallbackRule(
        agent_first=agent_first,
        attempts=3,
        spacing=(300.0, 1800.0),
        reserve=1,
        within=2 * DAY,
        hours=CallingHours(begin=9 * 60, end=21 * 60, zone="Asia/Shanghai"),
    )
    orders = queue(
        "orders",
        for_at_most=180,
        wrap_up=WrapUp(seconds=10),
        offers=(WaitOffer(key="1", then=Then.CALLBACK, say="offer_callback", after=20),),
        callback=rule,
    )
    agents = [agent(str(1001 + n)) for n in range(AGENTS)]
    return replace(centre(agents=agents, queues=[orders]), trunks={"carrier": TRUNK})


def of_whom(evening: Evening, closed: CallbackClosed) -> CallbackClosed:
    """A merged callback ends as the one into which it was merged."""
    while closed.outcome is CallbackOutcome.MERGED:
        closed = evening.ends[closed.reason or ""]
    return closed


@pytest.mark.parametrize("agent_first", [True, False], ids=["agent first", "customer first"])
def test_everybody_who_was_missed_is_reached_or_comes_to_a_stated_end(
    agent_first: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    evening = Evening(spot(agent_first=agent_first), seed=3, start=BEGIN)
    random = evening.random
    for n in range(CALLERS):
        number = f"138{n:08}"
        lot = random.random()
        evening.manner[number] = OUT if lot < 0.08 else ELSEWHERE if lot < 0.12 else ""
        patience, key = random.expovariate(1 / 90), random.random() < 0.1
        evening.later(
            random.betavariate(1.5, 4) * 180,
            lambda number=number, patience=patience, key=key: evening.call(  # type: ignore[misc]
                number, patience=patience, again=0.3, key=key
            ),
        )
    evening.run(BEGIN + 3 * DAY)

    early = sum(at < NINE for at in evening.dialled_at)
    assert early > 20, "the evening ended too soon"
    assert len(evening.dialled_at) - early > 100, "the evening did not run into the end of the hours"
    assert not [at for at in evening.dialled_at if NINE <= at < MORNING]
    assert evening.core.view_callbacks() == []
    assert evening.core.view_calls() == []
    assert evening.opened == set(evening.ends)
    assert {f"{call}-cb" for call in evening.missed} <= set(evening.ends)
    ends = {number: Counter[str]() for number in evening.missed.values()}
    for call, number in evening.missed.items():
        ends[number][of_whom(evening, evening.ends[f"{call}-cb"]).outcome.value] += 1
    outcomes = Counter(next(iter(each)) for each in ends.values())
    reached = sum(bool({"answered", "own_call"} & set(each)) for each in ends.values())
    never = sum(evening.manner[number] in (OUT, ELSEWHERE) for number in ends)
    expired = sum("expired" in each for each in ends.values())
    assert set(outcomes) <= {"answered", "own_call", "expired"}
    assert len(ends) > 100, "the spot brought too few"
    assert reached >= 0.95 * (len(ends) - never)
    assert expired <= never + 0.05 * len(ends)
    with capsys.disabled():
        print(
            f"\n{CALLERS} callers, {AGENTS} agents, {'agent' if agent_first else 'customer'} first: "
            f"{len(ends)} customers missed in {len(evening.missed)} calls, {reached} reached, "
            f"{expired} expired ({never} would never answer); {len(evening.attempts)} diallings; "
            f"{dict(outcomes)}"
        )
