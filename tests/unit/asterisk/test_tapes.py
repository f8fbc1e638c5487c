"""What callers say into a recording, played as the conversation between the core and one Asterisk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

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
from asterisk.ari.errors import AriConnectionLost
from asterisk.ari.models import LiveRecording
from asterisk.callers import Callers
from asterisk.legs import CallerLeg, Legs
from asterisk.line import Line
from asterisk.tapes import Tapes
from tests.unit.asterisk.wire import Counts, Wire

CALL = "pbx-1763700000.1"
FILE = "2026/11/21/x-1"
NAME = "messages%2F2026%2F11%2F21%2Fx-1"
RECORD = f"POST channels/{CALL}/record"
STOP = f"POST recordings/live/{NAME}/stop"


def start(file: str = FILE, *, ends_with: str = "#") -> StartTape:
    return StartTape(call=CALL, file=file, beep=True, at_most=29.5, silence=3.4, ends_with=ends_with)


class Play:
    """One caller, who has been answered and hears music."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.events: list[Event] = []
        self.questions: list[Callable[[str | None], None]] = []
        self.now = 1000.0
        self.counts = Counts()
        line = Line("n1", self.wire, self.counts)
        self.legs = Legs()
        self.legs.callers[CALL] = CallerLeg(answered=True, music=True)
        self.tapes = Tapes(
            line=line,
            callers=Callers(app="acd", line=line, legs=self.legs),
            room=self,
            sink=self.events.append,
            clock=lambda: self.now,
        )

    def ask(self, told: Callable[[str | None], None]) -> None:
        self.questions.append(told)

    def told(self) -> list[Event]:
        told = self.events.copy()
        self.events.clear()
        return told

    def runs(self, command: StartTape | None = None) -> None:
        """Up to Asterisk recording."""
        self.tapes.start(command or start())
        self.questions.pop()(None)
        self.wire.all_ok()
        self.wire.said()

    def closed(self, seconds: int | None = 7, *, name: str = f"messages/{FILE}") -> bool:
        """The file is closed."""
        return self.tapes.ended(ari.RecordingFinished(recording=live(name, seconds)))

    def hangs_up(self) -> None:
        del self.legs.callers[CALL]
        self.tapes.gone(CALL)


def live(name: str, seconds: int | None = None, cause: str | None = None) -> LiveRecording:
    return LiveRecording(
        name=name,
        format="wav",
        target_uri=f"channel:{CALL}",
        state="done",
        duration=seconds,
        cause=cause,
    )


def finished(seconds: float, ended_by: TapeEnd, file: str = FILE) -> TapeFinished:
    return TapeFinished(call=CALL, file=file, seconds=seconds, ended_by=ended_by)


def failed(failure: TapeFailure, detail: str, seconds: float = 0.0) -> TapeFailed:
    return TapeFailed(call=CALL, file=FILE, failure=failure, detail=detail, seconds=seconds)


@pytest.fixture
def play() -> Play:
    return Play()


def test_a_recording_begins_when_there_is_room(play: Play) -> None:
    play.tapes.start(start())
    assert play.wire.said() == [f"DELETE channels/{CALL}/moh"]
    play.questions.pop()(None)
    assert play.wire.last_query() == {
        "name": f"messages/{FILE}",
        "format": "wav",
        "maxDurationSeconds": "30",
        "maxSilenceSeconds": "3",
        "beep": "true",
        "terminateOn": "#",
        "ifExists": "overwrite",
    }
    assert play.wire.said() == [RECORD]


def test_a_caller_who_is_not_answered_is_answered_and_one_who_is_gone_is_nobody(play: Play) -> None:
    play.legs.callers[CALL] = CallerLeg()
    play.tapes.start(start())
    assert play.wire.said() == [f"POST channels/{CALL}/answer"]
    play.tapes.start(replace(start(), call="nobody"))
    assert play.wire.said() == []


def test_without_room_nobody_is_recorded(play: Play) -> None:
    play.tapes.start(start())
    play.wire.said()
    play.questions.pop()("0 bytes free")
    assert play.wire.said() == []
    assert play.told() == [failed(TapeFailure.NO_ROOM, "0 bytes free")]


@pytest.mark.parametrize(("key", "by"), [("#", "#"), ("*", "*")])
def test_the_keys_that_asterisk_knows_end_it_by_themselves(play: Play, key: str, by: str) -> None:
    play.runs(start(ends_with=key))
    assert play.tapes.pressed(CALL, key)
    assert play.wire.said() == []
    assert play.closed()
    assert play.told() == [finished(7, TapeEnd.DIGIT)]


def test_other_keys_end_it_by_a_request(play: Play) -> None:
    play.runs(start(ends_with="12"))
    assert not play.tapes.pressed(CALL, "3")
    assert play.tapes.pressed(CALL, "2")
    assert play.wire.said() == [STOP]
    play.closed()
    assert play.told() == [finished(7, TapeEnd.DIGIT)]


