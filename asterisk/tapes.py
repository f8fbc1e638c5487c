"""Recordings of what a caller says to nobody: voicemail, remarks.

Asterisk records the caller's own channel, into a file below its folder of recordings, and plays from
there. It does not say why a recording ended: a key, the time and our own request are known here; who
then is still on the line has fallen silent (or the disk is full), who is not has hung up.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import partial
from typing import Literal

import structlog

from acd.core.events import Event
from acd.core.flow_words import (
    DropTape,
    StartTape,
    StopTape,
    TapeEnd,
    TapeFailed,
    TapeFailure,
    TapeFinished,
)
from asterisk.ari import events as ari
from asterisk.ari import requests
from asterisk.ari.errors import AriConflict, AriGone
from asterisk.ari.protocol import Reply, Response
from asterisk.callers import Callers
from asterisk.line import Line, lost
from asterisk.taping import Rooms
from recordings.naming import FORMAT, file_of_message, message_of_file

log = structlog.get_logger(__name__)

NO_SOUND_S = 4.0
"""Asterisk ends a recording where no sound at all, not even silence, came for so long."""

SLACK_S = 1.0
"""Some of the silence at the end is left in the file, and lengths come in whole seconds."""

NOT_IN_STASIS = "not in Stasis"
"""What Asterisk says (409) of a channel that is on its way out."""


class CallerTape:
    """What one caller says. `began_at` and `seconds` are None until it has begun and has ended."""

    __slots__ = ("at_most", "began_at", "command", "pressed", "seconds", "silence", "stopped")

    def __init__(self, command: StartTape) -> None:
        self.command = command
        self.at_most = max(1, math.ceil(command.at_most))
        self.silence = max(1, round(command.silence))
        self.began_at: float | None = None
        self.seconds: float | None = None
        self.pressed = False
        self.stopped = False

    @property
    def name(self) -> str:
        """What the recording is called in Asterisk."""
        return file_of_message(self.command.file)

    @property
    def terminate_on(self) -> Literal["none", "*", "#"]:
        """The key by which Asterisk ends it itself, which then isn't heard on it; all others by us."""
        match self.command.ends_with:
            case "#":
                return "#"
            case "*":
                return "*"
            case _:
                return "none"


