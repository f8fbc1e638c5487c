"""`acd explain CALL`, `acd import`, `acd token`: what works on the database."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from acd.api.secrets import hash_secret, new_secret
from acd.api.settings import ApiSettings
from acd.archive import Archive, CallFilter, Role, StoredCall, name_in_use
from acd.console.screen import counted, err, out, show_story
from acd.errors import OperatorError
from acd.imports import (
    BadImport,
    ImportRules,
    LineProblem,
    read_blacklist,
    read_customers,
    read_do_not_call,
    unknown,
)
from acd.routing_source import RoutingSource
from acd.storage.database import database_url
from acd.storage.store import open_archive
from config.settings import Settings

T = TypeVar("T")
SHOWN_PROBLEMS = 100
CALL_ID_WIDTH = 18
COLUMNS = {
    "arrived (UTC)": 10,
    "dialled": 10,
    "caller": 11,
    "queue": 5,
    "agent": 4,
    "wait": 5,
    "outcome": 9,
    "call": CALL_ID_WIDTH,
}
"""The columns of `acd calls`, and how wide each is at least."""


def existing(settings: Settings) -> AbstractAsyncContextManager[Archive]:
    """The archive for commands that ask: they make no SQLite file where there is none."""
    text = settings.secret("database_url")
    url = database_url(text)
    if url.get_backend_name() == "sqlite":
        try:
            os.stat(url.database or "")
        except FileNotFoundError as error:
            raise OperatorError(
                f"there is no database {url.database}: expected STROWGER_DATA_DIR or "
                "STROWGER_DATABASE_URL to say where the engine keeps it"
            ) from error
    return open_archive(text)


async def explain_call(settings: Settings, call: str) -> None:
    """The story of a stored call: the record in a line, then each reason in order of time."""
    async with existing(settings) as archive:
        story = await archive.story(call)
    if story is None:
        raise OperatorError(f"call {call!r} is not in the database; `acd calls` lists the latest")
    out.print(_headline(story.call))
    show_story(story.trace)


async def list_calls(settings: Settings, limit: int) -> None:
    """The latest calls, newest first."""
    async with existing(settings) as archive:
        page = await archive.calls(CallFilter(), limit=limit)
    table = Table(padding=(0, 0))
    for name, min_width in COLUMNS.items():  # folded where the terminal is narrow: nothing is cut
        table.add_column(name, overflow="fold", min_width=min_width)
    for call in page.items:
        table.add_row(
            _utc(call.arrived_at),
            call.dialled,
            call.caller or "withheld",
            call.queue or "",
            call.agent or "",
            "" if call.wait is None else f"{call.wait:.1f} s",
            call.outcome or "lives",
            call.call,
        )
    out.print(table)


def _headline(call: StoredCall) -> str:
    caller = call.caller or "a withheld number"
    ended = call.outcome or "not ended"
    return f"{call.call}: {caller} dialled {call.dialled} at {_utc(call.arrived_at)} UTC: {ended}"


def _utc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


async def import_file(
    settings: Settings, what: Literal["customers", "blacklist", "do-not-call"], path: Path, author: str
) -> None:
    """Read the whole file, then store all of it; or nothing, with the problems by line."""
    routing = RoutingSource.configured(settings).load()
    rules = ImportRules.of(routing, now=time.time(), author=author)
    async with open_archive(settings.secret("database_url")) as archive:
        if what == "customers":
            rows = await archive.put_customers(_read(path, lambda f: read_customers(f, rules)))
            stored = counted(rows, "customer")
        elif what == "do-not-call":
            rows = await archive.put_do_not_call(_read(path, lambda f: read_do_not_call(f, rules)))
            stored = counted(rows, "do-not-call entry", "do-not-call entries")
        else:
            rows = await archive.put_blacklist(_read(path, lambda f: read_blacklist(f, rules)))
            stored = counted(rows, "blacklist entry", "blacklist entries")
    out.print(f"{stored} imported")
    out.print("A running engine knows them after `acd reload` (or SIGHUP).", style="dim")


def _read(path: Path, parse: Callable[[Iterable[bytes]], Iterator[T | LineProblem]]) -> Sequence[T]:
    good: list[T] = []
    bad: list[LineProblem] = []
    try:
        size = path.stat().st_size
        file = path.open("rb")
    except OSError as error:
        raise OperatorError(f"{path}: {error.strerror}") from error
    columns = (TextColumn("reading"), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    with file, Progress(*columns, TimeElapsedColumn(), console=err) as progress:
        task = progress.add_task("reading", total=size)
        lines = _counted(file, lambda count: progress.advance(task, count))
        for row in parse(lines):
            if isinstance(row, LineProblem):
                bad.append(row)
            else:
                good.append(row)
    if bad:
        shown = BadImport(bad[:SHOWN_PROBLEMS])
        more = f"\n... and {len(bad) - SHOWN_PROBLEMS} more" if len(bad) > SHOWN_PROBLEMS else ""
        raise OperatorError(f"{path}: nothing was imported\n{shown}{more}")
    return good


def _counted(file: BinaryIO, advance: Callable[[int], None]) -> Iterator[bytes]:
    for line in file:
        advance(len(line))
        yield line


async def create_token(settings: Settings, name: str, role: Role, agent: str | None) -> None:
    """Make a token and show it, the only time that it can be seen."""
    if (role is Role.AGENT) != (agent is not None):
        raise OperatorError("--agent ID goes with --role agent, and only with it")
    if agent is not None:
        agents = RoutingSource.configured(settings).load().agents
        if agent not in agents:
            raise OperatorError(f"--agent: {unknown('agent', agent, agents)}")
    secret = new_secret()
    async with open_archive(settings.secret("database_url")) as archive:
        if name_in_use(name, await archive.tokens()):
            raise OperatorError(
                f"a token named {name!r} exists; records of who did what must stay clear"
            )
        await archive.create_token(
            name=name, role=role, agent=agent, secret_hash=hash_secret(secret), at=time.time()
        )
    out.print(secret)


async def list_tokens(settings: Settings) -> None:
    """All tokens, revoked ones included; never their secrets."""
    async with existing(settings) as archive:
        tokens = await archive.tokens()
    table = Table("id", "name", "role", "agent", "created (UTC)", "revoked (UTC)")
    for token in tokens:
        revoked = "" if token.revoked_at is None else _utc(token.revoked_at)
        created = _utc(token.created_at)
        table.add_row(str(token.id), token.name, token.role, token.agent or "", created, revoked)
    out.print(table)


async def revoke_token(settings: Settings, id: int) -> None:
    """End a token. A running engine that used it in the last few seconds may still take it."""
    async with existing(settings) as archive:
        if not await archive.revoke_token(id, time.time()):
            raise OperatorError(f"token {id}: expected the id of a token that is not revoked")
    out.print(f"token {id} revoked")
    seconds = ApiSettings().token_seconds
    out.print(f"A running engine that knows it forgets it within {seconds:.0f} seconds.", style="dim")
