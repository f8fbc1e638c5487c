"""The blacklist and the do-not-call list: stored alike, each with entries of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

import pytest

from acd.archive import Archive, BlacklistEntry, Page
from acd.reached import DoNotCallEntry
from acd.storage.errors import ValueRefused
from acd.storage.store import Store
from tests.contract.made_facts import START


class Numbers:
    """One of the two lists."""

    entry: Callable[..., Any]
    put: Callable[[Iterable[Any]], Awaitable[int]]
    page: Callable[..., Awaitable[Page[Any]]]
    delete: Callable[[str], Awaitable[bool]]

    def __init__(self, archive: Archive, name: str) -> None:
        if name == "blacklist":
            self.entry = partial(BlacklistEntry, author="api:boss", expires_at=None)
            self.put, self.page = archive.put_blacklist, archive.blacklist
            self.delete = archive.delete_blacklist
        else:
            self.entry = partial(DoNotCallEntry, author="api:boss")
            self.put, self.page = archive.put_do_not_call, archive.do_not_call
            self.delete = archive.delete_do_not_call


@pytest.fixture(params=["blacklist", "do not call"])
def numbers(store: Store, request: pytest.FixtureRequest) -> Numbers:
    return Numbers(store.archive, request.param)


async def test_the_list_is_put_listed_replaced_and_deleted(numbers: Numbers) -> None:
    def entry(number: str, at: float, reason: str = "asked us not to") -> Any:
        return numbers.entry(number=number, reason=reason, created_at=at)

    twice = [entry("900110", START + n, f"reason {n}") for n in range(2)]
    assert await numbers.put(twice) == 2
    assert await numbers.put([entry(str(n), START - n // 2) for n in range(450)]) == 450
    page = await numbers.page(limit=2)
    assert page.items == [twice[1], entry("1", START)]
    page = await numbers.page(limit=2, cursor=page.next_cursor)
    assert page.items == [entry("0", START), entry("3", START - 1)]
    page = await numbers.page(limit=451)
    assert (len(page.items), page.next_cursor) == (451, None)
    again = entry("0", START + 9, "worse")
    assert await numbers.put([again]) == 1
    assert (await numbers.page(limit=1)).items == [again]
    assert await numbers.delete("0")
    assert not await numbers.delete("0")
    assert len((await numbers.page(limit=451)).items) == 450


async def test_the_list_is_put_all_or_nothing(numbers: Numbers) -> None:
    entry = partial(numbers.entry, created_at=START)
    with pytest.raises(ValueRefused, match="reason"):
        await numbers.put([entry(number="110", reason="x"), entry(number="119", reason="x" * 501)])
    with pytest.raises(ValueRefused, match="number"):
        await numbers.put([entry(number="1" * 65, reason="x")])
    assert (await numbers.page(limit=9)).items == []


async def test_an_entry_of_the_blacklist_is_replaced_with_its_expiry(store: Store) -> None:
    entry = partial(BlacklistEntry, number="0", author="me", created_at=START)
    await store.archive.put_blacklist([entry(reason="abuse", expires_at=None)])
    again = entry(reason="worse", expires_at=START + 10)
    assert await store.archive.put_blacklist([again]) == 1
    assert (await store.archive.blacklist(limit=1)).items == [again]


async def test_the_engine_remembers_who_is_not_to_be_called(store: Store) -> None:
    listed = [
        DoNotCallEntry(number=str(n), reason="x", author="api:boss", created_at=START)
        for n in range(450)
    ]
    await store.archive.put_do_not_call(listed)
    assert await store.memory.load_do_not_call() == {str(n) for n in range(450)}
    assert (await store.memory.load_open(START)).do_not_call == {str(n) for n in range(450)}
