"""A caller's way through flows: what is kept of it, and what a flow may ask about him."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from acd.core.call import Call
    from acd.core.deadlines import Deadline
    from acd.core.facts import CallOutcome
    from acd.core.floor import Floor
    from acd.core.flow_words import SurveyGoesOn, TapeFailure
    from acd.core.routing import Trunk, Voicemail
    from ivr.model import Flow, ToFlow, ToVoicemail
    from ivr.turns import Input, Session

Collected: TypeAlias = tuple[tuple[str, str], ...]


class Passage:
    """What the core keeps of a call from its first flow on.

    `bound` is where he goes next, once prompts before it are over; `came_by` says how his call would
    have ended if an ending had not led him here (timed out, closed, ...), None where a number or a
    flow did. `chain` counts the flows since his last key, `chose` that he has pressed one since he
    last left a queue, `asked` that he has pressed one, or was asked for something, in whatever flow.
    `plays` counts what was played to him, `tapes_made` how often he was recorded; `unheard`: the last
    that was to be played could not be. `outside`: the number that he is put through to, and its trunk;
    `reached`: it has answered.

    While he is in a flow: `flow`, the `session` in it, `box` in a voicemail dialogue, `brought` from
    the flow before. `asking`: a look-up is on. `taping` is the name under which its step keeps what is
    being recorded, and its file; `tapes` the files so far with their seconds; `kept` the message that he
    has left.
    `given` is what he is being told, `held` what waits until his node is back. `secret`
    are the names of what he has entered that nobody may be told, in whatever flow it was. `survey` is
    what he has said of his call, until its end is told.
    """

    __slots__ = (
        "asked",
        "asking",
        "bound",
        "box",
        "brought",
        "came_by",
        "chain",
        "chose",
        "failure",
        "flow",
        "given",
        "held",
        "kept",
        "outside",
        "plays",
        "reached",
        "secret",
        "session",
        "survey",
        "tapes",
        "tapes_made",
        "taping",
        "timer",
        "unheard",
    )

    def __init__(self) -> None:
        self.bound: ToFlow | ToVoicemail | None = None
        self.came_by: CallOutcome | None = None
        self.chain = 0
        self.chose = False
        self.asked = False
        self.plays = 0
        self.unheard = False
        self.outside: tuple[str, Trunk] | None = None
        self.reached = False
        self.secret: frozenset[str] = frozenset()
        self.tapes_made = 0
        self.survey: SurveyGoesOn | None = None
        self.timer: Deadline | None = None
        self.flow: Flow | None = None
        self.box: Voicemail | None = None
        self.brought: Collected = ()
        self.enter(None)

    def enter(self, flow: Flow | None, box: Voicemail | None = None, brought: Collected = ()) -> None:
        """Begin in a flow (None: be in none)."""
        self.flow, self.box, self.brought = flow, box, brought
        self.session: Session | None = None
        self.asking = False
        self.given: Input | None = None
        self.held: Input | None = None
        self.failure: TapeFailure | None = None
        self.taping: tuple[str, str] | None = None
        self.tapes: dict[str, tuple[str, float]] = {}
        self.kept: str | None = None

    def collected(self) -> dict[str, str]:
        """What the caller has entered so far."""
        return dict(self.session.collected if self.session is not None else self.brought)

    def next_tape(self) -> int:
        """The number of the next recording of the caller, from 1."""
        self.tapes_made += 1
        return self.tapes_made


def passage_of(call: Call) -> Passage:
    """What is kept of the call's way through flows; from now on, if it was in none."""
    if call.flows is None:
        call.flows = Passage()
    return call.flows


def inside(call: Call) -> tuple[Passage, Flow]:
    """The passage of a call that is in a flow, and that flow."""
    assert call.flows is not None
    assert call.flows.flow is not None, "whoever is in a flow has one"
    return call.flows, call.flows.flow


class CallWorld:
    """What a flow may ask about a call and the moment, see `ivr.turns.World`."""

    __slots__ = ("_call", "_floor")

    def __init__(self, floor: Floor, call: Call) -> None:
        self._floor = floor
        self._call = call

    @property
    def language(self) -> str:
        return self._call.language

    @property
    def caller(self) -> str | None:
        return self._call.arrived.caller

    @property
    def dialled(self) -> str:
        return self._call.arrived.dialled

    @property
    def tier(self) -> str | None:
        customer = self._call.arrived.customer
        return None if customer is None else customer.tier

    def clock(self) -> tuple[int, int]:
        local = datetime.fromtimestamp(self._floor.now, ZoneInfo(self._floor.routing.timezone))
        return local.hour, local.minute

    def is_open(self, hours: str) -> bool:
        """Hours that a reload has dropped are closed."""
        found = self._floor.routing.hours.get(hours)
        return found is not None and found.status(self._floor.now)[0]

    def in_list(self, name: str) -> bool:
        arrived = self._call.arrived
        if name == "blacklist":
            return arrived.blacklisted is not None
        if name == "customers":
            return arrived.customer is not None
        return arrived.caller in self._floor.do_not_call
