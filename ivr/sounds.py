"""What a step plays, as prompts and tapes: numbers, digits and times put into words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from ivr import saying
from ivr.model import Clock, Digits, Number, Parts, Sound, Tape
from ivr.turns import Play, World


def plays(parts: Parts, collected: Mapping[str, str], world: World) -> tuple[Play, ...]:
    """As few plays as can be: one ends where a tape comes. What was never collected is silent."""
    found: list[Play] = []
    sounds: list[str] = []
    for part in parts:
        if not isinstance(part, Tape):
            sounds += _sounds(part, collected, world)
        elif part.of in collected:
            found.append(Play(sounds=tuple(sounds), tape=part.of))
            sounds = []
    if sounds:
        found.append(Play(sounds=tuple(sounds)))
    return tuple(found)


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
