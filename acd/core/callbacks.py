"""The machine of callbacks: what each row of `acd.core.callbacks_table` does.

A callback that is due stands in line beside the waiting calls (`acd.core.promises`). When an agent is
found, a `Call` is made for the customer who will be dialled: its id is the attempt's, which is also the
name of his channel. From the moment in which he picks up it is a call like any other. Where callbacks
come from, and what people do with them, is the matter of `acd.core.promising`; what an engine that
starts does about them stands in `acd.core.callback_recovery`.
"""

from __future__ import annotations

from typing import Final

from acd.core import codes
from acd.core.call import Call
from acd.core.callback import OpenCallback, Verdict
from acd.core.callback_line import AGAIN, CallbackLine
from acd.core.callback_recovery import CallbackRecovery
from acd.core.callback_words import (
    Attempt,
    AttemptOutcome,
    CallbackOutcome,
    CancelDial,
    CommitAttempt,
    DialCustomer,
    PromptAgent,
)
from acd.core.callbacks_table import CALLBACK_TABLE, CallbackEvent, CallbackState
from acd.core.calls_table import CallEvent, CallState
from acd.core.commands import EndCall
from acd.core.events import CallArrived, LiveCall
from acd.core.facts import CallOutcome, MissedReason
from acd.core.floor import Floor
from acd.core.numbering import endpoint, readable
from acd.core.offers_table import OfferEvent, OfferState
from acd.core.promising import Promising
from acd.core.retry import next_attempt, used_up
from acd.core.tables import ImpossibleEventError, Stray, compiled
from agents.roster import Agent
from ivr import saying

DECLINED_REST: Final = 30.0
"""Seconds for which a callback that an agent declined is offered to nobody, so that others go on."""

UNHEARD: Final = 60.0
"""Seconds after which an attempt counts as unknown of whose end nothing was told, from when it must have
been: its node is away, or the telephones owe an answer."""

WHOM: Final = "callback_to"
"""The prompt that tells an agent whom he will call; his number follows digit by digit."""

_WHY_NOT: Final = {
    AttemptOutcome.BUSY: "customer_busy",
    AttemptOutcome.NO_ANSWER: "customer_no_answer",
}

_FAILED: Final = "customer_failed"

_SERVED_ELSEWHERE: Final = {
    CallOutcome.MESSAGE: "left a message",
    CallOutcome.SERVED: "served by a flow",
}
"""Ends of a customer's call after which he waits for nobody, though no agent has talked with him."""


