"""What all sections share: strictness, endings of calls, needs."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from config.fields import (
    FlowName,
    Level,
    PromptOrNothing,
    QueueName,
    SkillName,
    VoicemailName,
    refuse,
)
from config.problems import did_you_mean, nearest


class Section(BaseModel):
    """What all sections share: unknown keys are errors, nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


def either(*keys: str) -> ConfigDict:
    """Tells editors that exactly one of these keys is to be given (a validator holds it)."""
    return ConfigDict(json_schema_extra={"oneOf": [{"required": [key]} for key in keys]})


AT_LEAST_ONE = ConfigDict(json_schema_extra={"minProperties": 1})
"""Tells editors that some key is to be given (a validator holds it)."""


def _word_of_ending(value: object) -> object:
    if value in ("voicemail", "flow", "queue"):
        raise refuse(f"{value} of which name? expected {{{value}: NAME}}")
    if value not in ("callback", "goodbye"):
        raise refuse(
            f"{value!r:.60} is no ending, expected callback, goodbye, {{queue: NAME}}, "
            "{voicemail: NAME}, {flow: NAME} or {say: PROMPT, then: ...}",
            did_you_mean(nearest(str(value), ("callback", "goodbye"))),
        )
    return value


Word: TypeAlias = Annotated[Literal["callback", "goodbye"], BeforeValidator(_word_of_ending)]


class Overflow(Section):
    """The call goes on: in another queue, where it keeps its time of arrival, or with something else."""

    model_config = either("queue", "voicemail", "flow")

    queue: QueueName | None = None
    """The queue that the call joins."""
    voicemail: VoicemailName | None = None
    """The voicemail box for which the caller is asked to leave a message."""
    flow: FlowName | None = None
    """The IVR flow that the caller comes into."""

    @model_validator(mode="after")
    def _one(self) -> Overflow:
        named = [self.queue, self.voicemail, self.flow]
        if sum(each is not None for each in named) != 1:
            raise refuse("expected exactly one of queue, voicemail and flow")
        return self


def word_or_mapping(value: object) -> str:
    """Which of two forms was written; for a discriminator."""
    return "<mapping>" if isinstance(value, dict) else "<word>"


Next: TypeAlias = Annotated[
    Annotated[Word, Tag("<word>")] | Annotated[Overflow, Tag("<mapping>")],
    Discriminator(word_or_mapping),
]


class Say(Section):
    """A prompt, and what then becomes of the call."""

    say: PromptOrNothing
    """The id of the prompt that the caller hears; `nothing` for silence."""
    then: Next
    """callback: the caller is recorded, to be called back; goodbye: he is released; or {queue: NAME},
    {voicemail: NAME}, {flow: NAME}."""


def _ending_form(value: object) -> str:
    if not isinstance(value, dict):
        return "<word>"
    elsewhere = not value.keys().isdisjoint(("queue", "voicemail", "flow"))
    return "<overflow>" if elsewhere and "then" not in value else "<say>"


Ending: TypeAlias = Annotated[
    Annotated[Word, Tag("<word>")]
    | Annotated[Overflow, Tag("<overflow>")]
    | Annotated[Say, Tag("<say>")],
    Discriminator(_ending_form),
]

Needs: TypeAlias = Annotated[
    Annotated[Literal["anyone"], Tag("<word>")]
    | Annotated[dict[SkillName, Level], Field(min_length=1), Tag("<mapping>")],
    Discriminator(word_or_mapping),
]
