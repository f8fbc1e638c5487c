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
)

from config.fields import (
    Level,
    PromptOrNothing,
    QueueName,
    SkillName,
    refuse,
)


class Section(BaseModel):
    """What all sections share: unknown keys are errors, nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


def either(*keys: str) -> ConfigDict:
    """Tells editors that exactly one of these keys is to be given (a validator holds it)."""
    return ConfigDict(json_schema_extra={"oneOf": [{"required": [key]} for key in keys]})


AT_LEAST_ONE = ConfigDict(json_schema_extra={"minProperties": 1})
"""Tells editors that some key is to be given (a validator holds it)."""


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
