"""What may be written into a manager action.

An action is lines of `Name: value`; whoever gets a line break into a value writes headers, or
actions, of his own. Nothing is mended here: a value that cannot be sent as it is, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from asterisk.ami.errors import AmiValueError

Fields = Mapping[str, str | Sequence[str]]

MAX_LINE_BYTES = 1000
"""Asterisk reads lines of up to 1024 bytes, name included, and refuses longer ones."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
# ActionID belongs to the matching of answers, Action and CommandID say what is asked.
_OURS = frozenset({"action", "actionid", "commandid"})


def checked_text(field: str, value: str) -> str:
    """Return the value when it can be sent, or raise AmiValueError."""
    if "\r" in value or "\n" in value:
        raise AmiValueError(field, "has a line break in it")
    if "\0" in value:
        raise AmiValueError(field, "has a NUL in it")
    try:
        size = len(value.encode())
    except UnicodeEncodeError as error:
        raise AmiValueError(field, "is not valid Unicode") from error
    if len(field) + len(": ") + size > MAX_LINE_BYTES:
        raise AmiValueError(field, "is too long")
    return value


def checked_fields(fields: Fields) -> dict[str, str | list[str]]:
    """Return a copy of the fields when all can be sent, or raise AmiValueError."""
    checked: dict[str, str | list[str]] = {}
    for name, value in fields.items():
        if not _NAME.fullmatch(name) or name.lower() in _OURS:
            raise AmiValueError(repr(name), "cannot be set: this is not the name of a field")
        if isinstance(value, str):
            checked[name] = checked_text(name, value)
        else:
            checked[name] = [checked_text(name, one) for one in value]
    return checked
