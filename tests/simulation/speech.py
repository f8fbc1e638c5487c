"""What the world adds for flows: recordings of callers, look-ups, outside numbers; what must hold there.

- Whoever is in a flow waits for something: a prompt, a recording, a look-up, a time, or his node.
- Every recording that came to its end belongs to a message, a survey or a flow that was left, or is
  deleted, once its call has ended; and none twice.
- Who left a message is not missed for that; who left none is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from acd.core.call import Call
from acd.core.calls_table import CallState
from acd.core.commands import Command
from acd.core.facts import CallEnded, CallMissed, CallOutcome, Fact, MissedReason
from acd.core.flow_words import (
    DialOutside,
    DropTape,
    FlowLeft,
    LookUp,
    StartTape,
    StopTape,
    SurveyTaken,
)
from acd.core.message_words import MessageLeft
from acd.core.tape_words import FindTape


@dataclass(slots=True)
class Speech:
    """Recordings, look-ups and outside calls that are going on, and what became of each recording."""

    taping: dict[str, str] = field(default_factory=dict)
    """By call: the file that it is being recorded into."""
    stopped: list[tuple[str, str]] = field(default_factory=list)
    look_ups: list[tuple[str, float]] = field(default_factory=list)
    """Calls, each with the time by which it is answered at the latest."""
    outside: list[str] = field(default_factory=list)
    talks: set[str] = field(default_factory=set)
    """Calls whose outside number has answered."""
    finished: dict[str, str] = field(default_factory=dict)
    """Recordings that came to their end, and whose call has not yet: the call."""
    kept: set[str] = field(default_factory=set)
    sought: list[str] = field(default_factory=list)
    """Calls whose recordings are looked for on the disk."""
    on_disk: dict[str, float] = field(default_factory=dict)
    """Files that were found there, and their seconds; 0 where there is none (any more)."""
    missed: dict[str, MissedReason] = field(default_factory=dict)

    def obey(self, command: Command, now: float) -> None:
        match command:
            case StartTape(call=call, file=file):
                assert call not in self.taping, command
                self.taping[call] = file
            case StopTape(call=call, file=file):
                if self.taping.get(call) == file:
                    del self.taping[call]
                    self.stopped.append((call, file))
            case DropTape(file=file):
                assert file not in self.kept, command
                if file in self.on_disk:
                    self.on_disk[file] = 0.0
                self.finished.pop(file, None)
            case FindTape(call=call):
                self.sought.append(call)
            case LookUp(call=call, within=within):
                self.look_ups.append((call, now + within))
            case DialOutside(call=call):
                self.outside.append(call)
                self.talks.discard(call)
            case _:
                pass

    def remember(self, fact: Fact, *, lossy: bool) -> None:
        match fact:
            case MessageLeft(message=message):
                self.keep(message.file)
            case SurveyTaken(remark=str(file)):
                self.keep(file)
            case FlowLeft(collected=collected):
                for _, value in collected:
                    if value in self.finished:
                        self.kept.add(value)
            case CallMissed(call=call, reason=reason):
                self.missed[call] = reason
            case CallEnded(call=call, outcome=outcome):
                self.ended(call, outcome, lossy=lossy)
            case _:
                pass

    def keep(self, file: str) -> None:
        self.kept.add(file)
        self.finished.pop(file, None)

    def ended(self, call: str, outcome: CallOutcome, *, lossy: bool) -> None:
        files = [file for file, of in self.finished.items() if of == call]
        assert lossy or not set(files) - self.kept, (call, files)
        for file in files:
            del self.finished[file]
        reason = self.missed.pop(call, None)
        if outcome is CallOutcome.NO_MESSAGE:
            assert reason is MissedReason.VOICEMAIL, call
        if outcome is CallOutcome.SERVED:
            assert reason is None, call
        if call in self.talks:
            assert outcome is not CallOutcome.IVR_LEFT, call

    def forget(self, call: str) -> None:
        """Nothing more is heard of what the call's telephones were doing."""
        self.taping.pop(call, None)
        self.stopped = [each for each in self.stopped if each[0] != call]

    def hung_up(self, call: str) -> None:
        """The caller is gone, and with him whoever he was put through to."""
        self.forget(call)
        self.outside = [each for each in self.outside if each != call]
        self.talks.discard(call)

    def forget_all(self, stored: Iterable[Fact]) -> None:
        """A new engine: what the one before had asked for is not told to it, outside numbers apart. Who
        was missed, it knows from the store; a call whose end is not there ends once more."""
        self.missed = {each.call: each.reason for each in stored if isinstance(each, CallMissed)}
        self.taping.clear()
        self.sought.clear()
        self.stopped.clear()
        self.look_ups.clear()
        self.finished.clear()


def waits_for_something(call: Call, down: set[str]) -> None:
    """Whoever is in a flow is not forgotten there."""
    passage = call.flows
    if call.state is not CallState.IN_FLOW:
        assert passage is None or passage.timer is None, call.id
        return
    assert passage is not None
    assert passage.session is not None
    timed = passage.timer is not None and passage.timer.alive
    assert (
        call.playing
        or passage.taping
        or timed
        or (passage.held and call.node in down)
        or (passage.session.doing == "asking")
    ), (call.id, passage.session)
