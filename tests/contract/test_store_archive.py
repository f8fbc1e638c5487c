"""The Archive port: lists in pages, changes all or nothing, tokens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from acd.archive import Archive, CallFilter, Role, StoredCall, TokenRecord
from acd.core.events import Customer
from acd.core.facts import CallOutcome
from acd.errors import BadCursor
from acd.ports import Journal, Memory
from acd.storage.errors import ValueRefused
from acd.storage.paging import encode_cursor
from acd.storage.store import Store, open_archive
from tests.contract import made_facts as made
from tests.contract.made_facts import START


def ports(store: Store) -> tuple[Journal, Memory, Archive]:
    """What the type checker holds the store to."""
    return store.journal, store.memory, store.archive


async def every_call(archive: Archive, where: CallFilter, limit: int) -> list[list[str]]:
    pages: list[list[str]] = []
    cursor: str | None = None
    while True:
        page = await archive.calls(where, limit=limit, cursor=cursor)
        pages.append([call.call for call in page.items])
        if (cursor := page.next_cursor) is None:
            return pages


async def test_calls_come_in_pages_newest_first(store: Store) -> None:
    """Several arrive at the same instant, and one arrives while the pages are read."""
    store.journal.take([made.entered(f"c{n}", START + n // 3) for n in range(8)])
    await store.journal.flush()
    assert await every_call(store.archive, CallFilter(), 3) == [
        ["c7", "c6", "c5"],
        ["c4", "c3", "c2"],
        ["c1", "c0"],
    ]
    assert await every_call(store.archive, CallFilter(), 4) == [
        ["c7", "c6", "c5", "c4"],
        ["c3", "c2", "c1", "c0"],
    ]
    assert await every_call(store.archive, CallFilter(since=START + 50), 3) == [[]]
    first = await store.archive.calls(CallFilter(), limit=3)
    store.journal.take([made.entered("c9", START + 100)])
    await store.journal.flush()
    second = await store.archive.calls(CallFilter(), limit=3, cursor=first.next_cursor)
    assert [call.call for call in second.items] == ["c4", "c3", "c2"]


async def test_calls_are_found_by_every_condition(store: Store) -> None:
    store.journal.take(
        [
            made.entered("a", START, caller="1", dialled="10", business="x"),
            made.ended("a", START + 9, queue="q1", agent="a1"),
            made.entered("b", START + 1, caller="2", dialled="10", business="y"),
            made.ended("b", START + 9, CallOutcome.ABANDONED, queue="q1"),
            made.entered("c", START + 2, caller="1", dialled="11", business="x"),
        ]
    )
    await store.journal.flush()
    for where, expected in (
        (CallFilter(caller="1"), ["c", "a"]),
        (CallFilter(dialled="10"), ["b", "a"]),
        (CallFilter(business="x"), ["c", "a"]),
        (CallFilter(queue="q1"), ["b", "a"]),
        (CallFilter(agent="a1"), ["a"]),
        (CallFilter(outcome="abandoned"), ["b"]),
        (CallFilter(since=START + 1), ["c", "b"]),
        (CallFilter(until=START + 1), ["a"]),
        (CallFilter(since=START + 1, until=START + 2), ["b"]),
        (CallFilter(caller="1", dialled="11"), ["c"]),
        (CallFilter(caller="1", queue="q1", outcome="abandoned"), []),
    ):
        page = await store.archive.calls(where, limit=10)
        assert [call.call for call in page.items] == expected, where


async def test_a_call_that_lives_has_no_end(store: Store) -> None:
    store.journal.take([made.entered("c1", caller=None, business=None)])
    await store.journal.flush()
    page = await store.archive.calls(CallFilter(), limit=1)
    assert page.items == [
        StoredCall(
            call="c1",
            node="pbx1",
            dialled="4008001001",
            caller=None,
            caller_name="王芳",
            customer_tier="gold",
            business=None,
            campaign="spring",
            language="zh",
            arrived_at=START,
            queue=None,
            agent=None,
            answered_at=None,
            ended_at=None,
            outcome=None,
            wait=None,
            talk=None,
        )
    ]
    assert await store.archive.story("c2") is None


BAD_CURSORS = [
    "",
    "x",
    "not a cursor",
    "£",
    "W10",
    encode_cursor("a"),
    encode_cursor((1.0,)),
    encode_cursor({"call": 1}),
    encode_cursor((True, 2)),
    encode_cursor((None, None)),
    "A" * 5000,
]


@pytest.mark.parametrize("cursor", BAD_CURSORS)
async def test_a_cursor_of_no_page_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(BadCursor):
        await store.archive.calls(CallFilter(), limit=1, cursor=cursor)
    with pytest.raises(BadCursor):
        await store.archive.missed_calls(state=None, business=None, limit=1, cursor=cursor)
    with pytest.raises(BadCursor):
        await store.archive.blacklist(limit=1, cursor=cursor)
    if cursor != encode_cursor("a"):
        with pytest.raises(BadCursor):
            await store.archive.customers(tier=None, limit=1, cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 1001])
async def test_a_page_has_a_size(store: Store, limit: int) -> None:
    with pytest.raises(ValueRefused, match="1 to 1000"):
        await store.archive.calls(CallFilter(), limit=limit)


async def test_missed_calls_come_newest_first_and_are_closed_once(store: Store) -> None:
    archive = store.archive
    store.journal.take(
        [made.missed(f"c{n}", START + n // 2, business="tv" if n % 2 else None) for n in range(5)]
    )
    await store.journal.flush()
    first = await archive.missed_calls(state="open", business=None, limit=3)
    assert [call.call for call in first.items] == ["c4", "c3", "c2"]
    rest = await archive.missed_calls(state="open", business=None, limit=3, cursor=first.next_cursor)
    assert ([call.call for call in rest.items], rest.next_cursor) == (["c1", "c0"], None)
    by_business = await archive.missed_calls(state=None, business="tv", limit=9)
    assert [call.call for call in by_business.items] == ["c3", "c1"]

    newest = first.items[0]
    assert await archive.close_missed_call(newest.id, why="reached", at=START + 99)
    assert not await archive.close_missed_call(newest.id, why="again", at=START + 100)
    assert not await archive.close_missed_call(10**6, why="none", at=START)
    closed = await archive.missed_calls(state="closed", business=None, limit=9)
    assert [(call.id, call.closed_at, call.closed_why) for call in closed.items] == [
        (newest.id, START + 99, "reached")
    ]


async def test_customers_are_put_listed_replaced_and_deleted(store: Store) -> None:
    archive = store.archive
    people = [Customer(number=str(n), name=f"N{n}", tier="gold" if n % 2 else None) for n in range(5)]
    assert await archive.put_customers(people) == 5
    page = await archive.customers(tier=None, limit=3)
    assert page.items == people[:3]
    page = await archive.customers(tier=None, limit=3, cursor=page.next_cursor)
    assert (page.items, page.next_cursor) == (people[3:], None)
    assert (await archive.customers(tier="gold", limit=9)).items == [people[1], people[3]]
    assert await archive.put_customers([Customer(number="1", name="new")]) == 1
    assert await archive.customer("1") == Customer(number="1", name="new")
    assert await archive.delete_customer("1")
    assert not await archive.delete_customer("1")
    assert await archive.customer("1") is None
    assert await archive.put_customers([]) == 0


async def test_putting_a_customer_again_keeps_who_served_him_unless_told(store: Store) -> None:
    archive = store.archive
    store.journal.take([made.answered("c1", START, caller="1", agent="a9")])
    await store.journal.flush()
    await archive.put_customers([Customer(number="1", name="A", tier="gold")])
    served = Customer(
        number="1", name="A", tier="gold", last_agent="a9", last_agent_at=START, last_agent_by="call"
    )
    assert await archive.customer("1") == served

    ordered = Customer(number="1", last_agent="a1", last_agent_at=START - 9, last_agent_by="order")
    await archive.put_customers([ordered])
    assert await archive.customer("1") == ordered
    store.journal.take([made.answered("c2", START + 100, caller="1", agent="a8")])
    await store.journal.flush()
    assert await archive.customer("1") == ordered

    by_default = Customer(number="2", last_agent="a1", last_agent_at=START)
    await archive.put_customers([by_default])
    found = await archive.customer("2")
    assert found is not None
    assert found.last_agent_by == "order"
    with pytest.raises(ValueRefused, match="'order' or 'call'"):
        await archive.put_customers([Customer(number="3", last_agent="a1", last_agent_by="mail")])


async def test_many_customers_are_put_all_or_nothing(store: Store) -> None:
    def people(broken_at: int | None) -> Iterator[Customer]:
        for n in range(1000):
            yield Customer(number=f"{n:04d}", name="x" * 9999 if n == broken_at else "fine")

    with pytest.raises(ValueRefused, match="name has 9999 characters"):
        await store.archive.put_customers(people(broken_at=999))
    assert (await store.archive.customers(tier=None, limit=1)).items == []
    assert await store.archive.put_customers(people(broken_at=None)) == 1000
    page = await store.archive.customers(tier=None, limit=1000)
    assert (len(page.items), page.next_cursor) == (1000, None)


async def test_the_same_number_twice_in_one_list_is_the_later_one(store: Store) -> None:
    same = [Customer(number="1", name="first"), Customer(number="1", name="second")]
    assert await store.archive.put_customers(same) == 2
    assert await store.archive.customer("1") == same[1]


async def test_tokens_are_found_by_their_hash_until_revoked(store: Store) -> None:
    archive = store.archive
    made_token = await archive.create_token(
        name="wallboard", role=Role.READONLY, agent=None, secret_hash=b"\x00\xff1", at=START
    )
    own = await archive.create_token(
        name="phone", role=Role.AGENT, agent="a001", secret_hash=b"\x00\xff2", at=START + 1
    )
    assert made_token == TokenRecord(
        id=made_token.id,
        name="wallboard",
        role=Role.READONLY,
        agent=None,
        created_at=START,
        revoked_at=None,
    )
    assert await archive.find_token(b"\x00\xff2") == own
    assert await archive.find_token(b"\x00\xff") is None
    assert await archive.tokens() == (made_token, own)
    with pytest.raises(ValueRefused):
        await archive.create_token(
            name="copy", role=Role.ADMIN, agent=None, secret_hash=b"\x00\xff1", at=START
        )
    assert await archive.revoke_token(own.id, START + 5)
    assert not await archive.revoke_token(own.id, START + 6)
    assert not await archive.revoke_token(10**6, START)
    assert await archive.find_token(b"\x00\xff2") is None
    assert [token.revoked_at for token in await archive.tokens()] == [None, START + 5]


async def test_ids_that_no_row_can_have_are_not_there(store: Store) -> None:
    for id in (0, -1, 2**63, 10**30):
        assert not await store.archive.close_missed_call(id, why="w", at=START)
        assert not await store.archive.revoke_token(id, START)


async def test_the_command_line_opens_the_archive_beside_the_engine(store: Store, url: str) -> None:
    async with open_archive(url) as archive:
        await archive.put_customers([Customer(number="1", name="A")])
        await archive.ping()
    assert await store.archive.customer("1") == Customer(number="1", name="A")
