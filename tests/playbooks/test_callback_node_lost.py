"""Playbooks of callbacks whose node is lost while they go on, and comes back or does not."""

from __future__ import annotations

import pytest

from acd.core.callback_words import (
    AttemptEnded,
    AttemptOutcome,
    CallbackChanged,
    CallbackClosed,
    CallbackOpened,
    CallbackOutcome,
    DialCustomer,
)
from acd.core.commands import CancelRing, EndCall, ReleaseAgent, RingAgent
from acd.core.events import ChannelsReconciled, LiveCall, NodeLost
from acd.core.facts import CallEntered, CallMissed, MissedReason
from agents.model import AgentState, PhoneState
from tests.playbooks.callback_centre import (
    ATTEMPT,
    CALLBACK,
    OFFER,
    asked,
    calling,
    cancels,
    committed,
    committing,
    customer_rings,
    dial_failed,
    dialling,
    how_it_stands,
    joining,
    missed,
    picked_up,
    rule,
    rung,
    said,
    says_to_agent,
    talking,
)
from tests.playbooks.callback_memory import back
from tests.playbooks.centre import NODE, agent
from tests.playbooks.harness import START, Playbook
from tests.playbooks.words import agent_hung_up, arrived, connect, on_duty, release


def test_agent_who_was_asked_goes_on() -> None:
    play = asked() >> NodeLost(node=NODE)
    back(play, leg="answered")
    assert how_it_stands(play) == "committing"


def test_committed_while_the_node_was_away() -> None:
    play = committing() >> NodeLost(node=NODE) >> committed()
    assert not said(play, DialCustomer)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.FAILED
    back(play, leg="answered") << release(OFFER)


def test_customer_who_picked_up_while_the_node_was_away() -> None:
    play = customer_rings() >> NodeLost(node=NODE)
    back(play, customer=True, leg="answered") << connect(OFFER)


def test_customer_who_still_rings_after_the_node_was_away() -> None:
    play = customer_rings() >> NodeLost(node=NODE)
    back(play, customer=False, leg="answered")
    play.quiet()
    assert how_it_stands(play) == "ringing"
    play >> picked_up() << connect(OFFER)


@pytest.mark.parametrize("restarted", [False, True])
def test_customer_who_is_gone_after_the_node_was_away(restarted: bool) -> None:
    play = customer_rings() >> NodeLost(node=NODE)
    back(play, restarted=restarted)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    assert not said(play, CancelRing) + said(play, ReleaseAgent)


def test_cancelling_is_repeated_after_the_node_was_away() -> None:
    play = dialling() >> arrived("c2") >> NodeLost(node=NODE)
    live = LiveCall(arrived=arrived(ATTEMPT), created_at=START, dialled_for=ATTEMPT, answered=False)
    other = LiveCall(arrived=arrived("c2"), created_at=START)
    play >> ChannelsReconciled(node=NODE, restarted=False, calls=(live, other))
    assert [each.attempt for each in said(play, type(cancels()))] == [ATTEMPT]


def test_customer_who_picked_up_while_his_dialling_was_being_stopped_and_the_node_away() -> None:
    play = dialling() >> agent_hung_up(OFFER) >> NodeLost(node=NODE)
    back(play, customer=True)
    assert how_it_stands(play) == "joining"
    assert [each.state for each in play.core.view_calls()] == ["waiting"]


@pytest.mark.parametrize("rung", [False, True])
def test_attempt_on_a_node_that_never_comes_back_ends_unknown(rung: bool) -> None:
    routing = calling(agents=[agent("1001"), agent("1002", node="pbx2")])
    play = dialling(routing) >> NodeLost(node=NODE)
    if rung:
        play = customer_rings(routing) >> NodeLost(node=NODE)
    play.after(89)
    assert play.recorded(AttemptEnded) == []
    play.after(1) << says_to_agent("customer_failed")
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    assert (how_it_stands(play), play.last(CallbackChanged).due_at) == ("planned", play.now + 300)
    play.after(300)
    assert how_it_stands(play) == "due"
    on_duty(play, "1002")
    assert [each.call for each in play.said if isinstance(each, RingAgent)][-1] == f"{CALLBACK}-a2"


def test_attempt_of_which_the_telephones_never_tell_ends_unknown_and_is_hung_up() -> None:
    play = customer_rings()
    play.after(89)
    play.quiet()
    play.after(1) << cancels() << says_to_agent("customer_failed")
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    play >> dial_failed()
    play.quiet()
    assert len(play.recorded(AttemptEnded)) == 1


def test_stopping_of_which_the_telephones_never_tell_ends_unknown() -> None:
    play = dialling() >> agent_hung_up(OFFER)
    play.after(90) << cancels()
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN


def test_who_has_picked_up_is_not_given_up_for_the_time_that_his_phone_rang() -> None:
    play = talking()
    play.after(500)
    play.quiet()
    assert how_it_stands(play) == "talking"


def test_agent_who_heard_why_nobody_came_is_released_after_the_node_was_away() -> None:
    play = dialling() >> dial_failed() >> NodeLost(node=NODE)
    back(play, leg="answered") << release(OFFER)


def test_agent_who_heard_why_nobody_came_has_gone() -> None:
    play = dialling() >> dial_failed() >> NodeLost(node=NODE)
    back(play)
    view = play.core.view_agent("1001")
    assert view is not None
    assert view.state is AgentState.IDLE


def test_agent_who_is_held_stays_so() -> None:
    play = rung(calling(callback=rule(agent_first=False))) >> NodeLost(node=NODE)
    back(play) >> committed()
    assert said(play, DialCustomer)


def test_cut_off_while_talking_is_another_missed_call() -> None:
    play = talking() >> NodeLost(node=NODE)
    back(play, restarted=True)
    assert play.last(CallMissed).reason is MissedReason.CUT_OFF
    assert [each.outcome for each in play.recorded(CallbackClosed)] == [CallbackOutcome.ANSWERED]
    assert play.last(CallbackOpened).callback.id == f"{ATTEMPT}-cb"


def test_cut_off_while_being_joined_is_lost() -> None:
    play = joining() >> NodeLost(node=NODE)
    back(play, restarted=True)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.LOST
    assert len(play.recorded(CallMissed)) == 1


def test_unknown_dialled_channels_are_hung_up() -> None:
    play = Playbook(calling())
    live = LiveCall(arrived=arrived("x-cb-a1"), created_at=START, dialled_for="x-cb-a1")
    play >> ChannelsReconciled(node=NODE, restarted=False, calls=(live,))
    play << EndCall(call="x-cb-a1")
    assert play.recorded(CallEntered) == []


def test_customer_who_hung_up_and_called_again_while_the_node_was_away() -> None:
    play = missed() >> arrived("c2") >> NodeLost(node=NODE)
    again = LiveCall(arrived=arrived("c3"), created_at=START)
    play >> ChannelsReconciled(
        node=NODE, restarted=False, calls=(again,), phones=(("1001", PhoneState.FREE),)
    )
    assert [each.call for each in said(play, RingAgent)] == ["c3"]
    assert how_it_stands(play) == "held"
