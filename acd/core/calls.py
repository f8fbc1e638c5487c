"""The machine of calls: what each row of `acd.core.calls_table` does.

Methods without an underscore are either rows' acts (named in the table) or what the other machines
and the dispatcher tell a call. Where a call waits, and for whom, is the matter of `acd.core.waiting`.
"""

from __future__ import annotations

from acd.core import codes
from acd.core.call import Call
from acd.core.call_facts import MISSED, ended, entered, missed
from acd.core.callbacks_table import CallbackEvent
from acd.core.calls_table import CALL_TABLE, CallEvent, CallState
from acd.core.commands import ConnectCall, EndCall, EndCause, PlayPrompt
from acd.core.entry import Admission
from acd.core.events import CallArrived, LiveCall
from acd.core.facts import (
    CallAnswered,
    CallOutcome,
    MissedReason,
    QueueLeft,
    VisitOutcome,
)
from acd.core.floor import Floor
from acd.core.flows import Flows
from acd.core.left_tapes import LeftTapes
from acd.core.offer import Offer
from acd.core.offers_table import OfferEvent
from acd.core.routing import Ending, Then
from acd.core.tables import ImpossibleEventError, Stray, compiled
from acd.core.waiting import Waiting
from ivr.model import ToFlow

_REMEMBERED = 1000
"""So many calls that ended: a channel that leaves and comes back does so within minutes."""


