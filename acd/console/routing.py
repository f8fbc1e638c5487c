"""`acd check`, `acd schema`, and `acd explain` for a call that doesn't exist."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import msgspec

from acd.console.screen import counted, err, out, show_story
from acd.core import codes
from acd.core.events import Blacklisted, Customer
from acd.core.routing import Routing
from acd.core.whatif import what_if
from acd.errors import OperatorError
from acd.numbers import normalise
from acd.routing_source import RoutingSource
from config.printing import printed
from config.schema import json_schema
from config.settings import Settings


def check(settings: Settings, path: Path, *, show: bool) -> None:
    """Say what the file defines, or raise ConfigErrors with everything that is wrong."""
    loaded = RoutingSource(path, settings).read()
    for warning in loaded.warnings:
        err.print(f"warning: {warning}")
    if show:
        out.print(printed(loaded.routing), end="")
        return
    routing = loaded.routing
    sections = [
        counted(len(routing.numbers), "number"),
        counted(len(routing.rules), "rule"),
        counted(len(routing.queues), "queue"),
        counted(len(routing.agents), "agent"),
        *([counted(len(routing.flows), "flow")] if routing.flows else []),
    ]
    out.print(f"{path}: good. {', '.join(sections)}; revision {routing.revision}")


def schema() -> None:
    """Print the JSON Schema of the routing file, for editors."""
    out.print(msgspec.json.format(msgspec.json.encode(json_schema()), indent=2).decode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Imagined:
    """A call that doesn't exist, as given on the command line."""

    dialled: str
    caller: str | None
    at: str | None
    tier: str | None
    last_agent: str | None
    last_agent_at: str | None
    blacklisted: bool
    logged_in: str | None
    busy: str | None


def explain_imagined(settings: Settings, path: Path, call: Imagined) -> None:
    """What would happen to the call, and why; no Asterisk, no database."""
    routing = RoutingSource(path, settings).load()
    at = instant(call.at, routing.timezone)
    caller = None if call.caller is None else normalise(call.caller, routing.numbering)
    trace = what_if(
        routing,
        dialled=call.dialled,
        caller=caller,
        at=at,
        random=Random(0),
        customer=_customer(routing, call, caller, at),
        blacklisted=Blacklisted(reason="given", author="command line") if call.blacklisted else None,
        logged_in=_agents(routing, call.logged_in),
        busy=_agents(routing, call.busy) or (),
    )
    show_story(trace)
    told = [arguments for _, code, *arguments in trace if code in (codes.FLOW, codes.FLOW_LEFT)]
    if told and told[-1][1:] == ["ivr"]:
        given = "".join(
            f" --{option} {shlex.quote(value)}"
            for option, value in (("caller", call.caller), ("tier", call.tier), ("at", call.at))
            if value is not None
        )
        err.print(
            "what he hears and may press there: "
            f"acd ivr {path} {told[-1][0]} --dialled {shlex.quote(call.dialled)}{given}"
        )


def instant(text: str | None, zone: str) -> float:
    """A time given on the command line, in a zone unless it names one; None: now."""
    if text is None:
        return datetime.now(UTC).timestamp()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise OperatorError(f"--at {text!r}: expected a time such as '2026-11-21 20:15'") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.timestamp()


def _customer(routing: Routing, call: Imagined, caller: str | None, at: float) -> Customer | None:
    if call.tier is None and call.last_agent is None:
        return None
    if caller is None:
        raise OperatorError("--tier and --last-agent describe a customer: expected --caller too")
    if call.tier is not None and call.tier not in routing.tiers:
        known = ", ".join(sorted(routing.tiers)) or "none is defined"
        raise OperatorError(f"--tier {call.tier!r}: expected one of the tiers of the file: {known}")
    if call.last_agent is not None:
        _agents(routing, call.last_agent)
    served_at = at if call.last_agent_at is None else instant(call.last_agent_at, routing.timezone)
    return Customer(
        number=caller,
        tier=call.tier,
        last_agent=call.last_agent,
        last_agent_at=None if call.last_agent is None else served_at,
        last_agent_by=None if call.last_agent is None else "order",
    )


def _agents(routing: Routing, names: str | None) -> frozenset[str] | None:
    """The agents named, with commas between; None: everybody."""
    if names is None:
        return None
    agents = frozenset(name.strip() for name in names.split(",") if name.strip())
    unknown = sorted(agents - routing.agents.keys())
    if unknown:
        raise OperatorError(f"{', '.join(unknown)}: expected agents of the file")
    return agents
