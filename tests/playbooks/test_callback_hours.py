"""Playbooks of when customers may be called, and through which trunk."""

from __future__ import annotations

from dataclasses import replace

from acd.core.callback_words import CallbackChanged, CallbackOutcome, CommitAttempt
from acd.core.commands import RingAgent
from acd.core.routing import CallingHours
from agents.model import AgentState
from tests.playbooks.callback_centre import (
    ALWAYS,
    OFFER,
    TRUNK,
    calling,
    committed,
    committing,
    dials,
    how_it_stands,
    missed,
    outcome,
    rings_for,
    rule,
    rung,
    said,
    says_to_agent,
    told,
)
from tests.playbooks.harness import START
from tests.playbooks.seen import state
from tests.playbooks.words import CALLER, answered, phone


def at_night() -> CallingHours:
    return CallingHours(
        begin=19 * 60 + 30, end=1260, zone="UTC", zones=(("13", "Asia/Shanghai"), ("1380", "Asia/Tokyo"))
    )


def test_nobody_is_called_outside_his_hours() -> None:
    """19:06 in Shanghai is 11:06 in UTC, 20:06 in Tokyo."""
    routing = calling(callback=rule(hours=CallingHours(begin=12 * 60, end=21 * 60, zone="UTC")))
    play = rung(routing)
    play.quiet()
    at = play.last(CallbackChanged).due_at
    noon = START - START % 86_400 + 12 * 3600
    assert noon <= at <= noon + 20
    play.after(at - play.now - 1)
    play.quiet()
    play.after(1) << rings_for()


def test_hours_are_those_of_the_customers_zone() -> None:
    play = rung(calling(callback=rule(hours=at_night())))
    play << rings_for()


def test_who_is_due_when_the_hours_end_is_called_the_next_day() -> None:
    hours = CallingHours(begin=9 * 60, end=19 * 60 + 20, zone="Asia/Shanghai")
    play = missed(calling(callback=rule(hours=hours)))
    assert how_it_stands(play) == "due"
    play.after(14 * 60) >> phone("1001")
    play.quiet()
    assert how_it_stands(play) == "planned"
    play.after(23 * 3600)
    assert said(play, RingAgent)


def test_hours_that_end_while_the_agent_is_asked_end_it() -> None:
    hours = CallingHours(begin=9 * 60, end=19 * 60 + 20, zone="Asia/Shanghai")
    play = missed(calling(callback=rule(hours=hours)))
    play.after(739) >> phone("1001") >> answered(OFFER)
    play.after(31) >> told() << says_to_agent("customer_failed")
    assert not said(play, CommitAttempt)
    assert how_it_stands(play) == "planned"


def test_without_a_trunk_that_dials_nobody_is_rung_and_it_expires() -> None:
    play = rung(replace(calling(callback=rule(within=7200)), trunks={}))
    play.quiet()
    play.after(7200)
    assert outcome(play) is CallbackOutcome.EXPIRED


def test_trunk_that_the_queue_names() -> None:
    other = replace(TRUNK, name="other", dial="PJSIP/00{number}@other", caller_id=None)
    routing = calling(callback=rule(trunk="other"))
    play = committing(replace(routing, trunks={"carrier": TRUNK, "other": other})) >> committed()
    play << dials(endpoint=f"PJSIP/00{CALLER}@other", caller_id="4001")
    inward = replace(other, dial=None)
    play = rung(replace(routing, trunks={"carrier": TRUNK, "other": inward}))
    play.quiet()


def test_always_means_always() -> None:
    assert ALWAYS.end == 1440


def test_late_for_the_hours_by_a_moment() -> None:
    """An event may be decided on after the hours have ended and before that is noticed."""
    hours = CallingHours(begin=9 * 60, end=19 * 60 + 20, zone="Asia/Shanghai")
    play = missed(calling(callback=rule(hours=hours)))
    play.now += 900
    play >> phone("1001")
    play.quiet()
    assert how_it_stands(play) == "planned"
    assert state(play) is AgentState.IDLE
