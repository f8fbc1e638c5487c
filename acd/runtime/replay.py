"""Replay a flight recording offline: the same events must give the same commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from acd.core.dispatcher import Dispatcher
from acd.core.routing import Routing
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
class Replayed:
    """How many events were replayed, and the first differences (at most `Replay.limit`)."""

    events: int
    differences: tuple[Difference, ...]


def replay(path: Path, parse: Callable[[str], Routing], *, limit: int = 10) -> Replayed:
    """Feed a recording to a fresh core and compare what it commands."""
    header, moments = read_recording(path, parse)
    routing = replace(parse(header.routing), revision=header.revision)
    dispatcher = Dispatcher(routing, Random(header.seed))
    differences: list[Difference] = []
    count = 0
    for count, moment in enumerate(moments, start=1):
        if moment.event is None:
            commands = dispatcher.expire(moment.now)
        else:
            commands = dispatcher.handle(moment.event, moment.now)
        replayed = digest(commands)
        if replayed != moment.digest and len(differences) < limit:
            differences.append(
                Difference(
                    line=count + 1,
                    now=moment.now,
                    event="(time passed)" if moment.event is None else repr(moment.event),
                    recorded=moment.digest,
                    replayed=replayed,
                    commands=tuple(map(repr, commands)),
                )
            )
    return Replayed(events=count, differences=tuple(differences))
