"""Rules: what is asked about a call, and what is added to it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    model_validator,
)

from config.document.base import AT_LEAST_ONE, Section, either
from config.fields import (
    AgentIdOrLast,
    BusinessName,
    Dialled,
    Duration,
    GroupName,
    HoursName,
    LanguageName,
    Level,
    NumberName,
    OneOrMore,
    PositiveDuration,
    Prompt,
    QueueName,
    SkillName,
    Text,
    TierName,
    refuse,
)


class Conditions(Section):
    """What all conditions share: naming none is a mistake."""

    model_config = AT_LEAST_ONE

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

    model_config = either("group", "agent")

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

    model_config = AT_LEAST_ONE

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
