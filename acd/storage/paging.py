"""Cursors: where the next page begins, as text that means nothing to whom it is given."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TypeVar

import msgspec

from acd.errors import BadCursor
from acd.storage.errors import ValueRefused

K = TypeVar("K")

MOST = 1000
"""Items in one page."""


def encode_cursor(key: object) -> str:
    """The key of a page's last item as a cursor."""
    return urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def decode_cursor(cursor: str, kind: type[K]) -> K:
    """The key again; raises BadCursor for anything that no page of this list gave."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return msgspec.json.decode(urlsafe_b64decode(padded), type=kind)
    except (ValueError, msgspec.DecodeError) as error:
        raise BadCursor() from error


def demand_limit(limit: int) -> int:
    """The limit itself; raises ValueRefused where it is no size of a page."""
    if not 1 <= limit <= MOST:
        raise ValueRefused(f"A page has 1 to {MOST} items, not {limit}.")
    return limit
