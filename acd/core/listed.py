"""Agents as they are listed for the record of a decision: who lost, and who was ruled out."""

from __future__ import annotations

from typing import Final, NamedTuple

from acd.core.strategies.base import Key
from agents.model import AgentState

LISTED: Final = 8
"""So many agents are listed for the record of a decision; each costs a fifth of a microsecond."""


class Rivals(NamedTuple):
    """Idle agents who were not chosen, with the keys that they lost by; `more` are not listed."""

    rows: list[tuple[str, Key]]
    more: int


class RuledOut(NamedTuple):
    """Agents who could serve a waiting call, with the states that rule them out; `more` are not
    listed (an agent who meets two of the requirements counts twice there)."""

    rows: list[tuple[str, AgentState]]
    more: int
