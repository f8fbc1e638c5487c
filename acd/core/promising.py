"""Where callbacks come from, and what people do with them.

One customer is owed one call by each business: a second callback is merged into the first, which takes
the better place of both. A callback that cannot be is opened and closed at once, so that each caller
who was missed comes to a stated end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.core import codes
from acd.core.callback import OpenCallback, Verdict
from acd.core.callback_words import (
    BLACKLIST,
    AgentPressed,
    Callback,
    CallbackAct,
    CallbackActed,
    CallbackAsked,
    CallbackClosed,
    CallbackOpened,
    CallbackOutcome,
    CallbackSource,
    DoNotCallChanged,
    NumberBlacklisted,
    RefuseCallback,
)
from acd.core.callbacks_table import CallbackEvent, CallbackState
from acd.core.facts import MissedReason
from acd.core.retry import counts_from
from acd.core.routing import CallbackRule

if TYPE_CHECKING:
    from acd.core.call import Call
    from acd.core.callbacks import Callbacks
    from acd.core.floor import Floor

DECLINES: Final = "*"
"""The key by which an agent who hears whom he will call declines."""

GOES_ON: Final = "#"
"""The key by which he does not hear it to the end."""

_WISHES: Final = frozenset(
    {
        CallbackSource.KEY,
        CallbackSource.IVR,
        CallbackSource.VOICEMAIL,
        CallbackSource.AGENT,
        CallbackSource.API,
    }
)
"""Sources of which somebody says when and by whom; all others are calls that were missed."""

_TO_COME: Final = (CallbackState.PLANNED, CallbackState.DUE, CallbackState.HELD)


class Promising:
    """Opens callbacks, merges them, and does what people ask for."""

    def __init__(self, floor: Floor, callbacks: Callbacks) -> None:
        self._floor = floor
        self._callbacks = callbacks

    # callers

    def missed(self, call: Call, reason: MissedReason, message: str | None) -> None:
        """A call was noted as missed."""
        callback = self._of_call(call, CallbackSource(reason.value), message)
        if call.arrived.blacklisted is not None:
            refused = Verdict(CallbackOutcome.DO_NOT_CALL, by=BLACKLIST)
        elif reason is MissedReason.ABANDONED and self._too_short(call, self._rule(callback)):
            refused = Verdict(CallbackOutcome.CLOSED, by="rule", reason="hung up too soon")
        else:
            refused = None
        self._open(callback, refused)

    def keep_place(self, call: Call) -> str:
        """See acd.core.callbacks.Callbacks.keep_place."""
        call.missed = True
        callback = self._of_call(call, CallbackSource.KEY)
        self._open(callback)
        return callback.id

    def own_call(self, call: Call) -> None:
        """A customer who is owed a callback called himself, and was answered."""
        for callback in list(self._callbacks.by_number[call.arrived.caller or ""].values()):
            if callback.now.business == call.business:
                call.note(self._floor.now, codes.CALLBACK_OWN_CALL, callback.id)
                verdict = Verdict(CallbackOutcome.OWN_CALL, reason=f"call {call.id}")
                self._callbacks.drop(callback, verdict)

    def merged(self, callback: Callback) -> bool:
        """Whether another open callback stands for this one, which the store has remembered late."""
        same = self._same(callback)
        if same is None:
            return False
        self._merge(same, callback)
        verdict = Verdict(CallbackOutcome.MERGED, reason=same.id)
        self._callbacks.record_closed(OpenCallback(callback), verdict)
        return True

    # people

    def asked(self, event: CallbackAsked) -> None:
        """Somebody asks for a callback."""
        floor, at = self._floor, self._floor.now
        if event.id in self._callbacks.open:
            floor.stale("callback known: asked", event.id)
            return
        if event.queue not in floor.desks:
            self._refuse(event.id, f"there is no queue {event.queue}")
            return
        if event.agent is not None and event.agent not in floor.routing.agents:
            self._refuse(event.id, f"there is no agent {event.agent}")
            return
        refused = None
        if event.blacklisted is not None:
            refused = Verdict(CallbackOutcome.DO_NOT_CALL, by=BLACKLIST, reason=event.blacklisted)
        due_at = at if event.at is None else max(at, event.at)
        self._open(
            Callback(
                id=event.id,
                number=event.number,
                business=event.business if event.business is not None else self._business(event),
                queue=event.queue,
                dialled=event.dialled,
                source=event.source,
                created_at=at,
                due_at=due_at,
                language=event.language or floor.routing.languages[0],
                node=next((agent.profile.node for agent in floor.roster), ""),
                place=due_at,
                agent=event.agent,
                message=event.message,
                note=event.note,
                asked_by=event.by,
            ),
            refused,
        )

    def acted(self, event: CallbackActed) -> None:
        """Somebody does something with an open callback; or finds out that he had the wrong number."""
        if event.act is CallbackAct.WRONG_NUMBER:
            corrected = self._callbacks.correct(event.callback, event.by, event.reason)
            if corrected is not None:
                self._wrong(*corrected, event)
                return
        callback = self._callbacks.open.get(event.callback)
        why = "there is no open callback of that id" if callback is None else self._do(callback, event)
        if why is not None:
            self._refuse(event.callback, why)

    def pressed(self, event: AgentPressed) -> None:
        """An agent pressed a key on the leg of an offer: it counts while he hears whom he will call."""
        if event.digit == DECLINES and self._callbacks.declined(event.offer, "key", None):
            return
        offer = self._floor.offers.get(event.offer)
        call = offer.call if offer is not None else None
        callback = self._callbacks.attempts.get(call.id) if call is not None else None
        if event.digit == GOES_ON and callback and callback.state is CallbackState.ASKED:
            self._callbacks.fire(callback, CallbackEvent.AGENT_TOLD)
        else:
            self._floor.stale("offer: key", event.offer)

    def listed(self, event: DoNotCallChanged) -> None:
        """A number came onto the do-not-call list, or off it."""
        if not event.listed:
            self._floor.do_not_call.discard(event.number)
            return
        self._floor.do_not_call.add(event.number)
        self._drop_all(event.number, Verdict(CallbackOutcome.DO_NOT_CALL))

    def blacklisted(self, event: NumberBlacklisted) -> None:
        """A number to which something is owed is in the blacklist."""
        why = Verdict(CallbackOutcome.DO_NOT_CALL, by=BLACKLIST, reason=event.reason)
        self._drop_all(event.number, why)

    # what these are made of

    def _drop_all(self, number: str, verdict: Verdict) -> None:
        for callback in list(self._callbacks.by_number.get(number, {}).values()):
            self._callbacks.drop(callback, verdict)

    def _do(self, callback: OpenCallback, event: CallbackActed) -> str | None:
        """None when it was done, else why it cannot be."""
        act, end = event.act, CallbackOutcome
        if act is CallbackAct.CLOSE:
            return self._end(callback, event, end.CLOSED)
        if act is CallbackAct.WRONG_NUMBER:
            why_not = self._end(callback, event, end.WRONG_NUMBER)
            if why_not is None:
                self._wrong(callback.now.number, callback.now.business, event)
            return why_not
        if act is CallbackAct.DECLINE:
            return self._decline(callback, event)
        if callback.state not in _TO_COME:
            return f"it is {callback.state.value} just now"
        now = self._floor.now
        if act is CallbackAct.RETRY_NOW:
            self._callbacks.changed(callback, f"now, says {event.by}", due_at=now)
        elif event.until is None or event.until <= now:
            return "it can only be postponed to a time that is still to come"
        else:
            until = event.until
            why = f"postponed by {event.by}"
            self._callbacks.changed(callback, why, due_at=until, place=until, kept=False)
            self._callbacks.renew_place(callback)
        self._callbacks.fire(callback, CallbackEvent.MOVED)
        return None

    def _end(self, callback: OpenCallback, event: CallbackActed, outcome: CallbackOutcome) -> str | None:
        if callback.verdict is not None:
            return "it is being closed already"
        self._callbacks.drop(callback, Verdict(outcome, event.by, event.reason))
        return None

    def _wrong(self, number: str, business: str | None, event: CallbackActed) -> None:
        """Nobody dials this number for what others have asked for; who has called from it himself is
        called back all the same."""
        verdict = Verdict(CallbackOutcome.WRONG_NUMBER, event.by, event.reason)
        for each in list(self._callbacks.by_number.get(number, {}).values()):
            if each.now.business == business and each.now.call is None:
                self._callbacks.drop(each, verdict)

    def _decline(self, callback: OpenCallback, event: CallbackActed) -> str | None:
        """By an agent who is asked: it goes back. By anybody else with a reason: nobody will call."""
        call = callback.call
        if call is not None and call.offer is not None:
            if self._callbacks.declined(call.offer.id, event.by, event.reason):
                return None
        elif event.reason is not None:
            return self._end(callback, event, CallbackOutcome.REFUSED)
        return f"it is {callback.state.value} just now, and nobody is asked"

    def _business(self, event: CallbackAsked) -> str | None:
        """Who owes it where nobody said so: see CallbackAsked."""
        numbers, default = self._floor.routing.numbers, self._floor.routing.default_route
        if event.dialled in numbers:
            return numbers[event.dialled].business
        leading = (route for route in numbers.values() if route.queue == event.queue)
        return next(leading, default).business

    def _of_call(self, call: Call, source: CallbackSource, message: str | None = None) -> Callback:
        routing, arrived = self._floor.routing, call.arrived
        route = routing.numbers.get(arrived.dialled, routing.default_route)
        return Callback(
            id=f"{call.id}-cb",
            number=arrived.caller or "",
            business=call.business,
            queue=call.queue or route.queue,
            dialled=arrived.dialled,
            source=source,
            created_at=self._floor.now,
            due_at=self._floor.now,
            language=call.language or routing.languages[0],
            node=call.node,
            call=call.id,
            place=call.arrived_at,
            tier=call.tier,
            head_start=call.head_start,
            needs=call.needs,
            firsts=call.firsts,
            kept=source is CallbackSource.KEY,
            message=message,
        )

    def _rule(self, callback: Callback) -> CallbackRule:
        floor = self._floor
        desk = floor.desks.get(callback.queue) or floor.desks[floor.routing.default_route.queue]
        return desk.queue.callback

    def _too_short(self, call: Call, rule: CallbackRule) -> bool:
        if rule.short_abandons or call.desk is None:
            return False
        return call.wait < call.desk.queue.short_abandon

    def _open(self, callback: Callback, refused: Verdict | None = None) -> None:
        floor, callbacks = self._floor, self._callbacks
        if callback.id in callbacks.open:
            return  # an engine before had opened it, and not noted the rest
        floor.record(CallbackOpened(at=floor.now, callback=callback))
        call = floor.calls.get(callback.call or "")
        if call is not None:
            call.note(floor.now, codes.CALLBACK_OPENED, callback.id)
        if not callback.number:
            refused = Verdict(CallbackOutcome.NO_NUMBER)
        elif callback.number in self._floor.do_not_call:
            refused = Verdict(CallbackOutcome.DO_NOT_CALL)
        same = self._same(callback)
        if refused is None and same is not None:
            self._merge(same, callback)
            refused = Verdict(CallbackOutcome.MERGED, reason=same.id)
        if refused is not None:
            self._never(callback, refused)
            return
        opened = OpenCallback(callback)
        callbacks.add(opened)
        callbacks.begin(opened)

    def _same(self, callback: Callback) -> OpenCallback | None:
        """The open callback that is owed to the same customer by the same business. One that is being
        closed, or is kept just now, stands for nobody else."""
        for each in self._callbacks.by_number.get(callback.number, {}).values():
            stands = each.verdict is None and each.state is not CallbackState.TALKING
            if stands and each.now.business == callback.business:
                return each
        return None

    def _merge(self, into: OpenCallback, other: Callback) -> None:
        """The better place counts, with its queue, and the later wish for when and whom. It is as new as
        the newest of both, and is tried once more at least. A missed call is no wish: see `_noted`."""
        before = into.now
        wished = other.source in _WISHES
        if not wished and _appointed(before, self._floor.now):
            self._noted(into, other)
            return
        best = min(before, other, key=_rank)
        notes = [each for each in (before.note, other.note) if each]
        self._callbacks.changed(
            into,
            f"merged with {other.id}",
            due_at=other.due_at,
            place=best.place,
            kept=best.kept,
            tier=best.tier,
            head_start=best.head_start,
            queue=best.queue,
            needs=best.needs,
            firsts=best.firsts,
            renewed_at=max(counts_from(before), counts_from(other)),
            granted=before.attempts + 1,
            agent=other.agent if wished else before.agent,
            message=other.message or before.message,
            note="; ".join(notes) or None,
        )
        if into.state in _TO_COME:
            self._callbacks.renew_place(into)
        else:
            into.ticket = None
        self._callbacks.fire(into, CallbackEvent.MOVED)

    def _noted(self, into: OpenCallback, other: Callback) -> None:
        """He called before the time for which he has an appointment: that stays, with whom and when."""
        missed = f"a call of his was missed: {other.source.value}, {other.id}"
        note = "; ".join(each for each in (into.now.note, missed) if each)
        self._callbacks.changed(into, f"merged with {other.id}", note=note)

    def _never(self, callback: Callback, verdict: Verdict) -> None:
        self._floor.record(
            CallbackClosed(
                callback=callback.id,
                at=self._floor.now,
                outcome=verdict.outcome,
                source=callback.source,
                call=callback.call,
                queue=callback.queue,
                business=callback.business,
                waited=0.0,
                attempts=0,
                by=verdict.by,
                reason=verdict.reason,
            )
        )

    def _refuse(self, callback: str, why: str) -> None:
        self._floor.commands.append(RefuseCallback(callback=callback, why=why))


def _rank(callback: Callback) -> tuple[bool, int, float]:
    place = callback.created_at if callback.place is None else callback.place
    return (not callback.kept, -callback.tier, place - callback.head_start)


def _appointed(callback: Callback, now: float) -> bool:
    """Whether somebody has named a time for it that is still to come."""
    return callback.place is not None and callback.place > now
