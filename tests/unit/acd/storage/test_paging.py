from __future__ import annotations

import pytest

from acd.errors import BadCursor
from acd.storage.errors import ValueRefused
from acd.storage.paging import MOST, decode_cursor, demand_limit, encode_cursor


@pytest.mark.parametrize("key", [(1795278685.123457, "pbx1-1.2"), (0.1, "王'; --"), (1.0, "")])
def test_a_cursor_is_the_key_again(key: tuple[float, str]) -> None:
    cursor = encode_cursor(key)
    assert cursor.isascii()
    assert "=" not in cursor
    assert decode_cursor(cursor, tuple[float, str]) == key


@pytest.mark.parametrize("cursor", ["", "!", "ü", encode_cursor([1.0]), encode_cursor(["a", 1.0])])
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(cursor, tuple[float, str])


def test_a_page_is_neither_empty_nor_endless() -> None:
    assert (demand_limit(1), demand_limit(MOST)) == (1, MOST)
    for limit in (0, MOST + 1):
        with pytest.raises(ValueRefused):
            demand_limit(limit)