def test_keys_before_it_has_begun_and_after_it_are_not_its_own(play: Play) -> None:
    play.tapes.start(start())
    assert not play.tapes.pressed(CALL, "#")
    play.questions.pop()(None)
    play.tapes.pressed(CALL, "#")
    play.closed()
    assert not play.tapes.pressed(CALL, "#")


def test_it_is_stopped(play: Play) -> None:
    play.runs()
    play.tapes.stop(StopTape(call=CALL, file="another"))
    play.tapes.stop(StopTape(call="nobody", file=FILE))
    assert play.wire.said() == []
    play.tapes.stop(StopTape(call=CALL, file=FILE))
    assert play.wire.said() == [STOP]
    play.closed(4)
    assert play.told() == [finished(4, TapeEnd.STOPPED)]


def test_what_is_stopped_before_it_began_never_begins(play: Play) -> None:
    play.tapes.start(start())
    play.wire.said()
    play.tapes.stop(StopTape(call=CALL, file=FILE))
    play.questions.pop()(None)
    assert play.wire.said() == []
    assert play.told() == [finished(0, TapeEnd.STOPPED)]


def test_it_ends_by_its_length(play: Play) -> None:
    play.runs()
    play.now += 30.4
    play.closed(29)
    assert play.told() == [finished(29, TapeEnd.LENGTH)]


def test_who_is_there_still_has_fallen_silent(play: Play) -> None:
    play.runs()
    play.now += 10
    play.closed(6)
    assert play.told() == []
    assert play.wire.said() == [f"GET channels/{CALL}"]
    play.wire.ok("{}")
    play.questions.pop()(None)
    assert play.told() == [finished(6, TapeEnd.SILENCE)]


@pytest.mark.parametrize(
    ("no_room", "expected"),
    [
        ("0 bytes free", failed(TapeFailure.NO_ROOM, "0 bytes free", 6)),
        (None, failed(TapeFailure.BROKE_OFF, "after 6 s", 6)),
    ],
)
def test_a_file_that_cannot_be_written_any_further(
    play: Play, no_room: str | None, expected: TapeFailed
) -> None:
    play.runs()
    play.now += 7
    play.closed(6)
    play.wire.ok("{}")
    play.questions.pop()(no_room)
    assert play.told() == [expected]


def test_when_nobody_can_tell_whether_he_is_there_the_recording_has_failed(play: Play) -> None:
    """His flow goes on, whatever it makes of that."""
    play.runs()
    play.now += 10
    play.closed(6)
    play.wire.refuse(500, "busy")
    assert play.told() == [failed(TapeFailure.BROKE_OFF, "after 6 s: request: 500 busy", 6)]
    assert play.counts.refused == [("look for recorded caller", 500)]


def test_whether_he_is_there_is_asked_again_after_an_outage(play: Play) -> None:
    play.runs()
    play.now += 10
    play.closed(6)
    play.wire.lose(AriConnectionLost("gone"))
    assert play.told() == []
    play.tapes.found()
    assert play.told() == [finished(6, TapeEnd.SILENCE)]


def test_who_hangs_up_is_recorded_until_then(play: Play) -> None:
    play.runs()
    play.now += 8
    play.closed(7)
    play.hangs_up()
    assert play.told() == [finished(7, TapeEnd.HUNG_UP)]
    play.wire.refuse(404)
    assert play.told() == []


def test_who_hangs_up_while_it_is_looked_whether_he_is_there(play: Play) -> None:
    play.runs()
    play.closed(7)
    play.wire.ok("{}")
    play.hangs_up()
    assert play.told() == [finished(7, TapeEnd.HUNG_UP)]
    play.questions.pop()(None)
    assert play.told() == []


def test_who_hangs_up_before_it_began(play: Play) -> None:
    play.tapes.start(start())
    play.wire.said()
    play.hangs_up()
    assert play.told() == [finished(0, TapeEnd.HUNG_UP)]
    play.questions.pop()(None)
    assert play.wire.said() == []
    play.tapes.gone(CALL)
    assert play.told() == []


def test_a_refusal_is_a_failure_unless_he_is_gone(play: Play) -> None:
    play.tapes.start(start())
    play.wire.ok()
    play.questions.pop()(None)
    play.wire.refuse(409, "in a bridge")
    assert play.told() == [failed(TapeFailure.REFUSED, "request: 409 in a bridge")]
    assert play.counts.refused == [("record caller", 409)]
    play.tapes.start(start())
    play.questions.pop()(None)
    play.wire.refuse(404)
    assert play.told() == []


