"""What the store remembers, taken up by a new engine before the telephone system has been asked.

Everything stands as on lost nodes: agents have their sessions and counters back but are not rung, calls
have their places, talking pairs talk. `acd.core.reconcile` settles all of it, node by node. Nothing of
this is a new fact, so none is recorded.
"""

from __future__ import annotations

from typing import NamedTuple

from acd.core import codes
from acd.core.call import Call
from acd.core.calls_table import CallEvent, CallState
from acd.core.events import PromisesRestored, RestoredAgent, RestoredCall, StateRestored
from acd.core.facts import CallOutcome, MissedReason, VisitOutcome
from acd.core.floor import Floor
from acd.core.offer import Offer, number_of, offer_id
from acd.core.offers_table import OfferState
from acd.core.passage import passage_of
from acd.core.records import Placement
from acd.core.routing import Then
from acd.core.staff import talking
from agents.model import AgentProfile, AgentState
from agents.roster import Agent
from agents.states import Status, Unavailable
from ivr.model import ToFlow, ToVoicemail

_ASKED = {codes.FLOW_PRESSED, codes.FLOW_WRONG, codes.FLOW_SILENCE, codes.FLOW_COLLECTED, codes.CHOSE}
"""Who has these in his story has pressed a key, or was asked for one."""
_LED_AWAY = (VisitOutcome.TIMED_OUT, VisitOutcome.NOBODY)
_ENDS = {MissedReason.IVR: CallOutcome.CALLBACK, MissedReason.VOICEMAIL: CallOutcome.NO_MESSAGE}
_IN_CALL = (AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING)


class _Flow(NamedTuple):
    """The flow that a story ends in: the purpose is "outside" for a caller put through to a number."""

    purpose: str
    name: str
    since: float


