"""Playbooks of recordings in flows of one's own: what a caller says is kept or deleted."""

from __future__ import annotations

from acd.core.facts import CallOutcome
from acd.core.flow_words import (
    DropTape,
    FlowLeft,
    StartTape,
    TapeEnd,
    TapeFailed,
    TapeFailure,
    TapeFinished,
)
from acd.core.tapes import TapeDeleted, TapeHeard, TapeListened, TapeMade, TapesExpired
from ivr.model import HangUp, Record, Sound
from tests.playbooks.centre import centre, flow_of
from tests.playbooks.flow_centre import in_menu
from tests.playbooks.harness import Playbook
from tests.playbooks.seen import outcome
from tests.playbooks.words import end, hung_up, prompt_over

SPEAKS = Record(
    parts=(Sound(prompt="your_name"),),
    into="name",
    go=HangUp(),
    too_short=HangUp(served=False),
    failed=HangUp(),
    beep=False,
)


def test_what_a_caller_says_is_named_by_its_file() -> None:
    play = in_menu(flow_of(SPEAKS))
    play >> prompt_over("main-1")
    tape = tape_of(play)
    play >> TapeFinished(call="c1", file=tape.file, seconds=4.5, ended_by=TapeEnd.DIGIT) << end()
    play.check()
    assert play.last(FlowLeft).collected == (("name", tape.file),)
    (made,) = play.recorded(TapeMade)
    assert (made.file, made.call, made.flow, made.name) == (tape.file, "c1", "main", "name")
    assert made.seconds == 4.5


def test_who_hangs_up_while_he_speaks() -> None:
    play = in_menu(flow_of(SPEAKS)) >> prompt_over("main-1")
    tape = tape_of(play)
    play >> TapeFinished(call="c1", file=tape.file, seconds=4.5, ended_by=TapeEnd.HUNG_UP)
    assert [type(fact) for fact in play.facts][-1] is TapeMade
    play >> hung_up()
    assert DropTape(file=tape.file) in play.said
    assert outcome(play) is CallOutcome.IVR_LEFT


def test_what_is_too_short_is_deleted() -> None:
    play = in_menu(flow_of(SPEAKS)) >> prompt_over("main-1")
    tape = tape_of(play)
    play >> TapeFinished(call="c1", file=tape.file, seconds=0.5, ended_by=TapeEnd.DIGIT)
    play << DropTape(file=tape.file) << end()


def test_what_broke_off_is_deleted() -> None:
    play = in_menu(flow_of(SPEAKS)) >> prompt_over("main-1")
    tape = tape_of(play)
    failed = TapeFailed(
        call="c1", file=tape.file, failure=TapeFailure.NO_ROOM, detail="disk", seconds=38.0
    )
    play >> failed << DropTape(file=tape.file) << end()
    play.check()
    assert play.recorded(TapeMade) == []


def test_a_recording_that_nobody_waits_for_is_deleted() -> None:
    play = in_menu()
    play >> TapeFinished(call="c1", file="x", seconds=4.5, ended_by=TapeEnd.DIGIT) << DropTape(file="x")
    play >> TapeFinished(call="c9", file="y", seconds=4.5, ended_by=TapeEnd.DIGIT) << DropTape(file="y")


def tape_of(play: Playbook) -> StartTape:
    """What was asked to be recorded last."""
    return [each for each in play.said if isinstance(each, StartTape)][-1]


def test_what_callers_said_is_told_of_until_it_is_deleted() -> None:
    play = Playbook(centre())
    play >> TapeListened(file="f1", call="c1", by="api:boss")
    play >> TapesExpired(files=("f1", "f2"))
    heard = TapeHeard(file="f1", call="c1", at=play.now, by="api:boss")
    assert play.recorded(TapeHeard) == [heard]
    assert [each.file for each in play.recorded(TapeDeleted)] == ["f1", "f2"]
