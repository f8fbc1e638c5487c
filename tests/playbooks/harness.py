"""Playbooks: a conversation with the core, written down as it goes and compared as a whole.

    play = Playbook(centre())
    play >> log_in("1001") >> phone("1001", FREE)
    play >> arrived("c1") << PlayRingback(call="c1") << ring("c1", "1001")
    play.after(20) << CancelRing(offer="c1-o1")

`>>` hands an event to the core at the playbook's time, `after` lets time pass (doing what becomes due
at its own moment), `<<` says which commands are expected. The commands expected between two events
must be exactly those given, in order; facts (Record) are only compared where the playbook names a
fact in between: then those named must have been recorded, in this order, others may be among them.
Events without expectations aren't compared at all, so that a playbook says only what it is about.
`quiet()` says that no command (facts aside) is expected.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from random import Random
from typing import TypeVar, get_args

from acd.core.commands import Command, Record
from acd.core.dispatcher import Dispatcher
from acd.core.events import Event
from acd.core.facts import Fact
from acd.core.routing import Routing

START = 1_795_000_000.0
"""A Wednesday in November 2026, 19:06 in Shanghai."""

FactT = TypeVar("FactT")


class PlaybookError(AssertionError):
    """The core did not say what the playbook expects."""


class Playbook:
    """A conversation with one core."""

    def __init__(self, routing: Routing, *, seed: int = 1, start: float = START) -> None:
        self.core = Dispatcher(routing, Random(seed))
        self.now = start
        self.facts: list[Fact] = []
        self.story: list[str] = []
        self._said: list[Command] = []
        self._expected: list[Command | Fact] = []
        self._checks = False

    def __rshift__(self, event: Event) -> Playbook:
        """Hand an event to the core."""
        self.check()
        self.story.append(f"{self._clock()} >> {event}")
        self._hear(self.core.handle(event, self.now))
        return self

    def __lshift__(self, expected: Command | Fact) -> Playbook:
        """Expect a command or, between them, a fact."""
        self._checks = True
        self._expected.append(expected)
        return self

    def quiet(self) -> Playbook:
        """Expect no command at all, facts aside."""
        self._checks = True
        return self

    def after(self, seconds: float) -> Playbook:
        """Let time pass; what becomes due in between is done at its moment."""
        self.check()
        until = self.now + seconds
        self.story.append(f"{self._clock()} .. {seconds:g} s pass")
        while (due := self.core.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self._hear(self.core.expire(self.now))
        self.now = until
        return self

    def check(self) -> None:
        """Compare what was said since the last event. Done by every further step, and at the end."""
        said, expected, checks = self._said, self._expected, self._checks
        self._said, self._expected, self._checks = [], [], False
        if not checks:
            return
        wanted = [each for each in expected if _is_command(each)]
        got = [each for each in said if not isinstance(each, Record)]
        if wanted != got:
            raise PlaybookError(self._difference("commands", wanted, got))
        facts = [each.fact for each in said if isinstance(each, Record)]
        named = [each for each in expected if not _is_command(each)]
        rest = iter(facts)
        if not all(any(fact == each for fact in rest) for each in named):
            raise PlaybookError(self._difference("facts", named, facts))

    def recorded(self, kind: type[FactT]) -> list[FactT]:
        """All facts of a kind so far."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def last(self, kind: type[FactT]) -> FactT:
        """The last fact of a kind."""
        return self.recorded(kind)[-1]

    def _hear(self, commands: list[Command]) -> None:
        self._said += commands
        for command in commands:
            if isinstance(command, Record):
                self.facts.append(command.fact)
                self.story.append(f"{self._clock()}    ! {command.fact}")
            else:
                self.story.append(f"{self._clock()} << {command}")

    def _clock(self) -> str:
        return f"{self.now - START:+9.2f}"

    def _difference(self, what: str, wanted: Sequence[object], got: Sequence[object]) -> str:
        lines = difflib.ndiff([repr(each) for each in wanted], [repr(each) for each in got])
        story = "\n".join(self.story[-40:])
        return f"{what} differ (- expected, + said):\n" + "\n".join(lines) + f"\n\nstory:\n{story}"


def _is_command(each: object) -> bool:
    return isinstance(each, get_args(Command))
