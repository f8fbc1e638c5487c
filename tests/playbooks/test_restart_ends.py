"""Playbooks of an engine that starts: decided ends, offers that rang, a host that went down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from acd.core import codes
from acd.core.events import ChannelsReconciled, NodeLost, RestoredCall, RestoredOffer
from acd.core.facts import (
    CallEnded,
    CallMissed,
    CallOutcome,
    CallQueued,
    MissedReason,
    OfferEnded,
    OfferOutcome,
    QueueLeft,
    VisitOutcome,
)
from acd.core.routing import Ending, Then
from agents.model import AgentState
from tests.playbooks.centre import NODE, agent, centre, queue
from tests.playbooks.harness import START
from tests.playbooks.memory import back, leg, place, remembered, start, talking, waiting
from tests.playbooks.words import end, hung_up, music, ring, stop_ringing


def sent_away(**changes: Any) -> RestoredCall:
    plain = waiting(left=VisitOutcome.TIMED_OUT, left_at=START - 2, missed=MissedReason.TIMED_OUT)
    return replace(plain, **changes)


def test_caller_whose_last_prompt_was_playing_is_released_and_told_of_once() -> None:
    play = start(sent_away())
    play >> back("c1") << end()
    play >> hung_up()
    ended = play.last(CallEnded)
    assert (ended.outcome, ended.wait, ended.queue) == (CallOutcome.TIMED_OUT, 28, "orders")
    assert not play.recorded(QueueLeft)
    assert not play.recorded(CallMissed)


def test_caller_who_hung_up_during_his_last_prompt_is_told_of_once() -> None:
    play = start(sent_away())
    play >> back()
    assert play.last(CallEnded).outcome is CallOutcome.TIMED_OUT
    assert not play.recorded(CallMissed)


@pytest.mark.parametrize(
    ("changes", "outcome", "waited"),
    [
        ({"missed": None, "left": VisitOutcome.NOBODY}, CallOutcome.NOBODY, 28),
        (
            {"missed": MissedReason.QUEUE_FULL, "left": VisitOutcome.OVERFLOWED},
            CallOutcome.QUEUE_FULL,
            28,
        ),
        ({"left_at": None}, CallOutcome.TIMED_OUT, 30),
        (
            {"missed": MissedReason.CLOSED, "left": None, "left_at": None, "placement": None},
            CallOutcome.CLOSED,
            0,
        ),
    ],
)
def test_end_that_was_decided_stays(changes: Any, outcome: CallOutcome, waited: float) -> None:
    play = start(sent_away(**changes))
    play >> back("c1") << end()
    play >> hung_up()
    assert (play.last(CallEnded).outcome, play.last(CallEnded).wait) == (outcome, waited)
    assert not play.recorded(CallMissed)


OVERFLOW = centre(
    queues=[
        queue(for_at_most=20, on_timeout=Ending(say="sorry", then=Then.QUEUE, queue="second")),
        queue("second"),
    ]
)


def test_caller_between_two_queues_goes_on_to_the_next() -> None:
    play = start(waiting(left=VisitOutcome.OVERFLOWED, left_at=START - 1), routing=OVERFLOW)
    play >> back("c1") << ring("c1-o1", queue="second") << music()
    assert not play.recorded(QueueLeft)
    queued = play.last(CallQueued).placement
    assert (queued.queue, queued.visit) == ("second", 2)


def test_caller_between_queues_that_are_configured_no_more_goes_to_the_default_one() -> None:
    placed = place(queue="gone")
    play = start(waiting(placement=placed, left=VisitOutcome.OVERFLOWED, left_at=START - 1))
    play >> back("c1") << ring("c1-o1") << music()
    assert play.last(CallQueued).placement.queue == "orders"


def test_call_that_was_recorded_for_a_callback_is_not_recorded_again() -> None:
    play = start(replace(talking(), missed=MissedReason.CUT_OFF))
    play >> back(restarted=True)
    assert play.last(CallEnded).outcome is CallOutcome.CUT_OFF
    assert not play.recorded(CallMissed)


# offers that rang when the engine died


def rang(offer: str = "c1-o1", agent_id: str = "1001") -> RestoredOffer:
    return RestoredOffer(offer=offer, agent=agent_id, queue="orders", made_at=START - 5)


def test_offer_that_rang_is_over() -> None:
    play = start(waiting(offers=1, rings=(rang(),)), agents=[remembered(state=AgentState.RINGING)])
    play >> back("c1") << ring("c1-o2") << music()
    [ended] = play.recorded(OfferEnded)
    assert (ended.offer, ended.agent, ended.outcome) == ("c1-o1", "1001", OfferOutcome.WITHDRAWN)
    assert codes.WITHDRAWN in [reason[1] for reason in ended.reasons]
    play >> NodeLost(node=NODE)
    play >> back("c1")
    assert [each.offer for each in play.recorded(OfferEnded)] == ["c1-o1", "c1-o2"]


def test_offer_of_a_caller_who_is_gone_is_over_too() -> None:
    play = start(waiting(offers=1, rings=(rang(),)))
    play >> back()
    assert play.last(OfferEnded).outcome is OfferOutcome.WITHDRAWN
    assert not play.last(OfferEnded).reasons


def test_offer_that_was_answered_meanwhile_ends_as_that() -> None:
    rings = (rang(), rang("c1-o2", "1002"))
    play = start(waiting(offers=2, rings=rings), agents=[remembered(state=AgentState.RINGING)])
    play >> back("c1", offers=(leg(),))
    assert {each.offer: each.outcome for each in play.recorded(OfferEnded)} == {
        "c1-o1": OfferOutcome.ANSWERED,
        "c1-o2": OfferOutcome.WITHDRAWN,
    }


def test_offer_is_settled_when_the_agents_node_is_there() -> None:
    routing = centre(agents=[agent("1001"), agent("2001", node="pbx2")])
    rings = (rang("c1-o1", "2001"), rang("c1-o2", "nobody"))
    play = start(waiting(offers=2, rings=rings), routing=routing, agents=())
    play >> back("c1", phones=())
    assert [each.agent for each in play.recorded(OfferEnded)] == ["nobody"]
    play >> ChannelsReconciled(node="pbx2", restarted=False)
    assert [each.agent for each in play.recorded(OfferEnded)] == ["nobody", "2001"]


def test_numbers_of_offers_go_on_from_the_highest() -> None:
    play = start(waiting(offers=3), agents=[remembered(), remembered("1002")])
    play >> back("c1", offers=(leg("c1-o7", answered=False),)) << stop_ringing("c1-o7")
    play << ring("c1-o8", "1002") << music()
    again = start(replace(talking(), offer="c1-o5", offers=1), agents=[remembered()])
    assert again.core._floor.calls["c1"].offers_made == 5


# the host went down: engine and Asterisk died together

BEGAN = START - 10


def test_calls_from_before_asterisk_began_were_cut_off() -> None:
    calls = (waiting("c1"), talking("c2"), waiting("c3", ago=3))
    play = start(*calls, agents=[remembered(state=AgentState.TALKING, talk_today=5)])
    play >> back(asterisk_started_at=BEGAN)
    ended = {each.call: each for each in play.recorded(CallEnded)}
    assert {call: each.outcome for call, each in ended.items()} == {
        "c1": CallOutcome.CUT_OFF,
        "c2": CallOutcome.CUT_OFF,
        "c3": CallOutcome.ABANDONED,
    }
    assert (ended["c1"].wait, ended["c2"].talk, ended["c3"].wait) == (20, 10, 3)
    assert {each.call for each in play.recorded(CallMissed)} == {"c1", "c2", "c3"}
    view = play.core.view_agent("1001")
    assert view is not None
    assert (view.state, view.talk_today) == (AgentState.IDLE, 15)


def test_cut_off_call_never_ended_before_it_began_nor_after_now() -> None:
    play = start(waiting("c1", placement=place(joined_at=START - 3)), talking("c2"))
    play >> back(restarted=True, asterisk_started_at=START + 10)
    assert [each.talk + each.wait for each in play.recorded(CallEnded)] == [3, 30]
    again = start(waiting("c1", placement=place(joined_at=START - 3)))
    again >> back(asterisk_started_at=START - 10)
    assert again.last(CallEnded).wait == 0
