"""How customers are called back, as YAML again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acd.core import routing
from config.scalars import clock_text, duration_text


def callback(rule: routing.CallbackRule, trunks: Mapping[str, routing.Trunk]) -> dict[str, Any] | None:
    """The key callback of a queue; None where no trunk dials, so that nobody is called back."""
    if all(each.dial is None for each in trunks.values()):
        return None
    hours: dict[str, Any] = {
        "from": clock_text(rule.hours.begin * 60),
        "to": clock_text(rule.hours.end * 60),
        "zone": rule.hours.zone,
    }
    if rule.hours.zones:
        hours["zones"] = dict(rule.hours.zones)
    found: dict[str, Any] = {
        "order": "agent_first" if rule.agent_first else "customer_first",
        "attempts": rule.attempts,
        "spacing": [duration_text(each) for each in rule.spacing],
        "reserve": rule.reserve,
        "behind": rule.behind,
        "within": duration_text(rule.within),
        "for_agent": duration_text(rule.for_agent),
        "ring": duration_text(rule.ring),
        "short_abandons": rule.short_abandons,
        "hours": hours,
    }
    if rule.trunk is not None:
        found["trunk"] = rule.trunk
    return found


def trunk(item: routing.Trunk) -> dict[str, Any]:
    """A carrier."""
    found: dict[str, Any] = {"match": list(item.match)}
    if item.dial is not None:
        found["dial"] = item.dial
    if item.caller_id is not None:
        found["caller_id"] = item.caller_id
    return found
