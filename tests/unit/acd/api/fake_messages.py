"""Voicemail messages for the API: in the core's own hands, and in an archive in memory."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from acd.core.commands import Command, Record
from acd.core.dispatcher import Dispatcher
from acd.core.events import StateRestored
from acd.core.message_words import (
    Message,
    MessageActed,
    MessageChanged,
    MessagesExpired,
    MessageState,
)
from acd.core.routing import Routing
from acd.voicemail import MessageFilter, MessageStory, StoredMessage, StoredMessageChange


def left(
    id: str, box: str, at: float, *, file: str | None = None, caller: str | None = "13800138000"
) -> Message:
    """A message of twelve seconds."""
    return Message(
        id=id,
        call=f"call-{id}",
        box=box,
        caller=caller,
        business=None,
        queue="orders",
        language="en",
        left_at=at,
        seconds=12.0,
        file=file or f"2026/11/21/{id}",
    )


class LiveMessages:
    """The core, with messages. What it records of them the archive knows at once."""

    def __init__(self, routing: Routing, now: float) -> None:
        self._core = Dispatcher(routing, Random(1))
        self._now = now
        self.acts: list[MessageActed] = []
        self.changes: dict[str, list[MessageChanged]] = {}

    def remember(self, *messages: Message) -> None:
        self._core.handle(StateRestored(agents=(), calls=(), messages=messages), self._now)

    def expire(self, *ids: str) -> None:
        self._core.handle(MessagesExpired(messages=ids), self._now)

    def submit(self, event: MessageActed) -> Sequence[Command]:
        self.acts.append(event)
        commands = self._core.handle(event, self._now)
        for command in commands:
            if isinstance(command, Record) and isinstance(command.fact, MessageChanged):
                self.changes.setdefault(event.message, []).append(command.fact)
        return commands

    def get(self, message: str) -> Message | None:
        return self._core.view_message(message)

    def boxes_of(self, agent: str) -> Sequence[str]:
        return self._core.view_boxes(agent)


class StoredMessages:
    """What an archive says of messages; `deleted` are those whose time had come."""

    def __init__(self, *messages: Message) -> None:
        self.messages = {each.id: each for each in messages}
        self.changes: dict[str, list[MessageChanged]] = {}
        self.deleted: dict[str, float] = {}
        self.wheres: list[MessageFilter] = []

    def matching(self, where: MessageFilter) -> list[StoredMessage]:
        self.wheres.append(where)
        newest_first = sorted(self.messages.values(), key=lambda each: -each.left_at)
        found = [self._stored(each) for each in newest_first]
        wants_deleted = where.state is MessageState.DELETED
        return [
            each
            for each in found
            if (each.deleted_at is not None) is wants_deleted
            and (where.boxes is None or each.box in where.boxes)
            and (wants_deleted or where.state in (None, each.state))
        ]

    def story(self, message: str) -> MessageStory | None:
        found = self.messages.get(message)
        if found is None:
            return None
        changes = self.changes.get(message, [])
        return MessageStory(
            message=self._stored(found),
            changes=[
                StoredMessageChange(
                    at=each.at,
                    act=each.act,
                    by=each.by,
                    state=each.state,
                    box=each.box,
                    agent=each.agent,
                )
                for each in changes
            ],
        )

    def _stored(self, message: Message) -> StoredMessage:
        return StoredMessage(
            message=message.id,
            call=message.call,
            box=message.box,
            caller=message.caller,
            business=message.business,
            queue=message.queue,
            language=message.language,
            left_at=message.left_at,
            seconds=message.seconds,
            file=message.file,
            state=message.state,
            agent=message.agent,
            changed_at=None,
            deleted_at=self.deleted.get(message.id),
        )
