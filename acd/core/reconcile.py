"""When an Asterisk node is lost and when it is back: what was believed is settled with what is there.

While a node is lost its callers most likely still hear what they heard, and its agents still ring or
talk. Nothing is done about them: waiting calls leave the heaps with their keys, idle agents are not
rung, deadlines that come are caught up with afterwards. When the node is back, everything of ours that
lives on it is listed, and each thing that the core knows is told what must have happened to it
meanwhile, by the ordinary events of its table. Nobody takes a call until all of that is settled; then
the waiting calls look for agents in the order of their keys.
"""

from __future__ import annotations

from dataclasses import replace

from acd.core import codes
from acd.core.call import Call
from acd.core.calls_table import CallEvent, CallState
from acd.core.commands import CancelRing, ConnectCall, ReleaseAgent
from acd.core.events import ChannelsReconciled, LiveCall, LiveOffer, NodeLost
from acd.core.facts import OfferEnded, OfferOutcome
from acd.core.floor import Floor
from acd.core.flow_words import OutsideEnded
from acd.core.gathered import gathered
from acd.core.offer import Offer, call_of, number_of
from acd.core.offers_table import OfferEvent, OfferState
from agents.inputs import Release, Reserve
from agents.model import AgentState
from agents.roster import Agent

_IN_CALL = (AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING)
_GONE = {
    OfferState.RESERVED: OfferEvent.LEG_ENDED,
    OfferState.RINGING: OfferEvent.LEG_ENDED,
    OfferState.CANCELLED: OfferEvent.LEG_ENDED,
    OfferState.ANSWERED: OfferEvent.HUNG_UP,
    OfferState.CONNECTED: OfferEvent.HUNG_UP,
    OfferState.TOLD: OfferEvent.HUNG_UP,
    OfferState.RELEASED: OfferEvent.HUNG_UP,
}
"""What must have happened to an offer whose leg is not there any more."""
_ON_HIS_WAY = (CallState.ENTERING, CallState.ANNOUNCING, CallState.WAITING)


