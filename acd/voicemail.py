"""What is stored of voicemail messages. Records of `acd.archive.Archive`; times are UTC seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from acd.core.message_words import MessageState


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message. `file` is its path in the folder of messages, without ending; it is gone where
    `deleted_at` is known (then `state` is the last one that it had)."""

    message: str
    call: str
    box: str
    caller: str | None
    business: str | None
    queue: str | None
    language: str
    left_at: float
    seconds: float
    file: str
    state: str
    agent: str | None
    changed_at: float | None
    deleted_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessageChange:
    """Who did what with a message, and what it was afterwards. Each listening is one."""

    at: float
    act: str
    by: str
    state: str
    box: str
    agent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStory:
    """A message with all that was done with it, in order."""

    message: StoredMessage
    changes: Sequence[StoredMessageChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """Which messages: every given condition must hold. `boxes`: in one of these. Without a state, those
    that are not deleted. `since` and `until` are about when they were left."""

    boxes: frozenset[str] | None = None
    state: MessageState | None = None
    agent: str | None = None
    caller: str | None = None
    since: float | None = None
    until: float | None = None
