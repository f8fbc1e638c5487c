"""From what the document says of callbacks to the core's rule."""

from __future__ import annotations

from acd.core import routing
from config import document as doc


def callback_rule(section: doc.Callback, timezone: str) -> routing.CallbackRule:
    """How a queue calls back; `timezone` is the file's."""
    hours = section.hours
    return routing.CallbackRule(
        agent_first=section.order == "agent_first",
        attempts=section.attempts,
        spacing=tuple(section.spacing),
        reserve=section.reserve,
        behind=section.behind,
        within=section.within,
        for_agent=section.for_agent,
        ring=section.ring,
        hours=routing.CallingHours(
            begin=hours.from_,
            end=hours.to,
            zone=hours.zone or timezone,
            zones=tuple(sorted(hours.zones.items())),
        ),
        trunk=section.trunk,
        short_abandons=section.short_abandons,
    )


def trunk(name: str, section: doc.Trunk) -> routing.Trunk:
    """A carrier."""
    return routing.Trunk(
        name=name, match=tuple(section.match), dial=section.dial, caller_id=section.caller_id
    )
