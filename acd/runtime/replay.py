"""Replay a flight recording offline: the same events must give the same commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from acd.core.dispatcher import Dispatcher
from acd.core.events import Event
from acd.core.routing import Routing
from acd.runtime.deciding import decide
from acd.runtime.recorder import digest, read_recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A line of the recording at which the core now decides otherwise."""

    line: int
    now: float
    event: str
    recorded: str
    replayed: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A line of the recording on whose event the core fails now; the engine had gone on after it too."""

    line: int
    event: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How many events were replayed, the first differences and the first failures (at most `limit`)."""

    events: int
    differences: tuple[Difference, ...]
    failures: tuple[Failure, ...] = ()


def replay(path: Path, parse: Callable[[str], Routing], *, limit: int = 10) -> Replayed:
    """Feed a recording to a fresh core and compare what it commands."""
    header, moments = read_recording(path, parse)
    routing = replace(parse(header.routing), revision=header.revision)
    dispatcher = Dispatcher(routing, Random(header.seed))
    differences: list[Difference] = []
    failures: list[Failure] = []
    count = 0
    for count, moment in enumerate(moments, start=1):
        commands, error = decide(dispatcher, moment.event, moment.now)
        if error is not None and len(failures) < limit:
            failures.append(Failure(line=count + 1, event=_named(moment.event), error=repr(error)))
        replayed = digest(commands)
        if replayed != moment.digest and len(differences) < limit:
            differences.append(
                Difference(
                    line=count + 1,
                    now=moment.now,
                    event=_named(moment.event),
                    recorded=moment.digest,
                    replayed=replayed,
                    commands=tuple(map(repr, commands)),
                )
            )
    return Replayed(events=count, differences=tuple(differences), failures=tuple(failures))


def _named(event: Event | None) -> str:
    return "(time passed)" if event is None else repr(event)
