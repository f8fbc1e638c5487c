"""What a new engine finds: open calls, agents, counters, the directory; and each fact once."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from acd.archive import BlacklistEntry, CallFilter
from acd.core.events import (
    Blacklisted,
    CallArrived,
    Customer,
    RestoredAgent,
    RestoredCall,
    RestoredOffer,
)
from acd.core.facts import (
    AgentPending,
    AgentSessionEnded,
    AgentSessionStarted,
    CallOutcome,
    Fact,
    MissedReason,
    OfferOutcome,
    QueueLeft,
    VisitOutcome,
)
from acd.errors import StoreUnavailable
from acd.ports import DirectoryEntry, Restored
from acd.runtime.tasks import TaskKeeper
from acd.storage.database import create_engine, database_url
from acd.storage.errors import SpoolInUse
from acd.storage.journal import WriteBehind
from acd.storage.migrate import upgrade
from acd.storage.spool import Spool
from acd.storage.store import open_store
from acd.storage.writers import FactWriter, Steps, fact_writer
from agents.model import AgentAct, AgentState
from tests.contract import made_facts as made
from tests.contract.conftest import OpenStore
from tests.contract.made_facts import START, whole_call

MIDNIGHT = START - 3600.0


async def test_nothing_is_restored_from_an_empty_database(open_it: OpenStore) -> None:
    async with open_it() as store:
        assert await store.memory.load_open(MIDNIGHT) == Restored(agents=(), calls=())
        assert await store.memory.load_directory() == ([], [])


async def test_calls_not_ended_are_restored_with_all_they_need(open_it: OpenStore) -> None:
    waiting: list[Fact] = [
        made.entered("waiting", START),
        made.queued("waiting", START + 1, 1, "vip"),
        made.queued("waiting", START + 2, 2, "sales"),
        made.offered("waiting", 1, "a001", START + 3),
    ]
    talking: list[Fact] = [
        made.entered("talking", START - 50),
        made.queued("talking", START - 49),
        made.answered("talking", START - 40, agent="a007"),
    ]
    async with open_it() as store:
        store.journal.take([*waiting, made.entered("new", START + 5), *whole_call("ended"), *talking])
    async with open_it() as store:
        restored = await store.memory.load_open(MIDNIGHT)
    assert restored.calls == (
        RestoredCall(
            arrived=arrived("talking"),
            arrived_at=START - 50,
            placement=made.placement("sales", 1, START - 49),
            agent="a007",
            offer="talking-o2",
            answered_at=START - 40,
            offers=0,
            trace=made.queued("talking", START - 49).reasons,
        ),
        RestoredCall(
            arrived=arrived("waiting"),
            arrived_at=START,
            placement=made.placement("sales", 2, START + 2),
            offers=1,
            rings=(RestoredOffer(offer="waiting-o1", agent="a001", queue="sales", made_at=START + 3),),
            trace=tuple(reason for fact in waiting[1:] for reason in getattr(fact, "reasons", ())),
        ),
        RestoredCall(arrived=arrived("new"), arrived_at=START + 5),
    )


async def test_a_call_that_we_made_is_restored_with_its_callback_and_the_queue_of_its_answer(
    open_it: OpenStore,
) -> None:
    async with open_it() as store:
        store.journal.take([made.entered("cb1-1", callback="cb1")])
        store.journal.take([made.entered("cb2-1", callback="cb2"), made.answered("cb2-1")])
    async with open_it() as store:
        calls = (await store.memory.load_open(MIDNIGHT)).calls
    found = [(call.arrived.call, call.callback, call.queue, call.agent) for call in calls]
    assert found == [("cb1-1", "cb1", None, None), ("cb2-1", "cb2", "sales", "a001")]


async def test_call_that_was_being_sent_away_is_restored_as_that(open_it: OpenStore) -> None:
    left = QueueLeft(
        call="late",
        at=START + 9,
        queue="sales",
        visit=1,
        wait=8,
        outcome=VisitOutcome.TIMED_OUT,
    )
    async with open_it() as store:
        store.journal.take([made.entered("late"), made.queued("late"), left, made.missed("late")])
    async with open_it() as store:
        [call] = (await store.memory.load_open(MIDNIGHT)).calls
    assert (call.left, call.left_at) == (VisitOutcome.TIMED_OUT, START + 9)
    assert call.missed is MissedReason.ABANDONED


async def test_offers_are_numbered_by_name_and_only_open_ones_are_restored(open_it: OpenStore) -> None:
    facts: list[Fact] = [made.entered("c"), made.queued("c")]
    for number in (2, 12):
        facts.append(made.offered("c", number, "a001", START + number))
    facts.append(made.offer_ended("c", 12, "a001", START + 20, OfferOutcome.NO_ANSWER, 5))
    async with open_it() as store:
        store.journal.take(facts)
    async with open_it() as store:
        [call] = (await store.memory.load_open(MIDNIGHT)).calls
    assert call.offers == 12
    assert [ring.offer for ring in call.rings] == ["c-o2"]


async def test_open_offers_of_no_open_call_are_restored_by_themselves(open_it: OpenStore) -> None:
    """For callbacks whose customer has not picked up; when he has, the offer is his call's. And of calls
    that have ended."""
    facts: list[Fact] = [
        made.opened("asked", call=None),
        made.offered("asked-a1", 1, "a001", START + 20),
        made.offer_ended("asked-a1", 1, "a001", START + 29, OfferOutcome.REFUSED, 5),
        made.offered("asked-a1", 2, "a002", START + 30),
        made.opened("up", call=None),
        made.offered("up-a1", 1, "a001", START + 20),
        made.entered("up-a1", START + 40, callback="up"),
        *whole_call("talked"),
        made.offered("talked", 3, "a003", START + 1),
    ]
    async with open_it() as store:
        store.journal.take(facts)
    async with open_it() as store:
        found = await store.memory.load_open(MIDNIGHT)
    assert [(ring.offer, ring.agent) for ring in found.rings] == [
        ("asked-a1-o2", "a002"),
        ("talked-o3", "a003"),
    ]
    assert [[ring.offer for ring in call.rings] for call in found.calls] == [["up-a1-o1"]]


def arrived(call: str) -> CallArrived:
    return CallArrived(
        call=call, node="pbx1", dialled="4008001001", caller="13800000001", caller_name="王芳"
    )


async def test_agents_are_restored_with_session_state_and_day(open_it: OpenStore) -> None:
    async with open_it() as store:
        store.journal.take(
            [
                AgentSessionStarted(agent="a001", at=START, by="phone"),
                made.changed("a001", START, AgentState.IDLE, AgentState.OFFLINE),
                made.changed(
                    "a001", START + 60, AgentState.WRAP_UP, AgentState.TALKING, until=START + 90
                ),
                AgentSessionStarted(agent="a002", at=START + 1, by="phone"),
                made.changed("a002", START + 2, AgentState.PAUSED, AgentState.IDLE, reason="lunch"),
                AgentSessionStarted(agent="a003", at=START + 3, by="phone"),
                made.changed("a003", START + 3, AgentState.IDLE, AgentState.OFFLINE),
                AgentSessionEnded(agent="a003", at=START + 9, since=START + 3, by="phone"),
                made.changed("a003", START + 9, AgentState.OFFLINE, AgentState.IDLE),
                AgentPending(
                    agent="a001", at=START + 61, act=AgentAct.PAUSE, reason="lunch", by="phone"
                ),
                AgentPending(agent="a002", at=START + 1, act=AgentAct.LOG_OUT, reason=None, by="api"),
                AgentPending(agent="a002", at=START + 2, act=None, reason=None, by=None),
                made.changed("a004", START, AgentState.WRAP_UP, AgentState.TALKING, extend=30.0),
                made.changed(
                    "a005",
                    START,
                    AgentState.WRAP_UP,
                    AgentState.WRAP_UP,
                    until=START + 60,
                    extend=45.0,
                    extended=True,
                ),
                made.changed("a006", START, AgentState.WRAP_UP, AgentState.TALKING, extend=30.0),
                made.changed("a006", START + 30, AgentState.IDLE, AgentState.WRAP_UP),
                *whole_day("a001"),
            ]
        )
    async with open_it() as store:
        restored = await store.memory.load_open(MIDNIGHT)
    assert restored.agents == (
        RestoredAgent(
            agent="a001",
            state=AgentState.WRAP_UP,
            since=START + 60,
            logged_in_at=START,
            wrap_up_until=START + 90,
            pending=AgentAct.PAUSE,
            pending_reason="lunch",
            calls_today=3,
            talk_today=30.0,
        ),
        RestoredAgent(
            agent="a002",
            state=AgentState.PAUSED,
            since=START + 2,
            logged_in_at=START + 1,
            pause_reason="lunch",
        ),
        RestoredAgent(agent="a003", state=AgentState.OFFLINE, since=START + 9),
        RestoredAgent(agent="a004", state=AgentState.WRAP_UP, since=START, extend=30.0),
        RestoredAgent(
            agent="a005",
            state=AgentState.WRAP_UP,
            since=START,
            wrap_up_until=START + 60,
            extend=45.0,
            extended=True,
        ),
        RestoredAgent(agent="a006", state=AgentState.IDLE, since=START + 30),
    )


def whole_day(agent: str) -> list[Fact]:
    """Answered: yesterday, around midnight, twice today, one of them not ended. Abandoned: once."""
    return [
        made.entered("yesterday", MIDNIGHT - 100),
        made.answered("yesterday", MIDNIGHT - 90, agent=agent),
        made.ended("yesterday", MIDNIGHT - 10, agent=agent, talk=1000.0),
        made.entered("midnight", MIDNIGHT - 5),
        made.answered("midnight", MIDNIGHT, agent=agent),
        made.ended("midnight", MIDNIGHT + 10, agent=agent, talk=10.0),
        made.entered("today", MIDNIGHT + 100),
        made.answered("today", MIDNIGHT + 110, agent=agent),
        made.ended("today", MIDNIGHT + 130, agent=agent, talk=20.0),
        made.entered("live", START - 5),
        made.answered("live", START - 1, agent=agent),
        made.entered("gone", START - 5),
        made.ended("gone", START - 1, CallOutcome.ABANDONED),
    ]


async def test_the_directory_has_the_last_agent_by_order_before_that_by_call(
    open_it: OpenStore,
) -> None:
    ordered = Customer(
        number="1", name="A", tier="gold", last_agent="a001", last_agent_at=1.0, last_agent_by="order"
    )
    async with open_it() as store:
        await store.archive.put_customers([ordered, Customer(number="2", name="B")])
        await store.archive.put_blacklist(
            [BlacklistEntry(number="9", reason="abuse", author="boss", created_at=1.0, expires_at=5.5)]
        )
        store.journal.take(
            [made.answered("c1", START, caller=number, agent="a009") for number in ("1", "2", "3")]
        )
    async with open_it() as store:
        customers, blacklist = await store.memory.load_directory()
    served = Customer(number="3", last_agent="a009", last_agent_at=START, last_agent_by="call")
    assert sorted(customers, key=lambda customer: customer.number) == [
        ordered,
        replace(served, number="2", name="B"),
        served,
    ]
    assert blacklist == [
        ("9", DirectoryEntry(blacklisted=Blacklisted(reason="abuse", author="boss"), expires_at=5.5))
    ]


async def test_two_engines_with_spools_of_their_own_share_a_database(
    open_it: OpenStore, tmp_path: Path
) -> None:
    """As two pools do, or an old engine that has not quite gone."""
    async with open_it() as one, open_it(spool=tmp_path / "other") as two:
        for n in range(30):
            one.journal.take(whole_call(f"one-{n:02d}", START + n))
            two.journal.take(whole_call(f"two-{n:02d}", START + n))
            await asyncio.gather(one.journal.flush(), two.journal.flush())
        assert (one.journal.lost, two.journal.lost) == (0, 0)
    async with open_it() as store:
        page = await store.archive.calls(CallFilter(outcome="answered"), limit=100)
        assert len(page.items) == 60


async def test_two_engines_cannot_share_a_spool(open_it: OpenStore) -> None:
    async with open_it() as store:
        with pytest.raises(SpoolInUse, match="spool"):
            async with open_it():
                pass
        store.journal.take(whole_call("c1"))
    async with open_it() as store:
        assert await store.archive.story("c1") is not None


class CommitsUnheard:
    """A writer whose connection breaks just after `commits` of its transactions, as often as given."""

    def __init__(self, inner: FactWriter, times: int) -> None:
        self._inner = inner
        self._times = times

    async def last_seq(self, writer: int) -> int:
        return await self._inner.last_seq(writer)

    async def write(self, steps: Steps) -> None:
        await self._inner.write(steps)
        if self._times:
            self._times -= 1
            raise StoreUnavailable("the connection broke before the answer came")

    async def close(self) -> None:
        await self._inner.close()


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_what_was_committed_unheard_is_not_written_again(
    url: str, tmp_path: Path, keeper: TaskKeeper, open_it: OpenStore, times: int
) -> None:
    location = database_url(url)
    await upgrade(location)
    engine = create_engine(location)
    journal = WriteBehind(
        CommitsUnheard(fact_writer(location, engine), times),
        Spool(tmp_path / "spool"),
        run=1,
        prepare=nothing,
        interval=0.001,
        most=3,
    )
    await journal.start(keeper)
    facts = whole_call("c1")
    for fact in facts:
        journal.take([fact])
        await journal.flush()
    await journal.written()
    assert (journal.depth, journal.healthy, journal.lost) == (0, True, 0)
    await journal.close()
    await engine.dispose()
    await is_whole(open_it)


async def nothing() -> None:
    """The database is ready already."""


async def is_whole(open_it: OpenStore) -> None:
    async with open_it() as store:
        story = await store.archive.story("c1")
        assert story is not None
        assert list(story.trace) == [
            reason for fact in whole_call("c1") for reason in getattr(fact, "reasons", ())
        ]
        assert len(story.visits) == len(story.offers) == 2
        assert story.call.outcome == "answered"


async def test_dying_between_the_commit_and_the_removal_of_the_spool_doubles_nothing(
    url: str, tmp_path: Path, open_it: OpenStore
) -> None:
    spool = Spool(tmp_path / "spool")
    spool.open()
    spool.append(1, enumerate(whole_call("c1")[:12], 2))
    spool.append(1, enumerate(whole_call("c1")[12:], 14))
    spool.close()
    shutil.copytree(tmp_path / "spool", tmp_path / "as it was")
    async with open_it() as store:
        assert store.journal.depth == 0
    shutil.copytree(tmp_path / "as it was", tmp_path / "spool", dirs_exist_ok=True)
    async with open_it() as store:
        assert (store.journal.depth, store.journal.healthy) == (0, True)
    await is_whole(open_it)


async def test_a_later_run_writes_the_spool_of_the_earlier_before_its_own(
    tmp_path: Path, keeper: TaskKeeper, open_it: OpenStore
) -> None:
    facts = whole_call("c1")
    away = open_store(
        "postgresql://nobody@127.0.0.1:1/away", spool=tmp_path / "spool", keeper=keeper, interval=0.01
    )
    async with away as store:
        store.journal.take(facts[:10])
        await store.journal.flush()
        assert (store.journal.depth, store.journal.healthy) == (10, False)
        with pytest.raises(StoreUnavailable):
            await store.memory.load_open(MIDNIGHT)
        with pytest.raises(StoreUnavailable):
            await store.archive.ping()
    async with open_it() as store:
        store.journal.take(facts[10:])
    await is_whole(open_it)
