"""Outside numbers to which flows put callers through: dialled, rung, talked with, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.core import codes
from acd.core.call import Call
from acd.core.calls_table import CallEvent, CallState
from acd.core.facts import CallOutcome
from acd.core.flow_words import DialOutside, FlowLeft, OutsideAnswered, OutsideEnded
from acd.core.numbering import outward
from acd.core.passage import passage_of
from acd.core.routing import Trunk
from ivr.model import ToFlow

if TYPE_CHECKING:
    from acd.core.calls import Calls
    from acd.core.floor import Floor

OUTSIDE_RING_S: Final = 30.0
"""Seconds that an outside number rings."""

UNKNOWN_NUMBER: Final = "number ?"
"""Where somebody went from a flow whom an engine had put through that died before it could say so."""


class Outside:
    """Says what becomes of a caller with an outside number."""

    def __init__(self, floor: Floor, calls: Calls) -> None:
        self._floor = floor
        self._calls = calls

    def trunk(self) -> Trunk | None:
        """The one that dials: the first that does."""
        trunks = self._floor.routing.trunks.values()
        return next((trunk for trunk in trunks if trunk.dial is not None), None)

    def dial(self, call: Call) -> None:
        """Dial the number that a flow has put him through to."""
        assert call.flows is not None
        assert call.flows.outside is not None, "whoever is put through has a number"
        number, trunk = call.flows.outside
        call.flows.reached = False
        call.note(self._floor.now, codes.PUT_THROUGH, number, trunk.name)
        self._floor.commands.append(
            DialOutside(
                call=call.id,
                number=outward(trunk.dial or "", self._floor.routing.numbering, number),
                trunk=trunk.name,
                caller_id=trunk.caller_id,
                ring_s=OUTSIDE_RING_S,
            )
        )

    def found(self, call: Call) -> None:
        """He has left his flow for a number that only an engine before this one knew."""
        passage, floor = passage_of(call), self._floor
        bound, passage.bound, passage.reached = passage.bound, None, False
        if bound is None:
            return
        flow = bound.flow if isinstance(bound, ToFlow) else bound.box
        call.note(floor.now, codes.FLOW_LEFT, flow, UNKNOWN_NUMBER)
        reasons = call.untold()
        left = FlowLeft(
            call=call.id, at=floor.now, flow=flow, exit=UNKNOWN_NUMBER, collected=(), reasons=reasons
        )
        floor.record(left)

    def answered(self, event: OutsideAnswered) -> None:
        """The outside number has picked up."""
        call = self._floor.calls.get(event.call)
        if call is None:
            self._calls.fire_unknown(event.call, CallEvent.OUTSIDE_ANSWERED)
        elif call.state is CallState.OUTSIDE:
            self._calls.fire(call, CallEvent.OUTSIDE_ANSWERED)
        else:  # the leg is of an engine that died before it could say that he was put through
            self._floor.stale(f"call {call.state.value}: outside_answered", call.id)

    def ended(self, event: OutsideEnded) -> None:
        """The outside number has hung up or was not reached."""
        call = self._floor.calls.get(event.call)
        if call is None:
            self._calls.fire_unknown(event.call, CallEvent.OUTSIDE_ENDED)
            return
        call.note(self._floor.now, codes.OUTSIDE_ENDED, event.answered, event.cause)
        passage_of(call).reached = event.answered
        self._calls.fire(call, CallEvent.OUTSIDE_ENDED)

    def reached(self, call: Call) -> None:
        """They talk: from now on he is served, however it ends."""
        passage = passage_of(call)
        if not passage.reached:
            call.note(self._floor.now, codes.OUTSIDE_ANSWERED)
        passage.reached = True
        call.decided = CallOutcome.SERVED

    def rings(self, call: Call) -> None:
        """The outside number is still there. What an engine before knew of it is told anew."""
        if not passage_of(call).reached:
            call.decided = None

    def left(self, call: Call) -> None:
        """He hung up. Nobody had talked with him if it still rang: he is missed, as he had told whom he
        wants."""
        if call.decided is None:
            passage = passage_of(call)
            passage.asked = True
            call.decided = self._calls.flows.unserved(call, passage)
        self._calls.finish(call, call.decided)

    def after(self, call: Call) -> None:
        """Served if it was reached; otherwise somebody else is to serve him."""
        passage = call.flows
        assert passage is not None
        call.hears = ""
        if passage.reached:
            call.picked_up = True
            call.decided = CallOutcome.SERVED
            self._calls.fire(call, CallEvent.RELEASED)
        else:
            call.decided = None
            self._calls.flows.astray(call, passage)
