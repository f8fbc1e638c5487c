"""Random valid routing documents, and random damage to valid ones, for property tests."""

from __future__ import annotations

import copy
from typing import Any, TypeAlias

from hypothesis import strategies as st

from acd.core.routing import Strategy
from config.names import PROMPTS
from tests.unit.config.flow_documents import OWN, flows

Document: TypeAlias = dict[str, Any]

SKILLS = ["orders", "english", "complaints"]
GROUPS = ["vip", "back", "night"]
TIERS = ["vip", "gold"]
REASONS = ["lunch", "Schulung 1"]
LANGUAGES = ["zh-CN", "en"]

texts = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x4FFF, exclude_categories=("C", "Z")), min_size=1
).map(lambda text: text[:60])
durations = st.sampled_from(["1s", "0.25s", "20s", "90s", "3m", "1h30m", "1d", "2d3h4m5.678s"])
levels = st.integers(1, 10)
skills = st.dictionaries(st.sampled_from(SKILLS), levels, max_size=3)
prompts = st.sampled_from(sorted(PROMPTS))


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Document]:
    """A mapping with any of these keys."""
    return st.fixed_dictionaries({}, optional=fields)


def endings(queues: list[str]) -> st.SearchStrategy[Any]:
    """An ending; the queues that it may lead to are those further down, so that there is no circle."""
    words = st.sampled_from(["callback", "goodbye"])
    then = words | st.sampled_from([{"queue": name} for name in queues]) if queues else words
    says = prompts | st.just("nothing")
    return then | st.builds(lambda say, then: {"say": say, "then": then}, says, then)


callbacks = some(
    order=st.sampled_from(["agent_first", "customer_first"]),
    attempts=st.integers(1, 20),
    spacing=st.just(["1s", "3m"]),
    reserve=st.integers(0, 2),
    behind=st.booleans(),
    within=durations,
    for_agent=durations,
    ring=durations,
    short_abandons=st.booleans(),
    hours=some(
        **{"from": st.just("08:30"), "to": st.sampled_from(["20:00", "24:00"])},
        zone=st.just("UTC"),
        zones=st.just({"44": "Europe/London", "1": "Asia/Tokyo"}),
    ),
    trunk=st.just("carrier"),
)


@st.composite
def hours(draw: st.DrawFn) -> Document:
    lines = draw(
        st.sampled_from(
            [
                ["mon-sun 00:00-24:00"],
                ["mon-fri 08:00-12:00", "mon-fri 12:00-20:00", "sat,sun 10:00-11:30"],
                ["fri,sat 22:00-02:00", "sun 12:00-22:00"],
                ["sat-mon 20:00-20:30"],
            ]
        )
    )
    rest = draw(
        some(
            timezone=st.sampled_from(["UTC", "Europe/Berlin"]),
            closed_on=st.just(["2027-02-06", "2027-02-07"]) | st.just({"2027-02-06": "春节"}),
        )
    )
    return {"open": lines, **rest}


@st.composite
def agents(draw: st.DrawFn) -> Document:
    ids = draw(st.lists(st.integers(1000, 9999).map(str), min_size=1, max_size=6, unique=True))
    result: Document = {}
    for id in ids:
        agent = draw(
            some(
                name=texts,
                groups=st.lists(st.sampled_from(GROUPS), unique=True),
                weight=st.integers(1, 1000),
                endpoint=st.just(f"Local/{id}@x"),
                node=st.sampled_from(["west", "east-1"]),
            )
        )
        if draw(st.booleans()):
            agent["grade"] = draw(st.sampled_from(["junior", "senior", "trainee"]))
            agent["skills"] = draw(skills | st.lists(st.sampled_from(SKILLS), unique=True))
        else:
            agent["skills"] = draw(skills)
        result[id] = agent
    # The one who can do everything, and is in every group: whatever is drawn, somebody can serve it.
    return result | {"1": {"skills": dict.fromkeys(SKILLS, 10), "groups": GROUPS}}


