"""`acd callbacks`: who is to be called back, asked of the running engine; and what is done about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
from rich.table import Table

from acd.console.remote import ask
from acd.console.screen import out
from acd.errors import OperatorError
from acd.routing_source import RoutingSource
from config.settings import Settings

ID_WIDTH = 22
"""An id stays whole, so that it can be copied, however narrow the terminal is."""
ANYBODY = "a token of any role"
ACTING = "a token of the agent or a supervisor"


class _Callback(msgspec.Struct):
    callback: str
    number: str | None
    queue: str
    source: str
    state: str
    now: str | None
    now_agent: str | None
    created_at: str
    due_at: str | None
    attempts: int
    call: str | None
    agent: str | None
    note: str | None
    why: str | None
    closed_at: str | None
    outcome: str | None
    reached_by: str | None
    closed_by: str | None
    closed_reason: str | None


class _Page(msgspec.Struct):
    items: list[_Callback]
    next_cursor: str | None


class _Attempt(msgspec.Struct):
    attempt: str
    agent: str | None
    made_at: str | None
    ended_at: str | None
    outcome: str | None
    ring: float | None


class _Detail(msgspec.Struct):
    callback: _Callback
    attempts: list[_Attempt]


class _Asked(msgspec.Struct):
    callback: str
    merged: bool


_PAGE = msgspec.json.Decoder(_Page)
_DETAIL = msgspec.json.Decoder(_Detail)
_ASKED = msgspec.json.Decoder(_Asked)
_NOTHING = msgspec.json.Decoder(None)


async def list_them(settings: Settings, query: Mapping[str, str]) -> None:
    """One page, newest first, and whether there are more."""
    page = await ask(settings, "GET", "callbacks", token_of=ANYBODY, answer_in=_PAGE, query=query)
    table = Table("opened (UTC)")
    table.add_column("number", no_wrap=True)
    for heading in ("queue", "from", "due (UTC)", "tries", "now"):
        table.add_column(heading, overflow="fold")
    table.add_column("callback", overflow="fold", min_width=ID_WIDTH)
    for each in page.items:
        table.add_row(
            _short(each.created_at),
            each.number or "",
            each.queue,
            _words(each.source),
            _short(each.due_at) if each.state == "open" else "",
            str(each.attempts),
            _standing(each),
            each.callback,
        )
    out.print(table)
    if page.next_cursor is not None:
        out.print(f"There are more than these {len(page.items)}: --limit, --queue, ...", style="dim")


async def show(settings: Settings, callback: str) -> None:
    """One callback's story: what is owed, each attempt, how it stands."""
    path = f"callbacks/{quote(callback, safe='')}"
    found = await ask(settings, "GET", path, token_of=ANYBODY, answer_in=_DETAIL)
    for line in _story(found.callback, found.attempts):
        out.print(line)


def _story(owed: _Callback, attempts: list[_Attempt]) -> list[str]:
    call = "" if owed.call is None else f" of call {owed.call}"
    lines = [
        f"{owed.callback}: {owed.number or 'number unknown'}, queue {owed.queue}",
        f"{_short(owed.created_at)}  opened: {_words(owed.source)}{call}",
    ]
    if owed.agent is not None:
        lines.append(f"only {owed.agent} may call")
    if owed.note is not None:
        lines.append(f"note: {owed.note}")
    for number, attempt in enumerate(attempts, 1):
        who = "" if attempt.agent is None else f" with {attempt.agent}"
        ring = f", it rang {attempt.ring:.1f} s" if attempt.ring else ""
        end = _words(attempt.outcome) if attempt.outcome is not None else "under way, or unknown"
        when = _short(attempt.made_at or attempt.ended_at)
        lines.append(f"{when}  attempt {number}{who}: {end}{ring} ({attempt.attempt})")
    if owed.state == "open":
        why = "" if owed.why is None else f" ({owed.why})"
        lines.append(f"{_standing(owed)}, due {_short(owed.due_at)} UTC{why}")
    else:
        by = "" if owed.closed_by is None else f" by {owed.closed_by}"
        reason = "" if owed.closed_reason is None else f": {owed.closed_reason}"
        lines.append(f"{_short(owed.closed_at)}  closed{by}: {_standing(owed)}{reason}")
    return lines


async def ask_for(
    settings: Settings, number: str, queue: str, at: str | None, agent: str | None, note: str | None
) -> None:
    """Ask for a callback."""
    body = {"number": number, "queue": queue}
    if at is not None:
        body["at"] = _instant(settings, "--at", at)
    body |= {} if agent is None else {"agent": agent}
    body |= {} if note is None else {"note": note}
    asked = await ask(settings, "POST", "callbacks", token_of=ACTING, answer_in=_ASKED, body=body)
    merged = "open already, it stands for this one too" if asked.merged else "opened"
    out.print(f"{asked.callback}: {merged}")


async def act(
    settings: Settings, callback: str, act: str, reason: str | None, until: str | None = None
) -> None:
    """Close it, let it be due now, ...; raise why that cannot be."""
    body = {} if reason is None else {"reason": reason}
    if until is not None:
        body["until"] = _instant(settings, "--until", until)
    path = f"callbacks/{quote(callback, safe='')}/{act}"
    await ask(settings, "POST", path, token_of=ACTING, answer_in=_NOTHING, body=body)
    await show(settings, callback)


def _instant(settings: Settings, option: str, written: str) -> str:
    """A time as the API takes it; one without a zone is in the business' zone."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError as error:
        raise OperatorError(
            f"{option} {written!r}: expected a time such as '2026-11-21 20:15'"
        ) from error
    if at.tzinfo is None:
        zone = RoutingSource.configured(settings).load().timezone
        at = at.replace(tzinfo=ZoneInfo(zone))
    return at.isoformat()


def _standing(each: _Callback) -> str:
    if each.state == "open":
        agent = "" if each.now_agent is None else f" ({each.now_agent})"
        return f"{each.now or 'open'}{agent}"
    who = "" if each.reached_by is None else f" ({each.reached_by})"
    return f"{_words(each.outcome)}{who}"


def _words(name: str | None) -> str:
    return (name or "").replace("_", " ")


def _short(instant: str | None) -> str:
    """`2026-11-21T12:15:00.250Z` to the second, for people."""
    return "" if instant is None else instant[:19].replace("T", " ")