def test_who_is_on_his_way_out_when_it_should_begin_has_said_nothing(play: Play) -> None:
    play.tapes.start(start())
    play.wire.ok()
    play.questions.pop()(None)
    play.wire.refuse(409, "Channel not in Stasis application")
    assert play.told() == []
    play.hangs_up()
    assert play.told() == [finished(0, TapeEnd.HUNG_UP)]


def test_a_refusal_that_comes_after_he_has_gone_changes_nothing(play: Play) -> None:
    play.tapes.start(start())
    play.wire.ok()
    play.questions.pop()(None)
    play.hangs_up()
    play.told()
    play.wire.refuse(409)
    assert play.told() == []


@pytest.mark.parametrize("cause", ["no such format", None])
def test_a_recording_that_asterisk_says_has_failed(play: Play, cause: str | None) -> None:
    play.runs()
    event = ari.RecordingFailed(recording=live(f"messages/{FILE}", cause=cause))
    assert play.tapes.ended(event)
    detail = cause or "Asterisk does not say why"
    assert play.told() == [failed(TapeFailure.BROKE_OFF, detail)]


def test_recordings_of_talks_are_none_of_these(play: Play) -> None:
    assert not play.closed(name="2026-11-21/talk")
    assert not play.closed(name="messages")


def test_a_second_recording_ends_the_first(play: Play) -> None:
    play.runs()
    play.tapes.start(start("y"))
    assert play.wire.said() == [STOP]
    play.questions.pop()(None)
    assert play.wire.said() == [RECORD]
    play.closed(3)
    assert play.told() == [finished(3, TapeEnd.STOPPED)]
    play.tapes.pressed(CALL, "#")
    play.closed(5, name="messages/y")
    assert play.told() == [finished(5, TapeEnd.DIGIT, "y")]


def test_one_that_has_not_begun_gives_way_to_another(play: Play) -> None:
    play.tapes.start(start())
    play.tapes.start(start("y"))
    play.wire.said()
    first, second = play.questions
    first(None)
    assert play.wire.said() == []
    second(None)
    assert play.wire.last_query()["name"] == "messages/y"


def test_one_that_is_asked_for_again_goes_on(play: Play) -> None:
    play.runs()
    play.tapes.start(start())
    assert (play.wire.said(), play.questions) == ([], [])


def test_a_file_that_nobody_wants_is_deleted(play: Play) -> None:
    play.tapes.drop(DropTape(file=FILE))
    assert play.wire.said() == [f"DELETE recordings/stored/{NAME}"]


@pytest.mark.parametrize(("status", "told"), [(404, []), (500, ["asterisk refused"])])
def test_a_file_that_is_not_there_is_deleted_well(play: Play, status: int, told: list[str]) -> None:
    play.tapes.drop(DropTape(file=FILE))
    with capture_logs() as logs:
        play.wire.refuse(status)
    assert [each["event"] for each in logs] == told


def test_what_asterisk_had_recorded_when_it_failed_is_told(play: Play) -> None:
    play.runs()
    play.now += 7
    assert play.tapes.ended(ari.RecordingFailed(recording=live(f"messages/{FILE}", cause="disk")))
    assert play.told() == [failed(TapeFailure.BROKE_OFF, "disk", 7)]


def test_what_another_engine_began_is_told_where_the_caller_is_there(play: Play) -> None:
    assert play.closed(5)
    assert play.told() == [finished(5, TapeEnd.STOPPED)]
    play.legs.callers.clear()
    assert play.closed(5)
    assert play.told() == []


def test_after_a_connection_what_is_going_on_goes_on(play: Play) -> None:
    play.tapes.start(start())
    play.wire.ok()
    play.questions.pop()(None)
    play.wire.lose(AriConnectionLost("gone"))
    play.wire.said()
    play.tapes.found()
    assert play.wire.said() == [f"GET recordings/live/{NAME}"]
    play.wire.ok("{}")
    assert play.told() == []
    play.now += 5
    play.tapes.found()
    play.wire.refuse(404)
    assert play.told() == [finished(5, TapeEnd.STOPPED)]


def test_after_a_connection_who_is_gone_has_hung_up(play: Play) -> None:
    play.runs()
    play.legs.callers.clear()
    play.now += 4
    play.tapes.found()
    assert play.told() == [finished(4, TapeEnd.HUNG_UP)]


def test_after_a_connection_what_had_ended_has_ended(play: Play) -> None:
    play.runs()
    play.closed(6)
    play.wire.lose(AriConnectionLost("gone"))
    play.tapes.found()
    assert play.told() == [finished(6, TapeEnd.SILENCE)]


def test_one_that_never_began_has_no_length(play: Play) -> None:
    play.tapes.start(start())
    play.legs.callers.clear()
    play.tapes.found()
    assert play.told() == [finished(0, TapeEnd.HUNG_UP)]
