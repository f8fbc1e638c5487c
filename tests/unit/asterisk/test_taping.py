"""Recordings, played as the conversation between the core and one Asterisk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from acd.core.commands import StartRecording
from acd.core.events import (
    Event,
    RecordingFailed,
    RecordingFailure,
    RecordingFinished,
    RecordingStarted,
)
from asterisk.ari import events as ari
from asterisk.ari.errors import AriConnectionLost
from asterisk.ari.models import Application, Channel, Dialplan, LiveRecording
from asterisk.inventory import take_inventory
from asterisk.line import Line
from asterisk.taping import Taping, snooped
from recordings.naming import Side
from tests.unit.asterisk.wire import Counts, Wire

CALL = "pbx-1763700000.1"
OFFER = f"{CALL}-o1"
FILE = f"2026-11-21/20261121T120000Z_1001_{OFFER}"
CALLER, AGENT = f"{OFFER}-caller", f"{OFFER}-agent"
START = StartRecording(call=CALL, offer=OFFER, file=FILE)
STARTED = RecordingStarted(call=CALL, offer=OFFER, file=FILE)


def snoop(id: str, *, created: str = "2026-11-21T12:00:00.500+0000", file: str = FILE) -> Channel:
    data = Dialplan(app_name="Stasis", app_data=f"acd,recording,{file}")
    return Channel(id=id, name="Snoop/x-1", state="Up", creationtime=created, dialplan=data)


def failed(failure: RecordingFailure, detail: str) -> RecordingFailed:
    return RecordingFailed(call=CALL, offer=OFFER, file=FILE, failure=failure, detail=detail)


class Tapes:
    """Recordings over a wire that the test answers."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.counts = Counts()
        self.events: list[Event] = []
        self.questions: list[Callable[[str | None], None]] = []
        self.taping = Taping(
            app="acd",
            line=Line("n1", self.wire, self.counts),
            room=self,
            sink=lambda event: self.events.append(event),
        )

    def ask(self, told: Callable[[str | None], None]) -> None:
        self.questions.append(told)

    def told(self) -> list[Event]:
        told, self.events = self.events, []
        return told

    def begins(self) -> None:
        """Up to the snoop channels having been asked for."""
        self.taping.start(START)
        self.questions.pop()(None)

    def runs(self) -> None:
        """Up to both sides being recorded."""
        self.begins()
        self.wire.all_ok()
        for id in (CALLER, AGENT):
            self.taping.snoop_started(snoop(id))
        self.wire.all_ok()
        self.wire.said()
        assert self.told() == [STARTED]

    def file_closed(self, id: str, seconds: int | None) -> None:
        self.taping.recording_ended(ari.RecordingFinished(recording=live(id, seconds)))

    def ends(self, id: str, at: str = "2026-11-21T12:00:10.900+0000") -> None:
        self.taping.snoop_ended(ari.StasisEnd(timestamp=at, channel=snoop(id)))


def live(id: str, seconds: int | None = None, cause: str | None = None) -> LiveRecording:
    return LiveRecording(
        name="x",
        format="wav",
        target_uri=f"channel:{id}",
        state="done",
        duration=seconds,
        cause=cause,
    )


@pytest.fixture
def tapes() -> Tapes:
    return Tapes()


def test_both_sides_are_recorded_by_channels_that_hear_the_agents_leg(tapes: Tapes) -> None:
    tapes.taping.start(START)
    assert tapes.wire.said() == []  # first somebody looks for room
    tapes.questions.pop()(None)
    assert [dict(request.query) for request in tapes.wire.sent] == [
        {"spy": "out", "app": "acd", "appArgs": f"recording,{FILE}"},
        {"spy": "in", "app": "acd", "appArgs": f"recording,{FILE}"},
    ]
    assert tapes.wire.said() == [
        f"POST channels/{OFFER}/snoop/{CALLER}",
        f"POST channels/{OFFER}/snoop/{AGENT}",
    ]
    tapes.wire.all_ok()
    tapes.taping.snoop_started(snoop(AGENT))
    assert tapes.wire.last_query() == {"name": f"{FILE}_agent", "format": "wav", "ifExists": "fail"}
    tapes.taping.snoop_started(snoop(CALLER))
    assert tapes.wire.last_query()["name"] == f"{FILE}_caller"
    assert tapes.wire.said() == [f"POST channels/{AGENT}/record", f"POST channels/{CALLER}/record"]
    tapes.wire.ok()
    assert tapes.told() == []
    tapes.wire.ok()
    assert tapes.told() == [STARTED]


