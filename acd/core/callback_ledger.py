"""What is owed, and what the queues and the hours say of it: the look-ups and the facts of callbacks."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from acd.core import codes
from acd.core.call import Call
from acd.core.callback import OpenCallback, Verdict
from acd.core.callback_words import (
    AttemptEnded,
    AttemptOutcome,
    CallbackChanged,
    CallbackClosed,
    CallbackCorrected,
    CallbackOutcome,
)
from acd.core.calling_hours import Span, callable_span
from acd.core.facts import CallEntered
from acd.core.floor import Floor
from acd.core.message_words import Message, MessageAct, MessageActed
from acd.core.requirement import Requirement, Stage, first
from acd.core.retry import expires_at
from acd.core.routing import CallbackRule, Queue, Trunk

TIMER: Final = "callback"
"""The kind of a callback's deadline."""

CORRECTED_WITHIN: Final = 3600.0
"""Seconds after the end of a talk in which it can still be said that it was with the wrong number."""


_TALKED: Final = (CallbackOutcome.ANSWERED, CallbackOutcome.OWN_CALL)
"""Ends after which nobody need call back for the message that he had left."""


class Ledger:
    """The open callbacks. `by_number` are the same by customer, `attempts` those of which an attempt is
    under way, by the attempt's id. `answered_ends` are customers' numbers and ends of late, by callback,
    the oldest first."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self.open: dict[str, OpenCallback] = {}
        self.by_number: dict[str, dict[str, OpenCallback]] = {}
        self.attempts: dict[str, OpenCallback] = {}
        self.answered_ends: dict[str, tuple[str, CallbackClosed]] = {}

    def owed_for(self, message: Message) -> bool:
        """Whether somebody is to call back for this message."""
        same = self.by_number.get(message.caller or "", {})
        return any(each.now.message == message.id for each in same.values())

    def rule(self, callback: OpenCallback) -> CallbackRule:
        """How its queue calls back, as it is configured now."""
        return self.queue(callback).callback

    def queue(self, callback: OpenCallback) -> Queue:
        """Its queue; the default one where it is configured no more."""
        desks = self._floor.desks
        desk = desks.get(callback.now.queue) or desks[self._floor.routing.default_route.queue]
        return desk.queue

    def trunk(self, callback: OpenCallback) -> Trunk | None:
        """Through which it is dialled: the one that its queue names, else the first that dials."""
        trunks = self._floor.routing.trunks
        named = self.rule(callback).trunk
        if named is not None and named in trunks:
            return trunks[named] if trunks[named].dial is not None else None
        return next((each for each in trunks.values() if each.dial is not None), None)

    def add(self, callback: OpenCallback) -> None:
        """It is owed from now on."""
        self.open[callback.id] = callback
        self.by_number.setdefault(callback.now.number, {})[callback.id] = callback

    def forget(self, callback: OpenCallback) -> None:
        """It is owed no more."""
        del self.open[callback.id]
        same = self.by_number[callback.now.number]
        del same[callback.id]
        if not same:
            del self.by_number[callback.now.number]
        if callback.call is not None:
            self.attempts.pop(callback.call.id, None)

    def record_closed(self, callback: OpenCallback, verdict: Verdict) -> None:
        """Tell of its end."""
        at, now = callback.now, self._floor.now
        end = CallbackClosed(
            callback=at.id,
            at=now,
            outcome=verdict.outcome,
            source=at.source,
            call=at.call,
            queue=at.queue,
            business=at.business,
            waited=now - at.created_at,
            attempts=at.attempts,
            agent=callback.reached_by,
            by=verdict.by,
            reason=verdict.reason,
        )
        self._floor.record(end)
        if at.message is not None and end.outcome in _TALKED:
            dealt_with = MessageActed(message=at.message, act=MessageAct.CLOSE, by=f"callback:{at.id}")
            self._floor.messages.ask(dealt_with)
        if end.outcome is CallbackOutcome.ANSWERED:
            self._remember(at.number, end)

    def _remember(self, number: str, end: CallbackClosed) -> None:
        """An agent may find out that it was the wrong number when he has hung up."""
        while self.answered_ends:
            oldest = next(iter(self.answered_ends))
            if self._floor.now - self.answered_ends[oldest][1].at <= CORRECTED_WITHIN:
                break
            del self.answered_ends[oldest]
        self.answered_ends[end.callback] = (number, end)

    def correct(self, callback: str, by: str, reason: str | None) -> tuple[str, str | None] | None:
        """It was the wrong number: that number, and whose business it was. None where no such callback
        was answered of late."""
        number, end = self.answered_ends.pop(callback, ("", None))
        if end is None or self._floor.now - end.at > CORRECTED_WITHIN:
            return None
        end = replace(end, outcome=CallbackOutcome.WRONG_NUMBER, by=by, reason=reason)
        self._floor.record(CallbackCorrected(callback=callback, at=self._floor.now, end=end))
        return number, end.business

    def changed(self, callback: OpenCallback, why: str, **fields: object) -> None:
        callback.change(**fields)
        at = callback.now
        self._floor.record(
            CallbackChanged(
                callback=at.id,
                at=self._floor.now,
                due_at=at.due_at,
                attempts=at.attempts,
                why=why,
                now=at,
            )
        )

    def span(self, callback: OpenCallback, at: float) -> Span:
        return callable_span(self.rule(callback).hours, callback.now.number, at)

    def may_be_called(self, callback: OpenCallback) -> bool:
        """Whether now is within its time and within the customer's calling hours."""
        now, at = self._floor.now, callback.now
        if now >= expires_at(self.rule(callback), at):
            return False
        return self.span(callback, now).begin <= now

    def stage(self, callback: OpenCallback) -> tuple[Stage, float]:
        """What its queue asks for after so long a time, as of a caller, and when that widens."""
        at, floor = callback.now, self._floor
        since = at.created_at if at.place is None else at.place
        stages = floor.matching.stages(self.queue(callback).name, at.needs)
        reached = [each for each in stages if since + each.after <= floor.now]
        wider = stages[len(reached)] if len(reached) < len(stages) else None
        return reached[-1] if reached else stages[0], since + wider.after if wider else float("inf")

    def asks(self, callback: OpenCallback, stage: Stage) -> tuple[Requirement, ...]:
        at = callback.now
        if at.agent is not None:
            return (Requirement(agent=at.agent),)
        return (*[first(each, at.needs) for each in at.firsts], *stage.requirements)

    def arm(self, callback: OpenCallback, at: float | None) -> None:
        deadlines = self._floor.deadlines
        deadlines.cancel(callback.timer)
        callback.timer = None
        if at is not None and at != float("inf"):
            callback.timer = deadlines.schedule(at, TIMER, callback.id)

    def record_entered(self, callback: OpenCallback, call: Call) -> None:
        """The customer's channel is a call's from now on."""
        floor, at = self._floor, callback.now
        call.arrived_at = call.joined_at = floor.now
        call.picked_up = True
        call.note(floor.now, codes.CALLBACK_PICKED_UP)
        business = floor.routing.businesses.get(at.business or "")
        floor.record(
            CallEntered(
                call=call.id,
                at=floor.now,
                node=call.node,
                dialled=at.dialled,
                caller=at.number,
                caller_name=None,
                customer_tier=None,
                business=at.business,
                campaign=business.campaign if business is not None else None,
                language=call.language,
                callback=at.id,
            )
        )

    def record_attempt(self, callback: OpenCallback, outcome: AttemptOutcome, agent: str | None) -> None:
        attempt = callback.attempt
        assert attempt is not None, "what has ended was committed"
        ringing = callback.ringing_at
        self._floor.record(
            AttemptEnded(
                attempt=attempt.id,
                callback=callback.id,
                at=self._floor.now,
                outcome=outcome,
                agent=agent,
                ring=0.0 if ringing is None else self._floor.now - ringing,
                reasons=() if callback.call is None else callback.call.untold(),
            )
        )
