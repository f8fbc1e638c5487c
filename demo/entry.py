"""What a row of the demonstration is: a name, what is expected, and who plays it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from demo.stage import Caller, Stage

AUDIBLE = 0.5
"""So much of what a phone heard must be the other's tone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What happened, whether it is what was expected, and whose call tells why. `then` is the call that
    came of it: the one by which somebody was called back."""

    text: str
    good: bool
    call: str
    then: str | None = None


Scenario = Callable[[Stage], Awaitable[Seen]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the programme."""

    name: str
    expected: str
    play: Scenario


class Rows(list[Entry]):
    """The rows of one module, in the order in which they stand there."""

    def scenario(self, name: str, expected: str) -> Callable[[Scenario], Scenario]:
        """Put a scenario into the programme."""

        def enter(play: Scenario) -> Scenario:
            self.append(Entry(name=name, expected=expected, play=play))
            return play

        return enter


def seen_of(text: str, good: object, caller: Caller) -> Seen:
    """What was seen of a caller."""
    return Seen(text=text, good=bool(good), call=caller.call)
