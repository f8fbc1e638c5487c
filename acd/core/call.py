"""A call while it lives: what is known of it, its place, and its story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from acd.core import codes
from acd.core.calls_table import CallState
from acd.core.records import Reason

if TYPE_CHECKING:
    from acd.core.announcing import Notices
    from acd.core.deadlines import Deadline
    from acd.core.events import CallArrived
    from acd.core.facts import CallOutcome
    from acd.core.offer import Offer
    from acd.core.passage import Passage
    from acd.core.requirement import Requirement, Stage
    from acd.core.routing import Ending, FirstTarget, Needs, Queue
    from acd.core.ticket import Ticket


MOST_REASONS: Final = 500
"""So long a story is kept in memory; what a fact carried away is in the store in full."""

FIRST_REASONS: Final = 100
LAST_REASONS: Final = 300


class QueueDesk:
    """A queue at work: its configuration and the calls in it that nobody has answered yet.

    `waiting` counts those of `calls` for which no phone rings.
    """

    __slots__ = ("calls", "queue", "waiting")

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.calls: dict[str, Call] = {}
        self.waiting = 0


class Call:
    """A call from the arrival of its channel until that is gone.

    Who may serve it: `asks` are the requirements it asks for now; `stages` those of its queue, of
    which it has reached `step`; `opened` counts the first targets that it has begun to ask for, and
    `queue_open` says that it asks for the queue's agents too. `hold_until`: until then only the first
    targets are asked. All instants are UTC seconds.

    `looked_for`: for these it was noted already that nobody was idle.

    `hears` is "" before anything was played to the caller, else "ringback", "music" or "prompt".
    `callback`: whose customer it is that we dialled; None where he called himself.
    `seen` are the queues that it has been in. `flows`: what the core keeps of it once it was in a flow.
    `told` counts the reasons that a fact has carried away.
    `notices`: what he was told while he waited, where his queue tells anything. `stood`: since when he
    has waited in his queue, and his place then; None where he found somebody idle.
    `pressed` is the key that he pressed last.
    """

    __slots__ = (
        "answered_at",
        "arrived",
        "arrived_at",
        "asks",
        "business",
        "callback",
        "cut_off_at",
        "decided",
        "desk",
        "ending",
        "firsts",
        "flows",
        "head_start",
        "hears",
        "hold_until",
        "id",
        "joined_at",
        "language",
        "looked_for",
        "missed",
        "needs",
        "notices",
        "offer",
        "offers",
        "offers_made",
        "opened",
        "picked_up",
        "playing",
        "pressed",
        "prompts",
        "queue",
        "queue_open",
        "reach",
        "seen",
        "stages",
        "state",
        "step",
        "stood",
        "talked_until",
        "ticket",
        "tier",
        "timer",
        "told",
        "trace",
        "visit",
        "wait",
    )

    def __init__(self, arrived: CallArrived, arrived_at: float) -> None:
        self.id = arrived.call
        self.arrived = arrived
        self.arrived_at = arrived_at
        self.state = CallState.ENTERING
        self.trace: list[Reason] = []
        self.told = 0
        self.language = ""
        self.business: str | None = None
        self.callback: str | None = None
        self.queue: str | None = None
        self.tier = 0
        self.head_start = 0.0
        self.needs: Needs = ()
        self.firsts: tuple[FirstTarget, ...] = ()
        self.prompts: tuple[str, ...] = ()
        self.playing: str | None = None
        self.hears = ""
        self.picked_up = False
        self.seen: tuple[str, ...] = ()
        self.visit = 0
        self.desk: QueueDesk | None = None
        self.joined_at = 0.0
        self.wait = 0.0
        self.ticket: Ticket | None = None
        self.asks: tuple[Requirement, ...] = ()
        self.reach: tuple[Requirement, ...] = ()
        self.looked_for: tuple[Requirement, ...] = ()
        self.stages: tuple[Stage, ...] = ()
        self.step = 0
        self.opened = 0
        self.queue_open = False
        self.hold_until = 0.0
        self.timer: Deadline | None = None
        self.offers: tuple[Offer, ...] = ()
        self.offers_made = 0
        self.offer: Offer | None = None
        self.answered_at: float | None = None
        self.talked_until: float | None = None
        self.ending: Ending | None = None
        self.decided: CallOutcome | None = None
        self.missed = False
        self.cut_off_at: float | None = None
        self.notices: Notices | None = None
        self.stood: tuple[float, int] | None = None
        self.pressed = ""
        self.flows: Passage | None = None

    @property
    def node(self) -> str:
        """The Asterisk node on which the caller is."""
        return self.arrived.node

    def pace(self, at: float) -> float | None:
        """How long he had waited at that moment for each place (seconds); None where he found somebody
        idle."""
        return None if self.stood is None else (at - self.stood[0]) / self.stood[1]

    def note(self, at: float, code: str, *arguments: Any) -> None:
        """Add a reason to the story."""
        self.trace.append((at, code, *arguments))
        if len(self.trace) > MOST_REASONS:
            self._shorten()

    def untold(self) -> tuple[Reason, ...]:
        """The reasons noted since the last fact that carried some; now they count as told."""
        reasons = tuple(self.trace[self.told :])
        self.told = len(self.trace)
        return reasons

    def _shorten(self) -> None:
        """Leave out the middle of a long story, and say how much."""
        cut = len(self.trace) - LAST_REASONS
        middle = self.trace[FIRST_REASONS:cut]
        left_out = len(middle)
        if middle[0][1] == codes.LEFT_OUT:
            left_out += middle[0][2] - 1
        self.trace[FIRST_REASONS:cut] = [(middle[-1][0], codes.LEFT_OUT, left_out)]
        if self.told >= cut:
            self.told -= len(middle) - 1
        else:
            self.told = min(self.told, FIRST_REASONS)
