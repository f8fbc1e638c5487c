"""A recording replays to the same commands, says nothing about people, and knows its bounds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from acd.core.commands import Command
from acd.core.dispatcher import Dispatcher
from acd.core.events import (
    AgentActed,
    CallArrived,
    CallerHungUp,
    ChannelsReconciled,
    ConfigReplaced,
    DigitPressed,
    Event,
    PhoneStateChanged,
    PromptFinished,
    StateRestored,
)
from acd.core.flow_words import LookedUp
from acd.core.message_words import MailboxDialled, Message
from acd.core.routing import NumberRoute, Voicemail
from acd.runtime.masking import Pseudonyms, mask, mask_fields
from acd.runtime.recorder import FlightRecorder, RecordingError, read_recording
from acd.runtime.replay import replay
from agents.model import AgentAct, PhoneState
from ivr.model import (
    Branch,
    Case,
    Collect,
    CollectedIs,
    Flow,
    HangUp,
    LookUp,
    Menu,
    NextStep,
    Say,
    Sound,
    Tries,
)
from tests.unit.acd.runtime.centre import arrived, routing

PLANS = {"r1": routing(), "r2": routing(revision="r2", prefix="1380013")}
EVENTS: list[Event] = [
    ChannelsReconciled(node="n1", restarted=False),
    PhoneStateChanged(agent="1001", phone=PhoneState.FREE),
    AgentActed(agent="1001", act=AgentAct.LOG_IN, by="test"),
    arrived("c1"),
    arrived("c2", caller="13900139000"),
    arrived("c3", caller=None),
    CallerHungUp(call="c1"),
    ConfigReplaced(routing=PLANS["r2"]),
    arrived("c4", caller="13800138001"),
]


def record(path: Path, *, limit: int = 1 << 20, seed: int = 7) -> None:
    recorder = FlightRecorder(
        path,
        seed=seed,
        now=0.0,
        routing=PLANS["r1"],
        printed=lambda plan: plan.revision,
        limit_bytes=limit,
    )
    dispatcher = Dispatcher(PLANS["r1"], Random(seed))
    now = 1_795_262_400.0
    for event in EVENTS:
        recorder.note(now, event, dispatcher.handle(event, now))
        now += 1.5
    now += 120
    recorder.note(now, None, dispatcher.expire(now))
    recorder.close()
    recorder.note(now, None, [])


def test_an_event_on_which_the_core_fails_is_told_and_the_replay_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "flight.jsonl"
    record(path)
    handle = Dispatcher.handle

    def fail(self: Dispatcher, event: Event, now: float) -> list[Command]:
        if isinstance(event, CallerHungUp):
            raise ZeroDivisionError("nobody")
        return handle(self, event, now)

    monkeypatch.setattr(Dispatcher, "handle", fail)
    outcome = replay(path, PLANS.__getitem__)
    assert outcome.events == len(EVENTS) + 1
    ((line, error),) = [(failure.line, failure.error) for failure in outcome.failures]
    assert (line, error) == (8, "ZeroDivisionError('nobody')")


def test_the_same_events_give_the_same_commands(tmp_path: Path) -> None:
    path = tmp_path / "flight.jsonl"
    record(path)
    outcome = replay(path, PLANS.__getitem__)
    assert outcome.events == len(EVENTS) + 1
    assert outcome.differences == ()


def test_a_core_that_decides_otherwise_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "flight.jsonl"
    record(path)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:4] + lines[5:]), encoding="utf-8")
    outcome = replay(path, PLANS.__getitem__, limit=1)
    (difference,) = outcome.differences
    assert difference.line == 5
    assert "CallArrived" in difference.event


def test_nobody_can_be_recognised(tmp_path: Path) -> None:
    path = tmp_path / "flight.jsonl"
    record(path)
    text = path.read_text(encoding="utf-8")
    assert "13800138000" not in text
    assert "13900139000" not in text
    assert '"Li"' not in text
    _, moments = read_recording(path, PLANS.__getitem__)
    callers = [m.event.caller for m in moments if isinstance(m.event, CallArrived)]
    # The second configuration looks at seven digits, so these stay.
    assert callers == ["138********", "139********", None, "1380013****"]


def test_a_recording_ends_at_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "flight.jsonl"
    record(path, limit=1500)
    assert path.stat().st_size <= 1500
    assert replay(path, PLANS.__getitem__).differences == ()


def test_a_full_disk_ends_the_recording_and_nothing_else() -> None:
    full = Path("/dev/full")
    recorder = FlightRecorder.__new__(FlightRecorder)
    recorder._file = full.open("wb", buffering=0)
    recorder._left, recorder._shown, recorder._masked = 1 << 20, 3, Pseudonyms()
    recorder.note(0.0, arrived(), [])
    assert recorder._file is None


def test_a_line_cut_off_by_a_kill_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "flight.jsonl"
    record(path)
    path.write_bytes(path.read_bytes()[:-20])
    assert replay(path, PLANS.__getitem__).events == len(EVENTS)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"not json\n", "not a flight recording"),
        (b'{"format":99,"seed":1,"started_at":0,"routing":"r1"}\n', "format 99"),
        (
            b'{"format":1,"seed":1,"started_at":0,"routing":"r1"}\n{"now":1,"kind":"Nonsense"}\n',
            ":2: not a line",
        ),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "flight.jsonl"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=complaint):
        replay(path, PLANS.__getitem__)


def test_an_agent_who_listens_to_his_messages_is_replayed_and_no_caller_recognised(
    tmp_path: Path,
) -> None:
    """Numbers are read out digit by digit: masked ones by other prompts."""
    box = Voicemail(name="own", label="Own", agent="1001")
    plan = replace(routing(), voicemail={"own": box})
    left = Message(
        id="m1", call="c9", box="own", caller="13800138000", business=None, queue=None,
        language="en", left_at=0.0, seconds=5.0, file="a",
    )  # fmt: skip
    heard: list[Event] = [
        StateRestored(
            agents=(),
            calls=(),
            messages=(left,),
            do_not_call=frozenset({"13900139000"}),
            surveyed=(("13700137000", 1.0),),
        ),
        ChannelsReconciled(node="n1", restarted=False),
        MailboxDialled(agent="1001", channel="ch1"),
        *(PromptFinished(call="ch1", prompt=f"mailbox-{n}") for n in (1, 2, 3)),
        DigitPressed(call="ch1", digit="3"),
    ]
    path = tmp_path / "flight.jsonl"
    recorder = FlightRecorder(
        path, seed=7, now=0.0, routing=plan, printed=lambda plan: "r1", limit_bytes=1 << 20
    )
    dispatcher = Dispatcher(plan, Random(7))
    for event in heard:
        recorder.note(100.0, event, dispatcher.handle(event, 100.0))
    recorder.close()
    text = path.read_text(encoding="utf-8")
    assert not any(number in text for number in ("13800138000", "13900139000", "13700137000"))
    outcome = replay(path, lambda _: plan)
    assert (outcome.events, outcome.differences) == (len(heard), ())


def test_a_look_up_is_replayed_without_its_callers_number(tmp_path: Path) -> None:
    step = LookUp(
        url="http://shop.test/orders?of={caller}",
        keep={"state": "state"},
        go=HangUp(),
        otherwise=HangUp(served=False),
    )
    flow = Flow(name="main", start="1", steps={"1": step})
    route = NumberRoute(number=None, queue="orders", flow="main")
    plan = replace(routing(), default_route=route, flows={"main": flow})
    happened: list[Event] = [arrived("c1"), LookedUp(call="c1", values={"state": "sent"})]
    path = tmp_path / "flight.jsonl"
    recorder = FlightRecorder(
        path, seed=7, now=0.0, routing=plan, printed=lambda plan: "r1", limit_bytes=1 << 20
    )
    dispatcher = Dispatcher(plan, Random(7))
    for event in happened:
        recorder.note(100.0, event, dispatcher.handle(event, 100.0))
    recorder.close()
    assert "13800138000" not in path.read_text(encoding="utf-8")
    outcome = replay(path, lambda _: plan)
    assert (outcome.events, outcome.differences) == (2, ())


@pytest.mark.parametrize("compared", [False, True])
def test_a_secret_input_is_kept_only_where_a_flow_compares_it(tmp_path: Path, compared: bool) -> None:
    lost = HangUp(served=False)
    law = Say(parts=(Sound(prompt="law"),), go=NextStep(step="2"), barge_in=False)
    ask = Collect(parts=(), into="pin", go=NextStep(step="3"), tries=Tries(otherwise=lost), secret=True)
    case = Case(when=(CollectedIs(name="pin", prefixes=("48",)),), go=HangUp())
    which = Branch(cases=(case,) * compared, otherwise=NextStep(step="4"))
    menu = Menu(parts=(), keys={"7": HangUp()}, tries=Tries(otherwise=lost))
    flow = Flow(name="main", start="1", steps={"1": law, "2": ask, "3": which, "4": menu})
    route = NumberRoute(number=None, queue="orders", flow="main")
    plans = {
        "r1": replace(routing(), default_route=route),
        "r2": replace(routing(revision="r2"), default_route=route, flows={"main": flow}),
    }
    path = tmp_path / "flight.jsonl"
    recorder = FlightRecorder(
        path,
        seed=7,
        now=0.0,
        routing=plans["r1"],
        printed=lambda plan: plan.revision,
        limit_bytes=1 << 20,
    )
    dispatcher = Dispatcher(plans["r1"], Random(7))
    happened: list[Event] = [ConfigReplaced(routing=plans["r2"]), arrived("c1")]
    happened += [DigitPressed(call="c1", digit="4"), PromptFinished(call="c1", prompt="main-1")]
    happened += [DigitPressed(call="c1", digit=key) for key in ("4817#7" if not compared else "4817#")]
    for event in happened:
        recorder.note(100.0, event, dispatcher.handle(event, 100.0), dispatcher.secret_key)
    recorder.close()
    _, moments = read_recording(path, plans.__getitem__)
    keys = [m.event.digit for m in moments if isinstance(m.event, DigitPressed)]
    assert "".join(keys) == ("04817#" if compared else "00000#7")
    outcome = replay(path, plans.__getitem__)
    assert (outcome.events, outcome.differences) == (len(happened), ())


def test_masking_twice_is_masking_once() -> None:
    value = {"caller": "13800138000", "list": [{"name": "Li Lei"}], "trace": [[1.0, "x", "40080"]]}
    once = mask_fields(value)
    assert once == {
        "caller": "138********",
        "list": [{"name": "L*****"}],
        "trace": [[1.0, "x", "400**"]],
    }
    assert mask_fields(once) == once
    assert mask("12", 3) == "12"


def test_two_numbers_that_look_alike_stay_two(tmp_path: Path) -> None:
    """Who is owed a call is found by his number: it must not become somebody else's."""
    path = tmp_path / "flight.jsonl"
    recorder = FlightRecorder(
        path, seed=7, now=0.0, routing=routing(), printed=lambda plan: "r1", limit_bytes=1 << 20
    )
    dispatcher = Dispatcher(routing(), Random(7))
    numbers = ("13800138000", "13800138001", "13800138000")
    for at, number in enumerate(numbers, start=1):
        call = f"c{at}"
        for event in (replace(arrived(call), caller=number), CallerHungUp(call=call, cause=16)):
            recorder.note(at, event, dispatcher.handle(event, at))
    recorder.close()
    outcome = replay(path, lambda _: routing())
    assert (outcome.events, outcome.differences) == (2 * len(numbers), ())
    _, moments = read_recording(path, lambda _: routing())
    callers = [m.event.caller for m in moments if isinstance(m.event, CallArrived)]
    assert callers == ["138********", "138*******1", "138********"]


def test_a_number_stands_in_what_is_dialled() -> None:
    masked = Pseudonyms()
    dialled = {"number": "13800138001", "endpoint": "PJSIP/13800138001@carrier"}
    assert mask_fields(dialled, 3, masked) == {
        "number": "138********",
        "endpoint": "PJSIP/138********@carrier",
    }
    assert mask_fields({"endpoint": "PJSIP/1001"}, 0) == {"endpoint": "PJSIP/1001"}


def test_where_nothing_is_left_to_tell_them_apart_they_look_alike() -> None:
    masked = Pseudonyms()
    assert [masked(number, 3) for number in ("110", "112")] == ["110", "112"]
    assert [masked(f"139{last}", 3) for last in range(12)][:10] == [
        "139*",
        *(f"139{n}" for n in range(1, 10)),
    ]
    assert masked("139x", 3) == "139*"
