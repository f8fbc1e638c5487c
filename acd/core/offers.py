"""The machine of offers: what each row of `acd.core.offers_table` does.

The order within an act matters: first the caller gets his place back (and perhaps another agent),
then the agent is free again, so that no caller with a later key slips in between.
"""

from __future__ import annotations

from acd.core import codes
from acd.core.call import Call
from acd.core.calls_table import CallEvent, CallState
from acd.core.commands import CancelRing, ReleaseAgent, RingAgent
from acd.core.facts import OfferEnded, OfferMade, OfferOutcome
from acd.core.floor import Floor
from acd.core.numbering import as_it_came
from acd.core.offer import Offer, offer_id
from acd.core.offers_table import OFFER_TABLE, OfferEvent, OfferState
from acd.core.routing import Queue, WrapUp
from acd.core.tables import ImpossibleEventError, Stray, compiled
from agents.inputs import Answer, CallOver, Decline, Input, Release, Reserve, Ring
from agents.model import AgentState
from agents.roster import Agent

TIMER = "ring"
"""The kind of an offer's deadline: it has rung long enough."""

UNREACHABLE_REST = 30.0
"""Seconds that an agent rests at least whose phone could not be reached, whatever it says of itself."""

SHORTEST_REST = 1.0
"""Seconds that an agent rests at least who did not take a call: a phone that refuses everything by
itself would else be rung some hundred times a second."""

_RESERVE, _RING, _ANSWER, _RELEASE = Reserve(), Ring(), Answer(), Release()


