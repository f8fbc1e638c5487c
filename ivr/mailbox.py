"""The menu of an agent's voicemail, on his phone: what he hears, and what each key does.

`begin(entries, language)` and `go_on(session, input)` return a `Turn`: the session as it stands now
(None when it is over) and what is to be done, in order. What a `Do` asked for is answered with `Done`.

He hears how many messages there are; then of each one who left it and when, the message, and what he may
press. A key counts at any time and cuts off what is being played: 1 again, 2 next, 3 close, 4 call back,
5 take, 6 forward, # end. After 6 he dials whose box it is to lie in, and #; # alone, or nothing, leads
back. After an act comes the next message. A message counts as heard when it was played to its end, or
when he presses a key or hangs up while it plays: not when it could not be played.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, assert_never

from ivr import saying
from ivr.turns import Elapsed, Listen, Play, Played, Pressed, Stop

PATIENCE_S: Final = 6.0
"""So long a key is waited for after the menu."""
SILENCES: Final = 3
"""So often the menu is told in all to somebody who presses nothing."""

LONGEST_NUMBER: Final = 32
"""So many digits are taken of a number; more make none that there is."""

ActWord: TypeAlias = Literal["close", "call_back", "take", "forward"]
Doing: TypeAlias = Literal[
    "intro", "from", "tape", "menu", "listening", "forward", "dialling", "asked", "told", "bye"
]
_ACTS: Final[Mapping[str, ActWord]] = {"3": "close", "4": "call_back", "5": "take", "6": "forward"}
_TOLD: Final[Mapping[ActWord, str]] = {
    "close": "mailbox_closed",
    "call_back": "mailbox_calling_back",
    "take": "mailbox_taken",
    "forward": "mailbox_forwarded",
}
PROMPTS: Final = (
    "mailbox_empty",
    "mailbox_you_have",
    "mailbox_new",
    "mailbox_old",
    "mailbox_from",
    "mailbox_withheld",
    "mailbox_yesterday",
    "mailbox_days_ago",
    "mailbox_message",
    "mailbox_menu",
    "mailbox_forward_to",
    "mailbox_unplayable",
    "mailbox_no_more",
    "mailbox_goodbye",
    *_TOLD.values(),
    "refused",
)
"""What is said, numbers and times apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message as he is told of it. `caller` is None where the number is withheld; `days_ago` and
    `clock` (hour, minute) are local; `tape` is its file."""

    id: str
    new: bool
    caller: str | None
    days_ago: int
    clock: tuple[int, int]
    tape: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplayable:
    """What was to be played could not be played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The answer to a `Do`: it is done, or was refused."""

    refused: bool = False


Input: TypeAlias = Played | Unplayable | Pressed | Elapsed | Done


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """He has listened to this message."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """Do this with the message; `Done` comes at once. `number`: who is to have it, where it is
    forwarded."""

    message: str
    act: ActWord
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Hang up."""


Action: TypeAlias = Play | Stop | Listen | Heard | Do | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Where he stands: at which message, and what is being played or waited for. `number` is what he
    has dialled of the number that it is to be forwarded to."""

    entries: tuple[Entry, ...]
    language: str
    at: int = 0
    doing: Doing = "intro"
    asked: ActWord | None = None
    number: str = ""
    silences: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The session afterwards (None: over) and what is to be done."""

    session: Session | None
    actions: tuple[Action, ...] = ()


def begin(entries: Sequence[Entry], language: str) -> Turn:
    """He has dialled his voicemail, and these messages are there for him."""
    session = Session(entries=tuple(entries), language=language)
    if not entries:
        return _plays(replace(session, doing="bye"), "mailbox_empty")
    new = sum(each.new for each in entries)
    sounds: list[str] = ["mailbox_you_have"]
    if new:
        sounds += [*saying.number(new, language, counted=True), "mailbox_new"]
    if new < len(entries):
        sounds += [*saying.number(len(entries) - new, language, counted=True), "mailbox_old"]
    return _plays(session, *sounds)


def go_on(session: Session, given: Input) -> Turn:
    """What an input makes of a session. One that comes too late changes nothing."""
    match given:
        case Played():
            return _played(session)
        case Unplayable():
            if session.doing == "tape":
                return _plays(replace(session, doing="menu"), "mailbox_unplayable", "mailbox_menu")
            return _played(session)
        case Pressed(digit=digit):
            return _pressed(session, digit)
        case Elapsed():
            return _elapsed(session)
        case Done(refused=refused):
            return _done(session, refused)
        case _:
            assert_never(given)


def hung_up(session: Session) -> tuple[Action, ...]:
    """What is still to be done when he has hung up."""
    return _heard(session)


