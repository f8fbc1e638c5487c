"""Walks a caller through a flow: `begin` and `go_on` turn each input into a session and what to do.

Pure and without memory of its own; all that is remembered is in the `Session`. What an input means
depends on what is being waited for, see `_Walk.take`; an input that comes too late, such as a time that
ran out while a key was pressed, means nothing. A caller must be kept with the `Flow` in which he began:
one that a reload has changed may lack his step.

How keys are taken:
- A key cuts off what is being played, and counts. One that cuts off a `Say` goes along to the menu or
  the collected input that follows, so that those who know a menu need not hear what comes before it.
- Silence is counted from the end of what was played.
- A Menu or Collect that was not answered well plays `invalid` or `silence` and then asks again.
- The `#` that people press after the last digit, when there were enough of them anyway, is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final, Literal, TypeAlias, assert_never
from urllib.parse import quote

from ivr import notes
from ivr.model import (
    Branch,
    Collect,
    CollectedIs,
    Condition,
    Destination,
    Exit,
    Flow,
    HangUp,
    HoursOpen,
    InList,
    LookUp,
    Menu,
    NextStep,
    Parts,
    Record,
    Say,
    Step,
    TierIs,
)
from ivr.saying import READ_AS, readable
from ivr.secrecy import NO_EFFECT, masked, shown
from ivr.sounds import plays
from ivr.turns import (
    Action,
    Ask,
    Elapsed,
    Input,
    Leave,
    Listen,
    LookedUp,
    Note,
    Play,
    Played,
    Pressed,
    Recorded,
    RecordFailed,
    Session,
    Stop,
    Tape,
    Turn,
    World,
)

SILENT_STEPS: Final = 100
"""So many steps may follow one another without a sound; then the caller is released. The check finds
such circles in a file; this is for those that it cannot see."""

_FIELD: Final = re.compile(r"\{([^{}]*)\}")

Doing: TypeAlias = Literal["playing", "listening", "asking", "recording"]
Asking: TypeAlias = Menu | Collect


def begin(
    flow: Flow,
    world: World,
    *,
    collected: tuple[tuple[str, str], ...] = (),
    secret: frozenset[str] = frozenset(),
) -> Turn:
    """A caller comes into a flow; `collected` is what he brings along from another one, `secret` the
    names of what nobody may be told of it."""
    walk = _Walk(flow, world, dict(collected), secret)
    walk.go(NextStep(step=flow.start))
    return walk.turn()


def go_on(flow: Flow, session: Session, given: Input, world: World) -> Turn:
    """What an input makes of a session. `flow` is the one in which the session began."""
    walk = _Walk(flow, world, dict(session.collected), session.secret, session)
    walk.take(session, given)
    return walk.turn()


def url_of(template: str, values: Mapping[str, str], hidden: Collection[str] = ()) -> str:
    """A look-up's URL with its fields filled in; a value can never become another part of the URL. Of
    `hidden` ones only their length is told."""

    def value(name: str) -> str:
        text = values.get(name, "")
        return masked(text) if name in hidden else quote(text, safe="")

    return _FIELD.sub(lambda found: value(found[1]), template)


def _lacking(step: LookUp, values: Mapping[str, str]) -> str | None:
    """The first field that an answer lacks, or as what one cannot be read out; in words."""
    for name, field in step.keep.items():
        if field not in values:
            return field
        for read_as in sorted(step.read.get(name, ())):
            if not readable(values[field], read_as):
                return f"{READ_AS[read_as]} in {field}"
    return None


class _Walk:
    """One turn: collects what is to be done while the caller goes from step to step."""

    def __init__(
        self,
        flow: Flow,
        world: World,
        collected: dict[str, str],
        secret: frozenset[str],
        session: Session | None = None,
    ) -> None:
        self._flow = flow
        self._world = world
        self._collected = collected
        self._secret = secret
        self._secret_key: str | None = None
        self._session = session
        self._actions: list[Action] = []
        self._tail = session.tail if session else ""
        self._typed = ""
        """A key that cut off a `Say` and goes along."""

    def turn(self) -> Turn:
        """What has come of it."""
        return Turn(session=self._session, actions=tuple(self._actions), secret_key=self._secret_key)

    def take(self, session: Session, given: Input) -> None:
        """Let an input act on the session."""
        match session.doing, given:
            case "playing", Played():
                to = self._played(session)
            case "asking", Played():
                self._played_meanwhile(session)
                to = None
            case _, Pressed(digit=digit):
                to = self._pressed(session, digit)
            case "listening", Elapsed():
                to = self._elapsed(session)
            case "asking", LookedUp(values=values):
                to = self._looked_up(session, values)
            case "recording", Recorded():
                to = self._recorded(session, given)
            case "recording", RecordFailed(why=why):
                to = self._record_failed(session, why)
            case _:
                to = None  # too late: what it answers is over
        if to is not None:
            self.go(to)

    def go(self, to: Exit) -> None:
        """From step to step, until one waits for something or the caller leaves."""
        for _ in range(SILENT_STEPS):
            if not isinstance(to, NextStep):
                self._leave(to)
                return
            over = self._enter(to.step)
            if over is None:
                return
            to = over
        self._note(notes.STUCK, self._flow.name, SILENT_STEPS)
        self._leave(HangUp(served=False))

    # --- coming to a step: where its caller goes on at once, or None when it waits for something

    def _enter(self, name: str) -> Exit | None:
        self._note(notes.STEP, self._flow.name, name)
        step = self._flow.steps[name]
        match step:
            case Say():
                return self._say(name, step)
            case Menu() | Collect():
                return self._ask(name, step)
            case Branch():
                return self._branch(name, step)
            case LookUp():
                self._look_up(name, step)
            case Record():
                self._typed = ""
                self._prompt(name, step.parts)
            case _:
                assert_never(step)
        return None

    def _say(self, name: str, step: Say) -> Exit | None:
        if self._typed and step.barge_in:
            return step.go
        self._typed = ""
        left = self._plays(step.parts)
        if not left:
            return step.go
        self._play(self._at(name, "playing"), left)
        return None

    def _ask(self, name: str, step: Asking) -> Exit | None:
        typed, self._typed = self._typed, ""
        if typed:
            return self._key(self._at(name, "playing"), step, typed)
        self._prompt(name, step.parts)
        return None

    def _branch(self, name: str, step: Branch) -> Exit:
        for case in step.cases:
            if all(self._holds(condition) for condition in case.when):
                words = notes.case_words(case.when, self._secret)
                self._note(notes.BRANCH, name, words, notes.exit_details(case.go))
                return case.go
        self._note(notes.BRANCH, name, None, notes.exit_details(step.otherwise))
        return step.otherwise

    def _look_up(self, name: str, step: LookUp) -> None:
        self._typed = ""
        known = {"caller": self._world.caller or "", "dialled": self._world.dialled}
        values = {**self._collected, **known}
        url = url_of(step.url, values)
        told = url_of(step.url, values, self._secret - known.keys())
        self._do(Ask(url=url, within=step.within, shown=None if told == url else told))
        left = self._plays(step.parts)
        session = self._at(name, "asking", heard=not left)
        if left:
            self._play(session, left)
        else:
            self._session = session

    def _prompt(self, name: str, parts: Parts, tried: int = 0) -> None:
        """Play what a step says before it listens or records; with nothing to play it does so now."""
        session = self._at(name, "playing", tried=tried)
        left = self._plays(parts)
        if left:
            self._play(session, left)
        else:
            self._all_heard(session)

    # --- what was played is over

    def _played(self, session: Session) -> Exit | None:
        if session.left:
            self._play(session, session.left)
            return None
        return self._all_heard(session)

    def _played_meanwhile(self, session: Session) -> None:
        if session.left:
            self._play(session, session.left)
        else:
            self._session = replace(session, heard=True)

    def _all_heard(self, session: Session) -> Exit | None:
        """The step goes on to what it does after its prompt."""
        step = self._flow.steps[session.step]
        match step:
            case Say():
                return step.go
            case Menu() | Collect():
                self._listen(session, step.tries.within)
            case Record():
                self._record(session, step)
            case _:  # a look-up that was answered meanwhile
                return session.then
        return None

    # --- keys

    def _pressed(self, session: Session, digit: str) -> Exit | None:
        step = self._flow.steps[session.step]
        self._tail = ""
        if digit in session.tail and not (isinstance(step, Menu) and digit in step.keys):
            self._session = replace(session, tail="")
            return None
        if session.doing == "listening" and isinstance(step, Menu | Collect):
            return self._key(session, step, digit)
        if session.doing == "playing":
            return self._cut_off(session, step, digit)
        self._secret_key = NO_EFFECT  # any key would have done the same
        if session.doing == "asking" and not session.heard:
            self._do(Stop())
            self._session = replace(session, heard=True, left=(), tail="")
        return None

    def _cut_off(self, session: Session, step: Step, digit: str) -> Exit | None:
        if isinstance(step, Say) and not step.barge_in:
            self._secret_key = NO_EFFECT
            return None
        self._do(Stop())
        match step:
            case Menu() | Collect():
                return self._key(session, step, digit)
            case Record():
                self._record(session, step)
                return None
            case Say():
                self._typed = digit
                return step.go
            case _:
                return session.then

    def _key(self, session: Session, step: Asking, digit: str) -> Exit | None:
        """A key at a menu or while digits are collected."""
        if isinstance(step, Collect):
            return self._digit(session, step, digit)
        if digit not in step.keys:
            return self._wrong(session, step, digit)
        self._note(notes.PRESSED, session.step, digit)
        if step.into is not None:
            self._collected[step.into] = digit
        self._deaf(session)
        return step.keys[digit]

    def _digit(self, session: Session, step: Collect, digit: str) -> Exit | None:
        if step.secret:
            self._secret_key = step.into
        entered = session.digits
        if digit == step.ends_with:
            return self._entered(session, step, entered)
        entered += digit
        if not digit.isdecimal():
            return self._wrong(session, step, entered)
        if len(entered) >= step.at_most:
            self._tail = step.ends_with or ""
            return self._entered(session, step, entered)
        self._listen(replace(session, digits=entered), step.between)
        return None

    def _entered(self, session: Session, step: Collect, digits: str) -> Exit | None:
        if len(digits) < step.at_least:
            return self._wrong(session, step, digits)
        if step.secret:
            self._secret |= {step.into}
        told = masked(digits) if step.into in self._secret else digits
        self._note(notes.COLLECTED, session.step, step.into, told)
        self._collected[step.into] = digits
        self._deaf(session)
        return step.go

    def _wrong(self, session: Session, step: Asking, entered: str) -> Exit | None:
        tried = session.tried + 1
        told = masked(entered) if isinstance(step, Collect) and step.secret else entered
        self._note(notes.WRONG, session.step, told, tried, step.tries.tries)
        return self._again(session, step, step.tries.invalid, tried)

    def _again(self, session: Session, step: Asking, lead: Parts, tried: int) -> Exit | None:
        self._deaf(session)
        if tried >= step.tries.tries:
            return step.tries.otherwise
        self._prompt(session.step, lead + step.parts, tried)
        return None

    def _elapsed(self, session: Session) -> Exit | None:
        step = self._flow.steps[session.step]
        assert isinstance(step, Menu | Collect), "only these listen"
        session = replace(session, doing="playing")  # the time is over: there is none to take back
        if isinstance(step, Collect) and session.digits:
            return self._entered(session, step, session.digits)
        tried = session.tried + 1
        self._note(notes.SILENCE, session.step, tried, step.tries.tries)
        return self._again(session, step, step.tries.silence, tried)

    # --- look-ups and recordings

    def _looked_up(self, session: Session, values: Mapping[str, str] | None) -> Exit | None:
        step = self._flow.steps[session.step]
        assert isinstance(step, LookUp), "only look-ups ask"
        missing = None if values is None else _lacking(step, values)
        if values is None or missing is not None:
            self._note(notes.LOOK_UP_FAILED, session.step, missing)
            to = step.otherwise
        else:
            kept = {name: values[field] for name, field in step.keep.items()}
            self._note(notes.LOOKED_UP, session.step, shown(kept.items(), self._secret))
            self._collected |= kept
            to = step.go
        if session.heard:
            return to
        self._session = replace(session, doing="playing", then=to, collected=self._kept())
        return None

    def _record(self, session: Session, step: Record) -> None:
        self._do(
            Tape(
                name=step.into,
                beep=step.beep,
                at_most=step.at_most,
                silence=step.silence,
                ends_with=step.ends_with,
            )
        )
        self._session = self._at(session.step, "recording")

    def _recorded(self, session: Session, given: Recorded) -> Exit:
        step = self._flow.steps[session.step]
        assert isinstance(step, Record), "only these record"
        if given.ended_by == "digit":
            self._tail = step.ends_with
        if given.seconds < step.at_least:
            self._note(notes.TOO_SHORT, session.step, given.seconds, step.at_least)
            return step.too_short
        self._note(notes.RECORDED, session.step, given.seconds)
        self._collected[step.into] = f"{given.seconds:g}"
        return step.go

    def _record_failed(self, session: Session, why: str) -> Exit:
        step = self._flow.steps[session.step]
        assert isinstance(step, Record), "only these record"
        self._note(notes.NOT_RECORDED, session.step, why)
        return step.failed

    # --- small change

    def _holds(self, condition: Condition) -> bool:
        match condition:
            case HoursOpen(hours=name, open=open_):
                return self._world.is_open(name) is open_
            case TierIs(tiers=tiers):
                return self._world.tier in tiers
            case InList(list=name):
                return self._world.in_list(name)
            case CollectedIs(name=name, values=values, prefixes=prefixes):
                value = self._collected.get(name)
                return value is not None and (value in values or value.startswith(prefixes))
            case _:
                assert_never(condition)

    def _leave(self, to: Destination) -> None:
        self._note(notes.LEFT, self._flow.name, notes.exit_details(to))
        self._do(Leave(to=to, collected=self._kept(), secret=self._secret))
        self._session = None

    def _at(self, step: str, doing: Doing, *, tried: int = 0, heard: bool = False) -> Session:
        return Session(
            flow=self._flow.name,
            step=step,
            doing=doing,
            tried=tried,
            collected=self._kept(),
            heard=heard,
            tail=self._tail,
            secret=self._secret,
        )

    def _plays(self, parts: Parts) -> tuple[Play, ...]:
        return plays(parts, self._collected, self._world, self._secret)

    def _play(self, session: Session, left: tuple[Play, ...]) -> None:
        self._do(left[0])
        self._session = replace(session, left=left[1:])

    def _listen(self, session: Session, seconds: float) -> None:
        self._do(Listen(seconds=seconds))
        self._session = replace(session, doing="listening", left=(), tail=self._tail)

    def _deaf(self, session: Session) -> None:
        """Take back the time that was set for the next key, if one was."""
        if session.doing == "listening":
            self._do(Listen(seconds=None))

    def _kept(self) -> tuple[tuple[str, str], ...]:
        return tuple(self._collected.items())

    def _note(self, code: str, *arguments: object) -> None:
        self._do(Note(code=code, arguments=arguments))

    def _do(self, action: Action) -> None:
        self._actions.append(action)
