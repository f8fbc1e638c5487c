"""A routing as YAML again: the file as the engine understands it, with all defaults filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, assert_never

from acd.core import routing
from acd.core.hours import OpeningHours
from agents.model import AgentProfile
from config import printing_callbacks, printing_flows, printing_waiting
from config.building import ENDINGS_BY_DEFAULT
from config.nodes import resolve
from config.scalars import DAYS, clock_text, duration_text, percent_text
from ivr.graph import edges
from ivr.model import ToQueue

_PLAIN = re.compile(
    r"[A-Za-z][A-Za-z0-9_/.+-]*( [A-Za-z0-9_/.+-]+)*|[0-9]+[dhms]([0-9]+[hms])*|[0-9.]+[s%]"
)
_NOT_TEXT_ELSEWHERE = {"y", "n", "yes", "no", "on", "off"}
"""Words that other readers of YAML take for true or false."""
_BLOCKS = ("queues", "hours", "flows", "voicemail")
"""Sections whose items are long: one key per line."""


def printed(value: routing.Routing) -> str:
    """YAML that means the same: loading it gives this routing again (its revision apart)."""
    lines = [f"# routing {value.revision}, all defaults filled in"]
    for section, content in _document(value).items():
        if isinstance(content, dict):
            lines.append(f"{section}:")
            lines += _items(content, blocks=section in _BLOCKS)
        elif section == "rules":
            lines.append(f"{section}:")
            lines += [f"  - {_flow(rule)}" for rule in content]
        else:
            lines.append(f"{section}: {_flow(content)}")
    return "\n".join(lines) + "\n"


def _items(content: Mapping[str, Any], *, blocks: bool) -> Iterator[str]:
    for key, item in content.items():
        if blocks:
            yield f"  {_flow(key)}:"
            for name, each in item.items():
                if name == "closed_on":
                    yield f"    {name}:"
                    yield from (f"      {_flow(day)}: {_flow(why)}" for day, why in each.items())
                else:
                    yield f"    {name}: {_flow(each)}"
        else:
            yield f"  {_flow(key)}: {_flow(item)}"


def _flow(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            plain = _PLAIN.fullmatch(value) and isinstance(resolve(value), str)
            if plain and value.lower() not in _NOT_TEXT_ELSEWHERE:
                return value
            return json.dumps(value, ensure_ascii=False)
        case dict():
            return "{" + ", ".join(f"{_flow(key)}: {_flow(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(_flow(item) for item in value) + "]"
        case _:
            return str(value)


def _given(**fields: object) -> dict[str, Any]:
    """A mapping without what is None, empty or False; `for_` and `in_` without the underscore."""
    return {
        key.rstrip("_"): value
        for key, value in fields.items()
        if value is not None and value is not False and value not in ((), [], {})
    }


def _document(value: routing.Routing) -> dict[str, Any]:
    return _given(
        version=1,
        timezone=value.timezone,
        numbering=value.numbering.country if value.numbering is not None else None,
        languages=list(value.languages),
        skills=sorted(_skills(value)),
        groups=sorted(_groups(value)),
        tiers=sorted(value.tiers),
        pause_reasons=list(value.pause_reasons),
        hours={hours.name: _hours(hours) for hours in _all_hours(value)},
        businesses={name: _business(item) for name, item in value.businesses.items()},
        numbers={
            **{number: _number(item) for number, item in value.numbers.items()},
            "default": _number(value.default_route),
        },
        grades={name: {"level": level} for name, level in value.grades.items()},
        agents={id: _agent(item) for id, item in value.agents.items()},
        rules=[_rule(rule) for rule in value.rules],
        queues={name: _queue(item, value.trunks) for name, item in value.queues.items()},
        music={name: _given(folder=folder) for name, folder in value.music.items()},
        trunks={name: printing_callbacks.trunk(item) for name, item in value.trunks.items()},
        phones={id: {"name": item.name, "number": item.number} for id, item in value.phones.items()},
        prompts={id: dict(texts) for id, texts in value.prompts.items()},
        flows={
            name: {key: printing_flows.step(step) for key, step in flow.steps.items()}
            for name, flow in value.flows.items()
        },
        voicemail={name: _voicemail(box) for name, box in value.voicemail.items()},
        flow_recordings={"keep_for": _duration(value.keep_tapes_for) or "forever"},
    )


def _skills(value: routing.Routing) -> set[str]:
    needs: list[routing.Needs | None] = [queue.needs for queue in value.queues.values()]
    needs += [step.needs for queue in value.queues.values() for step in queue.widen]
    needs += [rule.then.needs for rule in value.rules]
    needs += [
        edge.to.needs
        for flow in value.flows.values()
        for step in flow.steps.values()
        for edge in edges(step)
        if isinstance(edge.to, ToQueue)
    ]
    asked = {skill for each in needs for skill, _ in each or ()}
    return asked | {skill for agent in value.agents.values() for skill in agent.skills}


def _groups(value: routing.Routing) -> set[str]:
    used = {group for agent in value.agents.values() for group in agent.groups}
    for queue in value.queues.values():
        used |= queue.groups.union(*(step.groups for step in queue.widen))
    return used


def _all_hours(value: routing.Routing) -> Iterable[OpeningHours]:
    found = [business.hours for business in value.businesses.values() if business.hours]
    found += [
        condition.hours
        for rule in value.rules
        for condition in rule.when
        if isinstance(condition, routing.TimeWithin)
    ]
    return {hours.name: hours for hours in [*value.hours.values(), *found]}.values()


def _hours(hours: OpeningHours) -> dict[str, Any]:
    days_of: dict[tuple[int, int], list[int]] = {}
    for day, spans in enumerate(hours.weekly):
        for span in spans:
            days_of.setdefault(span, []).append(day)
    return _given(
        open=[
            f"{','.join(DAYS[day] for day in days)} {clock_text(start)}-{clock_text(end)}"
            for (start, end), days in days_of.items()
        ],
        timezone=hours.zone.key,
        closed_on={day.isoformat(): reason for day, reason in hours.closed.items()},
    )


def _business(item: routing.Business) -> dict[str, Any]:
    return _given(
        name=item.label,
        hours=item.hours.name if item.hours else None,
        campaign=item.campaign,
        language=item.language,
        record=item.record,
        when_closed=_ending(item.when_closed),
        survey=None if item.survey is None else _survey(item.survey),
    )


def _survey(rule: routing.SurveyRule) -> dict[str, Any]:
    return _given(
        share=percent_text(rule.share),
        not_within=_duration(rule.not_within),
        remark=_duration(rule.remark),
    )


def _number(item: routing.NumberRoute) -> dict[str, Any]:
    return _given(flow=item.flow, queue=item.queue, business=item.business, language=item.language)


def _agent(item: AgentProfile) -> dict[str, Any]:
    return _given(
        name=item.name,
        grade=item.grade,
        groups=sorted(item.groups),
        skills=dict(item.skills),
        weight=item.weight,
        endpoint=item.endpoint,
        node=item.node,
    )


def _ending(item: routing.Ending) -> dict[str, Any]:
    elsewhere = {"queue": item.queue, "voicemail": item.voicemail, "flow": item.flow}
    if str(item.then) in elsewhere:
        overflow = {str(item.then): elsewhere[str(item.then)]}
        return overflow if item.say is None else {"say": item.say, "then": overflow}
    return {"say": item.say or "nothing", "then": str(item.then)}


def _rule(rule: routing.Rule) -> dict[str, Any]:
    then = rule.then
    return _given(
        name=rule.name,
        when=_when(rule.when),
        then=_given(
            say=then.say,
            end=then.end,
            stop=then.stop,
            first=None if then.first is None else _first(then.first),
            head_start=duration_text(then.head_start) if then.head_start else None,
            tier=then.tier or None,
            needs=dict(then.needs),
            queue=then.queue,
            language=then.language,
        )
        or {"tier": 0},
    )


def _first(first: routing.FirstTarget) -> dict[str, Any]:
    return _given(
        group=first.group,
        agent="last" if first.last_agent else first.agent,
        for_=duration_text(first.hold),
    )


def _when(conditions: tuple[routing.Condition, ...]) -> dict[str, Any]:
    when: dict[str, Any] = {}
    for condition in conditions:
        match condition:
            case routing.InBlacklist():
                when.setdefault("caller", {})["in"] = "blacklist"
            case routing.CallerStartsWith(prefixes=prefixes):
                when.setdefault("caller", {})["starts_with"] = list(prefixes)
            case routing.CallerWithheld(withheld=withheld):
                when.setdefault("caller", {})["withheld"] = withheld
            case routing.CustomerTierIs(tiers=tiers):
                when.setdefault("customer", {})["tier"] = sorted(tiers)
            case routing.LastAgentWithin(seconds=seconds):
                when.setdefault("customer", {})["last_agent"] = {"within": duration_text(seconds)}
            case routing.DialledIs(numbers=numbers):
                when["dialled"] = sorted(numbers)
            case routing.BusinessIs(businesses=businesses):
                when["business"] = sorted(businesses)
            case routing.TimeWithin(name=name, within=within):
                when.setdefault("hours", {})["open" if within else "closed"] = name
            case _:
                assert_never(condition)
    return when


def _queue(queue: routing.Queue, trunks: Mapping[str, routing.Trunk]) -> dict[str, Any]:
    endings = {
        key: _ending(ending)
        for key, ending, can_happen in (
            ("on_timeout", queue.on_timeout, queue.for_at_most is not None),
            ("on_nobody", queue.on_nobody, True),
            ("on_full", queue.on_full, queue.at_most is not None),
        )
        if can_happen or ending != ENDINGS_BY_DEFAULT[key]
    }
    return _given(
        name=queue.label,
        needs=_needs(queue.needs),
        groups=sorted(queue.groups),
        widen=[
            _given(after=duration_text(step.after), needs=_needs(step.needs), groups=sorted(step.groups))
            for step in queue.widen
        ],
        strategy=str(queue.strategy),
        order=list(queue.order),
        ring=duration_text(queue.ring),
        no_answer=_set_aside(queue.no_answer),
        refused=_set_aside(queue.refused),
        wrap_up=_given(
            for_=duration_text(queue.wrap_up.seconds), extend=_duration(queue.wrap_up.extend)
        ),
        service_level={
            "within": duration_text(queue.service_level.within),
            "target": percent_text(queue.service_level.target),
        },
        waiting=_given(
            music=queue.music,
            at_most=queue.at_most,
            for_at_most=_duration(queue.for_at_most),
            announce=printing_waiting.announce(queue.announcements),
            offers=printing_waiting.offers(queue.offers),
        ),
        **endings,
        short_abandon=duration_text(queue.short_abandon),
        callback=printing_callbacks.callback(queue.callback, trunks),
    )


def _voicemail(box: routing.Voicemail) -> dict[str, Any]:
    return {
        **_given(
            name=box.label,
            queue=box.queue,
            agent=box.agent,
            greeting=box.greeting,
            at_least=duration_text(box.at_least),
            at_most=duration_text(box.at_most),
            silence=duration_text(box.silence),
            lamp=_given(agents=list(box.lamp_of)),
            keep_for=_duration(box.keep_for) or "forever",
            mail=box.mail_to,
        ),
        "review": box.review,
    }


def _needs(needs: routing.Needs | None) -> str | dict[str, int] | None:
    return "anyone" if needs == () else None if needs is None else dict(needs)


def _duration(seconds: float | None) -> str | None:
    return None if seconds is None else duration_text(seconds)


def _set_aside(policy: routing.SetAside) -> dict[str, Any]:
    return _given(pause=policy.pause_reason, rest=_duration(policy.rest))