def _played(session: Session) -> Turn:
    match session.doing:
        case "intro":
            return _announce(session)
        case "from":
            tape = session.entries[session.at].tape
            playing = replace(session, doing="tape")
            return Turn(session=playing, actions=(Play(sounds=("mailbox_message",), tape=tape),))
        case "tape":
            return _plays(replace(session, doing="menu"), "mailbox_menu", before=_heard(session))
        case "menu":
            listening = replace(session, doing="listening")
            return Turn(session=listening, actions=(Listen(seconds=PATIENCE_S),))
        case "forward":
            dialling = replace(session, doing="dialling")
            return Turn(session=dialling, actions=(Listen(seconds=PATIENCE_S),))
        case "told":
            return _next(session)
        case "bye":
            return Turn(session=None, actions=(End(),))
        case _:
            return Turn(session=session)


def _pressed(session: Session, digit: str) -> Turn:
    if session.doing in ("asked", "bye"):
        return Turn(session=session)
    cut = _cut_off(session)
    if session.doing in ("forward", "dialling"):
        return _dialled(replace(session, silences=0), digit, cut)
    if digit == "#":
        return Turn(session=None, actions=(*cut, End()))
    if session.doing == "intro":
        return _announce(session, before=cut)
    if session.doing == "told":
        return _next(session, before=cut)
    session = replace(session, silences=0)
    return _chosen(session, digit, cut)


def _chosen(session: Session, digit: str, cut: tuple[Action, ...]) -> Turn:
    """A key of the menu, which counts from the first word about the message on."""
    if digit == "1":
        return _announce(session, before=cut)
    if digit == "2":
        return _next(session, before=cut)
    act = _ACTS.get(digit)
    if act == "forward":
        asking = replace(session, doing="forward", number="")
        return _plays(asking, "mailbox_forward_to", before=cut)
    if act is not None:
        do = Do(message=session.entries[session.at].id, act=act)
        return Turn(session=replace(session, doing="asked", asked=act), actions=(*cut, do))
    if session.doing in ("menu", "listening"):
        return _plays(replace(session, doing="menu"), "mailbox_menu", before=cut)
    return Turn(session=session)


def _dialled(session: Session, digit: str, before: tuple[Action, ...]) -> Turn:
    """One more key of the number that it is to be forwarded to."""
    if digit != "#":
        number = (session.number + digit)[:LONGEST_NUMBER]
        dialling = replace(session, doing="dialling", number=number)
        return Turn(session=dialling, actions=(*before, Listen(seconds=PATIENCE_S)))
    if not session.number:
        return _plays(replace(session, doing="menu"), "mailbox_menu", before=before)
    do = Do(message=session.entries[session.at].id, act="forward", number=session.number)
    return Turn(session=replace(session, doing="asked", asked="forward"), actions=(*before, do))


def _elapsed(session: Session) -> Turn:
    if session.doing not in ("listening", "dialling"):
        return Turn(session=session)
    silences = session.silences + 1
    if silences >= SILENCES:
        return _plays(replace(session, doing="bye"), "mailbox_goodbye")
    return _plays(replace(session, doing="menu", silences=silences), "mailbox_menu")


def _done(session: Session, refused: bool) -> Turn:
    if session.asked is None:
        return Turn(session=session)
    told, session = _TOLD[session.asked], replace(session, asked=None)
    if refused:
        return _plays(replace(session, doing="menu"), "refused", "mailbox_menu")
    return _plays(replace(session, doing="told"), told)


def _announce(session: Session, before: tuple[Action, ...] = ()) -> Turn:
    """Who left the message, and when."""
    entry, language = session.entries[session.at], session.language
    sounds = ["mailbox_from"]
    if entry.caller is None:
        sounds.append("mailbox_withheld")
    else:
        sounds += saying.digits(entry.caller, language)
    if entry.days_ago == 1:
        sounds.append("mailbox_yesterday")
    elif entry.days_ago > 1:
        sounds += [*saying.number(entry.days_ago, language, counted=True), "mailbox_days_ago"]
    sounds += saying.clock(*entry.clock, language)
    return _plays(replace(session, doing="from"), *sounds, before=before)


def _next(session: Session, before: tuple[Action, ...] = ()) -> Turn:
    if session.at + 1 < len(session.entries):
        return _announce(replace(session, at=session.at + 1), before)
    return _plays(replace(session, doing="bye"), "mailbox_no_more", before=before)


def _cut_off(session: Session) -> tuple[Action, ...]:
    """A key ends what is being played, or the waiting for a key."""
    if session.doing in ("listening", "dialling"):
        return (Listen(seconds=None),)
    return (Stop(), *_heard(session))


def _heard(session: Session) -> tuple[Action, ...]:
    if session.doing != "tape":
        return ()
    return (Heard(message=session.entries[session.at].id),)


def _plays(session: Session, *sounds: str, before: tuple[Action, ...] = ()) -> Turn:
    return Turn(session=session, actions=(*before, Play(sounds=sounds)))
