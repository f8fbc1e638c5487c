"""The whole file."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    field_validator,
)

from config.document.base import Section
from config.document.flows import Flow, PromptTexts
from config.document.people import Agent, Business, Grade, Hours, Number, Phone, Trunk
from config.document.queues import Queue
from config.document.rules import Rule
from config.document.voicemail import FlowRecordings, Voicemail
from config.document.waiting import MusicClass
from config.fields import (
    Account,
    DialledFrom,
    FilePattern,
    Language,
    Name,
    NumberKey,
    OneOrMore,
    Text,
    Zone,
    refuse,
)

REQUIRED = ("version", "timezone", "languages", "numbers", "queues")


class Document(Section):
    """The routing of a call centre: who is called, when, by whom, and what happens otherwise."""

    version: Literal[1] = 1
    """The version of this format."""
    include: OneOrMore[FilePattern] | None = None
    """More files that belong to this one, as paths or patterns such as queues/*.yaml."""
    timezone: Zone = "UTC"
    """The time zone of all times in the file."""
    numbering: DialledFrom | None = None
    """The country as in which telephone numbers are written, such as CN: all writings of a customer's
    number are one then. Without it they are compared as they are."""
    languages: Annotated[list[Language], Field(min_length=1)] = Field(default_factory=list)
    """The languages of the prompts; the first one is used where nothing else is said."""
    skills: list[Name] = Field(default_factory=list)
    """The skills that there are."""
    groups: list[Name] = Field(default_factory=list)
    """The groups of agents that there are."""
    tiers: list[Name] = Field(default_factory=list)
    """The tiers that a customer may be given, such as vip."""
    pause_reasons: list[Text] = Field(default_factory=list)
    """The reasons for a pause that an agent may choose."""
    hours: dict[Name, Hours] = Field(default_factory=dict)
    """Opening hours, by name."""
    businesses: dict[Name, Business] = Field(default_factory=dict)
    """The businesses that the call centre answers for."""
    numbers: dict[NumberKey, Number] = Field(default_factory=dict)
    """Where calls go, by the number dialled; `default` for all others."""
    grades: dict[Name, Grade] = Field(default_factory=dict)
    """Grades besides (or instead of) junior 3, intermediate 5, senior 8 and vip 10."""
    agents: dict[Account, Agent] = Field(default_factory=dict)
    """The agents, by account."""
    rules: list[Rule] = Field(default_factory=list)
    """What is special about some calls; tried from top to bottom."""
    queues: dict[Name, Queue] = Field(default_factory=dict)
    """The queues."""
    music: dict[Name, MusicClass] = Field(default_factory=dict)
    """The music that queues may name, by class; `default` is always there."""
    prompts: dict[Name, PromptTexts] = Field(default_factory=dict)
    """The installation's own prompts: what is spoken, by language."""
    flows: dict[Name, Flow] = Field(default_factory=dict)
    """IVR flows: their steps by name; the first one is where callers begin."""
    voicemail: dict[Name, Voicemail] = Field(default_factory=dict)
    """Voicemail boxes, by name."""
    flow_recordings: FlowRecordings = Field(default_factory=FlowRecordings)
    """What callers say to a flow's step `record`, and as remarks in surveys."""
    trunks: dict[Name, Trunk] = Field(default_factory=dict)
    """The carriers that calls come from."""
    phones: dict[Account, Phone] = Field(default_factory=dict)
    """Phones that dial in like callers from outside."""

    @field_validator("version", mode="before")
    @classmethod
    def _version(cls, value: Any) -> Any:
        if value != 1 or isinstance(value, bool):
            raise refuse(f"version {value!r:.60} is not known, expected 1")
        return value