class Restore:
    """Takes up what the store remembers. `_went_on`: since when agents are what they are; `_left`: the
    calls whose callers have left a message."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._went_on: dict[str, float] = {}
        self._left: frozenset[str] = frozenset()

    def restored(self, event: StateRestored) -> None:
        """Agents first, so that talking calls find theirs."""
        floor = self._floor
        floor.lost.update(agent.profile.node for agent in floor.roster)
        floor.lost.update(call.arrived.node for call in event.calls)
        self._went_on = {each.agent: each.since for each in event.agents}
        for remembered in event.agents:
            agent = floor.roster.get(remembered.agent)
            if agent is not None:
                self._agent(agent, remembered)
        floor.do_not_call.update(event.do_not_call)
        self._left = frozenset(message.call for message in event.messages)
        for call in event.calls:
            if call.arrived.call not in floor.calls:
                self._call(call)
        floor.rings.update((each.offer, (each, "")) for each in event.rings)
        floor.callbacks.recovery.restored(event.callbacks)
        floor.messages.restored(event.messages)
        floor.call_machine.flows.surveys.restored(event.surveyed)

    def promised(self, event: PromisesRestored) -> None:
        """The store was away at first; what is owed is taken up beside what has come meanwhile."""
        floor = self._floor
        floor.do_not_call.update(event.do_not_call)
        floor.callbacks.recovery.late(event.callbacks)
        floor.messages.restored(event.messages)
        floor.messages.configured()
        floor.call_machine.flows.surveys.restored(event.surveyed)
        self._left = frozenset(message.call for message in event.messages)
        for call in event.calls:
            if call.arrived.call not in floor.calls:
                self._late(call)

    def _late(self, remembered: RestoredCall) -> None:
        """A call that was not there when its node was asked is over; else it waits for that."""
        floor, node = self._floor, remembered.arrived.node
        was_asked = node not in floor.lost
        self._went_on[remembered.agent or ""] = floor.now  # whatever he does, he is not in this call
        floor.lost.add(node)  # nobody is rung for it
        self._call(remembered)
        call = floor.calls[remembered.arrived.call]
        if was_asked:
            floor.lost.discard(node)
            if not floor.call_machine.left_tapes.seek(call, CallEvent.HUNG_UP):
                floor.call_machine.fire(call, CallEvent.HUNG_UP)

    def _agent(self, agent: Agent, remembered: RestoredAgent) -> None:
        floor = self._floor
        agent.calls_today = remembered.calls_today
        agent.talk_today = remembered.talk_today
        if remembered.state is AgentState.OFFLINE:
            agent.status = agent.status._replace(since=remembered.since)
            return
        agent.status = _status(remembered, floor.now)
        floor.matching.log_in(agent)
        floor.staff.arm(agent, agent.status.until)

    def _call(self, remembered: RestoredCall) -> None:
        floor = self._floor
        call = Call(remembered.arrived, remembered.arrived_at)
        call.picked_up = True
        call.trace = list(remembered.trace)
        call.told = len(call.trace)
        call.offers_made = max(remembered.offers, number_of(remembered.offer or ""))
        call.missed = remembered.missed is not None
        call.callback = remembered.callback
        floor.calls[call.id] = call
        floor.callbacks.begins(call)
        node = remembered.arrived.node
        floor.rings.update((each.offer, (each, node)) for each in remembered.rings)
        if remembered.placement is not None:
            self._placed(call, remembered.placement)
        elif remembered.callback is not None:
            call.queue = remembered.queue
            call.desk = floor.desks.get(call.queue or "")
        flow = _flow_of(call)
        if remembered.answered_at is not None:
            self._talking(call, remembered, remembered.answered_at, flow)
        elif remembered.missed is not None or call.id in self._left:
            self._decided(call, remembered, self._outcome(call, remembered.missed))
        elif flow is not None:
            self._in_flow(call, remembered, flow)
        elif remembered.left is VisitOutcome.OVERFLOWED:
            self._overflowing(call)
        elif remembered.left is not None:
            self._decided(call, remembered, CallOutcome(remembered.left.value))
        elif remembered.placement is not None:
            self._waiting(call, remembered.placement)
        elif remembered.callback is not None:
            call.state, call.missed = CallState.DIALLED, True

    def _placed(self, call: Call, placement: Placement) -> None:
        call.queue = placement.queue
        call.visit = placement.visit
        call.joined_at = placement.joined_at
        call.tier = placement.tier
        call.head_start = placement.head_start
        call.needs = placement.extra_needs
        call.firsts = placement.firsts
        call.language = placement.language
        call.business = placement.business
        call.desk = self._floor.desks.get(placement.queue)

    def _waiting(self, call: Call, placement: Placement) -> None:
        """Its time for first targets alone is over; they stay in the running."""
        call.state = CallState.WAITING
        call.opened = len(call.firsts)
        call.queue_open = True
        call.step = _steps_taken(call)
        self._floor.call_machine.waiting.stand(call)

    def _decided(self, call: Call, remembered: RestoredCall, outcome: CallOutcome) -> None:
        """All was said of its end; the caller may have heard his last prompt half, and is released."""
        call.state, call.decided = CallState.RELEASING, outcome
        if call.visit:
            until = self._floor.now if remembered.left_at is None else remembered.left_at
            call.wait = max(0.0, until - call.joined_at)

    def _outcome(self, call: Call, missed: MissedReason | None) -> CallOutcome:
        """How a call ends of which all is known that is to be: that a message was left, or that it was
        missed."""
        if missed is None or call.id in self._left:
            return CallOutcome.MESSAGE
        came_last = [code for _, code, *_ in call.trace if code in (codes.FLOW, codes.QUEUED)][-1:]
        if missed is MissedReason.ABANDONED and came_last == [codes.FLOW]:
            return CallOutcome.IVR_LEFT
        return _ENDS.get(missed) or CallOutcome(missed.value)

    def _in_flow(self, call: Call, remembered: RestoredCall, flow: _Flow) -> None:
        """He begins the flow anew once his node is there: what he had entered was in memory only. Who
        was put through to an outside number stays so: nobody here can tell whether he talks."""
        left = remembered.left
        if call.visit:
            until = self._floor.now if remembered.left_at is None else remembered.left_at
            call.wait = max(0.0, until - call.joined_at)
            call.seen = (call.queue or "",)
        to = ToVoicemail(box=flow.name) if flow.purpose == "voicemail" else ToFlow(flow=flow.name)
        came_by = CallOutcome(left.value) if left in _LED_AWAY and left is not None else None
        passage = self._floor.call_machine.flows.bind(call, to, came_by)
        passage.asked = any(code in _ASKED for _, code, *_ in call.trace)
        if flow.purpose == "outside":
            call.state, call.decided, passage.bound = CallState.OUTSIDE, CallOutcome.SERVED, None

    def _overflowing(self, call: Call) -> None:
        """It had left a queue for another one, and heard a prompt in between: now it goes there."""
        desk, call.desk = call.desk, None
        endings = () if desk is None else (desk.queue.on_timeout, desk.queue.on_nobody)
        call.seen = () if desk is None else (desk.queue.name,)
        call.queue = next((each.queue for each in endings if each.then is Then.QUEUE), None)
        call.state = CallState.ANNOUNCING

    def _talking(
        self, call: Call, remembered: RestoredCall, answered_at: float, flow: _Flow | None
    ) -> None:
        """It talks, unless its agent has gone on since: then only its end was not seen any more, or the
        caller was being asked about it, for which nobody keeps him any longer."""
        floor = self._floor
        call.answered_at = answered_at
        call.wait = answered_at - call.joined_at if call.visit else 0.0
        agent = self._agent_of(call, remembered.agent or "")
        queue = call.desk.queue if call.desk is not None else None
        offer = Offer(remembered.offer or offer_id(call.id, call.offers_made), call, agent, queue)
        offer.answered_at = answered_at
        call.offer = offer
        went_on = self._went_on.get(agent.id, answered_at)
        if flow is not None:
            went_on = flow.since
        if went_on > answered_at or agent.offer is not None:
            call.state, call.decided = CallState.RELEASING, CallOutcome.ANSWERED
            call.talked_until = went_on
            if remembered.survey is not None:
                passage_of(call).survey = remembered.survey
            return
        call.state, call.offers = CallState.TALKING, (offer,)
        offer.state = OfferState.CONNECTED
        floor.offers[offer.id] = offer
        agent.offer, agent.call = offer.id, call.id
        if agent.status.state is not AgentState.TALKING:
            agent.status = talking(agent.status, floor.now)
            floor.matching.log_in(agent)
            floor.staff.arm(agent, None)

    def _agent_of(self, call: Call, agent_id: str) -> Agent:
        """Who talks; somebody whom the file doesn't name any more is here for this call only."""
        agent = self._floor.roster.get(agent_id)
        if agent is None:
            profile = AgentProfile(id=agent_id, name=agent_id, endpoint="", node=call.node)
            agent = self._floor.roster.keep(profile)
        return agent


