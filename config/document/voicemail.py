"""Voicemail boxes: whose they are, how a message is taken, who is told of it."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag, model_validator

from config.document.base import AT_LEAST_ONE, Section, either
from config.fields import (
    AgentId,
    GroupName,
    MailAddress,
    PositiveDuration,
    Prompt,
    QueueName,
    Text,
    refuse,
)


class Lamp(Section):
    """Whose message-waiting lamp shows the box; they hear its messages on their phones, too."""

    model_config = AT_LEAST_ONE

    agents: Annotated[list[AgentId], Field(min_length=1)] | None = None
    """These agents."""
    groups: Annotated[list[GroupName], Field(min_length=1)] | None = None
    """The members of these groups."""

    @model_validator(mode="after")
    def _some(self) -> Lamp:
        if self.agents is None and self.groups is None:
            raise refuse("nobody's lamp is named, expected agents or groups")
        return self


def _forever(value: object) -> str:
    return "<word>" if value == "forever" else "<duration>"


KeepFor: TypeAlias = Annotated[
    Annotated[Literal["forever"], Tag("<word>")] | Annotated[PositiveDuration, Tag("<duration>")],
    Discriminator(_forever),
]


class FlowRecordings(Section):
    """How callers' recordings by flows and surveys are kept."""

    keep_for: KeepFor = 7_776_000.0
    """How long it is kept before it is deleted: a duration, or `forever`."""


class Voicemail(Section):
    """A voicemail box, of a queue or of an agent."""

    model_config = either("queue", "agent")

    name: Text | None = None
    """Its name as people read it; else its key."""
    queue: QueueName | None = None
    """The queue whose callers leave messages here; whoever is called back is called back for it."""
    agent: AgentId | None = None
    """The agent whose own box it is; his lamp shows it."""
    greeting: Prompt = "leave_message"
    """The id of the prompt that asks for the message."""
    at_least: PositiveDuration = 3.0
    """Nothing shorter is kept, and that caller is a missed call."""
    at_most: PositiveDuration = 120.0
    """How long a message may be."""
    silence: PositiveDuration = 5.0
    """So much silence ends a message."""
    review: bool = True
    """Whether the caller may hear his message, record it again, and ask to be called back."""
    lamp: Lamp | None = None
    """Whose lamp shows the box, besides its agent's own."""
    keep_for: KeepFor = 7_776_000.0
    """How long a message is kept before it is deleted: a duration, or `forever`."""
    mail: MailAddress | None = None
    """Each message is sent to this address too, with its sound."""

    @model_validator(mode="after")
    def _one(self) -> Voicemail:
        if (self.queue is None) == (self.agent is None):
            raise refuse("a box is that of a queue or that of an agent, expected either queue or agent")
        return self
