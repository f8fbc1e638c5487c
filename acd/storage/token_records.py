"""Bearer tokens, of which only hashes are stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.archive import Role, TokenRecord
from acd.storage import tables as t
from acd.storage.bounds import ID, TEXT, demand, demand_optional

_RECORD = [column for column in t.tokens.columns if column is not t.tokens.c.secret_hash]


async def create_token(
    connection: AsyncConnection,
    name: str,
    role: Role,
    agent: str | None,
    secret_hash: bytes,
    at: float,
) -> TokenRecord:
    row = await connection.execute(
        insert(t.tokens)
        .values(
            name=demand("name", name, TEXT),
            role=role.value,
            agent=demand_optional("agent", agent, ID),
            secret_hash=secret_hash,
            created_at=at,
        )
        .returning(*_RECORD)
    )
    return _record(row.one())


async def find_token(connection: AsyncConnection, secret_hash: bytes) -> TokenRecord | None:
    rows = await connection.execute(
        select(*_RECORD).where(t.tokens.c.secret_hash == secret_hash, t.tokens.c.revoked_at.is_(None))
    )
    row = rows.one_or_none()
    return None if row is None else _record(row)


async def read_tokens(connection: AsyncConnection) -> Sequence[TokenRecord]:
    """All, in the order of their making."""
    rows = await connection.execute(select(*_RECORD).order_by(t.tokens.c.id))
    return tuple(_record(row) for row in rows)


async def revoke_token(connection: AsyncConnection, id: int, at: float) -> bool:
    if not 0 < id <= t.MOST_SERIAL:
        return False
    result = await connection.execute(
        update(t.tokens)
        .where(t.tokens.c.id == id, t.tokens.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    return result.rowcount == 1


def _record(row: Row[Any]) -> TokenRecord:
    return TokenRecord(**{**row._mapping, "role": Role(row.role)})
