"""Callers who are asked for a message: what is kept of it, and what becomes of those who leave none.

A message that was said to the end is kept whatever happens afterwards; one during which the caller hung
up is kept if it is long enough. Whoever leaves none is a missed call, so that he is called back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.core import codes
from acd.core.call_facts import TURNED_AWAY
from acd.core.calls_table import CallState
from acd.core.facts import CallOutcome, MissedReason
from acd.core.flow_words import DropTape, TapeFailure, TapeFinished
from acd.core.message_words import Message, MessageNotLeft, NoMessage
from ivr.voicemail import CALL_BACK, FAILED, KEPT, MESSAGE, TOO_SHORT, dialogue

if TYPE_CHECKING:
    from acd.core.call import Call
    from acd.core.calls import Calls
    from acd.core.floor import Floor
    from acd.core.passage import Passage
    from acd.core.routing import Voicemail
    from ivr.model import Flow


class Voicemails:
    """Says what the ends of voicemail dialogues mean."""

    def __init__(self, floor: Floor, calls: Calls) -> None:
        self._floor = floor
        self._calls = calls

    def flow(self, box: Voicemail) -> Flow:
        """The dialogue of a box."""
        return dialogue(
            box=box.name,
            greeting=box.greeting,
            at_least=box.at_least,
            at_most=box.at_most,
            silence=box.silence,
            review=box.review,
        )

    def finished(self, call: Call, passage: Passage, how: str) -> CallOutcome:
        """The dialogue came to its end, and said so to the caller. Says how his call ends."""
        if how in (KEPT, CALL_BACK):
            message = self._left(call, passage)
            if how == CALL_BACK:
                self._calls.record_missed(call, MissedReason.VOICEMAIL, message)
            return CallOutcome.MESSAGE
        if how == TOO_SHORT:
            return self._none(call, passage, NoMessage.TOO_SHORT)
        assert how == FAILED, "a dialogue has no other ends"
        no_room = passage.failure is TapeFailure.NO_ROOM
        return self._none(call, passage, NoMessage.NO_ROOM if no_room else NoMessage.FAILED)

    def hung_up(self, call: Call, passage: Passage) -> CallOutcome:
        """He hung up before the end: what he said is kept if it is long enough."""
        if self.keeps(passage):
            self._left(call, passage)
            return CallOutcome.MESSAGE
        return self._none(call, passage, NoMessage.HUNG_UP)

    def keeps(self, passage: Passage) -> bool:
        """Whether there is a message that is long enough."""
        tape = passage.tapes.get(MESSAGE)
        assert passage.box is not None, "a voicemail dialogue is that of a box"
        return tape is not None and tape[1] >= passage.box.at_least

    def keeps_unasked(self, call: Call | None, event: TapeFinished) -> bool:
        """He was speaking still for an engine that had died, and is being asked anew: what he has said
        is kept until he says more, and is a message if he does not."""
        passage = None if call is None else call.flows
        if call is None or passage is None or call.state is not CallState.IN_FLOW:
            return False
        if passage.box is None or passage.taping is not None or MESSAGE in passage.tapes:
            return False
        passage.tapes[MESSAGE] = (event.file, event.seconds)
        return True

    def _left(self, call: Call, passage: Passage) -> str:
        floor, box = self._floor, passage.box
        assert box is not None, "a voicemail dialogue is that of a box"
        file, seconds = passage.tapes[MESSAGE]
        call.note(floor.now, codes.MESSAGE_LEFT, box.name, seconds)
        message = Message(
            id=f"{call.id}-m{passage.tapes_made}",
            call=call.id,
            box=box.name,
            caller=call.arrived.caller,
            business=call.business,
            queue=box.queue or call.queue,
            language=call.language,
            left_at=floor.now,
            seconds=seconds,
            file=file,
        )
        floor.messages.left(message)
        return message.id

    def _none(self, call: Call, passage: Passage, why: NoMessage) -> CallOutcome:
        floor, box = self._floor, passage.box
        assert box is not None, "a voicemail dialogue is that of a box"
        call.note(floor.now, codes.NO_MESSAGE, box.name, why.value)
        detail = None if passage.failure is None else passage.failure.value
        floor.record(MessageNotLeft(call=call.id, at=floor.now, box=box.name, why=why, detail=detail))
        for file, _ in passage.tapes.values():
            floor.commands.append(DropTape(file=file))
        came_by = passage.came_by
        reason = MissedReason.VOICEMAIL if came_by is None else TURNED_AWAY[came_by]
        self._calls.record_missed(call, reason)
        return came_by or CallOutcome.NO_MESSAGE
