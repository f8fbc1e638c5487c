"""`acd replay`: a recording gives the same commands, or it is said where it doesn't."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from acd.core.dispatcher import Dispatcher
from acd.core.events import AgentActed, CallArrived, ChannelsReconciled, Event, PhoneStateChanged
from acd.runtime.recorder import FlightRecorder
from agents.model import AgentAct, PhoneState
from config.load import load
from config.printing import printed
from tests.unit.acd.console.installation import Installation
from tests.unit.config.files import text, write

JINGLE = "queues:\n  main: {needs: {orders: 1}, groups: [vip, back], waiting: {music: jazz}}"
EVENTS: list[Event] = [
    ChannelsReconciled(node="pbx1", restarted=False),
    PhoneStateChanged(agent="1", phone=PhoneState.FREE),
    AgentActed(agent="1", act=AgentAct.LOG_IN, by="test"),
    CallArrived(call="c1", node="pbx1", dialled="100", caller="13800138000"),
    CallArrived(call="c2", node="pbx1", dialled="200", caller=None),
]


@pytest.fixture
def recording(installation: Installation) -> Path:
    """A recording of a centre whose music and node the one that replays it doesn't have."""
    file = write(installation.folder, text(queues=JINGLE), "recorded.yaml")
    routing = load(file, node="pbx1", music={"default", "jazz"}).routing
    path = installation.folder / "flight.jsonl"
    recorder = FlightRecorder(
        path, seed=7, now=0.0, routing=routing, printed=printed, limit_bytes=1 << 20
    )
    dispatcher = Dispatcher(routing, Random(7))
    for at, event in enumerate(EVENTS, start=1_795_262_400):
        recorder.note(at, event, dispatcher.handle(event, at))
    recorder.close()
    return path


def test_the_same_commands(installation: Installation, recording: Path) -> None:
    said = installation.good("replay", recording)
    assert said == f"{recording}: 5 events replayed, the same commands each time\n"


def test_other_commands(installation: Installation, recording: Path) -> None:
    lines = recording.read_text().splitlines(keepends=True)
    lines[4] = lines[4].replace('"digest":"', '"digest":"x')
    recording.write_text("".join(lines))
    outcome = installation.acd("replay", recording)
    assert outcome.code == 1
    assert f"{recording}:5: CallArrived(call='c1'" in outcome.out
    assert "    now: " in outcome.out
    assert outcome.err == f"acd: {recording}: the commands differ; the first differences are above\n"


@pytest.mark.parametrize("content", ["", "x", '{"format": 1}', "\xff"])
def test_what_is_no_recording(installation: Installation, content: str) -> None:
    path = installation.folder / "x"
    path.write_text(content, encoding="latin-1")
    outcome = installation.acd("replay", path)
    assert outcome.code == 1
    assert outcome.err.startswith(f"acd: {path}: not a flight recording: ")


def test_a_recording_of_another_format(installation: Installation, recording: Path) -> None:
    recording.write_text(recording.read_text().replace('"format":1', '"format":99', 1))
    outcome = installation.acd("replay", recording)
    assert (outcome.code, outcome.err) == (1, f"acd: {recording}: format 99, this version reads 1\n")


def test_a_recording_that_is_damaged(installation: Installation, recording: Path) -> None:
    recording.write_text(recording.read_text() + '{"now": 1, "kind": "Dance", "event": {}}\n')
    outcome = installation.acd("replay", recording)
    assert outcome.code == 1
    assert f"{recording}:7: not a line of a recording" in outcome.err


def test_files_that_are_not_there(installation: Installation) -> None:
    nowhere = installation.folder / "nowhere"
    assert installation.bad("replay", nowhere) == f"{nowhere}: No such file or directory\n"
    assert "Is a directory" in installation.bad("replay", installation.folder)
