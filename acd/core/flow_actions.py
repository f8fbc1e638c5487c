"""What flows ask for, made commands: playing, listening, recording, looking up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from acd.core import codes
from acd.core.call import Call
from acd.core.commands import PlayPrompt, StopPrompt
from acd.core.flow_words import DropTape, LookUp, StartTape, StopTape
from acd.core.passage import Passage, inside
from ivr import turns
from recordings.naming import message_file_of

if TYPE_CHECKING:
    from acd.core.floor import Floor

TIMER = "flow"
"""The kind of a caller's deadline in a flow: he was to press something, or a look-up is late."""

GRACE_S: Final = 1.0
"""Seconds after which a look-up that should have answered by itself counts as failed."""


class FlowActions:
    """Carries out the actions of flows, all but leaving."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._carry: dict[type[turns.Action], Callable[[Call, Passage, Any], None]] = {
            turns.Play: self.play,
            turns.Stop: self.stop,
            turns.Listen: self.listen,
            turns.Ask: self.ask,
            turns.Tape: self.tape,
            turns.StopTape: self.stop_tape,
            turns.Note: self.note,
        }

    def carry_out(self, call: Call, passage: Passage, action: turns.Action) -> None:
        """Do what the flow asks for."""
        self._carry[type(action)](call, passage, action)

    def play(self, call: Call, passage: Passage, action: turns.Play) -> None:
        """Play something to him, under a name of its own."""
        passage.plays += 1
        passage.unheard = False
        tape = passage.tapes.get(action.tape or "")
        call.playing = f"{inside(call)[1].name}-{passage.plays}"
        call.hears, call.picked_up = "prompt", True
        told = action.sounds if action.shown is None else action.shown
        call.note(self._floor.now, codes.SAID, " ".join(told) or f"his {action.tape}")
        self._floor.commands.append(
            PlayPrompt(
                call=call.id,
                prompt=call.playing,
                language=call.language,
                sounds=action.sounds,
                tape=None if tape is None else tape[0],
            )
        )

    def stop(self, call: Call, passage: Passage, action: turns.Stop) -> None:
        """Cut off what is being played to him."""
        if call.playing is not None:
            self._floor.commands.append(StopPrompt(call=call.id, prompt=call.playing))
            call.playing, call.hears = None, ""

    def listen(self, call: Call, passage: Passage, action: turns.Listen) -> None:
        """Wait for keys for a while, or no longer."""
        deadlines = self._floor.deadlines
        deadlines.cancel(passage.timer)
        passage.timer = None
        if action.seconds is not None:
            passage.asked = True
            passage.timer = deadlines.schedule(self._floor.now + action.seconds, TIMER, call.id)

    def ask(self, call: Call, passage: Passage, action: turns.Ask) -> None:
        """Look something up."""
        floor = self._floor
        passage.asking = True
        floor.commands.append(LookUp(call=call.id, url=action.url, within=action.within))
        floor.deadlines.cancel(passage.timer)
        late = floor.now + action.within + GRACE_S
        passage.timer = floor.deadlines.schedule(late, TIMER, call.id)

    def tape(self, call: Call, passage: Passage, action: turns.Tape) -> None:
        """Record him; what this step had recorded before is not wanted any more."""
        before = passage.tapes.pop(action.name, None)
        if before is not None:
            self._floor.commands.append(DropTape(file=before[0]))
        floor, (_, flow) = self._floor, inside(call)
        file = message_file_of(at=floor.now, box=flow.name, call=call.id, number=passage.next_tape())
        passage.taping = (action.name, file)
        passage.asked = True
        call.picked_up = True
        floor.commands.append(
            StartTape(
                call=call.id,
                file=file,
                beep=action.beep,
                at_most=action.at_most,
                silence=action.silence,
                ends_with=action.ends_with,
            )
        )

    def stop_tape(self, call: Call, passage: Passage, action: turns.StopTape) -> None:
        """End what is being recorded of him."""
        if passage.taping is not None:
            self._floor.commands.append(StopTape(call=call.id, file=passage.taping[1]))

    def note(self, call: Call, passage: Passage, action: turns.Note) -> None:
        """Add a line to his story."""
        call.note(self._floor.now, action.code, *action.arguments)
