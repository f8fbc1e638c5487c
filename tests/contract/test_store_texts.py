"""Texts that callers, phones and people may send: what comes with a call is cut, never refused;
what a person asks to store is stored as it is, or refused with a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.archive import BlacklistEntry, CallFilter, Role
from acd.core.events import Customer
from acd.core.facts import AgentSessionStarted, CallMissed, Fact, MissedReason, RoutingTaken
from acd.storage.bounds import ID, NAME, NUMBER, TEXT
from acd.storage.errors import ValueRefused
from acd.storage.store import Store
from agents.model import AgentState
from tests.contract import made_facts as made
from tests.contract.made_facts import START

ODD = [
    "王芳 📞 \u202eright to left",
    "<script>alert(1)</script>",
    "'; DROP TABLE calls; --",
    '" OR 1=1 /*',
    "%_\\",
    "line\r\nbreak\ttab\x1b[31m",
    "",
    " ",
    "$1 ? :name %s {}",
]


@pytest.mark.parametrize("text", ODD)
async def test_odd_texts_come_back_as_they_were(store: Store, text: str) -> None:
    fact = made.entered("c1", caller_name=text, caller=text, dialled=text, business=text)
    reasons = ((START, "rule", text, (text, 1, None, True)),)
    store.journal.take([fact, made.ended("c1", reasons=reasons, business=text)])
    await store.journal.flush()
    page = await store.archive.calls(
        CallFilter(caller=text, dialled=text, business=text, queue="sales"), limit=1
    )
    assert [call.caller_name for call in page.items] == [text]
    story = await store.archive.story("c1")
    assert story is not None
    assert story.trace == reasons
    await store.archive.put_customers([Customer(number=text, name=text, tier=text)])
    customer = await store.archive.customer(text)
    assert customer is not None
    assert (customer.name, customer.tier) == (text, text)
    assert (await store.archive.customers(tier=text, limit=1)).items == [customer]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("nul\0inside", "nul\ufffdinside"),
        ("\0", "\ufffd"),
        ("lone \udc80 surrogate", "lone ? surrogate"),
        ("王" * 4000, "王" * TEXT),
        ("x" * 4000, "x" * TEXT),
    ],
    ids=["NUL", "only NUL", "surrogate", "4000 Chinese", "4000"],
)
async def test_what_cannot_be_stored_is_cut_or_replaced_in_a_callers_name(
    store: Store, text: str, stored: str
) -> None:
    facts: list[Fact] = [
        made.entered("c1", caller_name=text),
        made.queued("c1"),
        made.changed("a001", START, AgentState.PAUSED, AgentState.IDLE, reason=text, by=text),
        AgentSessionStarted(agent="a001", at=START, by=text),
        made.ended("c1", reasons=((START, "caller", text),)),
    ]
    store.journal.take(facts)
    await store.journal.flush()
    assert (store.journal.refused, store.journal.healthy) == (0, True)
    page = await store.archive.calls(CallFilter(), limit=1)
    assert [call.caller_name for call in page.items] == [stored]
    story = await store.archive.story("c1")
    assert story is not None
    assert len(story.trace) == 3
    restored = await store.memory.load_open(0.0)
    assert [agent.pause_reason for agent in restored.agents] == [stored]


async def test_a_huge_name_and_number_everywhere_lose_no_call(store: Store) -> None:
    """Cut the same everywhere, so that the call still finds its parts and the filter the call."""
    huge = "9" * 4000
    store.journal.take(
        [
            made.entered(huge, node=huge, dialled=huge, caller=huge, business=huge, language=huge),
            made.queued(huge, queue=huge),
            made.offered(huge, 1, huge, START + 1),
            made.answered(huge, agent=huge, caller=huge, business=huge),
            made.changed(huge, START, AgentState.TALKING, AgentState.IDLE, call=huge),
            RoutingTaken(at=START, revision=huge),
            CallMissed(
                call=huge,
                at=START,
                caller=huge,
                dialled=huge,
                business=huge,
                queue=huge,
                wait=1.0,
                reason=MissedReason.CUT_OFF,
            ),
        ]
    )
    await store.journal.flush()
    store.journal.take([made.ended(huge, queue=huge, agent=huge, business=huge)])
    await store.journal.flush()
    assert (store.journal.refused, store.journal.healthy) == (0, True)
    page = await store.archive.calls(
        CallFilter(caller=huge, dialled=huge, business=huge, queue=huge, agent=huge), limit=1
    )
    (call,) = page.items
    assert (len(call.call), len(call.dialled), len(call.queue or "")) == (ID, NUMBER, NAME)
    story = await store.archive.story(huge)
    assert story is not None
    assert (len(story.visits), len(story.offers), len(story.trace)) == (1, 1, 4)
    missed = await store.archive.missed_calls(state=None, business=huge, limit=1)
    assert [len(call.caller or "") for call in missed.items] == [NUMBER]


async def test_a_value_that_no_database_takes_stays_out_alone(store: Store) -> None:
    store.journal.take([made.entered("c1"), made.queued("c1", visit=2**70), made.entered("c2")])
    await store.journal.flush()
    assert (store.journal.refused, store.journal.depth, store.journal.healthy) == (1, 0, True)
    page = await store.archive.calls(CallFilter(), limit=9)
    assert {call.call for call in page.items} == {"c1", "c2"}


async def test_reasons_have_no_limit(store: Store) -> None:
    reasons = ((START, "candidates", tuple((f"a{n:05d}", "busy", n) for n in range(20_000))),)
    store.journal.take([made.entered("c1"), made.ended("c1", reasons=reasons)])
    await store.journal.flush()
    story = await store.archive.story("c1")
    assert story is not None
    assert story.trace == reasons


@pytest.mark.parametrize("text", ["x" * 4000, "nul\0", "lone \ud800"], ids=["4000", "NUL", "surrogate"])
async def test_a_person_is_told_what_cannot_be_stored(store: Store, text: str) -> None:
    archive = store.archive
    entry = BlacklistEntry(number="1", reason="r", author="a", created_at=1.0, expires_at=None)
    store.journal.take([made.missed("c1")])
    await store.journal.flush()
    missed = await archive.missed_calls(state=None, business=None, limit=1)
    with pytest.raises(ValueRefused):
        await archive.put_customers([Customer(number="1"), Customer(number="2", name=text)])
    with pytest.raises(ValueRefused):
        await archive.put_customers([Customer(number=text)])
    with pytest.raises(ValueRefused):
        await archive.put_customers([Customer(number="1", last_agent=text)])
    with pytest.raises(ValueRefused):
        await archive.put_blacklist([entry, replace(entry, reason=text)])
    with pytest.raises(ValueRefused):
        await archive.create_token(name=text, role=Role.ADMIN, agent=None, secret_hash=b"x", at=1.0)
    with pytest.raises(ValueRefused):
        await archive.close_missed_call(missed.items[0].id, why=text, at=1.0)
    assert (await archive.customers(tier=None, limit=1)).items == []
    assert (await archive.blacklist(limit=1)).items == []
    assert await archive.tokens() == ()


@pytest.mark.parametrize("text", ["x" * 4000, "nul\0", "lone \ud800"], ids=["4000", "NUL", "surrogate"])
async def test_asking_for_what_cannot_be_stored_finds_nothing(store: Store, text: str) -> None:
    archive = store.archive
    store.journal.take([made.entered("c1")])
    await store.journal.flush()
    assert (await archive.calls(CallFilter(caller=text), limit=1)).items == []
    assert await archive.story(text) is None
    assert await archive.customer(text) is None
    assert not await archive.delete_customer(text)
    assert not await archive.delete_blacklist(text)
    assert (await archive.customers(tier=text, limit=1)).items == []
    assert (await archive.missed_calls(state=text, business=text, limit=1)).items == []