def test_it_is_over_when_both_channels_are_gone(tapes: Tapes) -> None:
    tapes.runs()
    tapes.file_closed(CALLER, 10)
    tapes.ends(CALLER)
    assert tapes.told() == []
    tapes.file_closed(AGENT, 9)
    tapes.ends(AGENT)
    assert tapes.told() == [RecordingFinished(call=CALL, offer=OFFER, file=FILE, seconds=9.0)]
    tapes.ends(AGENT)
    tapes.file_closed(AGENT, 9)
    assert tapes.told() == []


@pytest.mark.parametrize(("caller", "agent"), [(3, 60), (60, None), (None, None), (3, 3)])
def test_files_shorter_than_the_talk_are_a_failure_though_asterisk_calls_them_done(
    tapes: Tapes, caller: int | None, agent: int | None
) -> None:
    tapes.runs()
    for id, seconds in ((CALLER, caller), (AGENT, agent)):
        if seconds is not None:
            tapes.file_closed(id, seconds)
    with capture_logs() as logs:
        for id in (CALLER, AGENT):
            tapes.ends(id, "2026-11-21T12:01:01.500+0000")
    shortest = min(caller or 0, agent or 0)
    detail = f"{shortest} s of 61 s are in the files"
    assert tapes.told() == [failed(RecordingFailure.BROKE_OFF, detail)]
    assert [(line["event"], line["log_level"], line["call"], line["detail"]) for line in logs] == [
        ("talk not recorded", "error", CALL, detail)
    ]


def test_without_room_nothing_is_asked_of_asterisk(tapes: Tapes) -> None:
    tapes.taping.start(START)
    with capture_logs() as logs:
        tapes.questions.pop()("0 MiB free, 1024 MiB wanted")
    assert tapes.wire.said() == []
    assert tapes.told() == [failed(RecordingFailure.NO_ROOM, "0 MiB free, 1024 MiB wanted")]
    assert [line["event"] for line in logs] == ["talk not recorded"]


def test_a_talk_that_is_over_before_it_could_begin_is_no_alarm(tapes: Tapes) -> None:
    tapes.begins()
    with capture_logs() as logs:
        tapes.wire.refuse(404)
        tapes.wire.refuse(404)
    assert tapes.told() == [failed(RecordingFailure.TOO_LATE, "the talk was over")]
    tapes.begins()
    tapes.wire.all_ok()
    with capture_logs() as more:
        tapes.taping.snoop_started(snoop(CALLER))
        tapes.ends(CALLER)
        tapes.ends(AGENT)
    assert tapes.told() == [failed(RecordingFailure.TOO_LATE, "the talk was over")]
    assert logs == more == []


def test_a_refusal_is_a_failure_once(tapes: Tapes) -> None:
    tapes.begins()
    tapes.wire.refuse(500, "no more channels")
    tapes.wire.refuse(500, "no more channels")
    assert tapes.told() == [failed(RecordingFailure.FAILED, "request: 500 no more channels")]
    assert tapes.counts.refused == [("record", 500)]


def test_a_file_that_cannot_be_made_is_a_failure_and_the_other_channel_ends_unrecorded(
    tapes: Tapes,
) -> None:
    tapes.begins()
    tapes.wire.all_ok()
    tapes.taping.snoop_started(snoop(CALLER))
    tapes.wire.refuse(422, "no such format")
    assert tapes.told() == [failed(RecordingFailure.FAILED, "request: 422 no such format")]
    tapes.wire.said()
    tapes.taping.snoop_started(snoop(AGENT))
    assert tapes.wire.said() == [f"DELETE channels/{AGENT}"]


