"""`acd ivr`: walk through a flow at the terminal, or draw it."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from getpass import getpass
from pathlib import Path
from typing import TextIO, assert_never
from zoneinfo import ZoneInfo

from acd.console.routing import instant
from acd.console.screen import err, out
from acd.core.explain import text_of
from acd.core.routing import Routing
from acd.errors import OperatorError
from acd.numbers import normalise
from acd.routing_source import RoutingSource
from asterisk.prompts.catalogue import PROMPTS
from config.problems import Nearest
from config.settings import Settings
from ivr import notes
from ivr.interpreter import begin, go_on
from ivr.model import Collect, Flow, LookUp, Menu, ToFlow
from ivr.secrecy import UNSAID, masked, shown
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
    StopTape,
    Tape,
    Turn,
)

LISTS = ("blacklist", "do_not_call", "customers")
SECONDS = re.compile(r"([0-9]{1,5}(\.[0-9]{1,3})?)?", re.ASCII)
FLOWS = 100
"""So many flows may lead into one another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imagined:
    """The caller and the moment, as given on the command line."""

    caller: str | None
    dialled: str | None
    tier: str | None
    at: str | None
    language: str | None
    lists: tuple[str, ...]
    answers: tuple[str, ...]


def walk(settings: Settings, path: Path, name: str, imagined: Imagined) -> None:
    """Walk through a flow by what is typed at the terminal, or piped in, a line per question."""
    routing = RoutingSource(path, settings).load()
    flow = _flow(routing, name)
    world = _world(routing, imagined)
    number = imagined.dialled or "NUMBER"
    err.print(
        f"begins in the flow {name}; what comes before it (rules, opening hours): "
        f"acd explain {path} --dialled {number}"
    )
    _Walk(routing, world, _answers(imagined.answers), sys.stdin).through(flow)


def draw(settings: Settings, path: Path, name: str, language: str | None, target: Path) -> None:
    """Write the drawing of a flow."""
    from acd.console.flow_drawing import svg

    routing = RoutingSource(path, settings).load()
    flow = _flow(routing, name)
    spoken = _language(routing, language, None)
    drawing = svg(flow, lambda prompt: text(routing, prompt, spoken))
    try:
        target.write_text(drawing, encoding="utf-8")
    except OSError as error:
        raise OperatorError(f"{target} cannot be written: {error.strerror}") from error
    out.print(f"written: {target}")


def text(routing: Routing, prompt: str, language: str) -> str:
    """What a prompt says; of a recording its name."""
    if prompt == UNSAID:
        return UNSAID
    for texts in (routing.prompts.get(prompt), PROMPTS.get(prompt)):
        if texts is not None and language in texts:
            return texts[language]
    return f"({prompt})"


def _flow(routing: Routing, name: str) -> Flow:
    flow = routing.flows.get(name)
    if flow is None:
        hint = Nearest().hint(name, routing.flows)
        raise OperatorError(f"there is no flow {name!r} in the file{f', {hint}' if hint else ''}")
    return flow


