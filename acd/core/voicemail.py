"""Callers who are asked for a message: what is kept of it, and what becomes of those who leave none.

A message that its caller has kept is recorded before he is told so, whatever happens afterwards. One
during which he hung up is kept if it is long enough; so is one that broke off, of which he is told, and
he is called back all the same. Whoever leaves none is a missed call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.core import codes
from acd.core.call_facts import TURNED_AWAY
from acd.core.calls_table import CallState
from acd.core.facts import CallOutcome, MissedReason
from acd.core.flow_words import DropTape, TapeFailure, TapeFinished
from acd.core.message_words import Message, MessageNotLeft, NoMessage
from ivr.voicemail import CALL_BACK, FAILED, KEPT_AT, MESSAGE, TOO_SHORT, dialogue

if TYPE_CHECKING:
    from acd.core.call import Call
    from acd.core.calls import Calls
    from acd.core.floor import Floor
    from acd.core.passage import Passage
    from acd.core.routing import Voicemail
    from acd.core.tape_words import TapeFound
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
        if passage.kept is not None:
            return CallOutcome.MESSAGE
        if how == TOO_SHORT:
            return self._none(call, passage, NoMessage.TOO_SHORT)
        assert how == FAILED, "a dialogue has no other ends"
        no_room = passage.failure is TapeFailure.NO_ROOM
        return self._none(call, passage, NoMessage.NO_ROOM if no_room else NoMessage.FAILED)

    def hung_up(self, call: Call, passage: Passage) -> CallOutcome:
        """He hung up before the end: what he said is kept if it is long enough."""
        if passage.kept is None and not self.keeps(passage):
            return self._none(call, passage, NoMessage.HUNG_UP)
        if passage.kept is None:
            self._left(call, passage)
        return CallOutcome.MESSAGE

    def goes_on(self, call: Call, passage: Passage, step: str) -> None:
        """The dialogue comes to a step, which is not carried out yet."""
        how = KEPT_AT.get(step)
        if how is None or passage.kept is not None:
            return
        self._left(call, passage)
        if how == CALL_BACK:
            self._calls.record_missed(call, MissedReason.VOICEMAIL, passage.kept)

    def broke_off(self, call: Call, passage: Passage) -> None:
        """What he was saying could be recorded no further. Long enough, it is a message; as he is told
        that something went wrong, and may have had more to say, he is called back too."""
        if self.keeps(passage):
            self._left(call, passage)
            self._calls.record_missed(call, MissedReason.VOICEMAIL, passage.kept)

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
        if passage.box is None or passage.taping is not None:
            return False
        if passage.tapes.get(MESSAGE, (event.file,))[0] != event.file:
            return False
        passage.tapes[MESSAGE] = (event.file, event.seconds)
        return True

    def found(self, call: Call, event: TapeFound) -> None:
        """He had spoken for an engine that has died, is here still, and is being asked anew: what he
        has said is kept until he says more, and is a message if he does not."""
        passage = call.flows
        if event.file is None or call.state is not CallState.IN_FLOW or passage is None:
            return
        if passage.box is None or event.file in _files(passage):
            return
        if passage.taping is not None or MESSAGE in passage.tapes:
            self._floor.commands.append(DropTape(file=event.file))
            return
        passage.tapes[MESSAGE] = (event.file, event.seconds)
        passage.tapes_made = max(passage.tapes_made, event.number)

    def _left(self, call: Call, passage: Passage) -> None:
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
        passage.kept = message.id

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


def _files(passage: Passage) -> set[str]:
    """The files that his flow knows, the one that is being written too."""
    written = () if passage.taping is None else (passage.taping[1],)
    return {*written, *(file for file, _ in passage.tapes.values())}
