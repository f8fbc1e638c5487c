"""Playbooks of callbacks for which another routing holds from now on."""

from __future__ import annotations

from dataclasses import replace

from acd.core.callback_words import CallbackClosed, CallbackOutcome
from acd.core.events import ConfigReplaced
from tests.playbooks.callback_centre import (
    CALLBACK,
    OFFER,
    calling,
    customer_rings,
    dial_failed,
    dialling,
    how_it_stands,
    missed,
    picked_up,
    rings_for,
    rule,
    told,
)
from tests.playbooks.centre import queue
from tests.playbooks.words import agent_hung_up, connect, phone


def test_who_is_due_stands_in_line_again() -> None:
    missed() >> ConfigReplaced(routing=calling(revision="r2")) >> phone("1001") << rings_for()


def test_queue_that_vanished_is_the_default_one() -> None:
    play = missed(calling(queues=[queue("extra", callback=rule())]))
    play >> ConfigReplaced(routing=calling(revision="r2")) >> phone("1001") << rings_for()


def test_new_rules_hold_for_open_callbacks() -> None:
    play = missed()
    play.after(11) >> ConfigReplaced(routing=calling(callback=rule(within=10), revision="r2"))
    assert play.last(CallbackClosed).outcome is CallbackOutcome.EXPIRED


def test_attempts_under_way_go_on() -> None:
    play = customer_rings() >> ConfigReplaced(routing=calling(revision="r2"))
    play >> picked_up() << connect(OFFER)


def test_reload_that_is_not_about_callbacks_leaves_their_times_alone() -> None:
    play = dialling() >> dial_failed() >> told(prompt="customer_no_answer") >> agent_hung_up(OFFER)
    play >> ConfigReplaced(routing=calling(revision="r2"))
    play.after(299)
    assert how_it_stands(play) == "planned"
    play.after(1) << rings_for(f"{CALLBACK}-a2-o1")


def test_reload_that_takes_the_carrier_away_and_brings_him_back() -> None:
    play = dialling() >> dial_failed()
    play >> ConfigReplaced(routing=replace(calling(revision="r2"), trunks={}))
    play.after(300)
    assert how_it_stands(play) == "planned"
    play >> ConfigReplaced(routing=calling(revision="r3"))
    assert how_it_stands(play) == "due"