class Callbacks(CallbackLine):
    """Drives every callback through its table."""

    def __init__(self, floor: Floor) -> None:
        super().__init__(floor)
        self._rows = compiled("callback", CALLBACK_TABLE, self)
        self.promising = Promising(floor, self)
        self.recovery = CallbackRecovery(floor)

    def fire(self, callback: OpenCallback, event: CallbackEvent) -> None:
        """Take the row of the callback's state for `event`. Raises ImpossibleEventError."""
        row = self._rows[callback.state].get(event)
        if row is None:
            raise ImpossibleEventError("callback", callback.id, callback.state, event)
        callback.state, act, name = row
        act(callback, name)

    def attempted(
        self, attempt: str, event: CallbackEvent, outcome: AttemptOutcome | None = None
    ) -> None:
        """Something was reported of an attempt, which may be over, or unknown here."""
        callback = self.attempts.get(attempt)
        if callback is not None:
            callback.outcome = outcome
            self.fire(callback, event)
            return
        row = self._rows[CallbackState.CLOSED].get(event)
        if row is None:
            raise ImpossibleEventError("callback", attempt, CallbackState.CLOSED, event)
        _, act, name = row
        act(Stray(attempt), name)

    def tell(self, call: Call, event: CallbackEvent) -> bool:
        """Something happened to the call that a customer will be. False where no callback is his: it was
        closed, and an engine before this one had dialled him all the same."""
        callback = self.attempts.get(call.id)
        if callback is not None:
            self.fire(callback, event)
        return callback is not None

    def begins(self, call: Call) -> None:
        """A call of a customer lives from now on: nobody dials him for another callback."""
        number = call.arrived.caller
        if number is None:
            return
        self._engage(number, self.attempts.get(call.id))

    def unclear(self, callback: OpenCallback) -> None:
        """An attempt of an engine before may be ringing him: nobody dials him until that is known."""
        callback.engages = True
        self._engage(callback.now.number, callback)

    def traced(self, callback: OpenCallback) -> None:
        """It is known, or it counts as unknown for good. Fine if it was not unclear."""
        self.arm(callback, None)
        if callback.engages:
            callback.engages = False
            self._disengage(callback.now.number)

    def ends(self, call: Call, outcome: CallOutcome) -> None:
        """It lives no more. A customer whom we had called and who, no agent being there, left a message
        or was served by a flow, is not called again."""
        if call.callback is not None:
            callback = self.attempts.get(call.id)
            if callback is not None:
                callback.outcome = AttemptOutcome.LOST
                if call.offer is not None:
                    callback.agent = call.offer.agent
                if outcome in _SERVED_ELSEWHERE:
                    callback.outcome = AttemptOutcome.ANSWERED
                    verdict = Verdict(CallbackOutcome.CLOSED, "customer", _SERVED_ELSEWHERE[outcome])
                    callback.verdict = callback.verdict or verdict
                self._disengage(call.arrived.caller)
                self.fire(callback, CallbackEvent.CUSTOMER_LEFT)
                return
        self._disengage(call.arrived.caller)

    def answered(self, call: Call) -> None:
        """An agent and a customer hear each other: we had called him, or he us."""
        if call.callback is not None:
            self.tell(call, CallbackEvent.JOINED)
        elif call.arrived.caller in self.by_number:
            self.promising.own_call(call)

    def passed_to(self, call: Call, agent: Agent) -> None:
        """Another agent is to talk with a customer who has picked up."""
        callback = self.attempts.get(call.id)
        if callback is not None:
            callback.agent = agent

    def missed(self, call: Call, reason: MissedReason, message: str | None = None) -> None:
        """A caller is to be called back. `message`: what he has left."""
        self.promising.missed(call, reason, message)

    def talk_missed(self, call: Call) -> None:
        """Before a call is noted as missed: one that we had dialled was reached all the same."""
        if call.callback is not None and call.id in self.attempts:
            callback = self.attempts.pop(call.id)
            self.fire(callback, CallbackEvent.CUSTOMER_LEFT)

    def keep_place(self, call: Call) -> str:
        """A waiting caller asked for a callback by key, and keeps his place: the callback's id. What
        becomes of the call is up to whoever tells this; it is not noted as missed any more."""
        return self.promising.keep_place(call)

    def found(self, live: LiveCall) -> Call | None:
        """A dialled customer was found talking of whom nobody knew that he had picked up; None where he
        is none of ours."""
        callback = self.attempts.get(live.dialled_for or "")
        if callback is None or callback.state is not CallbackState.UNCLEAR:
            return None
        call = self.found_channel(callback, live)
        self.record_entered(callback, call)
        return call

    def found_channel(self, callback: OpenCallback, live: LiveCall) -> Call:
        """The call that he is, or will be, whose channel an engine before this one had dialled."""
        call = self.call_for(callback, live.arrived.node)
        self.traced(callback)
        return call

    def nothing(self, callback: OpenCallback, row: str) -> None:
        """Only the state changes, if that."""

    def stale(self, callback: OpenCallback | Stray, row: str) -> None:
        """Lawful, and too late to matter."""
        self._floor.stale(row, callback.id)

    def stray_answer(self, stray: Stray, row: str) -> None:
        """Somebody picked up whom nobody calls any more."""
        self._floor.commands.append(EndCall(call=stray.id))
        self._floor.stale(row, stray.id)

    def ring(self, callback: OpenCallback, row: str) -> None:
        """Agent first: his phone rings."""
        call, agent = self._under_way(callback)
        self._floor.offer_machine.make(call, agent)
        callback.offers = call.offers_made

    def hold_and_commit(self, callback: OpenCallback, row: str) -> None:
        """Customer first: an agent is kept for him."""
        call, agent = self._under_way(callback)
        self._floor.offer_machine.hold(call, agent)
        callback.offers = call.offers_made
        self.commit(callback, row)

    def ask(self, callback: OpenCallback, row: str) -> None:
        """The agent picked up: he hears whom he will call."""
        call, agent = self._under_way(callback)
        assert call.offer is not None, "who picked up has an offer"
        call.note(self._floor.now, codes.CALLBACK_ASKED, agent.id)
        language = self._floor.routing.languages[0]
        number = readable(self._floor.routing.numbering, callback.now.number)
        sounds = (WHOM, *saying.digits(number, language))
        self._prompt(call.offer.id, WHOM, sounds)

    def stop_ringing(self, callback: OpenCallback, row: str) -> None:
        """The customer is not to be called now, after all."""
        callback.agent = None
        for offer in callback.call.offers if callback.call is not None else ():
            self._floor.offer_machine.fire(offer, OfferEvent.WITHDRAWN)

    def declined(self, offer_id: str, by: str, reason: str | None) -> bool:
        """An agent does not want to make this call: it goes back with its place. False where he is not
        asked (any more)."""
        offer = self._floor.offers.get(offer_id)
        if offer is None or offer.call is None or offer.call.state is not CallState.DIALLED:
            return False
        callback = self.attempts.get(offer.call.id)
        if callback is None or callback.state is not CallbackState.ASKED:
            return False
        offer.call.note(self._floor.now, codes.CALLBACK_DECLINED, offer.agent.id, reason)
        why = f"declined by {offer.agent.id}" + (f": {reason}" if reason else "")
        self.changed(callback, why, due_at=max(callback.now.due_at, self._floor.now + DECLINED_REST))
        self._floor.offer_machine.fire(offer, OfferEvent.DECLINED)
        return True

    def go_back(self, callback: OpenCallback, row: str) -> None:
        """The agent did not come to it: it keeps its place."""
        self._forget_call(callback)
        self._go_on(callback)

    def hung_up_on(self, callback: OpenCallback, row: str) -> None:
        """The agent hung up when he heard whom he would call, or was let go."""
        rested = self._floor.now + DECLINED_REST
        if callback.agent is not None and callback.now.due_at < rested:
            self.changed(callback, f"{callback.agent.id} hung up", due_at=rested)
        self.go_back(callback, row)

    def commit(self, callback: OpenCallback, row: str) -> None:
        """Nothing is dialled that is not in the store."""
        call, agent = self._under_way(callback)
        listed = callback.now.number in self._floor.do_not_call
        spent = used_up(self.rule(callback), callback.now)
        if listed or spent or not self.may_be_called(callback):
            self.fire(callback, CallbackEvent.NOT_COMMITTED)
            return
        callback.attempt = Attempt(
            id=call.id,
            callback=callback.id,
            number_of=callback.now.attempts + 1,
            number=callback.now.number,
            agent=agent.id,
            made_at=self._floor.now,
        )
        self._floor.commands.append(CommitAttempt(attempt=callback.attempt, callback=callback.now))

    def not_committed(self, callback: OpenCallback, row: str) -> None:
        """The store does not take it, or its time is over: nobody is dialled, and nothing was made."""
        self._dismiss(callback, _FAILED)
        if callback.attempt is not None:
            self.pause()
            again = max(callback.now.due_at, self._floor.now + AGAIN)
            self.changed(callback, "not stored", due_at=again)
        callback.attempt = None
        self._forget_call(callback)
        self._go_on(callback)

    def dial(self, callback: OpenCallback, row: str) -> None:
        """It is in the store, so it counts as made; now, and only now, the customer is dialled."""
        call, _ = self._under_way(callback)
        spent = used_up(self.rule(callback), callback.now)
        callback.change(attempts=callback.now.attempts + 1)
        trunk = self.trunk(callback)
        unwanted = spent or not call.offers or self.is_unwanted(callback)
        if unwanted or trunk is None or trunk.dial is None or call.node in self._floor.lost:
            callback.outcome = AttemptOutcome.WITHDRAWN if unwanted else AttemptOutcome.FAILED
            call.note(self._floor.now, codes.CALLBACK_NOT_DIALLED)
            self.fire(callback, CallbackEvent.FAILED)
            return
        call.note(self._floor.now, codes.CALLBACK_DIALLED, callback.now.attempts, trunk.name)
        self._floor.commands.append(
            DialCustomer(
                attempt=call.id,
                node=call.node,
                endpoint=endpoint(trunk.dial, self._floor.routing.numbering, callback.now.number),
                number=callback.now.number,
                caller_id=trunk.caller_id or callback.now.dialled or None,
                ring_s=self.rule(callback).ring,
                language=call.language,
            )
        )
        self.arm(callback, self._floor.now + self.rule(callback).ring + UNHEARD)

    def rings(self, callback: OpenCallback, row: str) -> None:
        """The customer's phone rings."""
        callback.ringing_at = self._floor.now

    def cancel(self, callback: OpenCallback, row: str) -> None:
        """Stop dialling: the agent is gone, the customer calls himself, or it is closed."""
        call, _ = self._under_way(callback)
        self._floor.commands.append(CancelDial(attempt=call.id))
        self._dismiss(callback, _FAILED)

    def join(self, callback: OpenCallback, row: str) -> None:
        """The customer picked up."""
        call, _ = self._under_way(callback)
        self.arm(callback, None)
        self.record_entered(callback, call)
        reached = CallEvent.REACHED if call.offer is not None else CallEvent.REACHED_ALONE
        self._floor.call_machine.fire(call, reached)

    def join_late(self, callback: OpenCallback, row: str) -> None:
        """He picked up while his dialling was being stopped: he waits for an agent, before everybody,
        unless nobody is to talk with him any more."""
        call, _ = self._under_way(callback)
        self.arm(callback, None)
        self.record_entered(callback, call)
        machine = self._floor.call_machine
        if callback.verdict is None and self.engaged.get(callback.now.number, 0) == 1:
            machine.fire(call, CallEvent.REACHED_ALONE)
        else:
            call.decided = CallOutcome.ABANDONED
            machine.fire(call, CallEvent.RELEASED)

    def joined(self, callback: OpenCallback, row: str) -> None:
        """They hear each other."""
        call = callback.call
        assert call is not None, "who talks has a call"
        call.missed = False  # if they are cut off, he is called back for that
        agent = call.offer.agent.id if call.offer is not None else None
        callback.reached_by = agent
        self.traced(callback)
        self.record_attempt(callback, AttemptOutcome.ANSWERED, agent)

    def attempt_over(self, callback: OpenCallback, row: str) -> None:
        """He was not reached, or not joined with anybody: the retry rule says what follows."""
        outcome = callback.outcome or AttemptOutcome.FAILED
        if callback.call is not None and outcome is not AttemptOutcome.ANSWERED:
            callback.call.note(self._floor.now, codes.CALLBACK_NOT_REACHED, outcome.value)
        self._dismiss(callback, _WHY_NOT.get(outcome, _FAILED))
        attempt = callback.attempt
        assert attempt is not None, "what is over was committed"
        agent = attempt.agent if callback.agent is None else callback.agent.id
        self.record_attempt(callback, outcome, agent)
        made = callback.now.attempts
        self.attempts.pop(attempt.id, None)
        callback.attempt = callback.ringing_at = callback.outcome = None
        callback.offers = 0
        self._forget_call(callback)
        self.traced(callback)
        at = next_attempt(self.rule(callback), callback.now, self._floor.now)
        if at is None and callback.verdict is None:
            callback.verdict = Verdict(CallbackOutcome.EXPIRED, reason=f"{made} attempts were made")
        elif at is not None and callback.verdict is None:
            later = max(at, callback.now.due_at)  # somebody may have asked for a later time meanwhile
            self.changed(callback, f"attempt {made}: {outcome.value}", due_at=later)
        self._go_on(callback)

    def withdrawn(self, callback: OpenCallback, row: str) -> None:
        """His phone is quiet, because we had asked for that."""
        callback.outcome = AttemptOutcome.WITHDRAWN
        self.attempt_over(callback, row)

    def unknown(self, callback: OpenCallback, row: str) -> None:
        """His channel is not there, and nobody saw what became of it: it counts as made."""
        callback.outcome = AttemptOutcome.UNKNOWN
        self.attempt_over(callback, row)

    def let_go(self, callback: OpenCallback, row: str) -> None:
        """He picked up for an engine before this one, and is with nobody: he is released."""
        call = callback.call
        assert call is not None, "who has picked up has a call"
        self.record_entered(callback, call)
        call.decided = CallOutcome.ABANDONED
        self._floor.call_machine.fire(call, CallEvent.RELEASED)
        self.unknown(callback, row)

    def close(self, callback: OpenCallback, row: str) -> None:
        """Its one end."""
        self.step_out(callback)
        self.forget(callback)
        self._tell_end(callback)

    def drop(self, callback: OpenCallback, verdict: Verdict) -> None:
        """It is to end: now, or when what is under way is over. The store is told at once, so that it
        ends whatever becomes of this engine."""
        if callback.verdict is not None:
            return
        callback.verdict = verdict
        self._tell_end(callback)
        self.fire(callback, CallbackEvent.DROPPED)

    def call_for(self, callback: OpenCallback, node: str) -> Call:
        """The call that the customer will be, known from now on."""
        at, floor = callback.now, self._floor
        name = callback.attempt.id if callback.attempt is not None else f"{at.id}-a{at.attempts + 1}"
        shown = readable(floor.routing.numbering, at.number)
        his = CallArrived(call=name, node=node, dialled=at.dialled, caller=at.number, written=shown)
        call = Call(his, floor.now)
        call.state, call.callback, call.missed = CallState.DIALLED, at.id, True
        call.business, call.language, call.queue = at.business, at.language, self.queue(callback).name
        call.needs, call.firsts, call.offers_made = at.needs, at.firsts, callback.offers
        call.note(floor.now, codes.CALLBACK, at.source.value, at.attempts + 1, floor.now - at.created_at)
        floor.calls[name] = call
        callback.call = call
        self.attempts[name] = callback
        self.begins(call)
        return call

    def _tell_end(self, callback: OpenCallback) -> None:
        """Once. Who was talked with was reached, whatever is said of him; but for a wrong number."""
        if callback.told:
            return
        callback.told = True
        verdict = callback.verdict
        wrong = verdict is not None and verdict.outcome is CallbackOutcome.WRONG_NUMBER
        if callback.reached_by is not None and not wrong:
            verdict = Verdict(CallbackOutcome.ANSWERED)
        assert verdict is not None, "what is closed was dropped, or reached"
        self.record_closed(callback, verdict)

    def _go_on(self, callback: OpenCallback) -> None:
        """Nothing is under way (any more)."""
        if callback.verdict is not None:
            self.fire(callback, CallbackEvent.DROPPED)
        else:
            self.begin(callback)

    def _under_way(self, callback: OpenCallback) -> tuple[Call, Agent]:
        assert callback.call is not None, "an attempt has a call"
        assert callback.agent is not None, "an attempt has an agent"
        return callback.call, callback.agent

    def _dismiss(self, callback: OpenCallback, prompt: str) -> None:
        """Whoever was to talk is free again; who is on the line hears why."""
        call = callback.call
        if call is None:
            return
        offers, call.offers, call.offer = call.offers, (), None
        for offer in offers:
            if offer.state is OfferState.ANSWERED:
                self._prompt(offer.id, prompt, (prompt,))
                self._floor.offer_machine.fire(offer, OfferEvent.DISMISSED)
            else:
                self._floor.offer_machine.fire(offer, OfferEvent.WITHDRAWN)

    def _prompt(self, offer_id: str, prompt: str, sounds: tuple[str, ...]) -> None:
        language = self._floor.routing.languages[0]
        self._floor.commands.append(
            PromptAgent(offer=offer_id, prompt=prompt, sounds=sounds, language=language)
        )

    def _forget_call(self, callback: OpenCallback) -> None:
        """The call that he was to be is none."""
        call, callback.call, callback.agent = callback.call, None, None
        if call is None:
            return
        self.attempts.pop(call.id, None)
        if call.state is not CallState.DIALLED:
            return  # it was one, and has ended as calls do
        if call.picked_up:
            self._floor.call_machine.finish(call, CallOutcome.ABANDONED)
            return
        self._floor.call_machine.fire(call, CallEvent.NOT_REACHED)
        del self._floor.calls[call.id]
        self._disengage(call.arrived.caller)

    def _engage(self, number: str, by: OpenCallback | None) -> None:
        self.engaged[number] = self.engaged.get(number, 0) + 1
        for callback in list(self.by_number.get(number, {}).values()):
            if callback is not by:
                self.fire(callback, CallbackEvent.CALLED)

    def _disengage(self, number: str | None) -> None:
        if number is None:
            return
        left = self.engaged.get(number, 0) - 1
        if left > 0:
            self.engaged[number] = left
            return
        self.engaged.pop(number, None)
        for callback in list(self.by_number.get(number, {}).values()):
            if number not in self.engaged:  # else one of them is being carried out already
                self.fire(callback, CallbackEvent.CALL_OVER)
