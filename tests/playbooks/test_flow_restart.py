"""Playbooks of a restart of the engine while callers are in flows: nobody is lost, nothing is guessed.

The store is played by the facts of the engine before: what they carried of a call's story is restored.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from acd.core.events import ChannelsReconciled, LiveCall, NodeLost, RestoredCall, StateRestored
from acd.core.facts import (
    CallEnded,
    CallEntered,
    CallMissed,
    CallOutcome,
    CallQueued,
    MissedReason,
    QueueLeft,
    VisitOutcome,
)
from acd.core.flow_words import FlowEntered, FlowLeft, SurveyGoesOn, SurveyTaken
from acd.core.records import Reason
from acd.core.routing import Ending, Routing, Then, Trunk, Voicemail
from acd.core.tape_words import FindTape
from ivr.model import HangUp, Menu, NextStep, Say, Sound, ToFlow, ToNumber, ToQueue, Tries
from tests.playbooks.centre import asking, centre, flow_of, menu_first, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import (
    agent_hung_up,
    arrived,
    back,
    end,
    hung_up,
    on_duty,
    outside_answered,
    outside_ended,
    plays,
    pressed,
    prompt_over,
    talk,
)


def story(play: Playbook) -> tuple[Reason, ...]:
    """What the store knows of the call's story."""
    told: list[Reason] = []
    for fact in play.facts:
        told += getattr(fact, "reasons", ())
    return tuple(told)


def restarted(play: Playbook, routing: Routing, **known: Any) -> Playbook:
    """Another engine takes the call up from the store."""
    after = Playbook(routing, start=play.now + 3)
    call = RestoredCall(arrived=arrived(), arrived_at=play.now, trace=story(play), **known)
    return after >> StateRestored(agents=(), calls=(call,))


def test_a_menu_begins_anew() -> None:
    routing = menu_first()
    play = restarted(Playbook(routing) >> arrived() >> prompt_over("main-1"), routing)
    play >> back(play) << plays("main-1", "choose")
    play >> hung_up()
    assert play.last(CallEnded).outcome is CallOutcome.IVR_LEFT


def test_the_flow_that_he_was_in_begins_anew_not_the_first() -> None:
    other = Menu(
        parts=(Sound(prompt="other"),),
        keys={"1": NextStep(step="1")},
        tries=Tries(otherwise=HangUp(served=False)),
    )
    routing = menu_first(flow_of(Say(parts=(), go=ToFlow(flow="other"))))
    routing = menu_first(
        routing.flows["main"], flows={**routing.flows, "other": flow_of(other, name="other")}
    )
    play = restarted(Playbook(routing) >> arrived(), routing)
    play >> back(play) << plays("other-1", "other")


def test_what_he_pressed_in_the_flow_before_still_makes_him_a_missed_call() -> None:
    choose = Menu(
        parts=(Sound(prompt="choose"),),
        keys={"1": ToFlow(flow="other")},
        tries=Tries(otherwise=HangUp(served=False)),
    )
    other = flow_of(Say(parts=(Sound(prompt="long"),), go=HangUp()), name="other")
    routing = menu_first(flow_of(choose))
    routing = menu_first(routing.flows["main"], flows={**routing.flows, "other": other})
    play = restarted(Playbook(routing) >> arrived() >> pressed("1"), routing)
    play >> back(play) << plays("other-1", "long")
    play >> hung_up()
    assert play.last(CallMissed).reason is MissedReason.ABANDONED


def test_a_flow_that_he_had_left_is_not_begun_again() -> None:
    routing = menu_first(flow_of(Say(parts=(), go=ToQueue(queue="orders"))))
    before = on_duty(Playbook(routing), "1001") >> arrived()
    placement = before.last(CallQueued).placement
    play = restarted(before, routing, placement=placement)
    play >> back(play)
    assert not play.recorded(FlowEntered)


def test_the_voicemail_dialogue_begins_anew_and_knows_why() -> None:
    box = Voicemail(name="orders", label="Orders")
    ending = Ending(say=None, then=Then.VOICEMAIL, voicemail="orders")
    routing = centre(queues=[queue(for_at_most=30, on_timeout=ending)], voicemail={"orders": box})
    before = on_duty(Playbook(routing), "1001")
    talk(before >> arrived("c0"), "c0-o1")
    (before >> arrived()).after(30)
    placement = before.last(CallQueued).placement
    play = restarted(
        before,
        routing,
        placement=placement,
        left=VisitOutcome.TIMED_OUT,
        left_at=before.now,
    )
    (
        play
        >> back(play)
        << FindTape(call="c1", box="orders", since=before.now)
        << plays("orders-1", "leave_message")
    )
    play >> hung_up()
    ended = play.last(CallEnded)
    assert (ended.outcome, ended.wait, ended.queue) == (CallOutcome.TIMED_OUT, 30.0, "orders")
    assert [each.reason for each in play.recorded(CallMissed)] == [MissedReason.TIMED_OUT]


