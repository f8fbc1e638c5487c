"""Asterisk's configuration from the routing: phones, trunks, dialplan and the fallback queues.

Pure: the routing goes in, texts come out, by file name relative to Asterisk's configuration
folder, whose own files must include `pjsip.d/*.conf`, `extensions.d/*.conf`, `queues.d/*.conf`,
`queuerules.d/*.conf` and `musiconhold.d/*.conf`. The templates are in asterisk/etc.

While the engine is away, calls go to app_queue, which knows skills as penalties only: those who
may serve a call at first have penalty 1, those whom the n-th widening step adds have n + 1, and a
queue rule raises the penalty that is allowed as time passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from acd.core.requirement import stages
from acd.core.routing import Ending, NumberRoute, Queue, Routing, Strategy, Then, Trunk
from acd.errors import OperatorError
from agents.model import AgentProfile
from asterisk.lamps import AGENT, CONTEXT, DOMAIN, NEW, OLD, mailbox
from asterisk.translate import FEATURE, FEATURE_CODES, INBOUND, MAILBOX_CODE

TEMPLATES = Path(__file__).parent / "etc"
PROMPTS_FOLDER = "strowger"
MODULES = ("res_pjsip", "pbx_config", "res_musiconhold", "app_queue")
"""What Asterisk has to reload when the files have changed, in this order."""

PHONES_CONTEXT = "strowger-phones"
INBOUND_CONTEXT = "strowger-inbound"
ANY_NUMBER = "_[+*#0-9]!"
NO_NUMBER = "s"

WORD = re.compile(r"[\w.+-]{1,79}", re.ASCII)
NAME = re.compile(r"[\w.-]{1,60}")
NUMBER = re.compile(r"[+*#0-9]{1,79}", re.ASCII)
ENDPOINT = re.compile(r"[A-Za-z0-9]+/[\w.+@:/-]+", re.ASCII)
DIAL = re.compile(r"[A-Za-z0-9]+/[\w.+@:;=/-]*\{number\}[\w.+@:;=/-]*", re.ASCII)
ONE_ADDRESS = re.compile(r"[0-9.]+|[0-9A-Za-z.-]*[A-Za-z][0-9A-Za-z.-]*", re.ASCII)
"""An address to which calls can go out: a network is none."""
ADDRESS = re.compile(r"[0-9A-Za-z:.-]+(?:/[0-9.]+)?", re.ASCII)
FOLDER = re.compile(r"[\w./-]{1,200}", re.ASCII)
PASSWORD = re.compile(r"[\w.~-]{8,}", re.ASCII)
UNSAFE_IN_A_LABEL = re.compile(r'[\x00-\x1f\x7f"\\<>;,|]+')

AWAY = "system_busy"
"""Said where only the engine could go on: it has the voicemail and the flows."""

STRATEGIES = {
    Strategy.LONGEST_IDLE: "leastrecent",
    Strategy.LEAST_TALK_TIME: "leastrecent",
    Strategy.FEWEST_CALLS: "fewestcalls",
    Strategy.ROUND_ROBIN: "rrmemory",
    Strategy.RANDOM: "random",
    Strategy.WEIGHTED_RANDOM: "random",
    Strategy.RING_ALL: "ringall",
    Strategy.FIXED_ORDER: "linear",
    Strategy.MOST_SKILLED: "linear",
    Strategy.LEAST_SKILLED: "linear",
}
"""The nearest that app_queue has. `linear` rings in the order of the members in the file."""


class ProvisionError(OperatorError):
    """The routing holds names that Asterisk's configuration cannot hold; `problems` lists them."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is particular to one Asterisk. `node` is its name; its agents get their phones there.

    `media_address` binds RTP to one address and offers it to phones (None: Asterisk chooses).
    `nat`: answer phones and their sound where they come from, not where they say they are.
    `qualify_s`: so often a registered phone is asked whether it is there (0: never).
    """

    node: str = "asterisk"
    codecs: tuple[str, ...] = ("alaw", "ulaw")
    media_address: str | None = None
    nat: bool = True
    qualify_s: int = 30


def phones_of(routing: Routing, site: Site) -> tuple[str, ...]:
    """The accounts that need a password: the agents' of this node, and the customers' phones."""
    return (*(agent.id for agent in _own_agents(routing, site)), *routing.phones)


def render(routing: Routing, *, secrets: Mapping[str, str], site: Site) -> dict[str, str]:
    """All files by name. `secrets` has the password of each of `phones_of`.

    Raises `ProvisionError` with every value that cannot stand in Asterisk's configuration.
    """
    if problems := list(_problems(routing, secrets, site)):
        raise ProvisionError(problems)
    return {
        "pjsip.d/strowger.conf": _pjsip(routing, secrets, site),
        "extensions.d/strowger.conf": _extensions(routing, site),
        "queues.d/strowger.conf": _queues(routing, site),
        "queuerules.d/strowger.conf": _rules(routing),
        "musiconhold.d/strowger.conf": _music(routing),
    }


def label(text: str) -> str:
    """A name for people, without what would end a value or begin a comment in Asterisk's files."""
    return UNSAFE_IN_A_LABEL.sub(" ", text).strip()


