from __future__ import annotations

import pytest
from sqlalchemy.dialects import sqlite

from acd.archive import StoredMissedCall
from acd.errors import BadCursor
from acd.storage import tables as t
from acd.storage.errors import ValueRefused
from acd.storage.newest_first import NewestFirst
from acd.storage.paging import encode_cursor
from acd.storage.selecting import columns_of

MISSED = NewestFirst(
    record=StoredMissedCall,
    columns=columns_of(t.missed_calls, StoredMissedCall),
    at=t.missed_calls.c.at,
    id=t.missed_calls.c.id,
    key=tuple[float, int],
)


def stated(cursor: str | None, limit: int = 10) -> str:
    statement = MISSED.statement([t.missed_calls.c.state == "open"], limit, cursor)
    return str(
        statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    ).partition("WHERE ")[2]


def test_one_row_more_than_the_page_is_asked_for() -> None:
    ordered = "ORDER BY missed_calls.at DESC, missed_calls.id DESC"
    assert " ".join(stated(None).split()).startswith(f"missed_calls.state = 'open' {ordered} LIMIT 11")


def test_a_cursor_begins_after_the_row_that_it_names() -> None:
    assert "(missed_calls.at, missed_calls.id) < (5.5, 7)" in stated(encode_cursor((5.5, 7)))


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(BadCursor):
        stated(encode_cursor((5.5, "c1")))


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_page_is_neither_empty_nor_endless(limit: int) -> None:
    with pytest.raises(ValueRefused):
        stated(None, limit)
