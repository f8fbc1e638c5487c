"""Every strategy on real phones: the order in which agents are rung."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from asterisk.lab.root import Root
from asterisk.lab.sipp import SippRun
from demo.stage import Stage
from tests.acceptance.hall import agent_is, crowd, empty, hall, new_number, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

BEST, MIDDLE, LEAST = "2001", "2002", "2003"
QUICK = (BEST, MIDDLE, LEAST)
SLOW = ("2011", "2012")
READY = "2013"
LASTING = ("2021", "2022", "2023")
STRATEGIES = {
    "longest_idle": "4008001001",
    "most_skilled": "4008001002",
    "least_skilled": "4008001003",
    "fewest_calls": "4008001004",
    "least_talk_time": "4008001005",
    "round_robin": "4008001006",
    "fixed_order": "4008001007",
    "random": "4008001008",
    "weighted_random": "4008001009",
    "ring_all": "4008001010",
    "ring_all_race": "4008001011",
    "ring_all_lasting": "4008001012",
}

ROUTING = """
version: 1
timezone: Asia/Shanghai
languages: [en]
skills: [orders, loud, lasting]
numbers:
  "4008001001": {queue: longest_idle}
  "4008001002": {queue: most_skilled}
  "4008001003": {queue: least_skilled}
  "4008001004": {queue: fewest_calls}
  "4008001005": {queue: least_talk_time}
  "4008001006": {queue: round_robin}
  "4008001007": {queue: fixed_order}
  "4008001008": {queue: random}
  "4008001009": {queue: weighted_random}
  "4008001010": {queue: ring_all}
  "4008001011": {queue: ring_all_race}
  "4008001012": {queue: ring_all_lasting}
  default: {queue: longest_idle}
agents:
  "2001": {skills: {orders: 9}, weight: 1}
  "2002": {skills: {orders: 6}, weight: 1000}
  "2003": {skills: {orders: 3}, weight: 1}
  "2011": {skills: {loud: 5}}
  "2012": {skills: {loud: 5}}
  "2013": {skills: {loud: 5}}
  "2021": {skills: {lasting: 5}}
  "2022": {skills: {lasting: 5}}
  "2023": {skills: {lasting: 5}}
queues:
  longest_idle: {needs: {orders: 1}, strategy: longest_idle}
  most_skilled: {needs: {orders: 1}, strategy: most_skilled}
  least_skilled: {needs: {orders: 1}, strategy: least_skilled}
  fewest_calls: {needs: {orders: 1}, strategy: fewest_calls}
  least_talk_time: {needs: {orders: 1}, strategy: least_talk_time}
  round_robin: {needs: {orders: 1}, strategy: round_robin, order: ["2003", "2001", "2002"]}
  fixed_order: {needs: {orders: 1}, strategy: fixed_order, order: ["2002", "2003", "2001"]}
  random: {needs: {orders: 1}, strategy: random}
  weighted_random: {needs: {orders: 1}, strategy: weighted_random}
  ring_all: {needs: {loud: 1}, strategy: ring_all}
  ring_all_race: {needs: {orders: 1}, strategy: ring_all}
  ring_all_lasting: {needs: {lasting: 1}, strategy: ring_all}