# Placeholders are filled in one pass: a value that looks like one stays as it is.
def fill(name: str, values: Mapping[str, object]) -> str:
    """A template of asterisk/etc with its `@name@` filled in."""
    return re.sub(r"@([a-z_]+)@", lambda found: str(values[found[1]]), _template(name))


@cache
def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _own_agents(routing: Routing, site: Site) -> list[AgentProfile]:
    return [agent for agent in routing.agents.values() if agent.node == site.node]


# Phones and trunks


def _pjsip(routing: Routing, secrets: Mapping[str, str], site: Site) -> str:
    language = routing.languages[0]
    common = {
        "codecs": ",".join(site.codecs),
        "nat": "yes" if site.nat else "no",
        "media": _media(site),
        "language": language,
        "qualify_s": site.qualify_s,
    }
    parts = [_template("pjsip.conf")]
    for trunk in routing.trunks.values():
        matches = "\n".join(f"match = {address}" for address in trunk.match)
        values = {
            "name": trunk.name,
            "context": INBOUND_CONTEXT,
            "matches": matches,
            "aors": _trunk_aors(trunk),
            "contacts": _trunk_contacts(trunk),
        }
        parts.append(fill("pjsip-trunk.conf", {**common, **values}))
    agents = [
        (agent.id, agent.name, agent.id, PHONES_CONTEXT, _mailboxes(agent.id))
        for agent in _own_agents(routing, site)
    ]
    customers = [
        (phone.id, phone.name, phone.number, INBOUND_CONTEXT, "") for phone in routing.phones.values()
    ]
    for account, name, number, context, mailboxes in (*agents, *customers):
        values = {
            "id": account,
            "name": label(name),
            "number": number,
            "context": context,
            "password": secrets[account],
            "mailboxes": mailboxes,
            "lamp": "mwi_subscribe_replaces_unsolicited = yes\n" if mailboxes else "",
        }
        parts.append(fill("pjsip-phone.conf", {**common, **values}))
    return "".join(parts)


def _mailboxes(agent: str) -> str:
    """A phone's lamp is lit unasked; one that asks (SUBSCRIBE) is told where it asked."""
    return f"mailboxes = {mailbox(agent)}\nvoicemail_extension = {MAILBOX_CODE}\n"


def _trunk_aors(trunk: Trunk) -> str:
    """Where `PJSIP/NUMBER@NAME` goes: only a trunk that dials needs it."""
    return f"aors = {trunk.name}\n" if _dials_by_name(trunk) else ""


