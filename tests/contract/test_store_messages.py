"""The Archive port: voicemail messages in lists, and what was done with one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.core.facts import Fact
from acd.core.message_words import (
    MessageAct,
    MessageChanged,
    MessageDeleted,
    MessageLeft,
    MessageState,
)
from acd.errors import BadCursor
from acd.storage.paging import encode_cursor
from acd.storage.store import Store
from acd.voicemail import MessageFilter, StoredMessageChange
from tests.contract import made_facts as made
from tests.contract.made_facts import START


def left(id: str, at: float = 0.0, box: str = "orders", caller: str | None = "138") -> Fact:
    message = replace(made.message(id), box=box, left_at=START + at, caller=caller)
    return MessageLeft(at=START + at, message=message)


def done(id: str, act: MessageAct, state: MessageState, agent: str | None = None) -> Fact:
    return MessageChanged(
        message=id, at=START + 60, act=act, by="api:x", state=state, box="orders", agent=agent
    )


async def take(store: Store, *facts: Fact) -> None:
    store.journal.take(facts)
    await store.journal.flush()


async def found(store: Store, where: MessageFilter) -> list[str]:
    page = await store.archive.messages(where, limit=100)
    assert page.next_cursor is None
    return [each.message for each in page.items]


async def test_messages_come_in_pages_newest_first(store: Store) -> None:
    await take(store, *(left(f"m{n}", n // 2) for n in range(5)))
    pages, cursor = [], None
    for _ in range(3):
        page = await store.archive.messages(MessageFilter(), limit=2, cursor=cursor)
        pages.append([each.message for each in page.items])
        cursor = page.next_cursor
    assert pages == [["m4", "m3"], ["m2", "m1"], ["m0"]]
    assert cursor is None


async def test_messages_are_found_by_every_condition(store: Store) -> None:
    await take(
        store,
        left("a"),
        left("b", 10, "service", None),
        left("c", 20),
        left("d", 30),
        done("a", MessageAct.TAKE, MessageState.TAKEN, "1001"),
        MessageDeleted(message="d", at=START + 90),
    )
    assert await found(store, MessageFilter()) == ["c", "b", "a"]
    assert await found(store, MessageFilter(boxes=frozenset({"orders"}))) == ["c", "a"]
    assert await found(store, MessageFilter(boxes=frozenset({"orders", "service"}))) == ["c", "b", "a"]
    assert await found(store, MessageFilter(boxes=frozenset())) == []
    assert await found(store, MessageFilter(state=MessageState.NEW)) == ["c", "b"]
    assert await found(store, MessageFilter(state=MessageState.TAKEN)) == ["a"]
    assert await found(store, MessageFilter(state=MessageState.DELETED)) == ["d"]
    assert await found(store, MessageFilter(agent="1001")) == ["a"]
    assert await found(store, MessageFilter(caller="138")) == ["c", "a"]
    assert await found(store, MessageFilter(since=START + 10, until=START + 20)) == ["b"]


async def test_the_story_of_a_message(store: Store) -> None:
    await take(
        store,
        left("a"),
        done("a", MessageAct.HEAR, MessageState.HEARD),
        done("a", MessageAct.HEAR, MessageState.HEARD),
        done("a", MessageAct.CLOSE, MessageState.CLOSED),
        MessageDeleted(message="a", at=START + 90),
    )
    story = await store.archive.message("a")
    assert story is not None
    assert (story.message.state, story.message.deleted_at) == ("closed", START + 90)
    heard = StoredMessageChange(
        at=START + 60, act="hear", by="api:x", state="heard", box="orders", agent=None
    )
    assert list(story.changes) == [heard, heard, replace(heard, act="close", state="closed")]
    assert await store.archive.message("b") is None


async def test_a_cursor_of_another_list_is_refused(store: Store) -> None:
    with pytest.raises(BadCursor):
        await store.archive.messages(MessageFilter(), limit=1, cursor=encode_cursor("x"))


async def test_which_files_are_named_by_a_message_or_a_recording(store: Store) -> None:
    await take(store, left("m1"), made.tape("remark", START))
    file = made.message("m1").file
    assert await store.archive.files_named([file, "remark", "stray"]) == {file, "remark"}
    assert await store.archive.files_named(["stray"]) == frozenset()
