"""All rows of the demonstration, in their order."""

from __future__ import annotations

from demo import callbacks, flows, scenarios, voicemail
from demo.entry import Entry

PROGRAMME: list[Entry] = [*scenarios.ROWS, *flows.ROWS, *callbacks.ROWS, *voicemail.ROWS]
