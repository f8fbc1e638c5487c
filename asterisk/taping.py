"""Recordings of talks: two snoop channels on the agent's leg, one for each direction, each recorded.

They end by themselves with the leg, and go on without us: an engine that finds them later takes
them up. A snoop channel is named after the leg and the side; what it was given (`recording,FILE`) says
into which file it records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Literal, Protocol

import structlog

from acd.core.commands import StartRecording
from acd.core.events import (
    Event,
    RecordingFailed,
    RecordingFailure,
    RecordingFinished,
    RecordingStarted,
)
from asterisk.ari import events as ari
from asterisk.ari import requests
from asterisk.ari.errors import AriGone
from asterisk.ari.models import Channel
from asterisk.ari.protocol import Reply, Response
from asterisk.ari.timestamps import epoch_s
from asterisk.line import Line, lost
from asterisk.room import Told
from recordings.naming import FORMAT, Side, file_of_side
from recordings.policy import is_whole

log = structlog.get_logger(__name__)

RECORDING = "recording"
"""What a snoop channel brings to the application first, before the file."""

_DIRECTION: Mapping[Side, Literal["in", "out"]] = {Side.AGENT: "in", Side.CALLER: "out"}
"""On the agent's leg: what comes in from him, and what goes out to him."""


def snoop_of(offer: str, side: Side) -> str:
    """The id of the channel that listens to one side of a talk."""
    return f"{offer}-{side.value}"


def snooped(channel_id: str) -> tuple[str, Side] | None:
    """The offer and the side that a channel listens to; None where it is no such channel."""
    offer, mark, side = channel_id.rpartition("-")
    return (offer, Side(side)) if mark and side in Side.__members__.values() else None


class Tape:
    """One talk's recording. `live` are the sides whose snoop channels are there, or are to come;
    `recorded` the seconds in the files that are closed."""

    __slots__ = ("call", "file", "live", "offer", "recorded", "running")

    def __init__(self, *, call: str, offer: str, file: str, live: Iterable[Side], running: int) -> None:
        self.call = call
        self.offer = offer
        self.file = file
        self.live = set(live)
        self.running = running
        self.recorded: dict[Side, float] = {}


class Rooms(Protocol):
    """What of `asterisk.room` is used here."""

    def ask(self, told: Told) -> None: ...


