"""IVR flows: what a caller hears, may press, and where he goes on; and the installation's own prompts.

A flow is a mapping of steps, of which the first is where its callers begin. What kind a step is shows
in its keys: `keys` a menu, `collect` several digits, `cases` a branch, `look_up` a look-up, `record` a
recording; a step that only says something has none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from config.document.base import Section, either, word_or_mapping
from config.document.kinds import demand_kind, misspelled
from config.document.rules import Conditions, HoursAre
from config.fields import (
    CollectedName,
    Dialled,
    DigitsOrName,
    Duration,
    FlowName,
    Key,
    LanguageName,
    Level,
    Name,
    NumberOrName,
    OneOrMore,
    PositiveDuration,
    Prompt,
    PromptText,
    QueueName,
    SkillName,
    StepName,
    Text,
    TierName,
    Url,
    VoicemailName,
    refuse,
    up_to,
)
from config.problems import nearest
from config.scalars import duration_text

WORDS = ("callback", "served", "hang_up")
"""Where a caller can go on besides the steps of the flow, in a word."""

PromptTexts: TypeAlias = Annotated[dict[LanguageName, PromptText], Field(min_length=1)]


# --- what is said


class SayNumber(Section):
    """A number read out: 21 is "twenty-one"."""

    number: NumberOrName
    """A whole number, or the name of a value that the flow has collected or looked up."""


class SayDigits(Section):
    """Digits read out one by one."""

    digits: DigitsOrName
    """The digits in quotes, or the name of a value that the flow has collected or looked up."""


class SayTime(Section):
    """A time of day read out."""

    time: CollectedName
    """`now`, or the name of a value such as 18:30 that the flow has looked up."""


class SayRecording(Section):
    """What the caller has recorded, played to him."""

    recording: CollectedName
    """The name under which the flow recorded it."""


_PARTS = ("number", "digits", "time", "recording")


def _part_form(value: object) -> str:
    if not isinstance(value, dict):
        return "<prompt>"
    return next((f"<{key}>" for key in _PARTS if key in value), "<number>")


def _some_part(value: object) -> object:
    if isinstance(value, dict) and value and value.keys().isdisjoint(_PARTS):
        key = next(iter(value))
        raise misspelled(key, _PARTS, nearest(key, _PARTS)[:1])
    return value


Part: TypeAlias = Annotated[
    Annotated[Prompt, Tag("<prompt>")]
    | Annotated[SayNumber, Tag("<number>")]
    | Annotated[SayDigits, Tag("<digits>")]
    | Annotated[SayTime, Tag("<time>")]
    | Annotated[SayRecording, Tag("<recording>")],
    Discriminator(_part_form),
    BeforeValidator(_some_part),
]
Parts: TypeAlias = OneOrMore[Part]


def _standard(prompt: str) -> Callable[[], list[Part]]:
    return lambda: [prompt]


# --- where a caller goes on


class Elsewhere(Section):
    """The caller leaves the flow: for a queue, a voicemail box, another flow or an outside number."""

    model_config = either("queue", "voicemail", "flow", "dial")

    queue: QueueName | None = None
    """This queue."""
    needs: Annotated[dict[SkillName, Level], Field(min_length=1)] | None = None
    """Skills that the agent must have besides those that the queue asks for."""
    head_start: PositiveDuration | None = None
    """In the queue he is served as if he had called so much earlier."""
    voicemail: VoicemailName | None = None
    """This voicemail box."""
    flow: FlowName | None = None
    """The first step of this flow."""
    dial: Dialled | None = None
    """This outside number, through the trunk that dials out."""

    @model_validator(mode="after")
    def _one(self) -> Elsewhere:
        named = [self.queue, self.voicemail, self.flow, self.dial]
        if sum(each is not None for each in named) != 1:
            raise refuse("expected exactly one of queue, voicemail, flow and dial")
        if self.queue is None and (self.needs is not None or self.head_start is not None):
            raise refuse("needs and head_start have no effect without a queue, expected a queue")
        return self


Go: TypeAlias = Annotated[
    Annotated[StepName, Tag("<word>")] | Annotated[Elsewhere, Tag("<mapping>")],
    Discriminator(word_or_mapping),
]


# --- conditions of a branch


class InList(Section):
    """The caller's number stands in a list."""

    in_: Annotated[Literal["blacklist", "do_not_call", "customers"], Field(alias="in")]
    """The list."""


class OfTier(Section):
    """The caller is a customer of a tier."""

    tier: OneOrMore[TierName]
    """This tier, or one of these."""


class ValueIs(Conditions):
    """What a value is like that the flow has collected or looked up. One of both must hold."""

    is_: Annotated[OneOrMore[Text] | None, Field(alias="is")] = None
    """It is this, or one of these; in quotes."""
    starts_with: OneOrMore[Text] | None = None
    """It begins with this, or one of these; in quotes."""


class BranchWhen(Conditions):
    """What must hold for a case of a branch: all that is given."""

    hours: HoursAre | None = None
    """The time."""
    customer: OfTier | None = None
    """The caller as a customer."""
    caller: InList | None = None
    """The caller's number."""
    collected: Annotated[dict[CollectedName, ValueIs], Field(min_length=1)] | None = None
    """Values that the flow has collected or looked up, by name."""


class Case(Section):
    """All of `when` holds: the caller goes on by `go`."""

    when: BranchWhen
    """What must hold."""
    go: Go
    """Where the caller goes on: a step, or elsewhere."""


# --- steps


