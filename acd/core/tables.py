"""What a row of a machine's table is, and what happens to an event that no row lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from acd.errors import AcdError

StateT = TypeVar("StateT", bound=str)
EventT = TypeVar("EventT", bound=str)


class ImpossibleEventError(AcdError):
    """A machine was told something that its table does not list for its state."""

    def __init__(self, machine: str, subject: str, state: str, event: str) -> None:
        super().__init__(f"{machine} {subject!r}: '{event}' cannot happen in state '{state}'")
        self.machine = machine
        self.state = state
        self.event = event


class Stray(NamedTuple):
    """What stands in for a call or an offer that is over or never was: its id, that is all."""

    id: str


class Row(NamedTuple, Generic[StateT]):
    """The next state, and the name of the method that does what is to be done on the way."""

    to: StateT
    do: str


def compiled(
    machine: str, table: Mapping[StateT, Mapping[EventT, Row[StateT]]], acts: object
) -> dict[StateT, dict[EventT, tuple[StateT, Callable[..., Any], str]]]:
    """The table with the methods of `acts` in the place of their names, and the name of each row."""
    return {
        state: {
            event: (row.to, getattr(acts, row.do), f"{machine} {state}: {event}")
            for event, row in rows.items()
        }
        for state, rows in table.items()
    }
