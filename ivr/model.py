"""Flows as data: what a caller hears and may press, step by step.

A flow is a mapping of steps by name; each step says what is played, what is listened for, and by which
exit the caller goes on. Menus, collected input, branches, HTTP look-ups and recordings are enough for
the IVR, the voicemail dialogue and the survey alike. Pure data; `ivr.interpreter` walks through it.
Durations are seconds. Names of prompts, queues, hours, lists are those of the routing YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

# --- what is played


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A prompt, by its id."""

    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A whole number read out as a number: 21 is "twenty-one". `of` names a collected value instead."""

    value: int = 0
    of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits:
    """Digits read out one by one. `of` names a collected value instead."""

    text: str = ""
    of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A time of day read out; `of` names a collected value "HH:MM", else the time now."""

    of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """A file that was recorded in this session, by the name under which its step kept it."""

    of: str


Part: TypeAlias = Sound | Number | Digits | Clock | Tape
Parts: TypeAlias = tuple[Part, ...]
ReadAs: TypeAlias = Literal["number", "digits", "time"]
"""As what a value is read out: by a `Number`, `Digits` or a `Clock`."""

# --- where a caller goes on


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """Another step of the same flow."""

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToQueue:
    """A queue; with skills besides those that it asks for, and with a head start."""

    queue: str
    needs: tuple[tuple[str, int], ...] = ()
    head_start: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ToVoicemail:
    """A voicemail box."""

    box: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToFlow:
    """The beginning of another flow. What was collected goes along."""

    flow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToNumber:
    """An outside number, dialled through a trunk."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCallback:
    """The caller is recorded, to be called back, and released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """The caller is released. `served`: the flow gave him what he called for."""

    served: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The end of a flow that somebody else began (voicemail dialogue, survey): `how` tells him."""

    how: str


Destination: TypeAlias = ToQueue | ToVoicemail | ToFlow | ToNumber | ToCallback | HangUp | Finish
Exit: TypeAlias = NextStep | Destination

# --- conditions of branches


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursOpen:
    """It is within these hours (or, with `open=False`, outside of them)."""

    hours: str
    open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TierIs:
    """The caller is a customer of one of these tiers."""

    tiers: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InList:
    """The caller's number stands in this list: "blacklist", "do_not_call" or "customers"."""

    list: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedIs:
    """A collected value is one of `values`, or begins with one of `prefixes`."""

    name: str
    values: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()


Condition: TypeAlias = HoursOpen | TierIs | InList | CollectedIs


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All of `when` holds: the caller goes on by `go`."""

    when: tuple[Condition, ...]
    go: Exit


# --- steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Play something and go on. With `barge_in` any digit cuts it off."""

    parts: Parts
    go: Exit
    barge_in: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """What happens on wrong input and on silence: `within` seconds to begin, so many tries in all;
    `invalid` and `silence` are played before the next try, and after the last one the caller goes on by
    `otherwise`."""

    otherwise: Exit
    within: float = 5.0
    tries: int = 3
    invalid: Parts = ()
    silence: Parts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """One digit chooses. A digit cuts the prompt off. `into` keeps the digit as a collected value."""

    parts: Parts
    keys: Mapping[str, Exit]
    tries: Tries
    into: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """Several digits, kept as `into`: from `at_least` to `at_most` of them; `ends_with` ends it early,
    `between` seconds without a further digit as well. Digits of a `secret` one are told to nobody but a
    look-up, see `ivr.secrecy`."""

    parts: Parts
    into: str
    go: Exit
    tries: Tries
    at_least: int = 1
    at_most: int = 20
    ends_with: str | None = "#"
    between: float = 3.0
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """The first case that holds; nothing is heard."""

    cases: tuple[Case, ...]
    otherwise: Exit


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """An HTTP GET. `url` may hold `{caller}`, `{dialled}` and `{NAME}` of collected values, which are
    percent-encoded; `keep` maps names of collected values to fields of the JSON object that is answered.
    Late, failed, or without one of the fields: `otherwise`. `parts` are heard meanwhile. `read` tells of
    the names that are read out, wherever that is, as what: a field that cannot be read so lacks."""

    url: str
    keep: Mapping[str, str]
    go: Exit
    otherwise: Exit
    within: float = 2.0
    parts: Parts = ()
    read: Mapping[str, frozenset[ReadAs]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Record what the caller says, kept as `into`: ends by `#` (any digit of `ends_with`), after
    `silence` seconds of silence or `at_most` seconds. Shorter than `at_least`: `too_short`. Could not be
    recorded (disk full): `failed`."""

    parts: Parts
    into: str
    go: Exit
    too_short: Exit
    failed: Exit
    beep: bool = True
    at_least: float = 2.0
    at_most: float = 120.0
    silence: float = 5.0
    ends_with: str = "#"


Step: TypeAlias = Say | Menu | Collect | Branch | LookUp | Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """`start` is the name of its first step. `purpose` says what it is for: an IVR flow of the YAML, or
    a dialogue that the engine begins by itself."""

    name: str
    start: str
    steps: Mapping[str, Step] = field(default_factory=dict)
    purpose: Literal["ivr", "voicemail", "survey"] = "ivr"