def _trunk_contacts(trunk: Trunk) -> str:
    if not _dials_by_name(trunk):
        return ""
    contacts = "".join(f"contact = sip:{each}\n" for each in trunk.match if ONE_ADDRESS.fullmatch(each))
    return f"[{trunk.name}]\ntype = aor\n{contacts}\n"


def _dials_by_name(trunk: Trunk) -> bool:
    return trunk.dial is not None and any(ONE_ADDRESS.fullmatch(each) for each in trunk.match)


def _media(site: Site) -> str:
    if site.media_address is None:
        return ""
    return f"media_address = {site.media_address}\nbind_rtp_to_media_address = yes\n"


# Dialplan


def _extensions(routing: Routing, site: Site) -> str:
    routes = [*routing.numbers.values(), routing.default_route]
    names = {
        "app": routing.app,
        "inbound": INBOUND,
        "feature": FEATURE,
        "folder": PROMPTS_FOLDER,
    }
    head = names | {
        "features": "".join(
            fill("extensions-feature.conf", names | {"code": code})
            for code in (*FEATURE_CODES, MAILBOX_CODE)
        ),
        "agents": "".join(
            fill("extensions-agent.conf", {"id": agent.id, "endpoint": agent.endpoint})
            for agent in _own_agents(routing, site)
        ),
        "numbers": "".join(_number(routing, route, names) for route in routes),
    }
    lamps = fill(
        "extensions-lamps.conf",
        {"lamps": CONTEXT, "domain": DOMAIN, "agent": AGENT, "new": NEW, "old": OLD},
    )
    queues = (_queue_context(routing, queue) for queue in routing.queues.values())
    return fill("extensions.conf", head) + lamps + "".join(queues)


def _number(routing: Routing, route: NumberRoute, names: Mapping[str, str]) -> str:
    dialled = (route.number,) if route.number is not None else (ANY_NUMBER, NO_NUMBER)
    values = {**names, "queue": route.queue, "language": _language(routing, route)}
    return "".join(fill("extensions-number.conf", values | {"number": number}) for number in dialled)


def _language(routing: Routing, route: NumberRoute) -> str:
    business = routing.businesses.get(route.business) if route.business is not None else None
    return route.language or (business.language if business else None) or routing.languages[0]


def _queue_context(routing: Routing, queue: Queue) -> str:
    values = {
        "queue": queue.name,
        "queues": len(routing.queues),
        "for_at_most": "" if queue.for_at_most is None else max(1, round(queue.for_at_most)),
        "on_timeout": _ending(queue.on_timeout),
        "on_full": _ending(queue.on_full),
        "on_nobody": _ending(queue.on_nobody),
    }
    return fill("extensions-queue.conf", values)


def _ending(ending: Ending) -> str:
    say = ending.say or (AWAY if ending.then in (Then.VOICEMAIL, Then.FLOW) else None)
    steps = [] if say is None else [f"Playback({PROMPTS_FOLDER}/{say})"]
    if ending.then is Then.QUEUE:
        steps.append(f"Goto(strowger-queue-{ending.queue},s,1)")
    else:
        steps.append("Hangup()")
    return "\n".join(f" same => n,{step}" for step in steps)


# Fallback queues


def _queues(routing: Routing, site: Site) -> str:
    parts = [_template("queues.conf")]
    for queue in routing.queues.values():
        values = {
            "queue": queue.name,
            "strategy": STRATEGIES[queue.strategy],
            "music": queue.music,
            "ring_s": max(1, round(queue.ring)),
            "wrap_up_s": round(queue.wrap_up.seconds),
            "at_most": queue.at_most or 0,
            "within_s": round(queue.service_level.within),
            "members": _members(queue, _own_agents(routing, site)),
        }
        parts.append(fill("queues-queue.conf", values))
    return "".join(parts)


def _members(queue: Queue, agents: list[AgentProfile]) -> str:
    lines = []
    for agent in _ranked(queue, agents):
        penalty = _penalty(queue, agent)
        if penalty is not None:
            name = label(agent.name) or agent.id
            lines.append(f"member => {agent.endpoint},{penalty},{name}")
    return "\n".join(lines)