class Calls:
    """Drives every call through its table."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self.waiting = Waiting(floor, self)
        self.flows = Flows(floor, self)
        self.left_tapes = LeftTapes(floor, self)
        self._rows = compiled("call", CALL_TABLE, self)

    # what others tell

    def fire(self, call: Call, event: CallEvent) -> None:
        """Take the row of the call's state for `event`. Raises ImpossibleEventError."""
        row = self._rows[call.state].get(event)
        if row is None:
            raise ImpossibleEventError("call", call.id, call.state, event)
        if call.state is CallState.WAITING and call.desk is not None:
            call.desk.waiting -= 1
        call.state, act, name = row
        if call.state is CallState.WAITING and call.desk is not None:
            call.desk.waiting += 1
        act(call, name)

    def fire_unknown(self, call_id: str, event: CallEvent) -> None:
        """An event for a call that is gone or never was."""
        row = self._rows[CallState.GONE].get(event)
        if row is None:
            raise ImpossibleEventError("call", call_id, CallState.GONE, event)
        _, act, name = row
        act(Stray(call_id), name)

    def arrive(self, arrived: CallArrived, arrived_at: float, *, found: bool = False) -> None:
        """A caller is there; he has been since `arrived_at`. `found`: nobody had seen him arrive."""
        if arrived.call in self._floor.calls:
            self._floor.stale("call known: arrived", arrived.call)
            return
        call = Call(arrived, arrived_at)
        call.offers_made = self._floor.ended.pop(call.id, 0)
        self._floor.calls[call.id] = call
        self._floor.callbacks.begins(call)
        if found:
            call.note(self._floor.now, codes.TAKEN_OVER, call.node, arrived_at)
        self._enter(call, known=False)

    def found_talking(self, live: LiveCall) -> Call:
        """A call that nobody here knows is talking already: take it up as it is."""
        dialled = self._floor.callbacks.found(live)
        if dialled is not None:
            return dialled
        call = Call(live.arrived, live.created_at)
        self._floor.calls[call.id] = call
        self._floor.callbacks.begins(call)
        self._admit(call, known=False)
        return call

    def found_put_through(self, live: LiveCall) -> None:
        """A call that nobody here knows has an outside number on the line already."""
        call = Call(live.arrived, live.created_at)
        self._floor.calls[call.id] = call
        self._floor.callbacks.begins(call)
        self._admit(call, known=False)
        self.fire(call, CallEvent.PUT_THROUGH)

    def admit_known(self, call: Call) -> None:
        """Let the entry decide on a call that the store knows, if it has come to no place."""
        if not call.language:
            self._admit(call, known=True)

    def unanswered(self, call: Call, offer: Offer) -> None:
        """An offer of the call is over without an answer; after the last the call goes back."""
        call.offers = tuple(each for each in call.offers if each is not offer)
        if not call.offers and call.state in (CallState.OFFERED, CallState.DIALLED):
            self.fire(call, CallEvent.UNANSWERED)

    def send_away(self, call: Call, ending: Ending, outcome: CallOutcome) -> None:
        """The call's end is decided: record it now, let him hear why, then release him.

        An ending that leads into a flow or to a voicemail box is not the end: there it is decided.
        """
        if ending.then is Then.FLOW or ending.then is Then.VOICEMAIL:
            self.flows.by_ending(call, ending, outcome)
            return
        call.ending, call.decided = ending, outcome
        if ending.then is Then.CALLBACK:
            self.record_missed(call, MISSED[outcome])
        self.fire(call, CallEvent.RELEASED if ending.say is None else CallEvent.SENT_AWAY)

    def announce(self, call: Call, prompts: tuple[str, ...]) -> None:
        """Let an entering call hear prompts before it joins its queue."""
        call.prompts = prompts
        self.fire(call, CallEvent.ANNOUNCED)

    def cut(self, call: Call, at: float | None) -> None:
        """The caller's Asterisk died under him, at `at` at the latest (None: nobody knows when)."""
        if at is not None:
            begun = (call.arrived_at, call.joined_at, call.answered_at or 0.0)
            call.cut_off_at = min(self._floor.now, max(at, *begun))
        self.fire(call, CallEvent.CUT_OFF)

    # acts of the table

    def nothing(self, call: Call, row: str) -> None:
        """Only the state changes."""

    def stale(self, call: Call | Stray, row: str) -> None:
        """Lawful, and too late to matter."""
        self._floor.stale(row, call.id)

    def enter(self, call: Call, row: str) -> None:
        """Decide anew on a call of which the store knows that it entered, but no place."""
        self._enter(call, known=True)

    def play_next(self, call: Call, row: str) -> None:
        """Play the next of the prompts that come before the queue."""
        prompt, *rest = call.prompts
        call.prompts = tuple(rest)
        self._play(call, prompt)

    def go_on(self, call: Call, row: str) -> None:
        """A prompt is over: the next one, or the queue."""
        call.playing = None
        call.hears = ""
        if call.prompts:
            self.fire(call, CallEvent.ANNOUNCED)
        elif call.flows is not None and call.flows.bound is not None:
            self.flows.go(call)
        else:
            self.waiting.join(call)

    def play_last(self, call: Call, row: str) -> None:
        """Play the prompt that says why the caller is released."""
        assert call.ending is not None
        assert call.ending.say is not None
        self._play(call, call.ending.say)

    def hang_up(self, call: Call, row: str) -> None:
        """Release the caller; one who never was picked up hears "busy"."""
        call.playing = None
        cause = EndCause.NORMAL if call.picked_up else EndCause.BUSY
        self._floor.commands.append(EndCall(call=call.id, cause=cause))

    def wait_on(self, call: Call, row: str) -> None:
        """What was said to a waiting caller is over."""
        self.waiting.announcing.played(call)

    def choose(self, call: Call, row: str) -> None:
        """A waiting caller pressed a key; one that offers nothing does nothing."""
        self.waiting.choose(call)

    def leave_queue(self, call: Call, row: str) -> None:
        """Overflow: the stay in this queue is over, the call is not."""
        self.left(call, VisitOutcome.OVERFLOWED, self._floor.now)

    def stand_again(self, call: Call, row: str) -> None:
        """The caller's node is back: he stands in the heaps again, with the key that he had."""
        call.note(self._floor.now, codes.NODE_BACK, call.node)
        if call.playing is not None:
            self.waiting.announcing.lost_track(call)
        self.waiting.resume(call)

    def go_back(self, call: Call, row: str) -> None:
        """Nobody answered: back to the place that he never lost."""
        call.offer = None
        if call.desk is None:
            self.waiting.take_up(call)
        else:
            self.waiting.resume(call)

    def connect(self, call: Call, row: str) -> None:
        """Join caller and agent; whoever else rings for the caller stops."""
        offer = call.offer
        assert offer is not None, "an offer was answered"
        for other in call.offers:
            if other is not offer:
                self._floor.offer_machine.fire(other, OfferEvent.TAKEN)
        call.offers = (offer,)
        self._floor.commands.append(ConnectCall(call=call.id, offer=offer.id))

    def answered(self, call: Call, row: str) -> None:
        """Both hear each other: the wait is over, counted to the moment when the agent picked up."""
        offer = call.offer
        assert offer is not None, "an offer was answered"
        assert offer.answered_at is not None
        at = max(offer.answered_at, call.joined_at)
        call.answered_at = at
        call.picked_up = True
        self.left(call, VisitOutcome.ANSWERED, at)
        call.note(at, codes.ANSWERED, offer.agent.id, call.wait)
        within = call.desk is not None and call.wait <= call.desk.queue.service_level.within
        self._floor.record(
            CallAnswered(
                call=call.id,
                offer=offer.id,
                agent=offer.agent.id,
                queue=call.queue or "",
                business=call.business,
                caller=call.arrived.caller,
                at=at,
                wait=call.wait,
                within_service_level=within,
                callback=call.callback,
            )
        )
        if self._floor.callbacks.open:
            self._floor.callbacks.answered(call)
        self._floor.recordings.talk_began(call, offer)
        estimates = self._floor.estimates
        if estimates is not None:
            since = at if offer.ringing_at is None else offer.ringing_at
            wait = call.wait if call.visit else None
            estimates.answered(offer.agent.id, call.queue or "", wait, since, call.pace(at))

    def abandoned(self, call: Call, row: str) -> None:
        """The caller hung up before anybody answered: he is to be called back."""
        in_queue = call.ticket is not None
        self._drop(call, VisitOutcome.ABANDONED, self._floor.now)
        if in_queue and self._floor.estimates is not None:
            self._floor.estimates.gave_up(call.queue or "", call.wait)
        self.record_missed(call, MissedReason.ABANDONED)
        self.finish(call, CallOutcome.ABANDONED)

    def cut_off(self, call: Call, row: str) -> None:
        """The caller's Asterisk died under him."""
        at = self._floor.now if call.cut_off_at is None else call.cut_off_at
        call.note(self._floor.now, codes.CUT_OFF, call.node)
        self._talk_ends(call, at)
        self._drop(call, VisitOutcome.CUT_OFF, at)
        self.record_missed(call, MissedReason.CUT_OFF)
        self.finish(call, CallOutcome.CUT_OFF)

    def agent_there(self, call: Call, row: str) -> None:
        """An agent picked up for somebody who is to be called."""
        self._floor.callbacks.tell(call, CallbackEvent.AGENT_ANSWERED)

    def agent_lost(self, call: Call, row: str) -> None:
        """The agent who was to call somebody does not, or no longer."""
        call.offer = None
        self._floor.callbacks.tell(call, CallbackEvent.AGENT_LOST)

    def agent_told(self, call: Call) -> None:
        """An agent has heard whom he will call."""
        if call.state is CallState.DIALLED:
            self._floor.callbacks.tell(call, CallbackEvent.AGENT_TOLD)

    def untraced(self, call: Call, row: str) -> None:
        """His node is back, and his channel is not there (or never was)."""
        if not self._floor.callbacks.tell(call, CallbackEvent.UNTRACED):
            self.finish(call, CallOutcome.ABANDONED)

    def wait_for_agent(self, call: Call, row: str) -> None:
        """The customer picked up, and no agent is on the line: he comes before everybody."""
        self.waiting.take_up(call)

    def talk_over(self, call: Call, row: str) -> None:
        """The caller hung up after talking."""
        self._talk_ends(call, self._floor.now)
        self._drop(call, VisitOutcome.ANSWERED, self._floor.now)
        self.finish(call, CallOutcome.ANSWERED)

    def end(self, call: Call, row: str) -> None:
        """The caller is gone whose end had been decided."""
        self.finish(call, call.decided or CallOutcome.ANSWERED)

    # acts of the table: flows

    def begin_flow(self, call: Call, row: str) -> None:
        """He is in a flow."""
        self.flows.begin(call)

    def flow_played(self, call: Call, row: str) -> None:
        """What the flow played is over."""
        self.flows.played(call)

    def flow_pressed(self, call: Call, row: str) -> None:
        """He pressed a key."""
        self.flows.pressed(call)

    def flow_told(self, call: Call, row: str) -> None:
        """Something else that the flow waits for has come."""
        self.flows.told(call)

    def flow_node_back(self, call: Call, row: str) -> None:
        """Go on as far as it is known what he heard and said; else begin anew."""
        self.flows.node_back(call)

    def flow_hung_up(self, call: Call, row: str) -> None:
        """He hung up in a flow."""
        self.flows.hung_up(call)

    def flow_cut_off(self, call: Call, row: str) -> None:
        """His Asterisk died under him in a flow."""
        self.flows.cut_off(call, row)

    def dial_outside(self, call: Call, row: str) -> None:
        """Dial the outside number that the flow names."""
        self.flows.outside.dial(call)

    def found_outside(self, call: Call, row: str) -> None:
        """An engine before had put him through, and the store does not know it."""
        self.admit_known(call)
        self.left(call, VisitOutcome.OVERFLOWED, self._floor.now)
        self.flows.outside.found(call)

    def outside_answered(self, call: Call, row: str) -> None:
        """The outside number talks with him."""
        self.flows.outside.reached(call)

    def outside_hung_up(self, call: Call, row: str) -> None:
        """He hung up while the outside number rang or talked."""
        self.flows.outside.left(call)

    def outside_ended(self, call: Call, row: str) -> None:
        """The outside number has hung up, or was not reached."""
        self.flows.outside.after(call)

    # what acts are made of

    def left(self, call: Call, outcome: VisitOutcome, at: float) -> None:
        """The call's stay in its queue is over at `at`. Nothing where it is in none."""
        desk = call.desk
        if desk is None or desk.calls.pop(call.id, None) is None:
            return
        floor = self._floor
        floor.deadlines.cancel(call.timer)
        call.timer = None
        if call.notices is not None:
            self.waiting.announcing.over(call, outcome, at)
        if call.hold_until:
            self.waiting.holds_no_longer(call)
        assert call.ticket is not None, "whoever stands in a queue has a ticket"
        floor.matching.hold(call.ticket)
        call.ticket = None
        call.wait = at - call.joined_at
        floor.record(
            QueueLeft(
                call=call.id,
                at=at,
                queue=desk.queue.name,
                visit=call.visit,
                wait=call.wait,
                outcome=outcome,
            )
        )

    def talk_ended(self, call: Call, *, by_agent: bool) -> None:
        """The talk is over. `by_agent`: the agent hung up, so that the caller may be asked about it."""
        self._talk_ends(call, self._floor.now)
        call.decided = CallOutcome.ANSWERED
        if by_agent and self.flows.surveys.wanted(call):
            self.flows.survey(call)
        else:
            self.fire(call, CallEvent.AGENT_LEFT)

    def _enter(self, call: Call, *, known: bool) -> None:
        bound = call.flows is not None and call.flows.bound is not None
        if bound and call.visit:
            self.flows.go(call)  # all that the entry could say is known from his place
            return
        admission = self._admit(call, known=known)
        if bound:
            self.flows.go(call)
        elif admission.ending is not None and admission.outcome is not None:
            call.queue = None
            self.send_away(call, admission.ending, admission.outcome)
        else:
            if admission.flow is not None:
                self.flows.bind(call, ToFlow(flow=admission.flow))
            if admission.prompts:
                self.announce(call, tuple(admission.prompts))
            elif admission.flow is not None:
                self.flows.go(call)
            else:
                self.waiting.join(call)

    def _admit(self, call: Call, *, known: bool) -> Admission:
        """Let the entry decide, and keep what it says."""
        floor = self._floor
        admission = floor.entry.decide(call.arrived, floor.now)
        call.trace += admission.reasons
        call.business = admission.business
        call.language = admission.language
        call.queue = admission.queue
        call.tier = admission.tier
        call.head_start = admission.head_start
        call.needs = admission.needs
        call.firsts = admission.firsts
        if not known:
            floor.record(entered(call, admission.campaign))
        return admission

    def _play(self, call: Call, prompt: str) -> None:
        call.playing, call.hears, call.picked_up = prompt, "prompt", True
        call.note(self._floor.now, codes.SAID, prompt)
        self._floor.commands.append(PlayPrompt(call=call.id, prompt=prompt, language=call.language))

    def _drop(self, call: Call, outcome: VisitOutcome, at: float) -> None:
        """The caller is gone: stop what rings or talks for him, and give up his place."""
        offers, call.offers = call.offers, ()
        for offer in offers:
            self._floor.offer_machine.fire(offer, OfferEvent.CALLER_GONE)
        self.left(call, outcome, at)

    def _talk_ends(self, call: Call, at: float) -> None:
        if call.answered_at is not None and call.talked_until is None:
            call.talked_until = at

    def record_missed(self, call: Call, reason: MissedReason, message: str | None = None) -> None:
        """Once a call, whatever an engine before had recorded already. `message`: what he left for who
        calls him back."""
        if call.missed:
            return
        call.missed = True
        self._floor.callbacks.talk_missed(call)
        call.note(self._floor.now, codes.MISSED, reason.value)
        self._floor.record(missed(call, reason, self._floor.now))
        self._floor.callbacks.missed(call, reason, message)

    def finish(self, call: Call, outcome: CallOutcome) -> None:
        floor = self._floor
        del floor.calls[call.id]
        if call.flows is not None:
            self.flows.surveys.cut_off(call, call.flows)
        floor.callbacks.ends(call, outcome)
        if call.offers_made:
            floor.ended[call.id] = call.offers_made
            if len(floor.ended) > _REMEMBERED:
                del floor.ended[next(iter(floor.ended))]
        call.note(floor.now, codes.ENDED, outcome.value)
        floor.record(ended(call, outcome, floor.now))
        # Nothing points in a circle, so that the call's memory is free at once.
        call.offer, call.offers = None, ()
