"""Recordings: begun when both hear each other, where their business wants it; what is told of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.core.commands import StartRecording
from acd.core.events import (
    ConfigReplaced,
    RecordingFailed,
    RecordingFailure,
    RecordingFinished,
    RecordingStarted,
)
from acd.core.explain import text_of
from acd.core.facts import CallEnded, RecordingBegan, RecordingEnded, RecordingOutcome
from acd.core.routing import Business, NumberRoute, Routing
from tests.playbooks.centre import CALLBACK, centre
from tests.playbooks.harness import Playbook
from tests.playbooks.words import (
    agent_hung_up,
    answered,
    arrived,
    connect,
    connect_failed,
    connected,
    end,
    hung_up,
    on_duty,
    release,
    ringing,
    talk,
)

FILE = "2026-11-18/20261118T110641Z_1001_c1-o1"


def shop(*, record: bool) -> Routing:
    business = Business(name="shop", label="Shop", hours=None, when_closed=CALLBACK, record=record)
    number = NumberRoute(number="4001", queue="orders", business="shop")
    return centre(businesses={"shop": business}, numbers={"4001": number})


@pytest.fixture
def play() -> Playbook:
    """A call that rings at 1001, of a business that records."""
    play = on_duty(Playbook(shop(record=True)), "1001")
    play >> arrived() >> ringing()
    return play


def test_it_begins_when_both_hear_each_other_and_not_before(play: Playbook) -> None:
    play >> answered() << connect()
    play >> connected() << StartRecording(call="c1", offer="c1-o1", file=FILE)
    play.check()


def test_who_could_not_be_joined_is_not_recorded(play: Playbook) -> None:
    play >> answered() >> connect_failed()
    assert not [line for line in play.story if "StartRecording" in line]


@pytest.mark.parametrize("routing", [shop(record=False), centre()], ids=["off", "no business"])
def test_it_is_off_unless_the_business_wants_it(routing: Routing) -> None:
    play = on_duty(Playbook(routing), "1001")
    play >> arrived() >> ringing() >> answered() << connect()
    play >> connected()
    play.quiet().check()


@pytest.mark.parametrize("routing", [shop(record=False), centre()], ids=["off", "business gone"])
def test_what_the_running_file_says_counts(play: Playbook, routing: Routing) -> None:
    play >> ConfigReplaced(routing=replace(routing, revision="r2")) >> answered()
    play >> connected()
    play.quiet().check()


def test_its_beginning_and_its_end_are_facts_with_their_place_in_the_story(play: Playbook) -> None:
    play >> answered() >> connected()
    play >> RecordingStarted(call="c1", offer="c1-o1", file=FILE)
    play.quiet().check()
    began = play.last(RecordingBegan)
    assert (began.call, began.offer, began.file, began.at) == ("c1", "c1-o1", FILE, play.now)
    assert began.reasons[-1] == (play.now, "recording", FILE)
    play.after(60)
    play >> agent_hung_up() << end()
    play >> RecordingFinished(call="c1", offer="c1-o1", file=FILE, seconds=60.0)
    play.quiet().check()
    ended = play.last(RecordingEnded)
    assert (ended.outcome, ended.seconds, ended.detail) == (RecordingOutcome.RECORDED, 60.0, None)
    assert ended.reasons[-1] == (play.now, "recorded", 60.0)
    play >> hung_up()
    told = play.last(CallEnded).reasons
    assert "recorded" not in [code for _, code, *_ in told]  # each reason is told once


def test_an_end_that_comes_after_the_call_has_ended_brings_its_reason_itself(play: Playbook) -> None:
    play >> answered() >> connected() >> RecordingStarted(call="c1", offer="c1-o1", file=FILE)
    play >> hung_up() << release()
    play >> RecordingFinished(call="c1", offer="c1-o1", file=FILE, seconds=1.0)
    play.quiet().check()
    assert play.last(RecordingEnded).reasons == ((play.now, "recorded", 1.0),)


@pytest.mark.parametrize("failure", RecordingFailure)
@pytest.mark.parametrize("gone", [False, True], ids=["talking", "after the call"])
def test_a_failure_is_a_fact_and_nothing_else(failure: RecordingFailure, gone: bool) -> None:
    play = on_duty(Playbook(shop(record=True)), "1001")
    talk(play >> arrived())
    if gone:
        play >> hung_up()
    play >> RecordingFailed(call="c1", offer="c1-o1", file=FILE, failure=failure, detail="0 MiB free")
    play.quiet().check()
    ended = play.last(RecordingEnded)
    assert (ended.outcome.value, ended.seconds, ended.detail) == (failure.value, None, "0 MiB free")
    assert ended.reasons[-1] == (play.now, "not_recorded", failure.value, "0 MiB free")
    words = f"the talk is not recorded ({failure.value}): 0 MiB free"
    assert text_of(ended.reasons[-1]) == words
    view = play.core.view_call("c1")
    assert (view is None) is gone
