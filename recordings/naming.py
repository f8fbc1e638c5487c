"""What the files of a recording are called: when, who, which call."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum

FORMAT = "wav"
MESSAGES = "messages"
"""The folder of messages (voicemail, remarks) within that of the recordings: Asterisk records and plays
below one folder only."""

_UNSAFE = re.compile(r"[^A-Za-z0-9.+-]+")
_LONGEST = 80
"""So long a part of a name may be: the whole stays below the 255 bytes of a file's name."""


class Side(StrEnum):
    """Whose voice a file holds."""

    CALLER = "caller"
    AGENT = "agent"


def file_of(*, at: float, agent: str, talk: str) -> str:
    """The path of a recording within its folder, without side and ending.

    `at` is its beginning (UTC seconds), `talk` the id of the talk, which begins with that of the call:
    `2026-11-21/20261121T201634Z_1001_pbx1-1795278685.12-o1`. The caller's number is not in it: names
    of files get about more easily than records of calls.
    """
    began = datetime.fromtimestamp(at, UTC)
    return f"{began:%Y-%m-%d}/{began:%Y%m%dT%H%M%SZ}_{_safe(agent)}_{_safe(talk)}"


def message_file_of(*, at: float, box: str, call: str, number: int) -> str:
    """The path of a caller's recording within the folder of messages, without ending.

    `at` is its beginning (UTC seconds), `box` the voicemail box or the flow, `number` counts the
    recordings of one call: `2026/11/21/20261121T201634Z_orders_pbx1-1795278685.12-1`.
    """
    began = datetime.fromtimestamp(at, UTC)
    return f"{began:%Y/%m/%d}/{began:%Y%m%dT%H%M%SZ}_{_safe(box)}_{_safe(call)}-{number}"


def number_of_message(stem: str, *, box: str, call: str) -> int | None:
    """Which recording of this call for this box the name of a file is (without folder and ending); None
    where it is none of them."""
    of_call, _, number = stem.partition("_")[2].rpartition("-")
    return int(number) if of_call == f"{_safe(box)}_{_safe(call)}" and number.isdecimal() else None


def folders_of_messages(since: float, until: float) -> list[str]:
    """The folders, within that of messages, of recordings that began between (UTC seconds), newest
    first."""
    first = datetime.fromtimestamp(since, UTC).date()
    last = datetime.fromtimestamp(until, UTC).date()
    days = range((last - first).days + 1)
    return [f"{last - timedelta(days=day):%Y/%m/%d}" for day in days]


def file_of_side(file: str, side: Side) -> str:
    """The path of one side's file, without its ending."""
    return f"{file}_{side.value}"


def file_of_message(file: str) -> str:
    """The path of a message in the folder of recordings, from that in the folder of messages."""
    return f"{MESSAGES}/{file}"


def message_of_file(recording: str) -> str | None:
    """The path in the folder of messages of a recording; None where it is no message."""
    folder, _, file = recording.partition("/")
    return file if folder == MESSAGES and file else None


def _safe(part: str) -> str:
    """Letters, digits, dot, plus and minus stay, all else is a minus. The end tells most apart."""
    return _UNSAFE.sub("-", part)[-_LONGEST:]