class Reconcile:
    """Follows the connections to the Asterisk nodes."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def lost(self, event: NodeLost) -> None:
        """The connection to a node is gone."""
        floor, node = self._floor, event.node
        floor.lost.add(node)
        for agent in self._agents(node):
            floor.matching.unready(agent)
        for call in floor.calls.values():
            if call.node == node and call.state is CallState.WAITING and call.ticket is not None:
                floor.matching.hold(call.ticket)
                call.note(floor.now, codes.NODE_LOST, node)

    def back(self, event: ChannelsReconciled) -> None:
        """A node is connected, and this is what lives there."""
        floor = self._floor
        floor.lost.discard(event.node)
        with gathered(floor):
            self._settle(event)
        floor.mailboxes.node_back(event.node)
        floor.messages.node_back(event.node)

    def _settle(self, event: ChannelsReconciled) -> None:
        floor = self._floor
        legs = {live.offer: live for live in event.offers}
        listed = {live.arrived.call: live for live in event.calls}
        for agent in self._agents(event.node):
            floor.matching.unready(agent)
        for agent_id, phone in event.phones:
            floor.staff.phone(agent_id, phone)
        self._offers_without_legs(event.node, legs)
        self._calls_that_are_gone(event, listed)
        known = {id_: call.state for id_, call in floor.calls.items() if id_ in listed}
        self._settle_offers(event.node, legs)
        self._unknown_legs(listed, legs)
        floor.callbacks.recovery.settle(event)
        for call_id, state in known.items():
            self._call_is_back(listed[call_id], state, event.outside)
        for live in sorted(event.calls, key=lambda each: each.created_at):
            if live.dialled_for is not None:
                continue
            if live.arrived.call not in known and live.arrived.call not in floor.calls:
                if live.arrived.call in (event.outside or ()):
                    floor.call_machine.found_put_through(live)
                else:
                    floor.call_machine.arrive(live.arrived, live.created_at, found=True)
        self._free_agents(event.node)
        self._old_offers(event.node)
        self._count_offers(legs)

    # in the order in which it is done

    def _offers_without_legs(self, node: str, legs: dict[str, LiveOffer]) -> None:
        """Whatever becomes of these, nothing is to be asked of their legs any more."""
        for offer in self._floor.offers.values():
            if offer.agent.profile.node == node and offer.id not in legs:
                offer.leg = False

    def _calls_that_are_gone(self, event: ChannelsReconciled, listed: dict[str, LiveCall]) -> None:
        floor = self._floor
        gone = [
            call for call in floor.calls.values() if call.node == event.node and call.id not in listed
        ]
        began = event.asterisk_started_at
        for call in gone:
            cut = event.restarted or (began is not None and call.arrived_at < began)
            how = CallEvent.CUT_OFF if cut else CallEvent.HUNG_UP
            if floor.call_machine.left_tapes.seek(call, how):
                continue
            if cut:
                floor.call_machine.cut(call, began)
            else:
                floor.call_machine.fire(call, CallEvent.HUNG_UP)

    def _settle_offers(self, node: str, legs: dict[str, LiveOffer]) -> None:
        floor = self._floor
        for offer in list(floor.offers.values()):
            if offer.agent.profile.node != node or offer.state is OfferState.HELD:
                continue
            live = legs.get(offer.id)
            if live is None:
                floor.offer_machine.fire(offer, _GONE[offer.state])
            else:
                self._leg_is_there(offer, live)

    def _leg_is_there(self, offer: Offer, live: LiveOffer) -> None:
        """Events of the leg may have been lost: catch up with them."""
        floor = self._floor
        machine = floor.offer_machine
        if live.answered and offer.state in (
            OfferState.RESERVED,
            OfferState.RINGING,
            OfferState.CANCELLED,
        ):
            machine.fire(offer, OfferEvent.ANSWERED)
        if offer.state is OfferState.ANSWERED and live.connected:
            machine.fire(offer, OfferEvent.CONNECTED)
        elif offer.state in (OfferState.ANSWERED, OfferState.TOLD):
            machine.fire(offer, OfferEvent.PROMPTED)  # whatever he heard is over
        elif offer.state is OfferState.CONNECTED and not live.connected and offer.call is not None:
            floor.commands.append(ConnectCall(call=offer.call.id, offer=offer.id))
        elif offer.state is OfferState.CANCELLED:
            floor.commands.append(CancelRing(offer=offer.id))
        elif offer.state is OfferState.RELEASED:
            floor.commands.append(ReleaseAgent(offer=offer.id))
        elif offer.timer is None and offer.state in (OfferState.RESERVED, OfferState.RINGING):
            machine.fire(offer, OfferEvent.TIMED_OUT)

    def _unknown_legs(self, listed: dict[str, LiveCall], legs: dict[str, LiveOffer]) -> None:
        """Legs of offers that nobody here made: of an engine that died, mostly."""
        floor = self._floor
        for live in legs.values():
            if live.offer in floor.offers:
                continue
            agent = floor.roster.get(live.agent)
            if agent is not None and agent.offer is not None:
                agent = None
            call = floor.calls.get(live.call)
            if call is None and agent is not None and live.connected and live.call in listed:
                call = floor.call_machine.found_talking(listed[live.call])
            if agent is not None and call is not None and _adoptable(call, live):
                floor.offer_machine.adopt(call, agent, live.offer)
            elif agent is not None and agent.status.state in (*_IN_CALL, AgentState.IDLE):
                if agent.status.state is AgentState.IDLE:
                    floor.staff.apply(agent, Reserve())
                floor.offer_machine.let_go(agent, live.offer, answered=live.answered)
            elif live.answered:
                floor.commands.append(ReleaseAgent(offer=live.offer))
            else:
                floor.commands.append(CancelRing(offer=live.offer))

    def _call_is_back(self, live: LiveCall, state: CallState, outside: tuple[str, ...] | None) -> None:
        """A known call that is still there. What has moved already has been told all it needs."""
        call = self._floor.calls.get(live.arrived.call)
        if call is None or call.state is not state:
            return
        if state is CallState.ENTERING:
            # His number stays as it is known: by it he counts as being on the line.
            call.arrived = replace(live.arrived, caller=call.arrived.caller)
        if state is CallState.OUTSIDE and outside is not None and call.id not in outside:
            # Whether it had answered, nobody knows; he is there still, so somebody is to serve him.
            gone = OutsideEnded(call=call.id, answered=False, cause=0)
            self._floor.call_machine.flows.outside.ended(gone)
            return
        if state is CallState.OUTSIDE and outside is not None:
            self._floor.call_machine.flows.outside.rings(call)
        if state in _ON_HIS_WAY and outside is not None and call.id in outside:
            self._floor.call_machine.fire(call, CallEvent.PUT_THROUGH)
            return
        self._floor.call_machine.left_tapes.seek_present(call)
        self._floor.call_machine.fire(call, CallEvent.NODE_BACK)

    def _free_agents(self, node: str) -> None:
        """Those whom the store believed in a call that is not there are free; the idle stand by."""
        floor = self._floor
        for agent in self._agents(node):
            if agent.status.state in _IN_CALL and agent.offer is None:
                floor.staff.apply(agent, Release())
            elif agent.status.state is AgentState.IDLE:
                floor.staff.ready(agent)

    def _old_offers(self, node: str) -> None:
        """Offers of the engine before: where both didn't come to talk, each of them is over."""
        floor = self._floor
        for old, of_caller in list(floor.rings.values()):
            agent, call_id = floor.roster.get(old.agent), call_of(old.offer)
            if (of_caller if agent is None else agent.profile.node) not in (node, ""):
                continue
            del floor.rings[old.offer]
            call = floor.calls.get(call_id)
            served_by = None if call is None or call.offer is None else call.offer.id
            outcome = OfferOutcome.ANSWERED if served_by == old.offer else OfferOutcome.WITHDRAWN
            if call is not None and outcome is OfferOutcome.WITHDRAWN:
                call.note(floor.now, codes.WITHDRAWN, old.agent)
            floor.record(
                OfferEnded(
                    offer=old.offer,
                    call=call_id,
                    agent=old.agent,
                    queue=old.queue,
                    at=floor.now,
                    outcome=outcome,
                    ring=0.0,
                    reasons=() if call is None else call.untold(),
                )
            )

    def _count_offers(self, legs: dict[str, LiveOffer]) -> None:
        """No new offer may have the name of a leg that is still there, whoever made it."""
        for live in legs.values():
            call = self._floor.calls.get(live.call)
            if call is not None:
                call.offers_made = max(call.offers_made, number_of(live.offer))

    def _agents(self, node: str) -> list[Agent]:
        roster = self._floor.roster
        return [agent for agent in (*roster, *roster.leaving) if agent.profile.node == node]


def _adoptable(call: Call, live: LiveOffer) -> bool:
    """Whether both were joined before anybody could take note of it."""
    return live.connected and call.state in (
        CallState.ENTERING,
        CallState.WAITING,
        CallState.DIALLED,
    )
