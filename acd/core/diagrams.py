"""The tables of the machines as Mermaid diagrams and lists of rows: the text of docs/states.md.

`python scripts/draw_states.py` writes the page; a test holds it up to date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias, TypeVar

from acd.core import callbacks_table, calls_table, messages_table, offers_table
from acd.core.callbacks_table import CALLBACK_TABLE, CallbackState
from acd.core.calls_table import CALL_TABLE, CallState
from acd.core.message_words import MessageState
from acd.core.messages_table import MESSAGE_TABLE
from acd.core.offers_table import OFFER_TABLE, OfferState
from acd.core.tables import Row
from agents import states as agents_table
from agents.model import AgentState
from agents.states import TABLE as AGENT_TABLE

StateT = TypeVar("StateT", bound=str)
EventT = TypeVar("EventT", bound=str)
Edge: TypeAlias = tuple[str, str, str]
"""(from, to, by what)."""

_HEAD = """\
# States

Drawn from the tables in the code by `python scripts/draw_states.py`; don't edit it by hand.
The pictures leave out what changes no state; the lists below them leave out nothing.
"""


def page() -> str:
    """The whole of docs/states.md."""
    calls, offers = _edges(CALL_TABLE), _edges(OFFER_TABLE)
    messages = _edges(MESSAGE_TABLE)
    agents = [
        (state.value, to.value, what.__name__)
        for state, rows in AGENT_TABLE.items()
        for what, row in rows.items()
        for to in row.to
    ]
    return "\n".join(
        [
            _HEAD,
            _section("Call", calls_table.__doc__, calls, CallState.ENTERING, CallState.GONE),
            _rows(CALL_TABLE),
            _section("Offer", offers_table.__doc__, offers, OfferState.RESERVED, OfferState.OVER),
            _rows(OFFER_TABLE),
            _section(
                "Callback",
                callbacks_table.__doc__,
                _edges(CALLBACK_TABLE),
                CallbackState.PLANNED,
                CallbackState.CLOSED,
            ),
            _rows(CALLBACK_TABLE),
            _section(
                "Message", messages_table.__doc__, messages, MessageState.NEW, MessageState.DELETED
            ),
            _rows(MESSAGE_TABLE),
            _section("Agent", agents_table.__doc__, agents, AgentState.OFFLINE, None),
        ]
    )


def diagram(edges: Iterable[Edge], first: str, last: str | None) -> str:
    """A Mermaid state diagram; edges of the same ends are drawn once, with all that leads along."""
    drawn: dict[tuple[str, str], list[str]] = {}
    for begin, end, by in edges:
        if begin != end:
            drawn.setdefault((begin, end), []).append(by)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {first}"]
    lines += [f"    {begin} --> {end}: {', '.join(by)}" for (begin, end), by in drawn.items()]
    lines += [f"    {last} --> [*]"] if last is not None else []
    return "\n".join([*lines, "```"])


def _edges(table: Mapping[StateT, Mapping[EventT, Row[StateT]]]) -> list[Edge]:
    return [
        (str(state), str(row.to), str(event))
        for state, rows in table.items()
        for event, row in rows.items()
    ]


def _section(name: str, essay: str | None, edges: list[Edge], first: str, last: str | None) -> str:
    return f"## {name}\n\n{diagram(edges, first, last)}\n\n{(essay or '').strip()}\n"


def _rows(table: Mapping[StateT, Mapping[EventT, Row[StateT]]]) -> str:
    lines = ["| state | event | next state | what is done |", "| --- | --- | --- | --- |"]
    for state, rows in table.items():
        for event, row in rows.items():
            lines.append(f"| {state} | {event} | {row.to} | {row.do.replace('_', ' ')} |")
    return "\n".join(lines) + "\n"
