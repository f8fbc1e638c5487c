"""The routing configuration as the core understands it: every default filled in, every name checked.

`config` builds these from the YAML that admins edit; nothing here reads a file. Durations are
seconds. Names (queues, groups, skills, prompts, ...) are the keys used in the YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from acd.core.hours import OpeningHours
from acd.core.numbering import Numbering
from agents.model import AgentProfile
from ivr.model import Flow

Needs: TypeAlias = tuple[tuple[str, int], ...]
"""Skills with their minimum levels, sorted by skill, so that equal needs are equal values."""


class Strategy(StrEnum):
    """Which of the idle agents who may serve a call is rung."""

    LONGEST_IDLE = "longest_idle"
    MOST_SKILLED = "most_skilled"
    LEAST_SKILLED = "least_skilled"
    FEWEST_CALLS = "fewest_calls"
    LEAST_TALK_TIME = "least_talk_time"
    ROUND_ROBIN = "round_robin"
    FIXED_ORDER = "fixed_order"
    RANDOM = "random"
    WEIGHTED_RANDOM = "weighted_random"
    RING_ALL = "ring_all"


class Then(StrEnum):
    """How a call goes on when it cannot be, or was not, answered."""

    CALLBACK = "callback"
    """Stored as a missed call, to be called back; the caller is released."""
    GOODBYE = "goodbye"
    """The caller is released; nothing is stored for calling back."""
    QUEUE = "queue"
    """Joins another queue (overflow), keeping the time of arrival."""
    VOICEMAIL = "voicemail"
    """Is asked for a message (see `Voicemail`)."""
    FLOW = "flow"
    """Goes into an IVR flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What the caller hears (`say`, a prompt's id) and what then becomes of the call."""

    say: str | None
    then: Then
    queue: str | None = None
    voicemail: str | None = None
    flow: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingHours:
    """When customers may be called: on each day from `begin` to `end` (minutes since midnight) in the
    customer's time zone. `zones` maps prefixes of numbers to zones, the longest prefix counts; `zone` is
    for all others."""

    begin: int = 9 * 60
    end: int = 21 * 60
    zone: str = "UTC"
    zones: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRule:
    """How a queue calls back. `agent_first`: the agent is rung first, hears whom he will call and may
    decline; else the customer is dialled first, with an agent held for him.

    `attempts` at most, the n-th after `spacing[n-2]` seconds (the last spacing counts for all further).
    `reserve` agents of those who could serve the queue are never used. `behind`: missed calls compete
    behind live callers; else with their time of arrival. `within`: after so many seconds it expires.
    `for_agent`: one that is due waits so many seconds for the agent who is to make it; then anybody may.
    `ring` is how long the customer's phone rings. `short_abandons`: who hung up within the queue's
    short-abandon time is called back too."""

    agent_first: bool = True
    attempts: int = 3
    spacing: tuple[float, ...] = (300.0, 1800.0, 7200.0)
    reserve: int = 0
    behind: bool = True
    within: float = 172_800.0
    for_agent: float = 1800.0
    ring: float = 30.0
    hours: CallingHours = CallingHours()
    trunk: str | None = None
    short_abandons: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcements:
    """What a waiting caller is told, and when: after `first` seconds, then every `every` seconds,
    position and estimated wait; only when the position is better, or the estimate by at least
    `better_by` seconds; never a longer estimate. `at_most`: longer estimates are told as "more than"."""

    first: float = 30.0
    every: float = 60.0
    position: bool = True
    estimate: bool = True
    better_by: float = 60.0
    at_most: float = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitOffer:
    """What a waiting caller may choose by a key: `then` CALLBACK keeps his place, VOICEMAIL, QUEUE, or
    FLOW. `say` tells of it, after `after` seconds and then every `every` (None: once)."""

    key: str
    then: Then
    say: str
    after: float = 60.0
    every: float | None = 120.0
    queue: str | None = None
    voicemail: str | None = None
    flow: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail:
    """A voicemail box, of a queue or of an agent. Messages shorter than `at_least` seconds are not kept.
    `lamp_of`: the agents whose message-waiting lamp shows it (an agent's own box: his). `keep_for`:
    seconds after which a message is deleted. `mail_to`: each message is sent there too."""

    name: str
    label: str
    greeting: str = "leave_message"
    queue: str | None = None
    agent: str | None = None
    lamp_of: tuple[str, ...] = ()
    at_least: float = 3.0
    at_most: float = 120.0
    silence: float = 5.0
    review: bool = True
    keep_for: float | None = 7_776_000.0
    mail_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyRule:
    """The survey after a call: a `share` (0 to 1) of the callers whose agent hung up first is asked;
    none twice within `not_within` seconds. `remark`: an optional spoken one, at most so many seconds."""

    share: float = 0.0
    not_within: float = 2_592_000.0
    remark: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """One client or shop of the call centre. `hours` is None where it is always open. `record`: the
    talks of its calls are recorded."""

    name: str
    label: str
    hours: OpeningHours | None
    when_closed: Ending
    campaign: str | None = None
    language: str | None = None
    record: bool = False
    survey: SurveyRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRoute:
    """Where the calls to one dialled number (DNIS) go. The default route has number None.

    With `flow` the calls go into that IVR flow first; `queue` then serves them while the engine is
    away, and where the flow says nothing else."""

    number: str | None
    queue: str
    business: str | None = None
    language: str | None = None
    flow: str | None = None


# --- conditions of rules: each is one fact about the call that holds or doesn't


@dataclass(frozen=True, slots=True, kw_only=True)
class InBlacklist:
    """The caller's number stands in the blacklist (and the entry has not expired)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTierIs:
    """The caller is a customer of one of these tiers."""

    tiers: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAgentWithin:
    """The caller was served by an agent (last order, else last answered call) at most so long ago."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DialledIs:
    """One of these numbers was dialled."""

    numbers: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessIs:
    """The number dialled belongs to one of these businesses."""

    businesses: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerStartsWith:
    """The caller's number begins with one of these prefixes."""

    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerWithheld:
    """The caller hides his number (or, with `withheld=False`, shows it)."""

    withheld: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWithin:
    """The moment lies within these hours (or, with `within=False`, outside of them)."""

    name: str
    hours: OpeningHours
    within: bool = True


Condition: TypeAlias = (
    InBlacklist
    | CustomerTierIs
    | LastAgentWithin
    | DialledIs
    | BusinessIs
    | CallerStartsWith
    | CallerWithheld
    | TimeWithin
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstTarget:
    """Who is tried before the queue's own agents: a group, a named agent, or the last agent.

    Exactly one of `group`, `agent` and `last_agent` is set. While the target could serve but is
    busy, the call asks only for the targets so far for `hold` seconds (0: goes on at once); the
    target stays in the running afterwards. A target of which nobody is logged in costs no time.
    """

    group: str | None = None
    agent: str | None = None
    last_agent: bool = False
    hold: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a matching rule adds to the call. Of several head starts the largest counts."""

    say: str | None = None
    end: bool = False
    stop: bool = False
    first: FirstTarget | None = None
    head_start: float = 0.0
    tier: int = 0
    needs: Needs = ()
    queue: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """All conditions hold: the effect is added. Rules are tried from top to bottom."""

    name: str
    when: tuple[Condition, ...]
    then: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class WideningStep:
    """After `after` seconds in the queue: `needs` replaces the needs so far (None: unchanged) and the
    members of `groups` may serve too."""

    after: float
    needs: Needs | None = None
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """What becomes of an agent who did not take a call: paused with a reason, or resting a while.

    Exactly one of the two is set, or neither: then he rests for the shortest time that there is.
    """

    pause_reason: str | None = None
    rest: float | None = None


RESTS_A_WHILE: Final = SetAside(rest=5.0)
"""Where a queue says nothing: a phone that refuses every call, or rings in an empty room, must not be
rung without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUp:
    """After-call work: `seconds` long; the agent may extend it once by `extend` (None: not at all)."""

    seconds: float = 0.0
    extend: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """`target` (0 to 1) of the calls are to be answered `within` seconds."""

    within: float = 20.0
    target: float = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue: who may serve it (anyone who meets `needs`, or is a member of one of `groups`), who of
    them is rung, and what happens while nobody is.

    `needs` None means that skill alone lets nobody in (only `groups`); `()` means anyone.
    `order` is the agents' order for the strategies fixed_order and round_robin (the order of the
    file where the queue gives none). `at_most` counts waiting calls; None: no limit.
    `short_abandon`: callers who hang up earlier count in no answer rate and service level.
    """

    name: str
    label: str
    needs: Needs | None
    on_timeout: Ending
    on_nobody: Ending
    on_full: Ending
    groups: frozenset[str] = frozenset()
    widen: tuple[WideningStep, ...] = ()
    strategy: Strategy = Strategy.LONGEST_IDLE
    order: tuple[str, ...] = ()
    ring: float = 20.0
    no_answer: SetAside = RESTS_A_WHILE
    refused: SetAside = RESTS_A_WHILE
    wrap_up: WrapUp = WrapUp()
    service_level: ServiceLevel = ServiceLevel()
    music: str = "default"
    at_most: int | None = None
    for_at_most: float | None = None
    short_abandon: float = 5.0
    callback: CallbackRule = CallbackRule()
    announcements: Announcements | None = None
    offers: tuple[WaitOffer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A carrier's SIP peer, known by the addresses (IP or network) that its calls come from.

    `dial` is what Asterisk dials to reach a number through it, with `{number}` or `{e164}` in it (see
    `acd.core.numbering`); None: calls only come in. `caller_id` is shown to customers instead of the
    number that they had dialled."""

    name: str
    match: tuple[str, ...]
    dial: str | None = None
    caller_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPhone:
    """A SIP account that dials in like a caller from outside, with the caller id `number`."""

    id: str
    name: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The whole of what admins configure. `revision` names the content (a hash of the files).

    `agents` keeps the order of the file. `tiers` are the customer tiers that may be given to
    customers; `pause_reasons` those an agent may choose (system reasons are not among them).
    `grades` maps a grade to the level of skills without one; agents' levels are resolved already.
    `numbering`: how numbers are written; None: they are compared as they are.
    `prompts` are the texts of the installation's own prompts, by id and language. `music` has the folder
    of each class that queues may name besides `default`; None: the class is Asterisk's own.
    `keep_tapes_for`: so long (seconds; None: for good) what callers said in flows and surveys is kept.
    """

    revision: str
    timezone: str
    languages: tuple[str, ...]
    businesses: Mapping[str, Business]
    numbers: Mapping[str, NumberRoute]
    default_route: NumberRoute
    agents: Mapping[str, AgentProfile]
    rules: tuple[Rule, ...]
    queues: Mapping[str, Queue]
    tiers: frozenset[str] = frozenset()
    pause_reasons: tuple[str, ...] = ()
    trunks: Mapping[str, Trunk] = field(default_factory=dict)
    phones: Mapping[str, CustomerPhone] = field(default_factory=dict)
    flows: Mapping[str, Flow] = field(default_factory=dict)
    voicemail: Mapping[str, Voicemail] = field(default_factory=dict)
    prompts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    hours: Mapping[str, OpeningHours] = field(default_factory=dict)
    music: Mapping[str, str | None] = field(default_factory=dict)
    numbering: Numbering | None = None
    keep_tapes_for: float | None = 90 * 86_400.0
    app: str = "strowger"
    grades: Mapping[str, int] = field(default_factory=dict)