def _flow_of(call: Call) -> _Flow | None:
    """The flow that the call was in when its story ended: entered and not left."""
    flow: _Flow | None = None
    for at, code, *rest in call.trace:
        if code == codes.FLOW:
            flow = _Flow(purpose=rest[1], name=rest[0], since=at)
        elif code == codes.FLOW_LEFT:
            number = rest[1].removeprefix("number ")
            flow = _Flow(purpose="outside", name=number, since=at) if number != rest[1] else None
        elif code in (codes.NO_TRUNK, codes.OUTSIDE_ENDED):
            flow = None
    return flow


def _status(remembered: RestoredAgent, now: float) -> Status:
    """His state, as far as it needs no live call and no phone that is known to be free."""
    state, since = remembered.state, remembered.since
    logged_in_at = since if remembered.logged_in_at is None else remembered.logged_in_at
    status = Status(state=state, since=since, free_since=since, logged_in_at=logged_in_at)
    if state is AgentState.PAUSED:
        return status._replace(pause_reason=remembered.pause_reason)
    if state not in (*_IN_CALL, AgentState.WRAP_UP):
        return status._replace(
            state=AgentState.UNAVAILABLE, unavailable=(Unavailable.PHONE_UNREACHABLE,)
        )
    status = status._replace(pending=remembered.pending, pending_reason=remembered.pending_reason)
    if state in _IN_CALL:
        return status
    until = now if remembered.wrap_up_until is None else remembered.wrap_up_until
    return status._replace(until=until, extend=remembered.extend, extended=remembered.extended)


def _steps_taken(call: Call) -> int:
    """How many widening steps the story tells of since the call joined its queue."""
    steps = 0
    for reason in call.trace:
        if reason[1] == codes.QUEUED:
            steps = 0
        elif reason[1] == codes.WIDENED:
            steps = reason[2]
    return steps
