"""What a waiting caller is told: his position, how long it will still take, what he may choose by key.

Each waiting caller of a queue that tells anything has one deadline: the next moment at which something
is to be said. What falls together is said together. Nothing is said that is no news: his position when
it is better than the last he heard, his wait when it is shorter by `better_by` (or with a better
position, by whatever). A longer wait is never told to who did nothing but wait, in whatever queue he
ends up. Who chooses by key where he goes on is told anew.

While a phone rings for him nothing is said, and what is being said when an agent is found is cut off;
the music goes on. If the agent does not answer, the caller is told again as planned. What he chooses by
key counts from the moment he waits, told or not, but not while a phone rings for him: he would lose the
agent who reaches for the receiver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.core import codes
from acd.core.calls_table import CallState
from acd.core.commands import PlayPrompt, StopPrompt
from acd.core.facts import VisitOutcome
from acd.core.flow_words import WaitAnnounced, WaitMeasured
from acd.core.routing import Then
from acd.core.telling import news, offered

if TYPE_CHECKING:
    from acd.core.call import Call
    from acd.core.deadlines import Deadline
    from acd.core.floor import Floor
    from acd.core.routing import Announcements, Queue, WaitOffer
    from acd.core.waiting import Waiting

TIMER: Final = "notice"
"""The kind of a waiting call's deadline: something is to be said."""

PAUSE: Final = 5.0
"""Seconds of music at least before something that could not be said in its time."""

NEVER: Final = float("inf")

_STAYS_ON_THE_LINE: Final = frozenset(
    {VisitOutcome.TIMED_OUT, VisitOutcome.NOBODY, VisitOutcome.OVERFLOWED, VisitOutcome.CALLBACK}
)
"""Ends of a stay after which the caller hears something else."""


class Notices:
    """What one caller was told, and what comes next.

    `position` in `queue`, and `estimate` (seconds, at the time of telling), in whatever queue, are the
    last he heard, None before.
    `first` is the first estimate that he was told in any queue: when, in which queue, how long.
    `tell_at` and `offer_at` (by key) say when each thing is next due.
    """

    __slots__ = (
        "estimate",
        "first",
        "offer_at",
        "played",
        "position",
        "queue",
        "tell_at",
        "timer",
    )

    def __init__(self) -> None:
        self.first: tuple[float, str, float] | None = None
        self.played = 0
        self.timer: Deadline | None = None
        self.queue: Queue | None = None
        self.position: int | None = None
        self.estimate: float | None = None
        self.tell_at = NEVER
        self.offer_at: dict[str, float] = {}

    def enter(self, queue: Queue, joined_at: float, now: float) -> None:
        """He waits in this queue, or it is configured anew: what was planned is planned anew."""
        if self.queue is None or self.queue.name != queue.name:
            self.position = None
        self.queue = queue
        told = queue.announcements
        self.tell_at = NEVER if told is None else _next(joined_at + told.first, told.every, now)
        self.offer_at = {
            each.key: _next(joined_at + each.after, each.every, now) for each in queue.offers
        }

    def due(self, now: float) -> float:
        """When something is to be said next. What could not be said in its time is said soon."""
        soon = now + PAUSE
        if self.tell_at < now:
            self.tell_at = soon
        for key, at in self.offer_at.items():
            if at < now:
                self.offer_at[key] = soon
        return min(self.tell_at, *self.offer_at.values(), NEVER)