@pytest.mark.parametrize(("pressed_before", "outcome"), [(("5",), "answered"), ((), "cut_off")])
def test_who_was_asked_about_his_talk_is_released_and_keeps_what_he_said(
    pressed_before: tuple[str, ...], outcome: str
) -> None:
    routing = asking()
    before = on_duty(Playbook(routing), "1001")
    talk(before >> arrived())
    placement, answered_at = before.last(CallQueued).placement, before.now
    before.after(60) >> agent_hung_up()
    for key in pressed_before:
        before >> pressed(key)
    said = before.last(SurveyGoesOn)
    play = restarted(
        before,
        routing,
        placement=placement,
        agent="1001",
        offer="c1-o1",
        answered_at=answered_at,
        left=VisitOutcome.ANSWERED,
        survey=said,
    )
    play >> back(play) << end()
    play >> hung_up()
    ended = play.last(CallEnded)
    assert (ended.outcome, ended.talk, ended.agent) == (CallOutcome.ANSWERED, 60.0, "1001")
    (taken,) = play.recorded(SurveyTaken)
    assert (taken.satisfaction, taken.outcome) == (said.satisfaction, outcome)
    assert (taken.asked_at, taken.agent) == (said.asked_at, "1001")


def test_who_was_asked_and_hung_up_while_no_engine_was_there() -> None:
    routing = asking()
    before = on_duty(Playbook(routing), "1001")
    talk(before >> arrived()) >> agent_hung_up() >> pressed("5")
    play = restarted(
        before,
        routing,
        placement=before.last(CallQueued).placement,
        agent="1001",
        offer="c1-o1",
        answered_at=before.now - 60,
        left=VisitOutcome.ANSWERED,
        survey=before.last(SurveyGoesOn),
    )
    play >> ChannelsReconciled(node="pbx1", restarted=False)
    assert [(each.satisfaction, each.outcome) for each in play.recorded(SurveyTaken)] == [
        (5, "answered")
    ]
    assert play.last(CallEnded).outcome is CallOutcome.ANSWERED


def put_through() -> Playbook:
    routing = menu_first(flow_of(Say(parts=(), go=ToNumber(number="95555"))))
    play = restarted(Playbook(routing) >> arrived(), routing)
    play >> back(play)
    play.quiet()
    return play


def test_who_was_put_through_stays_so() -> None:
    play = put_through()
    view = play.core.view_call("c1")
    assert view is not None
    assert view.state == "outside"
    play >> outside_ended() << end()
    play >> hung_up()
    assert play.last(CallEnded).outcome is CallOutcome.SERVED


def test_who_was_put_through_and_hangs_up() -> None:
    play = put_through() >> hung_up()
    assert play.last(CallEnded).outcome is CallOutcome.SERVED


@pytest.mark.parametrize("talks", [True, False])
def test_whether_he_talks_outside_is_told_to_a_new_engine(talks: bool) -> None:
    play = put_through() >> NodeLost(node="pbx1")
    live = LiveCall(arrived=arrived(), created_at=play.now)
    play >> ChannelsReconciled(node="pbx1", restarted=False, calls=(live,), outside=("c1",))
    if talks:
        play >> outside_answered()
    play >> hung_up()
    assert play.last(CallEnded).outcome is (CallOutcome.SERVED if talks else CallOutcome.IVR_LEFT)


def test_who_talked_outside_before_an_outage_was_served() -> None:
    routing = menu_first(flow_of(Say(parts=(), go=ToNumber(number="95555"))))
    play = Playbook(routing) >> arrived() >> outside_answered() >> NodeLost(node="pbx1")
    live = LiveCall(arrived=arrived(), created_at=play.now)
    play >> ChannelsReconciled(node="pbx1", restarted=False, calls=(live,), outside=("c1",))
    play >> hung_up()
    assert play.last(CallEnded).outcome is CallOutcome.SERVED


def test_who_hung_up_while_the_number_rang_was_not_served_though_his_end_is_lost() -> None:
    routing = menu_first(flow_of(Say(parts=(), go=ToNumber(number="95555"))))
    play = restarted(Playbook(routing) >> arrived(), routing, missed=MissedReason.ABANDONED)
    play >> ChannelsReconciled(node="pbx1", restarted=False)
    assert play.last(CallEnded).outcome is CallOutcome.IVR_LEFT
    assert play.recorded(CallMissed) == []


def of_one_who_is_outside(play: Playbook) -> ChannelsReconciled:
    return replace(back(play), outside=("c1",))