trunks:
  carrier: {match: ["127.0.0.2"]}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(root: Root, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with hall(root, tmp_path_factory.mktemp("strategies"), ROUTING) as made:
        await made.script("quick", *QUICK, talk_ms=30)
        await made.script("slow", *SLOW, ring_ms=20_000)
        await made.script("ready", READY, ring_ms=200, talk_ms=30)
        await made.script("lasting", *LASTING)
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def centre(made: Stage) -> AsyncIterator[Stage]:
    """Three agents, idle in this order; nobody calls."""
    await made.staff(*QUICK)
    yield made
    await empty(made)


async def one_after_the_other(made: Stage, strategy: str, count: int) -> list[str]:
    """So many calls, each when all agents are idle again; who was rung for each."""
    return [await one(made, strategy) for _ in range(count)]


async def one(made: Stage, strategy: str) -> str:
    """One call, from its beginning until its agent is idle again; who that was."""
    mark = len(made.facts.seen)
    caller = await crowd(made, [new_number()], STRATEGIES[strategy])
    offer = await made.facts.first("offer_made", since=mark, call=caller.ids[0])
    agent = str(offer["agent"])
    await made.facts.first("call_ended", since=mark, call=caller.ids[0])
    await made.facts.first("agent_state_changed", since=mark, agent=agent, state="idle")
    return agent


async def test_longest_idle(centre: Stage) -> None:
    assert await one_after_the_other(centre, "longest_idle", 4) == [BEST, MIDDLE, LEAST, BEST]


async def test_round_robin(centre: Stage) -> None:
    rung = await one_after_the_other(centre, "round_robin", 4)
    assert rung == [LEAST, BEST, MIDDLE, LEAST]


@pytest.mark.parametrize(
    ("strategy", "favourite"),
    [("most_skilled", BEST), ("least_skilled", LEAST), ("fixed_order", MIDDLE)],
)
async def test_the_favourite_is_rung_whenever_he_is_idle(
    centre: Stage, strategy: str, favourite: str
) -> None:
    assert await one_after_the_other(centre, strategy, 3) == [favourite] * 3


@pytest.mark.parametrize(
    ("strategy", "order"),
    [
        ("most_skilled", [BEST, MIDDLE, LEAST]),
        ("least_skilled", [LEAST, MIDDLE, BEST]),
        ("fixed_order", [MIDDLE, LEAST, BEST]),
    ],
)
async def test_the_others_follow_in_order(centre: Stage, strategy: str, order: list[str]) -> None:
    await centre.api.post(f"agents/{order[0]}/pause", {})
    assert await one(centre, strategy) == order[1]
    await centre.api.post(f"agents/{order[1]}/pause", {})
    assert await one(centre, strategy) == order[2]


@pytest.mark.parametrize(
    ("strategy", "counter"), [("fewest_calls", "calls_today"), ("least_talk_time", "talk_today")]
)
async def test_the_least_used_is_rung(centre: Stage, strategy: str, counter: str) -> None:
    """Each time it is the one with the smallest counter, of calls or of talk time."""
    seen = set()
    for _ in range(5):
        views = (await centre.api.get("agents"))["items"]
        counts = {view["agent"]: view[counter] for view in views if view["agent"] in QUICK}
        agent = await one(centre, strategy)
        assert counts[agent] == min(counts.values())
        seen.add(agent)
    assert len(seen) > 1


async def test_random(centre: Stage) -> None:
    """Everybody's turn comes (that one is left out of 30 calls happens once in 60,000 runs)."""
    rung = set()
    for _ in range(30):
        rung.add(await one(centre, "random"))
        if len(rung) == len(QUICK):
            break
    assert rung == set(QUICK)


async def test_weighted_random(centre: Stage) -> None:
    """One has 1,000 times the weight of the others."""
    assert (await one_after_the_other(centre, "weighted_random", 8)).count(MIDDLE) >= 6


async def test_ring_all_the_first_to_answer_wins(centre: Stage) -> None:
    await centre.staff(*SLOW, READY)
    caller = await crowd(centre, [new_number()], STRATEGIES["ring_all"])
    answered = await centre.facts.first("call_answered", call=caller.ids[0])
    assert answered["agent"] == READY
    slow = centre.scripted[SLOW[0]]
    await until(lambda: _cancelled(slow) == set(SLOW), "the others stop ringing")
    await centre.facts.first("call_ended", call=caller.ids[0])
    outcomes = {
        fact["agent"]: fact["outcome"]
        for fact in centre.facts.seen
        if fact["type"] == "offer_ended" and fact["call"] == caller.ids[0]
    }
    assert outcomes == {READY: "answered", **dict.fromkeys(SLOW, "taken")}


def _cancelled(phones: SippRun) -> set[str]:
    return {event.callee for event in phones.events() if event.what == "cancelled"}


async def test_ring_all_with_three_who_answer_at_once(centre: Stage) -> None:
    """One gets the caller, the others are let go; the caller is answered once."""
    for _ in range(5):
        mark = len(centre.facts.seen)
        caller = await crowd(centre, [new_number()], STRATEGIES["ring_all_race"])
        await centre.facts.first("call_ended", since=mark, call=caller.ids[0])
        for agent in QUICK:
            await centre.facts.first("agent_state_changed", since=mark, agent=agent, state="idle")
        facts = [fact for fact in centre.facts.seen[mark:] if fact.get("call") == caller.ids[0]]
        kinds = [fact["type"] for fact in facts]
        assert kinds.count("offer_made") == kinds.count("offer_ended") == len(QUICK)
        outcomes = [fact["outcome"] for fact in facts if fact["type"] == "offer_ended"]
        assert sorted(outcomes) == ["answered", "taken", "taken"]
        assert kinds.count("call_answered") == 1
        answers = [event for event in caller.run.events() if event.what == "answered"]
        assert len(answers) == 1


async def test_ring_all_leaves_the_winner_with_his_caller(centre: Stage) -> None:
    """All three answer at once; when the other two are let go, the talk goes on."""
    await centre.staff(*LASTING)
    for _ in range(3):
        mark = len(centre.facts.seen)
        caller = await crowd(centre, [new_number()], STRATEGIES["ring_all_lasting"])
        answered = await centre.facts.first("call_answered", since=mark, call=caller.ids[0])
        for agent in LASTING:
            if agent != answered["agent"]:
                await centre.facts.first("agent_state_changed", since=mark, agent=agent, state="idle")
        await centre.asterisk.until("core show channels", r"\b2 active channels")
        shown = await centre.asterisk.cli(f"bridge show {caller.ids[0]}-b")
        assert shown.count("Channel: ") == 2, shown
        await caller.run.kill()
        await centre.asterisk.cli("channel request hangup all")
        await centre.facts.first("call_ended", since=mark, call=caller.ids[0])
        for agent in LASTING:
            await agent_is(centre, agent, "idle")