class SayStep(Section):
    """Says something and goes on."""

    say: Parts
    """What the caller hears: a prompt, or a list of prompts, numbers, digits and times."""
    go: Go
    """Where he goes on: a step of the flow; callback, served or hang_up; or elsewhere."""
    barge_in: bool = True
    """Whether a key cuts it off; it then counts for the menu that follows."""


class Listening(Section):
    """What menus and collected input share: how often is asked, and what becomes of wrong input."""

    say: Parts
    """What is asked; a key cuts it off."""
    within: Annotated[PositiveDuration, up_to("10m")] = 5.0
    """So long after the question a key must be pressed; 10m at most."""
    tries: Annotated[int, Field(ge=1, le=20)] = 3
    """So often is asked in all."""
    silence: Parts = Field(default_factory=_standard("nothing_pressed"))
    """What is said before asking again when nothing was pressed; else the prompt nothing_pressed."""
    otherwise: Go
    """Where the caller goes on after the last try."""


class MenuStep(Listening):
    """A menu: one key chooses."""

    keys: Annotated[dict[Key, Go], Field(min_length=1)]
    """Where each key leads."""
    into: Name | None = None
    """Keeps the key under this name."""
    invalid: Parts = Field(default_factory=_standard("invalid_key"))
    """What is said before asking again when a wrong key was pressed; else the prompt invalid_key."""


class CollectStep(Listening):
    """Several digits, kept under a name."""

    collect: Name
    """The name under which they are kept."""
    at_least: Annotated[int, Field(ge=1, le=40)] = 1
    """So many digits at least."""
    at_most: Annotated[int, Field(ge=1, le=40)] = 20
    """So many at most; the last one ends the input."""
    ends_with: Literal["#", "*", "nothing"] = "#"
    """The key that ends the input early; nothing: none does."""
    between: Annotated[PositiveDuration, up_to("1m")] = 3.0
    """So long after a digit the input ends by itself; 1m at most."""
    secret: bool = False
    """Whether it is nobody's business (a card number, a PIN): only look-ups are given its digits."""
    invalid: Parts = Field(default_factory=_standard("invalid_entry"))
    """What is said before asking again when digits lack or were other keys; else invalid_entry."""
    go: Go
    """Where the caller goes on with good input."""

    @model_validator(mode="after")
    def _fits(self) -> CollectStep:
        if self.at_least > self.at_most:
            raise refuse(
                f"at least {self.at_least} digits are more than at most {self.at_most}, expected it "
                "the other way round"
            )
        return self


class BranchStep(Section):
    """Decides without a sound: the first case that holds counts."""

    cases: Annotated[list[Case], Field(min_length=1)]
    """The cases, in their order."""
    otherwise: Go
    """Where the caller goes on when none holds."""


class LookUpStep(Section):
    """Asks a web service (GET) that answers a JSON object."""

    look_up: Url
    """The address; {caller}, {dialled} and {NAME} of collected values are filled in."""
    keep: dict[Name, Text] = Field(default_factory=dict)
    """Names under which fields of the answer are kept: {name: field}."""
    say: Parts | None = None
    """What the caller hears meanwhile."""
    within: Annotated[PositiveDuration, up_to("1m")] = 2.0
    """So long is waited for the answer; 1m at most."""
    go: Go
    """Where the caller goes on with the answer."""
    otherwise: Go
    """Where he goes on when it is late, fails or lacks a field of `keep`."""


class RecordStep(Section):
    """Records what the caller says."""

    record: Name
    """The name under which it is kept."""
    say: Parts | None = None
    """What is said before; a key cuts it off."""
    beep: bool = True
    """Whether a tone tells when to speak."""
    at_least: Duration = 2.0
    """What is shorter is not kept."""
    at_most: Annotated[PositiveDuration, up_to("1h")] = 120.0
    """It ends after so long; 1h at most."""
    silence: Annotated[PositiveDuration, up_to("1m")] = 5.0
    """It ends after so much silence; 1m at most."""
    ends_with: Literal["#", "*"] = "#"
    """The key that ends it."""
    go: Go
    """Where the caller goes on afterwards."""
    too_short: Go
    """Where he goes on when it was too short."""
    failed: Go
    """Where he goes on when it could not be recorded."""

    @model_validator(mode="after")
    def _fits(self) -> RecordStep:
        if self.at_least >= self.at_most:
            raise refuse(
                f"at least {duration_text(self.at_least)} is as long as at most "
                f"{duration_text(self.at_most)}, or longer, expected it shorter"
            )
        return self


_KINDS: Mapping[str, type[Section]] = {
    "keys": MenuStep,
    "collect": CollectStep,
    "cases": BranchStep,
    "look_up": LookUpStep,
    "record": RecordStep,
}


def _step_form(value: object) -> str:
    if isinstance(value, dict):
        for key in _KINDS:
            if key in value:
                return f"<{key}>"
    return "<say>"


def _some_step(value: object) -> object:
    if isinstance(value, dict):
        demand_kind(value, _KINDS, SayStep)
    return value


Step: TypeAlias = Annotated[
    Annotated[SayStep, Tag("<say>")]
    | Annotated[MenuStep, Tag("<keys>")]
    | Annotated[CollectStep, Tag("<collect>")]
    | Annotated[BranchStep, Tag("<cases>")]
    | Annotated[LookUpStep, Tag("<look_up>")]
    | Annotated[RecordStep, Tag("<record>")],
    Discriminator(_step_form),
    BeforeValidator(_some_step),
]

Flow: TypeAlias = Annotated[dict[Name, Step], Field(min_length=1)]
"""The steps by name; the first one is where callers begin."""
