"""The shape of the routing YAML: one model per section, as pydantic checks it and editors show it.

A field's description is what an editor shows; its default is what holds where the file says nothing.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from config.fields import (
    Account,
    AgentId,
    AgentIdOrLast,
    BusinessName,
    Country,
    Day,
    Dialled,
    Duration,
    Endpoint,
    GradeName,
    GroupName,
    HoursName,
    Language,
    LanguageName,
    Level,
    Music,
    Name,
    Network,
    Node,
    NumberKey,
    NumberName,
    OneOrMore,
    OpenSpan,
    PauseReason,
    Percent,
    PositiveDuration,
    Prompt,
    PromptOrNothing,
    QueueName,
    SkillName,
    Text,
    TierName,
    Zone,
    refuse,
)


class Section(BaseModel):
    """What all sections share: unknown keys are errors, nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


NOT_YET = {
    "voicemail": "voicemail is not available yet",
    "ivr": "IVR flows are not available yet",
    "flow": "IVR flows are not available yet",
}
"""Words of features that are planned; naming one is told from a misspelling."""


def _word_of_ending(value: object) -> object:
    if isinstance(value, str) and value in NOT_YET:
        raise refuse(f"{NOT_YET[value]}, expected callback, goodbye or {{queue: NAME}}")
    if value not in ("callback", "goodbye"):
        raise refuse(
            f"{value!r:.60} is no ending, expected callback, goodbye, {{queue: NAME}} or "
            "{say: PROMPT, then: ...}"
        )
    return value


Word: TypeAlias = Annotated[Literal["callback", "goodbye"], BeforeValidator(_word_of_ending)]


class Overflow(Section):
    """The call joins another queue and keeps its time of arrival."""

    queue: QueueName
    """The queue that the call joins."""


def _word_or_mapping(value: object) -> str:
    return "<mapping>" if isinstance(value, dict) else "<word>"


Next: TypeAlias = Annotated[
    Annotated[Word, Tag("<word>")] | Annotated[Overflow, Tag("<mapping>")],
    Discriminator(_word_or_mapping),
]


class Say(Section):
    """A prompt, and what then becomes of the call."""

    say: PromptOrNothing
    """The id of the prompt that the caller hears; `nothing` for silence."""
    then: Next
    """callback: the caller is recorded, to be called back; goodbye: he is released; or {queue: NAME}."""


def _ending_form(value: object) -> str:
    if not isinstance(value, dict):
        return "<word>"
    return "<overflow>" if "queue" in value and "then" not in value else "<say>"


Ending: TypeAlias = Annotated[
    Annotated[Word, Tag("<word>")]
    | Annotated[Overflow, Tag("<overflow>")]
    | Annotated[Say, Tag("<say>")],
    Discriminator(_ending_form),
]

Needs: TypeAlias = Annotated[
    Annotated[Literal["anyone"], Tag("<word>")]
    | Annotated[dict[SkillName, Level], Field(min_length=1), Tag("<mapping>")],
    Discriminator(_word_or_mapping),
]


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


class Number(Section):
    """Where the calls to one dialled number go."""

    queue: QueueName
    """The queue that its calls join."""
    business: BusinessName | None = None
    """The business that the number stands for."""
    language: LanguageName | None = None
    """The language of its callers; else the business's."""


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


class Conditions(Section):
    """What all conditions share: naming none is a mistake."""

    @model_validator(mode="after")
    def _some_condition(self) -> Self:
        if not self.model_fields_set:
            raise refuse("no condition is given, expected at least one")
        return self


class CallerIs(Conditions):
    """What the caller's number is like. All that is given must hold."""

    in_: Annotated[Literal["blacklist"] | None, Field(alias="in")] = None
    """blacklist: the number stands in the blacklist."""
    starts_with: OneOrMore[Dialled] | None = None
    """The number begins with this, or one of these."""
    withheld: bool | None = None
    """true: the number is hidden; false: it is shown."""


class LastAgent(Section):
    """An agent has served this caller before."""

    within: PositiveDuration
    """At most so long ago."""


class CustomerIs(Conditions):
    """What is known of the caller as a customer. All that is given must hold."""

    tier: OneOrMore[TierName] | None = None
    """The customer is of this tier, or of one of these."""
    last_agent: LastAgent | None = None
    """An agent has served him before."""


class HoursAre(Conditions):
    """What time it is: within or outside of named hours."""

    open: HoursName | None = None
    """It is within these hours."""
    closed: HoursName | None = None
    """It is outside of these hours."""


class When(Conditions):
    """What must hold for the rule to match: all that is given."""

    caller: CallerIs | None = None
    """The caller's number."""
    customer: CustomerIs | None = None
    """The caller as a customer."""
    dialled: OneOrMore[NumberName] | None = None
    """This number was dialled, or one of these."""
    business: OneOrMore[BusinessName] | None = None
    """The number dialled stands for this business, or for one of these."""
    hours: HoursAre | None = None
    """The time."""


class First(Section):
    """Who is tried before the queue's own agents: a group or an agent."""

    group: GroupName | None = None
    """This group."""
    agent: AgentIdOrLast | None = None
    """This agent; `last` for the one who served the caller last."""
    for_: Annotated[Duration, Field(alias="for")] = 0.0
    """While all of them are busy, so long nobody else is tried."""

    @model_validator(mode="after")
    def _one_target(self) -> First:
        if (self.group is None) == (self.agent is None):
            raise refuse("first names no target or two, expected either group or agent")
        return self


