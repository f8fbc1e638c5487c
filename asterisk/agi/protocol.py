"""AGI without I/O: commands to bytes, bytes to the environment, the replies and the hangup.

Asterisk opens with lines of `agi_name: value` and an empty line; then each command is a line and
each reply another (a 520 is several). `HANGUP` comes unasked, between them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from asterisk.agi.errors import AgiProtocolError, AgiValueError

MAX_LINE_BYTES = 8192
MAX_LINES = 256
"""How many lines the environment, or one reply, may have."""
MAX_COMMAND_BYTES = 2000
"""Asterisk reads commands of less than 2048 bytes."""

_VERB = re.compile(r"[A-Z]+( [A-Z]+)*")
_REPLY = re.compile(r"(\d{3})([ -])(.*)", re.DOTALL)
_RESULT = re.compile(r"result=(\S*)(?: \((.*)\))?(?: endpos=(\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What Asterisk says about the channel when a session opens."""

    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """Return a value by its name without `agi_`; raise AgiProtocolError when it is missing."""
        try:
            return self.values[f"agi_{name}"]
        except KeyError:
            raise AgiProtocolError(f"The AGI environment has no agi_{name}.") from None

    @property
    def script(self) -> str:
        """The path in `AGI(agi://host/PATH)`, without the query."""
        return self["network_script"].partition("?")[0]

    @property
    def channel_id(self) -> str:
        """The unique id of the channel."""
        return self["uniqueid"]

    @property
    def extension(self) -> str:
        """The extension in the dialplan."""
        return self["extension"]

    @property
    def caller_number(self) -> str | None:
        """The caller's number, or None when it is not known."""
        number = self["callerid"]
        return None if number == "unknown" else number

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments given to the AGI application, in order."""
        found: list[str] = []
        while (value := self.values.get(f"agi_arg_{len(found) + 1}")) is not None:
            found.append(value)
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to a command.

    `code` is 200, 510 (unknown command), 511 (channel is dead) or 520 (wrong usage; `text` has
    it). For 200, `result` is what follows `result=`, `data` what follows in parentheses and
    `endpos` the sample at which a playback ended.
    """

    code: int
    text: str
    result: str = ""
    data: str | None = None
    endpos: int | None = None


@dataclass(frozen=True, slots=True)
class HangupNotice:
    """The channel was hung up; some commands still work."""


Received = Environment | Reply | HangupNotice


def encode(verb: str, *words: str) -> bytes:
    """Return the line for a command; each word is quoted and can be nothing but that word.

    Raises AgiValueError for what cannot be a word of one line.
    """
    if not _VERB.fullmatch(verb):
        raise AgiValueError(f"{verb!r} is no AGI command.")
    try:
        line = " ".join((verb, *map(_quoted, words))).encode()
    except UnicodeEncodeError as error:
        raise AgiValueError(f"A word of {verb} is not valid Unicode.") from error
    if len(line) > MAX_COMMAND_BYTES:
        raise AgiValueError(f"A word of {verb} is too long.")
    return line + b"\n"


def _quoted(word: str) -> str:
    if set(word) & {"\n", "\r", "\0"}:
        raise AgiValueError("A word of a command has a line break or a NUL in it.")
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class AgiParser:
    """Takes bytes as they come and returns what they complete."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._environment: dict[str, str] | None = {}
        self._usage: list[str] | None = None

    def feed(self, data: bytes) -> list[Received]:
        """Return what is complete now, in order, or raise AgiProtocolError."""
        received: list[Received] = []
        self._buffer += data
        while (end := self._buffer.find(b"\n")) >= 0:
            if end > MAX_LINE_BYTES:
                break
            line = self._buffer[:end].decode("utf-8", "replace").removesuffix("\r")
            del self._buffer[: end + 1]
            complete = self._line(line)
            if complete is not None:
                received.append(complete)
        if len(self._buffer) > MAX_LINE_BYTES:
            raise AgiProtocolError(f"A line of more than {MAX_LINE_BYTES} bytes.")
        return received

    def _line(self, line: str) -> Received | None:
        if self._environment is not None:
            return self._environment_line(self._environment, line)
        if self._usage is not None:
            return self._usage_line(self._usage, line)
        if line == "HANGUP":
            return HangupNotice()
        match = _REPLY.fullmatch(line)
        if match is None:
            raise AgiProtocolError("A line that is no AGI reply.")
        code, separator, text = int(match[1]), match[2], match[3]
        if code == 100:
            # "100 Trying...": the real reply follows.
            return None
        if separator == "-":
            self._usage = [text]
            return None
        return _reply(code, text)

    def _environment_line(self, values: dict[str, str], line: str) -> Environment | None:
        if not line:
            self._environment = None
            return Environment(values=values)
        name, colon, value = line.partition(":")
        if not colon or not name.startswith("agi_"):
            raise AgiProtocolError("A line that is not of an AGI environment.")
        if len(values) >= MAX_LINES:
            raise AgiProtocolError(f"An AGI environment of more than {MAX_LINES} lines.")
        values[name] = value.removeprefix(" ")
        return None

    def _usage_line(self, usage: list[str], line: str) -> Reply | None:
        if line.startswith("520 "):
            self._usage = None
            return Reply(code=520, text="\n".join(usage))
        if len(usage) >= MAX_LINES:
            raise AgiProtocolError(f"An AGI reply of more than {MAX_LINES} lines.")
        usage.append(line)
        return None


def _reply(code: int, text: str) -> Reply:
    match = _RESULT.match(text)
    if match is None:
        return Reply(code=code, text=text)
    endpos = None if match[3] is None else int(match[3])
    return Reply(code=code, text=text, result=match[1], data=match[2], endpos=endpos)