class Announcing:
    """Tells waiting callers what is to be told."""

    def __init__(self, floor: Floor, waiting: Waiting) -> None:
        self._floor = floor
        self._waiting = waiting

    def wait(self, call: Call, queue: Queue) -> None:
        """A call waits (again) in a queue that tells something, or did so far."""
        notices = call.notices
        if notices is None:
            notices = call.notices = Notices()
            notices.enter(queue, call.joined_at, self._floor.now)
            _remember(notices, call, queue.name)
        elif notices.queue is not queue:
            notices.enter(queue, call.joined_at, self._floor.now)
        self._plan(call, notices)

    def timer_due(self, call_id: str) -> None:
        """Something is to be said, unless something keeps him from hearing it."""
        call = self._floor.calls[call_id]
        notices = call.notices
        assert notices is not None, "who is to be told something has notices"
        notices.timer = None
        free = call.state is CallState.WAITING and call.playing is None
        if free and call.node not in self._floor.lost:
            self._say(call, notices)

    def played(self, call: Call) -> None:
        """What was said is over: music, and later the next."""
        notices = call.notices
        assert notices is not None, "who hears an announcement has notices"
        call.playing, call.hears = None, ""
        self._waiting.entertain(call)
        self._plan(call, notices)

    def hush(self, call: Call) -> None:
        """Cut off what is being said to him."""
        assert call.playing is not None, "something is being said"
        self._floor.commands.append(StopPrompt(call=call.id, prompt=call.playing))
        call.playing, call.hears = None, ""

    def lost_track(self, call: Call) -> None:
        """The caller's node was away: nobody knows whether what was being said is over."""
        call.playing, call.hears = None, ""

    def over(self, call: Call, outcome: VisitOutcome, at: float) -> None:
        """His stay in the queue is over."""
        notices = call.notices
        assert notices is not None, "who was in a queue that tells something has notices"
        self._floor.deadlines.cancel(notices.timer)
        notices.timer = notices.queue = None
        if call.playing is not None and outcome in _STAYS_ON_THE_LINE:
            self.hush(call)
        if outcome is VisitOutcome.ANSWERED and notices.first is not None:
            told_at, queue, estimate = notices.first
            self._floor.record(
                WaitMeasured(
                    call=call.id,
                    queue=queue,
                    at=at,
                    told_at=told_at,
                    estimate=estimate,
                    actual=at - told_at,
                )
            )

    def acted(self, call: Call) -> None:
        """He goes on by his own choice: what he was told so far holds no longer."""
        if call.notices is not None:
            call.notices.estimate = None

    def choice(self, call: Call, key: str) -> WaitOffer | None:
        """What a waiting caller chooses by this key; None: nothing."""
        offers = call.desk.queue.offers if call.desk is not None else ()
        return next((each for each in offers if each.key == key and self._open_to(each, call)), None)

    # what these are made of

    def _open_to(self, offer: WaitOffer, call: Call) -> bool:
        """Whether a caller can have this: one whose number is withheld or on the do-not-call list can't
        be called back, and one whom we called is not called once more."""
        if offer.then is not Then.CALLBACK:
            return True
        caller = call.arrived.caller
        return caller is not None and call.callback is None and caller not in self._floor.do_not_call

    def _plan(self, call: Call, notices: Notices) -> None:
        deadlines = self._floor.deadlines
        due = notices.due(self._floor.now)
        if notices.timer is not None and notices.timer.alive and notices.timer.at == due:
            return
        deadlines.cancel(notices.timer)
        notices.timer = None
        if due != NEVER and call.playing is None:
            notices.timer = deadlines.schedule(due, TIMER, call.id)

    def _say(self, call: Call, notices: Notices) -> None:
        now, queue = self._floor.now, notices.queue
        assert queue is not None, "who waits does so in a queue"
        sounds: tuple[str, ...] = ()
        if notices.tell_at <= now and queue.announcements is not None:
            notices.tell_at = now + max(queue.announcements.every, PAUSE)
            sounds += self._news(call, notices, queue.announcements)
        for offer in queue.offers:
            if notices.offer_at[offer.key] <= now and not self._open_to(offer, call):
                notices.offer_at[offer.key] = NEVER
            elif notices.offer_at[offer.key] <= now:
                again = NEVER if offer.every is None else now + max(offer.every, PAUSE)
                notices.offer_at[offer.key] = again
                sounds += offered(offer)
                call.note(now, codes.TOLD_OFFER, offer.key, offer.then.value)
        if sounds:
            self._play(call, notices, sounds)
        self._plan(call, notices)

    def _news(self, call: Call, notices: Notices, told: Announcements) -> tuple[str, ...]:
        """What has become better since he was last told; nothing if nothing has."""
        floor = self._floor
        assert call.ticket is not None, "who waits has a place"
        position = floor.matching.position(call.ticket)
        estimate = None
        if told.estimate and floor.estimates is not None:
            head = floor.calls.get(floor.matching.head(call.queue or "") or "")
            estimate = floor.estimates.of(call, floor.matching, floor.now, head)
        nearer = notices.position is None or position < notices.position
        if estimate is not None and notices.estimate is not None:
            gained = notices.estimate - estimate
            if gained < (0.0 if nearer else told.better_by):
                estimate = None
        if not nearer and estimate is None:
            return ()
        sounds = news(
            position if told.position and nearer else None, estimate, call.language, told.at_most
        )
        if not sounds:
            return ()
        notices.position = position if nearer else notices.position
        queue = call.queue or ""
        if estimate is not None:
            notices.estimate = estimate
            if notices.first is None:
                notices.first = (floor.now, queue, estimate)
        call.note(floor.now, codes.TOLD_WAIT, queue, position, estimate)
        floor.record(
            WaitAnnounced(call=call.id, queue=queue, at=floor.now, position=position, estimate=estimate)
        )
        return sounds

    def _play(self, call: Call, notices: Notices, sounds: tuple[str, ...]) -> None:
        notices.played += 1
        call.playing, call.hears = f"while_waiting_{notices.played}", "prompt"
        self._floor.commands.append(
            PlayPrompt(call=call.id, prompt=call.playing, language=call.language, sounds=sounds)
        )


def _next(first: float, every: float | None, now: float) -> float:
    """The first moment that is not over of one that is repeated after each `every` seconds."""
    if first >= now:
        return first
    return NEVER if every is None else first + every * -(-(now - first) // every)


def _remember(notices: Notices, call: Call, queue: str) -> None:
    """What an engine before has told him, as far as his story says."""
    for at, code, *arguments in call.trace:
        if code in (codes.CHOSE, codes.FLOW_PRESSED):
            notices.estimate = None
        if code != codes.TOLD_WAIT:
            continue
        where, position, estimate = arguments
        if where == queue:
            notices.position = position
        if estimate is None:
            continue
        notices.estimate = estimate
        notices.first = notices.first or (at, where, estimate)
