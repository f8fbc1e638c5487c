"""Voicemail messages: lists, one with its story, what is asked for them."""

from __future__ import annotations

from pydantic import AwareDatetime

from acd.api.schemas.base import Answer, Asked, Instant, Name, Paging, Seconds
from acd.api.schemas.stored import Number, stored_form
from acd.core.message_words import MessageAct, MessageState
from acd.core.numbering import Numbering
from acd.voicemail import MessageFilter


class MessagesQuery(Paging):
    """Which messages: every given condition must hold."""

    box: Name | None = None
    state: MessageState | None = None
    """Without it, all but deleted ones."""
    agent: Name | None = None
    """Who took it, or called back."""
    caller: Number | None = None
    since: AwareDatetime | None = None
    """Left at this time or later."""
    until: AwareDatetime | None = None
    """Left before this time."""

    def where(self, boxes: frozenset[str] | None, numbering: Numbering | None) -> MessageFilter:
        """The condition as the archive takes it, in these boxes (None: in any)."""
        if self.box is not None:
            named = frozenset({self.box})
            boxes = named if boxes is None else named & boxes
        return MessageFilter(
            boxes=boxes,
            state=self.state,
            agent=self.agent,
            caller=stored_form(self.caller, numbering),
            since=self.since.timestamp() if self.since else None,
            until=self.until.timestamp() if self.until else None,
        )


class MessageOut(Answer):
    """A message. Its sound is at /api/v1/messages/MESSAGE/audio until `deleted_at`."""

    message: str
    call: str
    box: str
    caller: str | None
    business: str | None
    queue: str | None
    language: str
    left_at: Instant
    seconds: Seconds
    state: MessageState
    agent: str | None
    """Who took it, or called back."""
    changed_at: Instant | None = None
    deleted_at: Instant | None = None


class MessageChangeOut(Answer):
    """Who did what with it, and what it was afterwards. Each listening is one."""

    at: Instant
    act: MessageAct
    by: str
    state: MessageState
    box: str
    agent: str | None


class MessageStoryOut(Answer):
    """A message with all that was done with it, in order."""

    message: MessageOut
    changes: tuple[MessageChangeOut, ...]


class ForAgentIn(Asked):
    """For whom. An agent's token needs no name: it is good for its own agent only."""

    agent: Name | None = None


class ForwardIn(Asked):
    """Where to."""

    box: Name