class Offers:
    """Drives every offer through its table."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._rows = compiled("offer", OFFER_TABLE, self)

    # what others tell

    def make(self, call: Call, agent: Agent) -> None:
        """Reserve an agent for a call and ring his phone."""
        floor = self._floor
        call.offers_made += 1
        while offer_id(call.id, call.offers_made) in floor.offers:
            call.offers_made += 1  # a leg by that name lives yet, of an engine before
        queue = floor.desks[call.queue or ""].queue
        offer = Offer(offer_id(call.id, call.offers_made), call, agent, queue)
        floor.offers[offer.id] = offer
        call.offers += (offer,)
        agent.offer, agent.call = offer.id, call.id
        self._ring(offer, call, queue)
        floor.staff.apply(agent, _RESERVE)
        self._record_made(offer, call, queue)

    def hold(self, call: Call, agent: Agent) -> None:
        """Keep an agent free for a call that will come, without ringing him."""
        floor = self._floor
        call.offers_made += 1
        queue = floor.desks[call.queue or ""].queue
        offer = Offer(offer_id(call.id, call.offers_made), call, agent, queue)
        offer.state, offer.leg = OfferState.HELD, False
        floor.offers[offer.id] = offer
        call.offers += (offer,)
        agent.offer, agent.call = offer.id, call.id
        floor.staff.apply(agent, _RESERVE)

    def fire(self, offer: Offer, event: OfferEvent) -> None:
        """Take the row of the offer's state for `event`. Raises ImpossibleEventError."""
        row = self._rows[offer.state].get(event)
        if row is None:
            raise ImpossibleEventError("offer", offer.id, offer.state, event)
        offer.state, act, name = row
        if offer.state is OfferState.OVER:
            del self._floor.offers[offer.id]
        act(offer, name)

    def fire_unknown(self, unknown: str, event: OfferEvent) -> None:
        """An event for an offer that is over or never was. An agent who answers it is let go."""
        row = self._rows[OfferState.OVER].get(event)
        if row is None:
            raise ImpossibleEventError("offer", unknown, OfferState.OVER, event)
        _, act, name = row
        act(Stray(unknown), name)

    def timer_due(self, offer: Offer) -> None:
        """It has rung long enough.

        Where the agent's node is lost, nobody knows whether it rang: with its caller on that node too
        it waits for the node, otherwise the caller goes on without it.
        """
        offer.timer = None
        lost = self._floor.lost
        if not lost or offer.call is None:
            self.fire(offer, OfferEvent.TIMED_OUT)
            return
        agent_lost, caller_lost = offer.agent.profile.node in lost, offer.call.node in lost
        if not agent_lost:
            self.fire(offer, OfferEvent.TIMED_OUT)
        elif not caller_lost:
            self.fire(offer, OfferEvent.WITHDRAWN)

    def adopt(self, call: Call, agent: Agent, leg: str) -> None:
        """Both were found talking, by an offer of an engine that died before it could say so."""
        floor = self._floor
        queue = floor.desks.get(call.queue or "")
        offer = Offer(leg, call, agent, queue.queue if queue is not None else None)
        offer.state = OfferState.CONNECTED
        offer.answered_at = floor.now
        floor.offers[offer.id] = offer
        call.offer, call.offers = offer, (offer,)
        agent.offer, agent.call = offer.id, call.id
        agent.calls_today += 1
        floor.staff.found_talking(agent)
        call.note(floor.now, codes.ADOPTED, agent.id)
        floor.call_machine.fire(call, CallEvent.ADOPTED)

    def let_go(self, agent: Agent, leg: str, *, answered: bool) -> None:
        """A leg of an offer that nobody here made: end it; until it is gone the agent isn't free."""
        offer = Offer(leg, None, agent, None)
        offer.state = OfferState.RELEASED if answered else OfferState.CANCELLED
        self._floor.offers[offer.id] = offer
        agent.offer = offer.id
        if answered:
            self._release(offer)
        else:
            self._stop(offer)

    # acts of the table

    def nothing(self, offer: Offer, row: str) -> None:
        """Only the state changes."""

    def stale(self, offer: Offer | Stray, row: str) -> None:
        """Lawful, and too late to matter."""
        self._floor.stale(row, offer.id)

    def stray_answer(self, offer: Stray, row: str) -> None:
        """Somebody picked up for a call that nobody knows any more."""
        self._floor.commands.append(ReleaseAgent(offer=offer.id))
        self._floor.stale(row, offer.id)

    def ring(self, offer: Offer, row: str) -> None:
        """The call for which he was held has come."""
        offer.leg = True
        call, queue = _call(offer), _queue(offer)
        self._ring(offer, call, queue)
        self._record_made(offer, call, queue)

    def spared(self, offer: Offer, row: str) -> None:
        """The call for which he was held does not come; he never knew of it."""
        offer.settle = _RELEASE
        self.settle(offer, row)

    def prompted(self, offer: Offer, row: str) -> None:
        """He has heard whom he will call."""
        self._floor.call_machine.agent_told(_call(offer))

    def declined(self, offer: Offer, row: str) -> None:
        """He heard whom he was to call, and does not want to. He may: nothing follows for him."""
        self._release(offer)
        self._over(offer, OfferOutcome.REFUSED, _RELEASE)

    def withdrawn_answered(self, offer: Offer, row: str) -> None:
        """The customer is not to be called now, after all."""
        self._release(offer)
        self._over(offer, OfferOutcome.WITHDRAWN, _RELEASE)

    def dismissed(self, offer: Offer, row: str) -> None:
        """The customer was not reached: the agent is told so, then he is released."""
        call, offer.call = _call(offer), None
        offer.settle = _RELEASE
        self._record_ended(offer, OfferOutcome.CALLER_GONE, call)

    def told(self, offer: Offer, row: str) -> None:
        """He has heard why nobody comes."""
        self._release(offer)

    def ringing(self, offer: Offer, row: str) -> None:
        """His phone rings."""
        offer.ringing_at = self._floor.now
        self._floor.staff.apply(offer.agent, _RING)

    def answered(self, offer: Offer, row: str) -> None:
        """He picked up: he is the one for this call."""
        floor = self._floor
        floor.deadlines.cancel(offer.timer)
        offer.timer = None
        offer.answered_at = floor.now
        floor.staff.apply(offer.agent, _ANSWER)
        call = _call(offer)
        call.offer = offer
        floor.call_machine.fire(call, CallEvent.ANSWERED)

    def unanswered(self, offer: Offer, row: str) -> None:
        """The telephone system gave up ringing."""
        self._over(offer, OfferOutcome.NO_ANSWER, _aside(offer, refused=False))
        self.settle(offer, row)

    def refused(self, offer: Offer, row: str) -> None:
        """He refused (486, 603)."""
        self._over(offer, OfferOutcome.REFUSED, _aside(offer, refused=True))
        self.settle(offer, row)

    def unreachable(self, offer: Offer, row: str) -> None:
        """His phone could not be reached: he rests, so that it isn't tried at once again."""
        rest = _queue(offer).no_answer.rest or 0.0
        self._over(offer, OfferOutcome.UNREACHABLE, Decline(rest=max(rest, UNREACHABLE_REST)))
        self.settle(offer, row)

    def lost(self, offer: Offer, row: str) -> None:
        """The leg ended, and nobody here had asked for it."""
        self._over(offer, OfferOutcome.WITHDRAWN, _RELEASE)
        self.settle(offer, row)

    def timed_out(self, offer: Offer, row: str) -> None:
        """It rang long enough: stop it; the agent is set aside when the leg is gone."""
        self._stop(offer)
        self._over(offer, OfferOutcome.NO_ANSWER, _aside(offer, refused=False))

    def caller_gone(self, offer: Offer, row: str) -> None:
        """The caller hung up while it rang. Not the agent's doing."""
        self._stop(offer)
        self._over(offer, OfferOutcome.CALLER_GONE, _RELEASE)

    def taken(self, offer: Offer, row: str) -> None:
        """Another agent of a ring_all was quicker."""
        self._stop(offer)
        self._over(offer, OfferOutcome.TAKEN, _RELEASE)

    def withdrawn(self, offer: Offer, row: str) -> None:
        """The offer is taken back by us."""
        self._stop(offer)
        self._over(offer, OfferOutcome.WITHDRAWN, _RELEASE)

    def connected(self, offer: Offer, row: str) -> None:
        """Caller and agent hear each other."""
        offer.agent.calls_today += 1
        call = _call(offer)
        self._floor.call_machine.fire(call, CallEvent.CONNECTED)
        self._record_ended(offer, OfferOutcome.ANSWERED, call)

    def connect_failed(self, offer: Offer, row: str) -> None:
        """They could not be joined: the agent is let go, the caller keeps his place."""
        self._release(offer)
        self._unconnected(offer, _RELEASE)

    def agent_lost(self, offer: Offer, row: str) -> None:
        """He hung up before they were joined: he is set aside as one who refuses. A phone that answers
        by itself and drops the call would else be rung without end."""
        call, aside = _call(offer), _aside(offer, refused=True)
        call.note(self._floor.now, codes.AGENT_LOST, offer.agent.id)
        if call.state is CallState.DIALLED:  # he does not want to make this call
            self._over(offer, OfferOutcome.REFUSED, aside)
        else:
            self._unconnected(offer, aside)
        self.settle(offer, row)

    def caller_gone_answered(self, offer: Offer, row: str) -> None:
        """The caller hung up while they were being joined."""
        self._release(offer)
        self._over(offer, OfferOutcome.CALLER_GONE, _RELEASE)

    def release(self, offer: Offer, row: str) -> None:
        """The caller hung up after talking: the agent's leg goes, then his after-call work begins."""
        call, offer.call = _call(offer), None
        self._release(offer)
        self._talked(offer, call)

    def talk_over(self, offer: Offer, row: str) -> None:
        """The agent hung up after talking."""
        call = _call(offer)
        self._talked(offer, call)
        call.offers = ()
        self._floor.call_machine.talk_ended(call, by_agent=True)
        self.settle(offer, row)

    def parted(self, offer: Offer, row: str) -> None:
        """They talked, were parted while their node was lost, and could not be joined again: both
        are released, and the talk is over."""
        call, offer.call = _call(offer), None
        self._release(offer)
        self._talked(offer, call)
        call.offers = ()
        self._floor.call_machine.talk_ended(call, by_agent=False)

    def late_answer(self, offer: Offer, row: str) -> None:
        """He picked up while his ringing was being stopped."""
        self._release(offer)
        self._floor.stale(row, offer.id)

    def settle(self, offer: Offer, row: str) -> None:
        """The leg is gone: the agent becomes what the offer's end made of him."""
        agent = offer.agent
        offer.call = None
        about, agent.offer, agent.call, agent.becomes = agent.call, None, None, None
        self._floor.staff.apply(agent, offer.settle or _RELEASE, call=about)

    # what acts are made of

    def _ring(self, offer: Offer, call: Call, queue: Queue) -> None:
        floor = self._floor
        offer.timer = floor.deadlines.schedule(floor.now + queue.ring, TIMER, offer.id)
        profile, arrived = offer.agent.profile, call.arrived
        floor.commands.append(
            RingAgent(
                offer=offer.id,
                call=call.id,
                agent=profile.id,
                endpoint=profile.endpoint,
                node=profile.node,
                caller=as_it_came(floor.routing.numbering, arrived.caller, arrived.written),
                caller_name=arrived.caller_name,
                queue=queue.name,
                callback=call.callback,
            )
        )

    def _record_made(self, offer: Offer, call: Call, queue: Queue) -> None:
        self._floor.record(
            OfferMade(
                offer=offer.id,
                call=call.id,
                agent=offer.agent.id,
                queue=queue.name,
                at=self._floor.now,
                reasons=call.untold(),
            )
        )

    def _stop(self, offer: Offer) -> None:
        if offer.leg:
            self._floor.commands.append(CancelRing(offer=offer.id))

    def _release(self, offer: Offer) -> None:
        if offer.leg:
            self._floor.commands.append(ReleaseAgent(offer=offer.id))

    def _over(self, offer: Offer, outcome: OfferOutcome, settle: Input) -> None:
        """The offer has come to nothing; its call looks for somebody else."""
        floor = self._floor
        floor.deadlines.cancel(offer.timer)
        offer.timer, offer.settle = None, settle
        if type(settle) is Decline and offer.agent.status.pending is None:
            paused = settle.pause_reason is not None
            offer.agent.becomes = AgentState.PAUSED if paused else AgentState.UNAVAILABLE
        call, offer.call = _call(offer), None
        if outcome is OfferOutcome.NO_ANSWER:
            call.note(floor.now, codes.NO_ANSWER, offer.agent.id, _rang(offer, floor.now))
        else:
            call.note(floor.now, _CODES[outcome], offer.agent.id)
        self._record_ended(offer, outcome, call)
        if floor.estimates is not None:
            floor.estimates.wasted(_queue(offer).name, _rang(offer, floor.now))
        floor.call_machine.unanswered(call, offer)

    def _unconnected(self, offer: Offer, settle: Input) -> None:
        call = _call(offer)
        self._over(offer, OfferOutcome.WITHDRAWN, settle)
        call.hears = ""
        self._floor.call_machine.fire(call, CallEvent.UNCONNECTED)

    def _talked(self, offer: Offer, call: Call) -> None:
        assert offer.answered_at is not None, "nobody talks who has not answered"
        until = self._floor.now if call.talked_until is None else call.talked_until
        offer.agent.talk_today += max(0.0, until - max(offer.answered_at, self._floor.day_began))
        wrap_up = offer.queue.wrap_up if offer.queue is not None else WrapUp()
        offer.settle = CallOver(wrap_up=wrap_up.seconds, extend=wrap_up.extend)

    def _record_ended(self, offer: Offer, outcome: OfferOutcome, call: Call) -> None:
        at = self._floor.now
        if outcome is OfferOutcome.ANSWERED and offer.answered_at is not None:
            at = offer.answered_at
        self._floor.record(
            OfferEnded(
                offer=offer.id,
                call=call.id,
                agent=offer.agent.id,
                queue=_queue(offer).name,
                at=at,
                outcome=outcome,
                ring=_rang(offer, at),
                reasons=call.untold(),
            )
        )


def _call(offer: Offer) -> Call:
    """The call of an offer that has not come to nothing."""
    assert offer.call is not None, "only offers that are being ended are without a call"
    return offer.call


def _queue(offer: Offer) -> Queue:
    """The queue of an offer that was made here."""
    assert offer.queue is not None, "only offers that were found are without a queue"
    return offer.queue


def _rang(offer: Offer, until: float) -> float:
    if offer.ringing_at is None:
        return 0.0
    return (until if offer.answered_at is None else offer.answered_at) - offer.ringing_at


def _aside(offer: Offer, *, refused: bool) -> Decline:
    queue = _queue(offer)
    policy = queue.refused if refused else queue.no_answer
    return Decline(pause_reason=policy.pause_reason, rest=max(policy.rest or 0.0, SHORTEST_REST))


_CODES = {
    OfferOutcome.REFUSED: codes.REFUSED,
    OfferOutcome.UNREACHABLE: codes.UNREACHABLE,
    OfferOutcome.WITHDRAWN: codes.WITHDRAWN,
    OfferOutcome.TAKEN: codes.TAKEN,
    OfferOutcome.CALLER_GONE: codes.CALLER_GONE,
}
