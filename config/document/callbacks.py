"""How customers are called back."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.document.base import Section
from config.fields import ClockTime, NumberPrefix, PositiveDuration, TrunkName, Zone, refuse


class CallingHours(Section):
    """When customers may be called, on every day, by the clocks where they live."""

    from_: Annotated[ClockTime, Field(alias="from")] = 9 * 60
    """Not before this time of the day."""
    to: ClockTime = 21 * 60
    """Not from this time on; 24:00 for the end of the day."""
    zone: Zone | None = None
    """The time zone of customers whose number says nothing else; else the file's."""
    zones: dict[NumberPrefix, Zone] = Field(default_factory=dict)
    """Time zones by the beginning of numbers; the longest that fits counts."""

    @model_validator(mode="after")
    def _some(self) -> CallingHours:
        if self.to - self.from_ < 10:
            raise refuse(
                "these hours are shorter than ten minutes, expected from before to",
                "hours past midnight cannot be given: nobody is called then",
            )
        return self


class Callback(Section):
    """How a queue calls back those whom it missed, and those who asked for it."""

    order: Literal["agent_first", "customer_first"] = "agent_first"
    """agent_first: the agent is rung, hears whom he will call, and may decline; customer_first: the
    customer is dialled while an agent is held for him."""
    attempts: Annotated[int, Field(ge=1, le=20)] = 3
    """So many times the customer is dialled at most."""
    spacing: Annotated[list[PositiveDuration], Field(min_length=1)] = Field(
        default_factory=lambda: [300.0, 1800.0, 7200.0]
    )
    """The time after the first attempt, after the second, and so on; the last counts for all further."""
    reserve: Annotated[int, Field(ge=0, le=10_000)] = 0
    """So many agents who could serve are left idle for those who call."""
    behind: bool = True
    """Missed calls come after all who wait; else by the time of their call. Who asked to be called back
    by key keeps his place in any case."""
    within: PositiveDuration = 172_800.0
    """After so long it is too late."""
    for_agent: PositiveDuration = 1800.0
    """One that is for one agent waits so long for him from when it is due; then anybody may make it."""
    ring: PositiveDuration = 30.0
    """How long the customer's phone rings."""
    short_abandons: bool = True
    """Who hung up within short_abandon is called back too."""
    hours: CallingHours = CallingHours()
    """When customers may be called."""
    trunk: TrunkName | None = None
    """The trunk through which they are dialled; else the first one that dials."""

    @model_validator(mode="after")
    def _grows(self) -> Callback:
        if any(later < before for before, later in zip(self.spacing, self.spacing[1:], strict=False)):
            raise refuse("the spacing gets shorter, expected each time at least as long as before")
        return self
