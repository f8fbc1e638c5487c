"""Queues: who serves them, and what happens while nobody does."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import (
    Field,
    model_validator,
)

from config.document.base import Ending, Needs, Section, either
from config.document.callbacks import Callback
from config.document.waiting import Waiting
from config.fields import (
    AgentId,
    Duration,
    GroupName,
    PauseReason,
    Percent,
    PositiveDuration,
    Text,
    refuse,
)


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

    model_config = either("pause", "rest")

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
    """What becomes of an agent who did not answer; else he rests for 5 seconds."""
    refused: SetAside | None = None
    """What becomes of an agent who refused a call; else he rests for 5 seconds."""
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
    callback: Callback = Callback()
    """How those are called back whom this queue missed, or who asked for it."""