class Tapes:
    """Begins recordings of callers, ends them, and tells how they ended."""

    def __init__(
        self,
        *,
        line: Line,
        callers: Callers,
        room: Rooms,
        sink: Callable[[Event], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line = line
        self._callers = callers
        self._room = room
        self._sink = sink
        self._clock = clock
        self._tapes: dict[str, CallerTape] = {}

    def start(self, command: StartTape) -> None:
        """See acd.core.flow_words.StartTape. A recording of his that goes on still is ended for it."""
        call = command.call
        caller = self._callers.get(call)
        if caller is None:
            return
        self._callers.answer(call, caller)
        self._callers.quieten(call, caller)
        before = self._tapes.get(call)
        if before is not None:
            if before.command.file == command.file and before.seconds is None:
                return  # it goes on: whoever asks has lost sight of it
            if before.began_at is not None:
                self._end(before)
        tape = self._tapes[call] = CallerTape(command)
        self._room.ask(partial(self._begin, tape))

    def stop(self, command: StopTape) -> None:
        """See acd.core.flow_words.StopTape."""
        tape = self._tapes.get(command.call)
        if tape is None or tape.command.file != command.file:
            return
        tape.stopped = True
        if tape.began_at is not None:
            self._end(tape)

    def drop(self, command: DropTape) -> None:
        """See acd.core.flow_words.DropTape."""
        self._line.send(requests.delete_recording(file_of_message(command.file)), self._dropped)

    # What Asterisk tells

    def pressed(self, call: str, digit: str) -> bool:
        """The caller pressed a key: whether it was to end his recording."""
        tape = self._tapes.get(call)
        if tape is None or tape.began_at is None or digit not in tape.command.ends_with:
            return False
        tape.pressed = True
        if tape.terminate_on == "none":
            self._end(tape)
        return True

    def ended(self, event: ari.RecordingFinished | ari.RecordingFailed) -> bool:
        """A file is closed: whether it was one of these."""
        recording = event.recording
        file = message_of_file(recording.name)
        if file is None:
            return False
        call = recording.target_uri.removeprefix("channel:")
        tape = self._tapes.get(call)
        seconds = float(recording.duration or 0)
        if tape is None or tape.command.file != file:
            self._not_ours(call, file, seconds)
        elif isinstance(event, ari.RecordingFailed):
            tape.seconds = seconds or self._estimate(tape)
            self._fail(tape, TapeFailure.BROKE_OFF, recording.cause or "Asterisk does not say why")
        else:
            self._finished(tape, seconds)
        return True

    def gone(self, call: str) -> None:
        """The caller is gone; what he said until then is in the file, which was closed before."""
        tape = self._tapes.get(call)
        if tape is not None:
            self._finish(tape, tape.seconds or 0.0, TapeEnd.HUNG_UP)

    def found(self) -> None:
        """After a connection: what was going on before it may be over, unseen."""
        for call, tape in list(self._tapes.items()):
            if self._callers.get(call) is None:
                self._finish(tape, self._estimate(tape), TapeEnd.HUNG_UP)
            elif tape.seconds is not None:
                self._finish(tape, tape.seconds, TapeEnd.SILENCE)
            else:
                request = requests.get_recording(tape.name)
                self._line.send(request, partial(self._looked_for, tape))

    # How it goes on

    def _begin(self, tape: CallerTape, no_room: str | None) -> None:
        call = tape.command.call
        if self._tapes.get(call) is not tape:
            return
        if no_room is not None:
            self._fail(tape, TapeFailure.NO_ROOM, no_room)
        elif tape.stopped:
            self._finish(tape, 0.0, TapeEnd.STOPPED)
        else:
            tape.began_at = self._clock()
            request = requests.record_caller(
                call,
                name=tape.name,
                audio_format=FORMAT,
                at_most_s=tape.at_most,
                silence_s=tape.silence,
                beep=tape.command.beep,
                terminate_on=tape.terminate_on,
            )
            self._line.send(request, partial(self._begun, tape))

    def _begun(self, tape: CallerTape, reply: Reply) -> None:
        if isinstance(reply, Response | AriGone) or lost(reply):
            return
        if isinstance(reply, AriConflict) and NOT_IN_STASIS in str(reply):
            return  # he is hanging up: the end of his channel, which comes next, tells the rest
        if self._tapes.get(tape.command.call) is tape:
            self._line.failed("record caller", reply)
            self._fail(tape, TapeFailure.REFUSED, str(reply))

    def _dropped(self, reply: Reply) -> None:
        if not isinstance(reply, Response | AriGone) and not lost(reply):
            self._line.failed("delete recording", reply)

    def _end(self, tape: CallerTape) -> None:
        self._line.tell(requests.stop_recording(tape.name), "stop recording")

    def _finished(self, tape: CallerTape, seconds: float) -> None:
        if tape.pressed:
            self._finish(tape, seconds, TapeEnd.DIGIT)
        elif tape.stopped:
            self._finish(tape, seconds, TapeEnd.STOPPED)
        elif max(seconds, self._estimate(tape)) >= tape.at_most:
            self._finish(tape, seconds, TapeEnd.LENGTH)
        else:
            tape.seconds = seconds
            # Where he has hung up, his end is told before the answer comes, or he is not found.
            silent_s = self._estimate(tape) - seconds
            request = requests.get_channel(tape.command.call)
            self._line.send(request, partial(self._looked, tape, silent_s))

    def _looked(self, tape: CallerTape, silent_s: float, reply: Reply) -> None:
        if self._tapes.get(tape.command.call) is not tape or isinstance(reply, AriGone) or lost(reply):
            return
        if isinstance(reply, Response):
            self._room.ask(partial(self._still_there, tape, silent_s))
        else:
            self._line.failed("look for recorded caller", reply)
            self._fail(tape, TapeFailure.BROKE_OFF, f"after {tape.seconds:.0f} s: {reply}")

    def _still_there(self, tape: CallerTape, silent_s: float, no_room: str | None) -> None:
        """Silent, or the file can be written no further: Asterisk says the same of both."""
        if self._tapes.get(tape.command.call) is not tape:
            return
        silent = silent_s >= min(tape.silence, NO_SOUND_S) - SLACK_S
        if no_room is not None:
            self._fail(tape, TapeFailure.NO_ROOM, no_room)
        elif silent:
            self._finish(tape, tape.seconds or 0.0, TapeEnd.SILENCE)
        else:
            self._fail(tape, TapeFailure.BROKE_OFF, f"after {tape.seconds:.0f} s")

    def _looked_for(self, tape: CallerTape, reply: Reply) -> None:
        if isinstance(reply, AriGone) and self._tapes.get(tape.command.call) is tape:
            self._finish(tape, self._estimate(tape), TapeEnd.STOPPED)

    def _not_ours(self, call: str, file: str, seconds: float) -> None:
        """An engine before this one began it, or it was to make room for the one that is asked for now;
        and the caller is here still."""
        if self._callers.get(call) is not None:
            finished = TapeFinished(call=call, file=file, seconds=seconds, ended_by=TapeEnd.STOPPED)
            self._sink(finished)

    def _estimate(self, tape: CallerTape) -> float:
        """How long it has lasted, as far as is known here."""
        if tape.began_at is None:
            return 0.0
        return min(self._clock() - tape.began_at, float(tape.at_most))

    def _finish(self, tape: CallerTape, seconds: float, ended_by: TapeEnd) -> None:
        command = tape.command
        del self._tapes[command.call]
        self._sink(
            TapeFinished(call=command.call, file=command.file, seconds=seconds, ended_by=ended_by)
        )

    def _fail(self, tape: CallerTape, failure: TapeFailure, detail: str) -> None:
        command = tape.command
        del self._tapes[command.call]
        log.error(
            "caller not recorded", node=self._line.node, call=command.call, why=failure, detail=detail
        )
        self._sink(
            TapeFailed(
                call=command.call,
                file=command.file,
                failure=failure,
                detail=detail,
                seconds=tape.seconds or 0.0,
            )
        )
