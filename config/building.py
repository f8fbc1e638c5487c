"""From the checked document to the values that the core works with: every default filled in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from acd.core import routing
from acd.core.hours import OpeningHours
from acd.core.numbering import Numbering
from agents.model import AgentProfile
from config import document as doc
from config.building_callbacks import callback_rule, trunk
from config.building_flows import flows as built_flows
from config.building_flows import queue_of
from config.building_voicemail import box, seconds_kept
from config.building_waiting import announcements, offers
from config.holiday_dates import holiday_dates
from config.names import GRADE_LEVELS
from ivr.model import Flow

CLOSED_ON_REASON = "closed"
"""Why it is closed on a day that the file lists without a reason."""
_SAYS = {
    "when_closed": {"callback": "closed", "goodbye": "closed"},
    "on_timeout": {"callback": "all_busy_recorded", "goodbye": "goodbye"},
    "on_nobody": {"callback": "all_busy_recorded", "goodbye": "nobody"},
    "on_full": {"callback": "all_busy_recorded", "goodbye": "system_busy"},
}
"""What a caller hears at an ending for which the file names no prompt."""


def build(document: doc.Document, *, revision: str, node: str, app: str, today: date) -> routing.Routing:
    """The routing that a document without mistakes means."""
    hours = {
        name: opening_hours(name, section, document.timezone, today)
        for name, section in document.hours.items()
    }
    grades = grade_sections(document)
    flows = built_flows(document.flows)
    return routing.Routing(
        revision=revision,
        timezone=document.timezone,
        numbering=Numbering(document.numbering) if document.numbering is not None else None,
        languages=tuple(document.languages),
        businesses={name: _business(name, item, hours) for name, item in document.businesses.items()},
        numbers={
            number: _number(number, item, flows)
            for number, item in document.numbers.items()
            if number != "default"
        },
        default_route=_number(None, document.numbers["default"], flows),
        agents={id: profile(id, item, grades, node) for id, item in document.agents.items()},
        rules=tuple(_rule(item, hours) for item in document.rules),
        queues={name: _queue(name, item, document.timezone) for name, item in document.queues.items()},
        tiers=frozenset(document.tiers),
        pause_reasons=tuple(document.pause_reasons),
        grades={name: grade.level for name, grade in sorted(grades.items())},
        app=app,
        trunks={name: trunk(name, item) for name, item in document.trunks.items()},
        phones={
            id: routing.CustomerPhone(id=id, name=item.name or id, number=item.number)
            for id, item in document.phones.items()
        },
        flows=flows,
        voicemail={name: box(name, item, document.agents) for name, item in document.voicemail.items()},
        prompts={id: dict(texts) for id, texts in document.prompts.items()},
        hours=hours,
        music={name: item.folder for name, item in document.music.items()},
        keep_tapes_for=seconds_kept(document.flow_recordings.keep_for),
    )


def opening_hours(name: str, section: doc.Hours, timezone: str, today: date) -> OpeningHours:
    """Hours with the dates of their holidays. Raises Unfit for a country that is not known."""
    weekly: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for span in section.open:
        for day in span.days:
            weekly[day].append((span.start, span.end))
    closed = holiday_dates(section.holidays, today) if section.holidays else {}
    if isinstance(section.closed_on, dict):
        closed |= section.closed_on
    else:
        closed |= {day: closed.get(day, CLOSED_ON_REASON) for day in section.closed_on or ()}
    return OpeningHours(
        name=name,
        zone=ZoneInfo(section.timezone or timezone),
        weekly=tuple(tuple(sorted(spans)) for spans in weekly),
        closed=dict(sorted(closed.items())),
    )


def grade_sections(document: doc.Document) -> dict[str, doc.Grade]:
    """All grades: those that are always there, and those of the file."""
    always = {name: doc.Grade(level=level) for name, level in GRADE_LEVELS.items()}
    return {**always, **document.grades}


def profile(id: str, section: doc.Agent, grades: Mapping[str, doc.Grade], node: str) -> AgentProfile:
    """An agent with his levels resolved: his own before his grade's."""
    return AgentProfile(
        id=id,
        name=section.name or id,
        endpoint=endpoint(id, section),
        node=section.node or node,
        skills=dict(sorted(_levels(section, grades).items())),
        groups=frozenset(section.groups),
        grade=section.grade,
        weight=section.weight,
    )


def endpoint(id: str, section: doc.Agent) -> str:
    """What Asterisk dials for an agent."""
    return section.endpoint or f"PJSIP/{id}"


def _levels(section: doc.Agent, grades: Mapping[str, doc.Grade]) -> dict[str, int]:
    grade = grades.get(section.grade) if section.grade else None
    given = dict(grade.skills) if grade else {}
    if isinstance(section.skills, dict):
        return given | section.skills
    return given | {
        skill: given.get(skill, grade.level) for skill in section.skills if grade is not None
    }


def ending(written: doc.Ending, key: str) -> routing.Ending:
    """An ending with what the caller hears there. `key` is where it stands, such as on_timeout."""
    if isinstance(written, doc.Say):
        say = None if written.say == "nothing" else written.say
        then = written.then
    else:
        then = written
        say = _SAYS[key][then] if isinstance(then, str) else None
    if isinstance(then, doc.Overflow):
        return _elsewhere(say, then)
    return routing.Ending(say=say, then=routing.Then(then))


def _elsewhere(say: str | None, then: doc.Overflow) -> routing.Ending:
    if then.voicemail is not None:
        return routing.Ending(say=say, then=routing.Then.VOICEMAIL, voicemail=then.voicemail)
    if then.flow is not None:
        return routing.Ending(say=say, then=routing.Then.FLOW, flow=then.flow)
    return routing.Ending(say=say, then=routing.Then.QUEUE, queue=then.queue)


