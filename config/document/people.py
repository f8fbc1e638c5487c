"""Hours, businesses, numbers, grades, agents, trunks and phones."""

from __future__ import annotations

from typing import Annotated

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from config.document.base import Ending, Section
from config.fields import (
    BusinessName,
    Country,
    Day,
    Dialled,
    DialString,
    Endpoint,
    FlowName,
    GradeName,
    GroupName,
    HoursName,
    LanguageName,
    Level,
    Network,
    Node,
    OneOrMore,
    OpenSpan,
    Percent,
    PositiveDuration,
    QueueName,
    SkillName,
    Text,
    Zone,
    refuse,
)


def _list_or_mapping(value: object) -> str:
    return "<list>" if isinstance(value, list) else "<mapping>"


class Hours(Section):
    """The hours of a week, and the days on which it stays closed."""

    open: Annotated[list[OpenSpan], Field(min_length=1)]
    """Days and times: "mon-fri 08:00-20:00", "sat,sun 10:00-16:00", past midnight "fri 22:00-02:00"."""
    timezone: Zone | None = None
    """The time zone of these times; else the file's."""
    holidays: Country | None = None
    """The country whose public holidays are closed, such as CN, or with its region, such as DE-BY."""
    closed_on: (
        Annotated[
            Annotated[list[Day], Tag("<list>")] | Annotated[dict[Day, Text], Tag("<mapping>")],
            Discriminator(_list_or_mapping),
        ]
        | None
    ) = None
    """More days on which it stays closed: a list of dates, or dates with the reason."""


class Survey(Section):
    """Callers whose agent has hung up first are asked: how satisfied, and whether it was solved."""

    share: Percent
    """So many of them."""
    not_within: PositiveDuration = 2_592_000.0
    """Nobody is asked twice within this time."""
    remark: PositiveDuration | None = None
    """Whoever wants may say something as well, so long at most; else nobody is asked for that."""


class Business(Section):
    """One client or shop that the call centre answers for."""

    name: Text | None = None
    """Its name as people read it; else its key."""
    hours: HoursName | None = None
    """When it is open; else always."""
    when_closed: Ending = "callback"
    """What becomes of a call outside of its hours."""
    campaign: Text | None = None
    """A tag for the reports."""
    language: LanguageName | None = None
    """The language of its prompts; else the first of `languages`."""
    record: bool = False
    """Whether the talks of its calls are recorded, agent and caller in a file each."""
    survey: Survey | None = None
    """Whether callers are asked about their call; else nobody is."""


class Number(Section):
    """Where the calls to one dialled number go: into a queue, or first into an IVR flow."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["queue"]}, {"required": ["flow"]}]}
    )

    queue: QueueName | None = None
    """The queue that its calls join; with a flow the one that serves them while the engine is away (else
    the first one that the flow leads to)."""
    flow: FlowName | None = None
    """The IVR flow that its calls come into first."""
    business: BusinessName | None = None
    """The business that the number stands for."""
    language: LanguageName | None = None
    """The language of its callers; else the business's."""

    @model_validator(mode="after")
    def _somewhere(self) -> Number:
        if self.queue is None and self.flow is None:
            raise refuse("the number leads nowhere, expected a queue or a flow")
        return self


class Grade(Section):
    """A grade of agents: the level of the skills that an agent of this grade only lists."""

    level: Level
    """The level of each skill that an agent of this grade lists without one."""
    skills: dict[SkillName, Level] = Field(default_factory=dict)
    """Skills that every agent of this grade has; an agent's own level counts before it."""


class Agent(Section):
    """One agent. The key is his account: he logs in and his phone registers with it."""

    name: Text | None = None
    """His name as people read it; else his account."""
    grade: GradeName | None = None
    """His grade (junior, intermediate, senior, vip, or one of `grades`)."""
    groups: list[GroupName] = Field(default_factory=list)
    """The groups that he is a member of."""
    skills: Annotated[
        Annotated[dict[SkillName, Level], Tag("<mapping>")] | Annotated[list[SkillName], Tag("<list>")],
        Discriminator(_list_or_mapping),
    ] = Field(default_factory=dict)
    """His skills: with their levels (orders: 8), or a list whose level is his grade's."""
    weight: Annotated[int, Field(ge=1, le=1000)] = 1
    """How often he is chosen by the strategy weighted_random, compared with the others."""
    endpoint: Endpoint | None = None
    """What Asterisk dials; else PJSIP/ and his account."""
    node: Node | None = None
    """The Asterisk node that his phone registers with, where there is more than one."""


class Trunk(Section):
    """A carrier's SIP peer."""

    match: OneOrMore[Network]
    """The IP addresses or networks that its calls come from."""
    dial: DialString | None = None
    """What Asterisk dials to reach a number through it, with {number} in its place; else calls only come
    in."""
    caller_id: Dialled | None = None
    """The number that customers see; else the one that they had dialled."""


class Phone(Section):
    """A SIP account that dials in as if it were a caller from outside, for trying things out."""

    name: Text | None = None
    """Its name as people read it; else its key."""
    number: Dialled
    """The number that it calls from."""
