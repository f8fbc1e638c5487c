"""What goes in and out of the interpreter: inputs, actions, the session between them, the world.

`begin(flow, world)` and `go_on(flow, session, input, world)` (in `ivr.interpreter`) return a `Turn`:
the session as it stands now (None when the caller has left the flow) and what is to be done. Actions are
carried out in their order; whoever carries them out hands each result back as an input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from ivr.model import Destination, Exit

# --- inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What was played is over (or was cut off, or could not be played)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """The caller pressed a key: 0 to 9, * or #."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Elapsed:
    """The time of the last `Listen` is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """The fields of the JSON object that an HTTP look-up answered, as text; None: late or failed."""

    values: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What the caller said is in the file: so many seconds of it."""

    seconds: float
    ended_by: Literal["digit", "silence", "length", "stopped"] = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFailed:
    """It could not be recorded."""

    why: str


Input: TypeAlias = Played | Pressed | Elapsed | LookedUp | Recorded | RecordFailed

# --- actions


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Play these, one after the other, and then the tape if one is named; one `Played` when all is over.
    Sounds only: numbers and times have been turned into prompts by `ivr.saying`. `tape` names a file
    recorded in this session. `shown`: the sounds as they may be told of, if a secret is in them."""

    sounds: tuple[str, ...]
    tape: str | None = None
    shown: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Cut off what is being played; its `Played` is not handed in any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """`Elapsed` after so many seconds, unless another `Listen` comes before; None: not at all."""

    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """An HTTP GET of this URL; `LookedUp` with all fields of the answered object, or None. `shown`: the
    URL as it may be told of, where a secret is in it."""

    url: str
    within: float
    shown: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """Record the caller; `Recorded` or `RecordFailed`. `name` is the step's `into`."""

    name: str
    beep: bool
    at_most: float
    silence: float
    ends_with: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTape:
    """End the recording that is going on; `Recorded` comes still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """The caller leaves the flow. `collected` are the values it leaves with, `secret` the names of those
    that nobody may be told."""

    to: Destination
    collected: tuple[tuple[str, str], ...] = ()
    secret: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line of the story for `acd explain`: a short code of `acd.core.codes` and plain arguments."""

    code: str
    arguments: tuple[object, ...] = ()


Action: TypeAlias = Play | Stop | Listen | Ask | Tape | StopTape | Leave | Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Where one caller stands in a flow. `doing` is what is being waited for.

    `left` is still to be played of this step, `then` where he goes on when all is heard (a look-up that
    was answered meanwhile), `heard` that nothing is being played while a look-up is on. `tail` is a key
    that may still come from the step before (the # after the last digit) and then means nothing.
    `secret` are the names of collected values that nobody may be told."""

    flow: str
    step: str
    doing: Literal["playing", "listening", "asking", "recording"]
    tried: int = 0
    digits: str = ""
    collected: tuple[tuple[str, str], ...] = ()
    left: tuple[Play, ...] = ()
    then: Exit | None = None
    heard: bool = False
    tail: str = ""
    secret: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The session afterwards (None: left) and what is to be done. `secret_key`: the key that was given
    belongs to the secret input of this name, or (`ivr.secrecy.NO_EFFECT`) to nothing."""

    session: Session | None
    actions: tuple[Action, ...] = ()
    secret_key: str | None = None


class World(Protocol):
    """What a flow may ask about the call and the moment."""

    @property
    def language(self) -> str: ...

    @property
    def caller(self) -> str | None: ...

    @property
    def dialled(self) -> str: ...

    @property
    def tier(self) -> str | None:
        """The caller's tier as a customer."""

    def clock(self) -> tuple[int, int]:
        """Local hour and minute."""

    def is_open(self, hours: str) -> bool: ...

    def in_list(self, name: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainWorld:
    """A world of plain values, for the terminal and for tests."""

    language: str = "en"
    caller: str | None = None
    dialled: str = ""
    tier: str | None = None
    time: tuple[int, int] = (12, 0)
    open_hours: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()

    def clock(self) -> tuple[int, int]:
        return self.time

    def is_open(self, hours: str) -> bool:
        return hours in self.open_hours

    def in_list(self, name: str) -> bool:
        return name in self.lists
