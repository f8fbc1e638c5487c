"""What a step plays, as prompts and tapes: numbers, digits and times put into words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import assert_never

from ivr import saying
from ivr.model import Clock, Digits, Number, Parts, Sound, Tape
from ivr.secrecy import UNSAID, said_of
from ivr.turns import Play, World


def plays(
    parts: Parts, collected: Mapping[str, str], world: World, secret: Collection[str] = ()
) -> tuple[Play, ...]:
    """As few plays as can be: one ends where a tape comes. What was never collected is silent."""
    found: list[Play] = []
    sounds: list[str] = []
    shown: list[str] = []
    for part in parts:
        if not isinstance(part, Tape):
            heard = _sounds(part, collected, world)
            sounds += heard
            shown += (UNSAID,) if heard and said_of(part) in secret else heard
        elif part.of in collected:
            found.append(_play(sounds, shown, part.of))
            sounds, shown = [], []
    if sounds:
        found.append(_play(sounds, shown))
    return tuple(found)


def _play(sounds: list[str], shown: list[str], tape: str | None = None) -> Play:
    told = None if shown == sounds else tuple(shown)
    return Play(sounds=tuple(sounds), tape=tape, shown=told)


def _sounds(
    part: Sound | Number | Digits | Clock, collected: Mapping[str, str], world: World
) -> tuple[str, ...]:
    match part:
        case Sound(prompt=prompt):
            return (prompt,)
        case Number(value=value, of=name):
            text = str(value) if name is None else collected.get(name, "")
            return saying.decimal(text, world.language)
        case Digits(text=text, of=name):
            return saying.digits(text if name is None else collected.get(name, ""), world.language)
        case Clock(of=name):
            if name is None:
                return saying.clock(*world.clock(), world.language)
            return saying.clock_text(collected.get(name, ""), world.language)
        case _:
            assert_never(part)
