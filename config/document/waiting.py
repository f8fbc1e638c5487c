"""What callers hear and may choose while they wait."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from config.document.base import Overflow, Section
from config.fields import Duration, Folder, Key, Music, PositiveDuration, Prompt, refuse
from config.problems import did_you_mean, nearest


class Announce(Section):
    """What callers are told of their wait: only what is better than what they heard last."""

    first: Duration = 30.0
    """So long after the call joined the queue."""
    every: PositiveDuration = 60.0
    """And then again and again, where there is something better to tell."""
    position: bool = True
    """How many are before the caller."""
    estimate: bool = True
    """How long he will wait."""
    better_by: PositiveDuration = 60.0
    """The wait alone is told again when it is shorter by so much."""
    at_most: PositiveDuration = 1800.0
    """A longer wait is told as more than this."""

    @model_validator(mode="after")
    def _something(self) -> Announce:
        if not self.position and not self.estimate:
            raise refuse("neither position nor estimate is told, expected one of them, or no announce")
        return self


def _word(value: object) -> object:
    if value in ("voicemail", "flow", "queue"):
        raise refuse(f"{value} of which name? expected {{{value}: NAME}}")
    if value != "callback":
        raise refuse(
            f"{value!r:.60} cannot be offered, expected callback, {{queue: NAME}}, {{voicemail: NAME}} "
            "or {flow: NAME}",
            did_you_mean(nearest(str(value), ("callback",))),
        )
    return value


def _form(value: object) -> str:
    return "<mapping>" if isinstance(value, dict) else "<word>"


Offered: TypeAlias = Annotated[
    Annotated[Annotated[Literal["callback"], BeforeValidator(_word)], Tag("<word>")]
    | Annotated[Overflow, Tag("<mapping>")],
    Discriminator(_form),
]


class WaitingOffer(Section):
    """What a waiting caller may choose by a key. It costs him nothing until he does."""

    then: Offered
    """callback: he is called back and keeps his place; or {queue: NAME}, {voicemail: NAME},
    {flow: NAME}."""
    say: Prompt | None = None
    """The prompt that tells of it, its key included; else one of the system's own."""
    after: Duration = 60.0
    """It is told so long after the call joined the queue."""
    every: PositiveDuration = 120.0
    """And then again and again."""
    once: bool = False
    """It is told once only."""


class MusicClass(Section):
    """Music that a queue may name, besides `default`, which is Asterisk's own."""

    folder: Folder | None = None
    """The folder of its sound files as Asterisk sees it, or below Asterisk's data folder; without one
    the class stands in Asterisk's own musiconhold.conf."""


class Waiting(Section):
    """What callers hear while they wait, how many may wait, and how long."""

    music: Music = "default"
    """The music: a class of the section music, or default."""
    at_most: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """So many callers may wait; else any number."""
    for_at_most: PositiveDuration | None = None
    """So long a caller may wait; else without an end."""
    announce: Announce | None = None
    """What they are told of their wait; else nothing."""
    offers: dict[Key, WaitingOffer] = Field(default_factory=dict)
    """What they may choose, by the key."""
