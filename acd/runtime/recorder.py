"""The flight recorder: the core's event stream on disk, and its replay.

Off by default. A recording begins with the engine (the seed, the routing configuration, what was
restored) and holds every event with the time that the core was told and a digest of the commands that
it gave. Because the core is a function of these, a replay must give the same commands. Numbers and
names are masked, and so are the digits of secret inputs (each is kept as a 0), unless a flow compares
them or reads them out: then a replay needs them. At its size limit the recording ends, with a line that
says so; the engine goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, get_args

import msgspec
import structlog

from acd.core import events
from acd.core.commands import Command
from acd.core.events import ConfigReplaced, DigitPressed, Event
from acd.core.routing import CallerStartsWith, Routing
from acd.errors import AcdError
from acd.runtime.masking import SHOWN, Pseudonyms, mask_fields
from ivr.secrecy import decisive

log = structlog.get_logger(__name__)

FORMAT = 1
KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(events.Event)}


class RecordingError(AcdError):
    """This is not a recording that can be replayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """How the core was made: enough to make the same one again."""

    format: int
    seed: int
    started_at: float
    routing: str
    """The routing configuration as YAML, all defaults filled in."""
    revision: str = ""
    """Its revision, which is that of the files that it came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line: what the core was told (None: the passing of time), when, and what came of it."""

    now: float
    event: Event | None
    digest: str


def shown_digits(routing: Routing) -> int:
    """How much of a number must stay readable for the rules to decide the same."""
    prefixes = [
        len(prefix)
        for rule in routing.rules
        for condition in rule.when
        if isinstance(condition, CallerStartsWith)
        for prefix in condition.prefixes
    ]
    zones = [
        len(prefix) for queue in routing.queues.values() for prefix, _ in queue.callback.hours.zones
    ]
    return max([SHOWN, *prefixes, *zones])


def digest(commands: Sequence[Command]) -> str:
    """A short fingerprint of commands, in their order, with every digit of a person's number masked:
    how much of it the recording shows must not matter."""
    plain = [[type(command).__name__, msgspec.to_builtins(command)] for command in commands]
    encoded = msgspec.json.encode(mask_fields(plain, 0), order="deterministic")
    return hashlib.blake2b(encoded, digest_size=8).hexdigest()


class FlightRecorder:
    """Writes a recording to `path`, `limit_bytes` at most. See `acd.runtime.engine.Recorder`."""

    def __init__(
        self,
        path: Path,
        *,
        seed: int,
        now: float,
        routing: Routing,
        printed: Callable[[Routing], str],
        limit_bytes: int,
    ) -> None:
        self._printed = printed
        self._shown = shown_digits(routing)
        self._decisive = decisive(routing.flows.values())
        self._masked = Pseudonyms()
        self._left = limit_bytes
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] | None = path.open("xb")
        header = Header(
            format=FORMAT, seed=seed, started_at=now, routing=printed(routing), revision=routing.revision
        )
        self._write(msgspec.json.encode(header))

    def note(
        self,
        now: float,
        event: Event | None,
        commands: Sequence[Command],
        secret_key: str | None = None,
    ) -> None:
        """Append one moment. Never raises: a full disk ends the recording, not the calls."""
        if self._file is None:
            return
        if isinstance(event, DigitPressed) and self._hides(event, secret_key):
            event = replace(event, digit="0")
        line = {
            "now": now,
            "kind": None if event is None else type(event).__name__,
            "event": self._plain(event),
            "digest": digest(commands),
        }
        self._write(msgspec.json.encode(line))

    def _hides(self, event: DigitPressed, secret_key: str | None) -> bool:
        return event.digit.isdecimal() and secret_key is not None and secret_key not in self._decisive

    def _plain(self, event: Event | None) -> Any:
        if event is None:
            return None
        if isinstance(event, ConfigReplaced):
            self._shown = max(self._shown, shown_digits(event.routing))
            self._decisive |= decisive(event.routing.flows.values())
            return {"routing": self._printed(event.routing), "revision": event.routing.revision}
        return mask_fields(msgspec.to_builtins(event), self._shown, self._masked)

    def _write(self, line: bytes) -> None:
        if self._file is None:
            return
        if len(line) > self._left:
            log.warning("flight recording full, ended", path=self._file.name)
            self._end()
            return
        try:
            self._file.write(line + b"\n")
            self._left -= len(line) + 1
        except OSError as error:
            log.error("flight recording failed, ended", path=self._file.name, error=str(error))
            self._end()

    def _end(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError as error:
                log.error("flight recording not closed", path=file.name, error=str(error))

    def close(self) -> None:
        """Close the file; what was noted can be replayed."""
        self._end()


def read_recording(path: Path, parse: Callable[[str], Routing]) -> tuple[Header, Iterator[Moment]]:
    """The header and the moments of a recording. `parse` reads a printed routing configuration."""
    lines = path.open("rb")
    try:
        header = msgspec.json.decode(lines.readline(), type=Header)
    except msgspec.DecodeError as error:
        lines.close()
        raise RecordingError(f"{path}: not a flight recording: {error}") from error
    if header.format != FORMAT:
        lines.close()
        raise RecordingError(f"{path}: format {header.format}, this version reads {FORMAT}")

    def moments() -> Iterator[Moment]:
        with lines:
            for number, line in enumerate(lines, start=2):
                if not line.endswith(b"\n"):
                    return  # the engine was killed while writing it
                yield _moment(path, number, line, parse)

    return header, moments()


def _moment(path: Path, number: int, line: bytes, parse: Callable[[str], Routing]) -> Moment:
    try:
        plain = msgspec.json.decode(line)
        kind, body = plain["kind"], plain["event"]
        event: Event | None
        if kind is None:
            event = None
        elif kind == ConfigReplaced.__name__:
            event = ConfigReplaced(routing=replace(parse(body["routing"]), revision=body["revision"]))
        else:
            event = msgspec.convert(body, KINDS[kind], strict=False)
        return Moment(now=plain["now"], event=event, digest=plain["digest"])
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise RecordingError(f"{path}:{number}: not a line of a recording: {error!r}") from error