def _language(routing: Routing, given: str | None, dialled: str | None) -> str:
    if given is not None:
        if given not in routing.languages:
            raise OperatorError(
                f"--language {given!r}: expected one of the file's: {', '.join(routing.languages)}"
            )
        return given
    route = routing.numbers.get(dialled or "", routing.default_route)
    business = routing.businesses[route.business] if route.business else None
    return route.language or (business.language if business else None) or routing.languages[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImaginedWorld:
    """The world of a call that doesn't exist; hours and zone are those of the file."""

    routing: Routing
    language: str
    caller: str | None
    dialled: str
    tier: str | None
    at: float
    lists: frozenset[str]

    def clock(self) -> tuple[int, int]:
        """Local hour and minute."""
        local = datetime.fromtimestamp(self.at, ZoneInfo(self.routing.timezone))
        return local.hour, local.minute

    def is_open(self, hours: str) -> bool:
        """Whether it is within these hours."""
        return self.routing.hours[hours].status(self.at)[0]

    def in_list(self, name: str) -> bool:
        """Whether the caller stands in a list."""
        return name in self.lists


def _world(routing: Routing, imagined: Imagined) -> ImaginedWorld:
    if imagined.tier is not None and imagined.tier not in routing.tiers:
        known = ", ".join(sorted(routing.tiers)) or "none is defined"
        raise OperatorError(f"--tier {imagined.tier!r}: expected one of the tiers of the file: {known}")
    unknown = sorted(set(imagined.lists) - set(LISTS))
    if unknown:
        raise OperatorError(f"--in {unknown[0]!r}: expected one of {', '.join(LISTS)}")
    return ImaginedWorld(
        routing=routing,
        language=_language(routing, imagined.language, imagined.dialled),
        caller=None if imagined.caller is None else normalise(imagined.caller, routing.numbering),
        dialled=imagined.dialled or "",
        tier=imagined.tier,
        at=instant(imagined.at, routing.timezone),
        lists=frozenset(imagined.lists),
    )


def _answers(given: tuple[str, ...]) -> dict[str, str] | None:
    """The fields that every look-up answers; None: they are asked for."""
    if not given:
        return None
    fields = {}
    for each in given:
        key, equals, value = each.partition("=")
        if not equals or not key:
            raise OperatorError(f"--answer {each!r}: expected FIELD=VALUE")
        fields[key] = value
    return fields


class _HungUp(Exception):
    """Nothing more is typed."""


class _Walk:
    """One caller on his way."""

    def __init__(
        self,
        routing: Routing,
        world: ImaginedWorld,
        answers: Mapping[str, str] | None,
        keyboard: TextIO,
    ) -> None:
        self._routing = routing
        self._world = world
        self._answers = answers
        self._keyboard = keyboard
        self._left: Leave | None = None

    def through(self, flow: Flow) -> None:
        """Until the caller leaves, or nothing more is typed."""
        collected: tuple[tuple[str, str], ...] = ()
        secret: frozenset[str] = frozenset()
        try:
            for _ in range(FLOWS):
                session = self._take(begin(flow, self._world, collected=collected, secret=secret))
                while session is not None:
                    session = self._next(flow, session)
                assert self._left is not None, "who is nowhere has left"
                if not isinstance(self._left.to, ToFlow):
                    return
                flow, collected = self._routing.flows[self._left.to.flow], self._left.collected
                secret = self._left.secret
        except _HungUp:
            out.print("  - the caller hangs up")

    def _next(self, flow: Flow, session: Session) -> Session | None:
        """What the caller does next; whatever is said he hears to its end."""
        if session.doing == "playing":
            return self._give(flow, session, Played())
        if session.doing == "listening":
            return self._keys(flow, session)
        step = flow.steps[session.step]
        if session.doing == "asking":
            assert isinstance(step, LookUp), "only look-ups ask"
            return self._give(flow, session, LookedUp(values=self._answer(step)))
        return self._give(flow, session, self._spoken())

    def _give(self, flow: Flow, session: Session, given: Input) -> Session | None:
        return self._take(go_on(flow, session, given, self._world))

    def _keys(self, flow: Flow, session: Session) -> Session | None:
        step = flow.steps[session.step]
        keys = "/".join(step.keys) if isinstance(step, Menu) else "digits"
        secret = isinstance(step, Collect) and step.secret
        line = self._line(f"{keys}, or nothing", secret=secret)
        wrong = sorted(set(line) - set("0123456789*#"))
        if wrong:
            out.print(f"  ! {wrong[0]!r} is no key")
            return session
        now: Session | None = session
        for key in line:
            if now is not None:
                now = self._give(flow, now, Pressed(digit=key))
        waits = now is not None and now.doing == "listening" and (not line or now.digits)
        return self._give(flow, now, Elapsed()) if now is not None and waits else now

    def _answer(self, step: LookUp) -> Mapping[str, str] | None:
        if self._answers is not None:
            return self._answers
        fields = " ".join(f"{field}=..." for field in step.keep.values()) or "ok"
        line = self._line(f"the answer as {fields}, or nothing when it fails")
        pairs = (word.partition("=") for word in line.split())
        return {key: value for key, _, value in pairs} if line else None

    def _spoken(self) -> Recorded | RecordFailed:
        line = self._line("how many seconds he speaks, or failed")
        if line == "failed":
            return RecordFailed(why="as typed")
        if not SECONDS.fullmatch(line):
            raise OperatorError(f"{line!r}: expected seconds, or failed")
        return Recorded(seconds=float(line or 0), ended_by="silence")

    def _line(self, what: str, *, secret: bool = False) -> str:
        """A line that is typed; one that is secret is not shown, nor what was piped in."""
        if secret and self._keyboard.isatty():
            return getpass(f"  {what}> ").strip()
        out.print(f"  {what}> ", end="")
        line = self._keyboard.readline()
        if not self._keyboard.isatty():
            out.print(masked(line.strip()) if secret else line.strip())
        if not line:
            raise _HungUp
        return line.strip()

    def _take(self, turn: Turn) -> Session | None:
        for action in turn.actions:
            self._show(action)
        return turn.session

    def _show(self, action: Action) -> None:
        match action:
            case Note(code=notes.STEP, arguments=(flow, step)):
                out.print(f"[{flow}: {step}]")
            case Note(code=code, arguments=arguments):
                out.print(f"  - {text_of((0.0, code, *arguments))}")
            case Play(sounds=sounds, tape=tape, shown=told):
                heard = sounds if told is None else told
                said = [text(self._routing, sound, self._world.language) for sound in heard]
                said += [f"(what was recorded as {tape})"] if tape else []
                out.print(f"  » {' '.join(said)}")
            case Ask(url=url, shown=told):
                out.print(f"  - looks up {told or url}")
            case Tape(name=name, at_most=at_most):
                out.print(f"  - records {name}, at most {at_most:g} s")
            case Leave(collected=collected):
                self._left = action
                if collected:
                    kept = shown(collected, action.secret)
                    out.print(f"  - with {', '.join(f'{name} {value}' for name, value in kept)}")
            case Stop() | Listen() | StopTape():
                pass
            case _:
                assert_never(action)