@st.composite
def queue(draw: st.DrawFn, below: list[str], ids: list[str]) -> Document:
    needs = draw(st.none() | st.just("anyone") | skills.filter(bool))
    groups = draw(st.none() | st.lists(st.sampled_from(GROUPS[:2]), min_size=1, unique=True))
    result: Document = draw(
        some(
            name=texts,
            ring=durations,
            no_answer=st.sampled_from([{"pause": "no answer"}, {"pause": "lunch"}, {"rest": "30s"}]),
            refused=st.just({"rest": "1.5s"}),
            wrap_up=st.sampled_from([{"for": "15s"}, {"for": "15s", "extend": "30s"}, {}]),
            service_level=some(within=durations, target=st.sampled_from(["80%", "99.5%", "0%"])),
            waiting=some(
                music=st.sampled_from(["default", "jazz"]),
                at_most=st.integers(1, 9),
                for_at_most=st.just("3d"),
            ),
            on_timeout=endings(below),
            on_nobody=endings(below),
            on_full=endings(below),
            short_abandon=durations,
        )
    )
    if needs is not None:
        result["needs"] = needs
    if groups is not None and needs != "anyone":
        result["groups"] = groups
    if isinstance(needs, dict):
        steps: list[Document] = [{"after": "10s", "groups": ["night"]}]
        if set(needs.values()) != {1}:
            steps.append({"after": "20s", "needs": dict.fromkeys(needs, 1)})
        steps.append({"after": "1m", "needs": "anyone"})
        result["widen"] = steps[: draw(st.integers(0, 3))]
    result["strategy"] = draw(st.sampled_from([str(strategy) for strategy in Strategy]))
    if result["strategy"] in ("fixed_order", "round_robin") and draw(st.booleans()):
        result["order"] = draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))
    return result


@st.composite
def rules(draw: st.DrawFn, queues: list[str], ids: list[str]) -> list[Document]:
    condition = some(
        caller=st.sampled_from(
            [{"in": "blacklist"}, {"withheld": True}, {"withheld": False, "starts_with": "138"}]
        ),
        dialled=st.sampled_from(["100", ["100", "101"]]),
        business=st.just("shop") | st.just(["shop", "other"]),
        hours=st.sampled_from(
            [{"open": "day"}, {"closed": "night"}, {"open": "day", "closed": "night"}]
        ),
    )
    customer = st.sampled_from(
        [{"tier": "vip"}, {"tier": ["vip", "gold"]}, {"last_agent": {"within": "90d"}}]
    )
    first = st.sampled_from(
        [{"group": "vip"}, {"agent": "last", "for": "15s"}, {"agent": ids[0], "for": "0s"}]
    )
    effect = some(
        say=prompts,
        first=first,
        head_start=durations,
        tier=st.integers(0, 9),
        needs=skills.filter(bool),
        queue=st.sampled_from(queues),
        language=st.sampled_from(LANGUAGES),
    ).filter(bool)
    result = []
    for number in range(draw(st.integers(0, 4))):
        rule: Document = {"name": f"rule {number}", "then": draw(effect)}
        when = draw(condition)
        if when.get("caller", {}).get("withheld") is not True and draw(st.booleans()):
            when["customer"] = draw(customer)
        if when:
            rule["when"] = when
        result.append(rule)
    if draw(st.booleans()):
        result.append({"name": "the end", "then": {"say": "goodbye", "end": True}})
    return result


@st.composite
def boxes(draw: st.DrawFn, queues: list[str], ids: list[str]) -> Document:
    """Voicemail boxes, one of a queue and one of an agent."""
    lamp = some(
        agents=st.lists(st.sampled_from(ids), min_size=1, unique=True),
        groups=st.lists(st.sampled_from(GROUPS), min_size=1, unique=True),
    ).filter(bool)
    rest = some(
        name=texts,
        greeting=prompts,
        at_least=st.sampled_from(["0.5s", "1s", "2s"]),
        at_most=st.sampled_from(["2.5s", "1m", "1h"]),
        silence=st.sampled_from(["1s", "4.5s"]),
        review=st.booleans(),
        lamp=lamp,
        keep_for=durations | st.just("forever"),
        mail=st.just("desk+vm@mail.example.org"),
    ).filter(lambda box: box.get("at_most") != "2.5s" or "at_least" in box)
    return {
        "team": {"queue": draw(st.sampled_from(queues)), **draw(rest)},
        "own": {"agent": draw(st.sampled_from(ids)), **draw(rest)},
    }


