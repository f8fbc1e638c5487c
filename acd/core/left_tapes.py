"""Callers who were asked for a message when the engine died.

What they had said is on the disk, and nobody was told of it, so the next engine looks for it. Of those
who are gone this is done before their calls end: long enough it is a message, else they are missed.
Until that is known, such a call rests where the store had left it. Who is still there is asked for his
message anew (`acd.core.flows`), and what he had said is kept until he says more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.core.calls_table import CallEvent, CallState
from acd.core.flow_words import DropTape
from acd.core.tape_words import FindTape, TapeFound
from ivr.model import ToVoicemail
from ivr.voicemail import MESSAGE

if TYPE_CHECKING:
    from acd.core.call import Call
    from acd.core.calls import Calls
    from acd.core.floor import Floor
    from acd.core.routing import Voicemail


class LeftTapes:
    """Looks for recordings. `_sought`: the calls whose recording is looked for, each with what had
    happened to it; None where the caller is there still."""

    def __init__(self, floor: Floor, calls: Calls) -> None:
        self._floor = floor
        self._calls = calls
        self._sought: dict[str, CallEvent | None] = {}

    def seek(self, call: Call, how: CallEvent) -> bool:
        """A caller is gone, nobody saw when: whether his call ends only when it is known what he left.
        `how`: he has hung up, or was cut off."""
        return self._sought.get(call.id) is not None or self._seek(call, how)

    def seek_present(self, call: Call) -> None:
        """A caller is there still, and is about to go on where the store had left him."""
        self._seek(call, None)

    def _seek(self, call: Call, how: CallEvent | None) -> bool:
        bound = call.flows.bound if call.flows is not None else None
        if call.state is not CallState.ENTERING or not isinstance(bound, ToVoicemail):
            return False
        self._sought[call.id] = how
        self._floor.commands.append(FindTape(call=call.id, box=bound.box, since=call.arrived_at))
        return True

    def found(self, event: TapeFound) -> None:
        """It was looked for."""
        call, sought = self._floor.calls.get(event.call), event.call in self._sought
        how = self._sought.pop(event.call, None)
        if call is not None and sought and how is None:
            self._calls.flows.voicemail.found(call, event)
            return
        if call is None or how is None or call.state is not CallState.ENTERING:
            self._floor.stale("call: tape found", event.call)
            return
        passage, box = call.flows, self._box(call)
        if passage is None or box is None:  # a reload has dropped the box
            if event.file is not None:
                self._floor.commands.append(DropTape(file=event.file))
            self._calls.fire(call, how)
            return
        self._calls.admit_known(call)
        passage.bound = None
        passage.enter(self._calls.flows.voicemail.flow(box), box)
        passage.tapes_made = event.number
        if event.file is not None:
            passage.tapes[MESSAGE] = (event.file, event.seconds)
        left = how is CallEvent.HUNG_UP
        self._calls.fire(call, CallEvent.HUNG_UP_UNSEEN if left else CallEvent.CUT_OFF_UNSEEN)

    def _box(self, call: Call) -> Voicemail | None:
        bound = call.flows.bound if call.flows is not None else None
        return self._floor.routing.voicemail.get(bound.box) if isinstance(bound, ToVoicemail) else None