def _penalty(queue: Queue, agent: AgentProfile) -> int | None:
    """1 for who may serve at first, one more for each widening step that he has to wait for."""
    for number, stage in enumerate(stages(queue), start=1):
        if any(requirement.met_by(agent) for requirement in stage.requirements):
            return number
    return None


def _ranked(queue: Queue, agents: list[AgentProfile]) -> list[AgentProfile]:
    """The agents in the order in which a `linear` queue is to ring them."""
    skills = [skill for skill, _ in queue.needs or ()]

    def level(agent: AgentProfile) -> int:
        return sum(agent.skills.get(skill, 0) for skill in skills)

    if queue.strategy is Strategy.MOST_SKILLED:
        return sorted(agents, key=level, reverse=True)
    if queue.strategy is Strategy.LEAST_SKILLED:
        return sorted(agents, key=level)
    place = {agent: number for number, agent in enumerate(queue.order)}
    return sorted(agents, key=lambda agent: place.get(agent.id, len(place)))


def _rules(routing: Routing) -> str:
    parts = [_template("queuerules.conf")]
    for queue in routing.queues.values():
        lines = [
            f"penaltychange => {round(stage.after)},{number}"
            for number, stage in enumerate(stages(queue), start=1)
            if number > 1
        ]
        parts.append("\n".join([f"[strowger-{queue.name}]", *lines, "", ""]))
    return "".join(parts)


def _music(routing: Routing) -> str:
    """The classes that have a folder; the others stand in Asterisk's own file."""
    classes = [
        fill("musiconhold-class.conf", {"name": name, "folder": folder})
        for name, folder in routing.music.items()
        if folder is not None
    ]
    return "".join([_template("musiconhold.conf"), *classes])


# What cannot stand in Asterisk's files


def _problems(routing: Routing, secrets: Mapping[str, str], site: Site) -> Iterable[str]:
    yield from _unfit("name of the Stasis application", WORD, [routing.app])
    yield from _unfit("queue name", NAME, routing.queues)
    yield from _unfit("music class", NAME, (queue.music for queue in routing.queues.values()))
    yield from _unfit("music class", NAME, routing.music)
    folders = (folder for folder in routing.music.values() if folder is not None)
    yield from _unfit("music folder", FOLDER, folders)
    yield from _unfit("language", WORD, routing.languages)
    yield from _unfit("account", WORD, [*routing.agents, *routing.phones])
    yield from _unfit("endpoint", ENDPOINT, (agent.endpoint for agent in routing.agents.values()))
    yield from _unfit("number", NUMBER, routing.numbers)
    yield from _unfit("number", NUMBER, (phone.number for phone in routing.phones.values()))
    yield from _unfit("trunk name", WORD, routing.trunks)
    for name in sorted(routing.trunks.keys() & {*routing.agents, *routing.phones}):
        yield f"{name!r} is both a trunk and a phone: Asterisk cannot tell them apart"
    for trunk in routing.trunks.values():
        yield from _unfit(f"address of trunk {trunk.name}", ADDRESS, trunk.match)
        if trunk.dial is not None:
            yield from _unfit(f"dial of trunk {trunk.name}", DIAL, [trunk.dial])
    endings = [
        ending
        for queue in routing.queues.values()
        for ending in (queue.on_timeout, queue.on_full, queue.on_nobody)
    ]
    yield from _unfit("prompt", WORD, (ending.say for ending in endings if ending.say is not None))
    for account in phones_of(routing, site):
        if not PASSWORD.fullmatch(secrets.get(account, "")):
            yield f"phone {account} has no password that can stand in pjsip.conf"


def _unfit(what: str, pattern: re.Pattern[str], values: Iterable[str]) -> Iterable[str]:
    for value in values:
        if not pattern.fullmatch(value):
            yield f"{what} {value!r} cannot stand in Asterisk's configuration"