class Effect(Section):
    """What a matching rule does."""

    say: Prompt | None = None
    """The caller hears this prompt."""
    end: Literal[True] | None = None
    """The call ends."""
    stop: Literal[True] | None = None
    """No further rule is tried."""
    first: First | None = None
    """Who is tried first."""
    head_start: PositiveDuration | None = None
    """The caller is served as if he had called so much earlier. Of several the largest counts."""
    tier: Annotated[int, Field(ge=0, le=9)] | None = None
    """The strict class of the call: a higher one is always served before a lower one (else 0)."""
    needs: Annotated[dict[SkillName, Level], Field(min_length=1)] | None = None
    """Skills that the agent must have besides those that the queue asks for."""
    queue: QueueName | None = None
    """The call goes to this queue instead."""
    language: LanguageName | None = None
    """The language in which the caller is spoken to."""

    @model_validator(mode="after")
    def _some_effect(self) -> Effect:
        if not self.model_fields_set:
            raise refuse("the rule does nothing, expected at least one effect under then")
        return self


class Rule(Section):
    """All of `when` holds: `then` is added to the call. Rules are tried from top to bottom."""

    name: Text
    """What the rule is called in reports and explanations."""
    when: When | None = None
    """What must hold; without it the rule always matches."""
    then: Effect
    """What the rule does."""


class Widen(Section):
    """A step by which more agents may serve a call that waits."""

    after: PositiveDuration
    """So long after the call joined the queue."""
    needs: Needs | None = None
    """The skills asked for from now on, instead of those so far."""
    groups: Annotated[list[GroupName], Field(min_length=1)] | None = None
    """Groups whose members may serve the call too from now on."""


class SetAside(Section):
    """What becomes of an agent who did not take a call."""

    pause: PauseReason | None = None
    """He is paused with this reason until he resumes."""
    rest: PositiveDuration | None = None
    """He is left in peace so long."""

    @model_validator(mode="after")
    def _one(self) -> SetAside:
        if (self.pause is None) == (self.rest is None):
            raise refuse("nothing or two things happen to the agent, expected either pause or rest")
        return self


class WrapUp(Section):
    """The time after a call in which an agent finishes his work on it."""

    for_: Annotated[Duration, Field(alias="for")] = 0.0
    """How long it is."""
    extend: PositiveDuration | None = None
    """By how much the agent may extend it, once."""


class ServiceLevel(Section):
    """What is aimed at: so many of the calls answered within so long."""

    within: PositiveDuration = 20.0
    """Answered within this time."""
    target: Percent = 0.8
    """So many of the calls."""


class Waiting(Section):
    """What callers hear while they wait, how many may wait, and how long."""

    music: Music = "default"
    """The music class."""
    at_most: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """So many callers may wait; else any number."""
    for_at_most: PositiveDuration | None = None
    """So long a caller may wait; else without an end."""


StrategyName: TypeAlias = Literal[
    "longest_idle",
    "most_skilled",
    "least_skilled",
    "fewest_calls",
    "least_talk_time",
    "round_robin",
    "fixed_order",
    "random",
    "weighted_random",
    "ring_all",
]


class Queue(Section):
    """Callers who wait for the same agents: anyone who meets `needs`, or is in one of `groups`."""

    name: Text | None = None
    """Its name as people read it; else its key."""
    needs: Needs | None = None
    """Skills with their minimum levels, or `anyone` (the default where no groups are given either)."""
    groups: Annotated[list[GroupName], Field(min_length=1)] | None = None
    """Groups whose members may serve, whatever their skills."""
    widen: list[Widen] = Field(default_factory=list)
    """Steps by which more agents may serve, as time passes."""
    strategy: StrategyName = "longest_idle"
    """Which of the idle agents is rung."""
    order: Annotated[list[AgentId], Field(min_length=1)] | None = None
    """The order for fixed_order and round_robin; else that of the section agents."""
    ring: PositiveDuration = 20.0
    """How long an agent's phone rings before another is tried."""
    no_answer: SetAside | None = None
    """What becomes of an agent who did not answer; else he is idle again at once."""
    refused: SetAside | None = None
    """What becomes of an agent who refused a call; else he is idle again at once."""
    wrap_up: WrapUp = WrapUp()
    """The time after a call."""
    service_level: ServiceLevel = ServiceLevel()
    """What is aimed at."""
    waiting: Waiting = Waiting()
    """What happens while callers wait."""
    on_timeout: Ending = "callback"
    """What becomes of a caller who has waited for waiting.for_at_most."""
    on_nobody: Ending = "callback"
    """What becomes of a caller for whom nobody is logged in who could ever serve him."""
    on_full: Ending = "callback"
    """What becomes of a caller who finds waiting.at_most callers before him."""
    short_abandon: Duration = 5.0
    """Callers who hang up earlier count in no answer rate and no service level."""


class Trunk(Section):
    """A carrier's SIP peer."""

    match: OneOrMore[Network]
    """The IP addresses or networks that its calls come from."""


class Phone(Section):
    """A SIP account that dials in as if it were a caller from outside, for trying things out."""

    name: Text | None = None
    """Its name as people read it; else its key."""
    number: Dialled
    """The number that it calls from."""


REQUIRED = ("version", "timezone", "languages", "numbers", "queues")


class Document(Section):
    """The routing of a call centre: who is called, when, by whom, and what happens otherwise."""

    version: Literal[1] = 1
    """The version of this format."""
    include: OneOrMore[Text] | None = None
    """More files that belong to this one, as paths or patterns such as queues/*.yaml."""
    timezone: Zone = "UTC"
    """The time zone of all times in the file."""
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
