"""What a new engine learns of recent calls."""

from __future__ import annotations

import pytest

from acd.core.facts import CallOutcome, Fact, OfferOutcome
from acd.core.past import PastCall
from acd.storage import past_calls
from agents.model import AgentState
from tests.contract import made_facts as made
from tests.contract.conftest import OpenStore
from tests.contract.made_facts import START

FOREVER = START + 1e6


def talked(call: str, at: float, agent: str = "a001", wrap_up: float = 20.0) -> list[Fact]:
    """He waits 12.25 s; one agent doesn't answer, the other does, talks for 40 s, and wraps up."""
    up, down = at + 12.5, at + 52.5
    return [
        made.entered(call, at),
        made.queued(call, at + 0.25),
        made.offered(call, 1, "a009", at + 0.25),
        made.offer_ended(call, 1, "a009", at + 8.0, OfferOutcome.NO_ANSWER, 7.0),
        made.offered(call, 2, agent, at + 8.0),
        made.changed(agent, at + 8.0, AgentState.RINGING, AgentState.RESERVED),
        made.changed(agent, up, AgentState.TALKING, AgentState.RINGING),
        made.offer_ended(call, 2, agent, up, OfferOutcome.ANSWERED, 4.0),
        made.answered(call, up, agent=agent),
        made.changed(agent, down, AgentState.WRAP_UP, AgentState.TALKING),
        made.ended(call, down, wait=12.25, talk=40.0),
        made.changed(agent, down + wrap_up, AgentState.IDLE, AgentState.WRAP_UP),
    ]


def gave_up(call: str, at: float) -> list[Fact]:
    end = made.ended(call, at + 30.0, CallOutcome.ABANDONED, wait=29.75, talk=0.0, agent=None)
    return [made.entered(call, at), made.queued(call, at + 0.25), end]


async def test_how_long_they_waited_and_took_an_agent_up(open_it: OpenStore) -> None:
    timed_out = made.ended("c3", START + 330.0, CallOutcome.TIMED_OUT, wait=29.75, agent=None)
    async with open_it() as store:
        store.journal.take(talked("c1", START) + gave_up("c2", START + 100))
        store.journal.take(
            [made.entered("c3", START + 300), made.queued("c3", START + 300.25), timed_out]
        )
    async with open_it() as store:
        found = await store.memory.load_past(since=START, until=FOREVER)
    assert found[0].handled == pytest.approx(4.0 + 40.0 + 20.0)
    assert found == (
        PastCall(queue="sales", wait=12.25, handled=found[0].handled, wasted=(("sales", 7.0),)),
        PastCall(queue="sales", wait=29.75, gave_up=True),
        PastCall(queue="sales"),
    )


async def test_only_what_is_recent_and_over_counts(
    open_it: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_it() as store:
        for n in range(5):
            store.journal.take(gave_up(f"c{n}", START + n))
        store.journal.take([made.entered("open", START + 9), made.queued("open", START + 9.25)])
        store.journal.take([made.entered("blocked", START + 9), made.ended("blocked", queue=None)])
    async with open_it() as store:
        load = store.memory.load_past
        assert len(await load(since=START, until=FOREVER)) == 5
        assert len(await load(since=START + 2, until=START + 33.5)) == 2
        monkeypatch.setattr(past_calls, "MOST", 3)
        assert len(await load(since=START, until=FOREVER)) == 3


async def test_an_end_that_was_seen_late_teaches_nothing(open_it: OpenStore) -> None:
    """The engine was away while they talked; and the last one is in his wrap-up still."""
    async with open_it() as store:
        store.journal.take(talked("c1", START, wrap_up=5 * 3600.0))
        store.journal.take(talked("c2", START + 60, agent="a002")[:-1])
    async with open_it() as store:
        found = await store.memory.load_past(since=START, until=FOREVER)
    assert [each.handled for each in found] == [None, None]
    assert [each.wait for each in found] == [12.25, 12.25]


async def test_whom_we_had_called_did_not_wait(open_it: OpenStore) -> None:
    _, *facts = talked("c1", START)
    async with open_it() as store:
        store.journal.take([made.entered("c1", START, callback="cb1"), *facts])
    async with open_it() as store:
        (found,) = await store.memory.load_past(since=START, until=FOREVER)
    assert found.wait is None
    assert found.handled is not None