@pytest.mark.parametrize("cause", ["disk on fire", None])
def test_a_recording_that_asterisk_says_has_failed(tapes: Tapes, cause: str | None) -> None:
    tapes.runs()
    event = ari.RecordingFailed(recording=live(CALLER, cause=cause))
    tapes.taping.recording_ended(event)
    detail = cause or "Asterisk does not say why"
    assert tapes.told() == [failed(RecordingFailure.FAILED, detail)]
    tapes.taping.recording_ended(ari.RecordingFailed(recording=live(AGENT)))
    tapes.ends(CALLER)
    tapes.ends(AGENT)
    assert tapes.told() == []


def test_answers_that_come_after_a_failure_change_nothing(tapes: Tapes) -> None:
    tapes.begins()
    tapes.wire.all_ok()
    for id in (CALLER, AGENT):
        tapes.taping.snoop_started(snoop(id))
    tapes.wire.refuse(500)
    tapes.told()
    tapes.wire.ok()
    assert tapes.told() == []


def test_a_lost_connection_settles_what_it_leaves_open(tapes: Tapes) -> None:
    tapes.begins()
    tapes.wire.lose(AriConnectionLost("gone"))
    assert tapes.told() == []
    tapes.taping.found({})
    lost = failed(RecordingFailure.FAILED, "the connection to Asterisk was lost meanwhile")
    assert tapes.told() == [lost]


def test_an_answer_about_room_that_comes_after_that_begins_nothing(tapes: Tapes) -> None:
    tapes.taping.start(START)
    tapes.taping.found({})
    tapes.told()
    tapes.questions.pop()(None)
    assert tapes.wire.said() == []


def test_another_engine_takes_up_what_goes_on(tapes: Tapes) -> None:
    channels = [snoop(CALLER), snoop(AGENT), snoop("nobody-s"), snoop("x-caller")]
    found = take_inventory(app=Application(name="acd"), node="n1", channels=channels, bridges=[])
    assert set(found.tapes) == {OFFER}
    assert not [*found.litter, *found.calls, *found.offers]
    tapes.taping.found(found.tapes)
    assert tapes.told() == []
    tapes.taping.start(StartRecording(call=CALL, offer=OFFER, file="another"))
    assert tapes.told() == [STARTED]
    assert tapes.wire.said() == []
    tapes.file_closed(CALLER, 10)
    tapes.file_closed(AGENT, 10)
    tapes.ends(CALLER)
    tapes.ends(AGENT)
    assert tapes.told() == [RecordingFinished(call=CALL, offer=OFFER, file=FILE, seconds=10.0)]


def test_a_time_that_is_none_is_bad_input_and_no_failure(tapes: Tapes) -> None:
    tapes.runs()
    tapes.file_closed(CALLER, 10)
    tapes.file_closed(AGENT, 10)
    tapes.ends(CALLER, "yesterday")
    tapes.ends(AGENT, "yesterday")
    assert tapes.counts.bad == [("ari", "malformed")]
    assert tapes.told() == [RecordingFinished(call=CALL, offer=OFFER, file=FILE, seconds=10.0)]


@pytest.mark.parametrize("id", ["", "caller", "-caller", OFFER, f"{OFFER}-both", f"{CALL}-b"])
def test_other_channels_are_none_of_ours(tapes: Tapes, id: str) -> None:
    tapes.runs()
    tapes.taping.snoop_started(snoop(id))
    tapes.file_closed(id, 5)
    tapes.ends(id)
    assert tapes.told() == []
    assert len(tapes.wire.said()) == 1  # hung up


def test_the_name_of_a_channel_says_what_it_hears() -> None:
    assert snooped(CALLER) == (OFFER, Side.CALLER)
    assert snooped(AGENT) == (OFFER, Side.AGENT)
    assert snooped(OFFER) is None