@st.composite
def valid(draw: st.DrawFn) -> Document:
    """A routing without mistakes."""
    people = draw(agents())
    names = [f"q{number}" for number in range(draw(st.integers(1, 4)))]
    business = some(
        name=texts,
        hours=st.sampled_from(["day", "night"]),
        campaign=texts,
        record=st.booleans(),
        language=st.sampled_from(LANGUAGES),
        when_closed=endings(names),
    )
    number = st.builds(
        lambda name, rest: {"queue": name, **rest},
        st.sampled_from(names),
        some(business=st.just("shop"), language=st.sampled_from(LANGUAGES)),
    )
    result: Document = {
        "version": 1,
        "timezone": "Asia/Shanghai",
        "languages": LANGUAGES,
        "skills": SKILLS,
        "groups": GROUPS,
        "tiers": TIERS,
        "pause_reasons": REASONS,
        "hours": {"day": draw(hours()), "night": draw(hours())},
        "businesses": {"shop": draw(business), "other": draw(business)},
        "numbers": {
            "100": {**draw(number), "business": "shop"},
            "101": draw(number),
            "default": draw(number),
        },
        "grades": {"trainee": {"level": draw(levels), "skills": draw(skills)}},
        "agents": people,
        "rules": draw(rules(names, list(people))),
        "queues": {
            name: draw(queue(names[index + 1 :], list(people))) for index, name in enumerate(names)
        },
    }
    if draw(st.booleans()):
        result["prompts"], result["flows"] = OWN, draw(flows(names))
        result["numbers"]["101"]["flow"] = "reception"
        result["queues"]["q0"]["on_timeout"] = {"flow": "reception"}
    result["music"] = {"jazz": draw(some(folder=st.sampled_from(["/srv/jazz", "moh-jazz"])))}
    if draw(st.booleans()):
        result["flow_recordings"] = {"keep_for": draw(st.sampled_from(["30d", "forever"]))}
    if draw(st.booleans()):
        result["voicemail"] = draw(boxes(names, list(people)))
        result["businesses"]["other"]["when_closed"] = draw(
            st.sampled_from([{"voicemail": "own"}, {"say": "closed", "then": {"voicemail": "team"}}])
        )
    if draw(st.booleans()):
        result["trunks"] = {"carrier": {"match": ["127.0.0.2", "10.0.0.0/8"]}}
        if draw(st.booleans()):
            result["trunks"]["carrier"] |= {"dial": "PJSIP/{number}@carrier", "caller_id": "400"}
            for each in result["queues"].values():
                each["callback"] = draw(callbacks)
        result["phones"] = {"demo": {"number": "138", "name": draw(texts)}}
    return result


JUNK: list[Any] = [
    *[0, -1, 10**30, 1.5, True, "", "x", "20s", "80%", "last", "default", "anyone", "nothing"],
    *["callback", "voicemail", "mon-fri 08:00-20:00", "2027-02-30", "4008001001", "a\nb", "\u0000"],
    *["刀" * 200, [], ["x"], [1], {}, {"x": 1}, {"queue": "q0"}, {"orders": 11}, [[]]],
    {"say": "closed", "then": {"queue": "q0"}},
]


@st.composite
def damaged(draw: st.DrawFn, document: Document) -> Document:
    """A document in which a few values or keys are replaced, added or taken away at random."""
    result = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(result))
        owner, key = draw(st.sampled_from(places))
        act = draw(st.sampled_from(["replace", "remove", "rename", "add"]))
        if act == "replace":
            owner[key] = copy.deepcopy(draw(st.sampled_from(JUNK)))
        elif act == "remove":
            del owner[key]
        elif isinstance(owner, dict):
            name = draw(st.sampled_from(["x", "queue", "4008", "name", "last", "default", f"{key}x"]))
            value = owner.pop(key) if act == "rename" else owner[key]
            owner[name] = copy.deepcopy(value)
        else:
            owner.append(copy.deepcopy(owner[key]))
        if not result:
            break
    return result


def _places(value: Any) -> Any:
    """Every (container, key) of a document."""
    for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(item, dict | list):
            yield from _places(item)