ENDINGS_BY_DEFAULT = {
    key: routing.Ending(say=_SAYS[key]["callback"], then=routing.Then.CALLBACK)
    for key in ("on_timeout", "on_nobody", "on_full")
}
"""What happens at the endings of a queue that names none."""


def needs(written: Mapping[str, int] | str | None) -> routing.Needs | None:
    """Needs as an ordered value; `anyone` is (), None stays None."""
    if written is None:
        return None
    return () if isinstance(written, str) else tuple(sorted(written.items()))


def _business(name: str, section: doc.Business, hours: Mapping[str, OpeningHours]) -> routing.Business:
    return routing.Business(
        name=name,
        label=section.name or name,
        hours=hours[section.hours] if section.hours else None,
        when_closed=ending(section.when_closed, "when_closed"),
        campaign=section.campaign,
        language=section.language,
        record=section.record,
        survey=None if section.survey is None else _survey(section.survey),
    )


def _survey(section: doc.Survey) -> routing.SurveyRule:
    return routing.SurveyRule(share=section.share, not_within=section.not_within, remark=section.remark)


def _number(number: str | None, section: doc.Number, flows: Mapping[str, Flow]) -> routing.NumberRoute:
    queue = section.queue
    if queue is None and section.flow is not None:
        queue = queue_of(section.flow, flows)
    assert queue is not None, "a number without a queue is a mistake that was found"
    return routing.NumberRoute(
        number=number,
        queue=queue,
        business=section.business,
        language=section.language,
        flow=section.flow,
    )


def conditions(
    when: doc.When | None, hours: Mapping[str, OpeningHours]
) -> tuple[routing.Condition, ...]:
    """What a rule asks for, one condition per fact, in the order of the format."""
    if when is None:
        return ()
    found: list[routing.Condition] = []
    if when.caller:
        found += _of_caller(when.caller)
    if when.customer:
        found += _of_customer(when.customer)
    if when.dialled:
        found.append(routing.DialledIs(numbers=frozenset(when.dialled)))
    if when.business:
        found.append(routing.BusinessIs(businesses=frozenset(when.business)))
    if when.hours:
        for name, within in ((when.hours.open, True), (when.hours.closed, False)):
            if name:
                found.append(routing.TimeWithin(name=name, hours=hours[name], within=within))
    return tuple(found)


def _of_caller(caller: doc.CallerIs) -> list[routing.Condition]:
    found: list[routing.Condition] = []
    if caller.in_:
        found.append(routing.InBlacklist())
    if caller.starts_with:
        found.append(routing.CallerStartsWith(prefixes=tuple(caller.starts_with)))
    if caller.withheld is not None:
        found.append(routing.CallerWithheld(withheld=caller.withheld))
    return found


def _of_customer(customer: doc.CustomerIs) -> list[routing.Condition]:
    found: list[routing.Condition] = []
    if customer.tier:
        found.append(routing.CustomerTierIs(tiers=frozenset(customer.tier)))
    if customer.last_agent:
        found.append(routing.LastAgentWithin(seconds=customer.last_agent.within))
    return found


def _rule(section: doc.Rule, hours: Mapping[str, OpeningHours]) -> routing.Rule:
    then = section.then
    first = then.first
    return routing.Rule(
        name=section.name,
        when=conditions(section.when, hours),
        then=routing.Effect(
            say=then.say,
            end=bool(then.end),
            stop=bool(then.stop),
            first=None
            if first is None
            else routing.FirstTarget(
                group=first.group,
                agent=None if first.agent == "last" else first.agent,
                last_agent=first.agent == "last",
                hold=first.for_,
            ),
            head_start=then.head_start or 0.0,
            tier=then.tier or 0,
            needs=needs(then.needs) or (),
            queue=then.queue,
            language=then.language,
        ),
    )


def queue_needs(section: doc.Queue) -> routing.Needs | None:
    """Whom skill lets into a queue: without needs and groups anyone, with groups alone nobody."""
    if section.needs is None:
        return None if section.groups else ()
    return needs(section.needs)


def _queue(name: str, section: doc.Queue, timezone: str) -> routing.Queue:
    return routing.Queue(
        name=name,
        label=section.name or name,
        needs=queue_needs(section),
        groups=frozenset(section.groups or ()),
        widen=tuple(
            routing.WideningStep(
                after=step.after, needs=needs(step.needs), groups=frozenset(step.groups or ())
            )
            for step in section.widen
        ),
        strategy=routing.Strategy(section.strategy),
        order=tuple(section.order or ()),
        ring=section.ring,
        no_answer=_set_aside(section.no_answer),
        refused=_set_aside(section.refused),
        wrap_up=routing.WrapUp(seconds=section.wrap_up.for_, extend=section.wrap_up.extend),
        service_level=routing.ServiceLevel(
            within=section.service_level.within, target=section.service_level.target
        ),
        music=section.waiting.music,
        at_most=section.waiting.at_most,
        for_at_most=section.waiting.for_at_most,
        short_abandon=section.short_abandon,
        announcements=announcements(section.waiting.announce),
        offers=offers(section.waiting),
        callback=callback_rule(section.callback, timezone),
        on_timeout=ending(section.on_timeout, "on_timeout"),
        on_nobody=ending(section.on_nobody, "on_nobody"),
        on_full=ending(section.on_full, "on_full"),
    )


def _set_aside(section: doc.SetAside | None) -> routing.SetAside:
    if section is None:
        return routing.RESTS_A_WHILE
    return routing.SetAside(pause_reason=section.pause, rest=section.rest)