class Taping:
    """Begins recordings and tells what becomes of them. None of it holds a call up. `channel_of` says
    what an offer's channel is called."""

    def __init__(
        self,
        *,
        app: str,
        line: Line,
        room: Rooms,
        sink: Callable[[Event], None],
        channel_of: Callable[[str], str] = str,
    ) -> None:
        self._app = app
        self._channel_of = channel_of
        self._line = line
        self._room = room
        self._sink = sink
        self._tapes: dict[str, Tape] = {}

    def start(self, command: StartRecording) -> None:
        """See acd.core.commands.StartRecording."""
        known = self._tapes.get(command.offer)
        if known is not None:  # an engine before this one began it, and died before it could say so
            self._sink(RecordingStarted(call=known.call, offer=known.offer, file=known.file))
            return
        tape = Tape(call=command.call, offer=command.offer, file=command.file, live=Side, running=0)
        self._tapes[tape.offer] = tape
        self._room.ask(partial(self._answered, tape))

    def found(self, tapes: Mapping[str, Tape]) -> None:
        """After a connection: these recordings are going on. Nobody saw the end of any other."""
        missing = [tape for offer, tape in self._tapes.items() if offer not in tapes]
        for tape in missing:
            self._fail(tape, RecordingFailure.FAILED, "the connection to Asterisk was lost meanwhile")
        self._tapes = dict(tapes)

    # What Asterisk tells

    def snoop_started(self, channel: Channel) -> None:
        """A snoop channel is there: record it."""
        offer, side = snooped(channel.id) or ("", None)
        tape = self._tapes.get(offer)
        if tape is None or side is None:
            self._line.tell(requests.hangup(channel.id), "hang up")
            return
        name = file_of_side(tape.file, side)
        request = requests.record(channel.id, name=name, audio_format=FORMAT)
        self._line.send(request, partial(self._recording, tape))

    def recording_ended(self, event: ari.RecordingFinished | ari.RecordingFailed) -> None:
        """A file is closed. Asterisk calls that finished also where the disk is full."""
        recording = event.recording
        offer, side = snooped(recording.target_uri.removeprefix("channel:")) or ("", None)
        tape = self._tapes.get(offer)
        if tape is None or side is None:
            return
        if isinstance(event, ari.RecordingFailed):
            self._fail(tape, RecordingFailure.FAILED, recording.cause or "Asterisk does not say why")
        else:
            tape.recorded[side] = float(recording.duration or 0)

    def snoop_ended(self, event: ari.StasisEnd) -> None:
        """A snoop channel is gone; with the second one, the recording is over."""
        offer, side = snooped(event.channel.id) or ("", None)
        tape = self._tapes.get(offer)
        if tape is None or side is None:
            return
        tape.live.discard(side)
        if tape.live:
            return
        if tape.running < len(Side):
            self._fail(tape, RecordingFailure.TOO_LATE, "the talk was over")
            return
        recorded_s = min(tape.recorded.get(each, 0.0) for each in Side)
        try:
            lasted_s = epoch_s(event.timestamp) - epoch_s(event.channel.creationtime)
        except ValueError as error:
            self._line.bad_input("malformed", what=str(error)[:500])
            lasted_s = recorded_s
        if not is_whole(recorded_s=recorded_s, lasted_s=lasted_s):
            detail = f"{recorded_s:.0f} s of {lasted_s:.0f} s are in the files"
            self._fail(tape, RecordingFailure.BROKE_OFF, detail)
            return
        del self._tapes[offer]
        self._sink(RecordingFinished(call=tape.call, offer=offer, file=tape.file, seconds=recorded_s))

    # What Asterisk answers

    def _answered(self, tape: Tape, no_room: str | None) -> None:
        if self._tapes.get(tape.offer) is not tape:
            return
        if no_room is not None:
            self._fail(tape, RecordingFailure.NO_ROOM, no_room)
            return
        for side in Side:
            request = requests.snoop(
                self._channel_of(tape.offer),
                snoop_id=snoop_of(tape.offer, side),
                spy=_DIRECTION[side],
                app=self._app,
                app_args=f"{RECORDING},{tape.file}",
            )
            self._line.send(request, partial(self._refused, tape))

    def _refused(self, tape: Tape, reply: Reply) -> None:
        """A reply to the asking for a snoop channel; it has begun when that says so itself."""
        if isinstance(reply, Response) or lost(reply) or self._tapes.get(tape.offer) is not tape:
            return
        if isinstance(reply, AriGone):
            self._fail(tape, RecordingFailure.TOO_LATE, "the talk was over")
        else:
            self._line.failed("record", reply)
            self._fail(tape, RecordingFailure.FAILED, str(reply))

    def _recording(self, tape: Tape, reply: Reply) -> None:
        self._refused(tape, reply)
        if not isinstance(reply, Response) or self._tapes.get(tape.offer) is not tape:
            return
        tape.running += 1
        if tape.running == len(Side):
            self._sink(RecordingStarted(call=tape.call, offer=tape.offer, file=tape.file))

    def _fail(self, tape: Tape, failure: RecordingFailure, detail: str) -> None:
        del self._tapes[tape.offer]
        if failure is not RecordingFailure.TOO_LATE:
            log.error(
                "talk not recorded", node=self._line.node, call=tape.call, why=failure, detail=detail
            )
        self._sink(
            RecordingFailed(
                call=tape.call, offer=tape.offer, file=tape.file, failure=failure, detail=detail
            )
        )