@pytest.mark.parametrize("talks", [True, False])
def test_who_was_put_through_before_the_store_knew_it_stays_so(talks: bool) -> None:
    """All that the engine before had said of it is lost; the number rings still, or talks."""
    routing = menu_first()
    play = restarted(Playbook(routing) >> arrived(), routing)
    play >> of_one_who_is_outside(play)
    play.quiet()
    assert play.last(FlowLeft).exit == "number ?"
    if talks:
        play >> outside_answered()
    play >> outside_ended(answered=talks)
    if talks:
        play >> hung_up()
        assert play.last(CallEnded).outcome is CallOutcome.SERVED
    else:  # he is on his way to the queue of the number, where nobody is
        assert play.last(CallMissed).reason is MissedReason.NOBODY


def test_who_was_put_through_again_stays_so_after_another_restart() -> None:
    routing = menu_first()
    play = restarted(Playbook(routing) >> arrived(), routing)
    play >> of_one_who_is_outside(play)
    again = Playbook(routing, start=play.now + 3)
    known = RestoredCall(
        arrived=arrived(),
        arrived_at=play.now,
        trace=(*story(Playbook(routing) >> arrived()), *story(play)),
    )
    again >> StateRestored(agents=(), calls=(known,))
    assert [view.state for view in again.core.view_calls()] == ["outside"]


def test_who_waited_last_as_far_as_the_store_knows_and_was_put_through_leaves_the_queue() -> None:
    routing = menu_first(flow_of(Say(parts=(), go=ToQueue(queue="orders"))))
    before = on_duty(Playbook(routing), "1001") >> arrived()
    play = restarted(before, routing, placement=before.last(CallQueued).placement)
    play >> of_one_who_is_outside(play)
    play.quiet()
    left = play.last(QueueLeft)
    assert (left.queue, left.outcome) == ("orders", VisitOutcome.OVERFLOWED)
    play >> outside_answered() >> outside_ended(answered=True) << end()


def test_who_was_put_through_and_of_whom_the_store_knows_nothing_is_taken_up_so() -> None:
    play = Playbook(menu_first())
    play >> of_one_who_is_outside(play)
    play.quiet()
    assert [view.state for view in play.core.view_calls()] == ["outside"]
    assert play.last(CallEntered).call == "c1"
    play >> outside_answered() >> hung_up()
    assert play.last(CallEnded).outcome is CallOutcome.SERVED


def test_message_box_that_he_had_left_is_not_opened_for_who_is_outside() -> None:
    box = Voicemail(name="orders", label="Orders")
    ending = Ending(say=None, then=Then.VOICEMAIL, voicemail="orders")
    routing = centre(queues=[queue(on_nobody=ending)], voicemail={"orders": box})
    play = restarted(Playbook(routing) >> arrived(), routing)
    play >> of_one_who_is_outside(play)
    play.quiet()
    assert (play.last(FlowLeft).flow, play.last(FlowLeft).exit) == ("orders", "number ?")


def test_who_is_alone_when_the_node_is_back_is_served_by_somebody_else() -> None:
    routing = menu_first(flow_of(Say(parts=(), go=ToNumber(number="95555"))))
    play = on_duty(Playbook(routing), "1001") >> arrived() >> NodeLost(node="pbx1")
    live = LiveCall(arrived=arrived(), created_at=play.now)
    talks = ChannelsReconciled(node="pbx1", restarted=False, calls=(live,), outside=("c1",))
    play >> talks
    assert [call.state for call in play.core.view_calls()] == ["outside"]
    play >> NodeLost(node="pbx1") >> replace(talks, outside=())
    assert [call.state for call in play.core.view_calls()] == ["offered"]


def test_who_could_not_be_put_through_is_decided_anew() -> None:
    trunk = Trunk(name="in", match=("192.0.2.1",))
    routing = menu_first(flow_of(Say(parts=(), go=ToNumber(number="95555"))), trunks={"in": trunk})
    before = on_duty(Playbook(routing), "1001") >> arrived()
    placement = before.last(CallQueued).placement
    play = restarted(before, routing, placement=placement)
    assert [call.state for call in play.core.view_calls()] == ["waiting"]


def test_a_missed_call_of_a_flow_keeps_its_end() -> None:
    for reason, outcome in (
        (MissedReason.IVR, CallOutcome.CALLBACK),
        (MissedReason.VOICEMAIL, CallOutcome.NO_MESSAGE),
        (MissedReason.TIMED_OUT, CallOutcome.TIMED_OUT),
    ):
        routing = centre()
        play = restarted(Playbook(routing), routing, missed=reason)
        play >> back(play) << end()
        play >> hung_up()
        assert play.last(CallEnded).outcome is outcome


def test_keys_before_the_node_is_back_mean_nothing() -> None:
    routing = menu_first()
    play = restarted(Playbook(routing) >> arrived(), routing) >> pressed("1")
    play.quiet()
    play >> back(play) << plays("main-1", "choose")
