"""Playbooks of call-flow.md, 1.6: which wait is told while little is known, and in another queue."""

from __future__ import annotations

from typing import Any

import pytest

from acd.core import codes
from acd.core.estimates import expected_wait
from acd.core.events import ChannelsReconciled, DigitPressed, LiveCall, RestoredCall, StateRestored
from acd.core.facts import CallQueued
from acd.core.flow_words import WaitAnnounced
from acd.core.past import PastCall, PastCallsRestored
from acd.core.routing import Ending, NumberRoute, Then, WaitOffer
from agents.model import PhoneState
from tests.playbooks.announced import TOLD, busy, heard, number, told
from tests.playbooks.centre import NODE, centre, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import agent_hung_up, arrived, hung_up, on_duty, phone, talk


def test_without_history_the_last_delay_is_told_by_place() -> None:
    """He was the second and waited 200 s: so it takes 100 s for each place."""
    play = busy()
    play >> arrived("c0") >> arrived("c1")
    play.after(10) >> hung_up("c0")
    play.after(190) >> phone("1001")
    talk(play, "c1-o1")
    play >> arrived("c2") >> arrived("c3")
    play.after(30)
    play << told(*number(1), "expected_wait", "num_liang", "minutes", call="c2")
    play << told(*number(2), "expected_wait", "num_3", "minutes", call="c3")
    play.check()
    assert [each.estimate for each in play.recorded(WaitAnnounced)[-2:]] == pytest.approx([100, 200])


def test_the_first_callers_of_a_spot_are_told_no_wait() -> None:
    """Who was answered at once says nothing about those who wait: they are told their positions alone,
    until one of them has been served."""
    play = on_duty(Playbook(centre(queues=[queue(announcements=TOLD)])), "1001")
    talk(play >> arrived("c0"), "c0-o1")
    for n in range(1, 31):
        play >> arrived(f"c{n}")
    play.after(30)
    first = play.recorded(WaitAnnounced)
    assert [(each.position, each.estimate) for each in first] == [(n, None) for n in range(1, 31)]
    for n in range(1, 31):
        play >> heard(f"c{n}")
    play.after(10) >> agent_hung_up("c0-o1") >> hung_up("c0")
    talk(play, "c1-o1")
    play.after(50)
    then = play.recorded(WaitAnnounced)[30:]
    assert [each.position for each in then] == list(range(1, 30))
    by_the_head = 90.0 / 2
    assert [each.estimate for each in then] == pytest.approx([by_the_head * n for n in range(1, 30)])


def overflowing(**changes: Any) -> Playbook:
    """Calls of the first queue take a minute, those of the second ten; the one agent is away."""
    first = queue(announcements=TOLD, **changes)
    numbers = [NumberRoute(number=n, queue=q) for n, q in (("4001", "orders"), ("4002", "second"))]
    routing = centre(
        queues=[first, queue("second", announcements=TOLD)],
        numbers={each.number or "": each for each in numbers},
    )
    play = on_duty(Playbook(routing), "1001")
    for dialled, seconds in (("4001", 60), ("4002", 600)):
        for n in range(12):
            call = f"e{dialled}-{n}"
            talk(play >> arrived(call, dialled=dialled), f"{call}-o1")
            play.after(seconds) >> agent_hung_up(f"{call}-o1") >> hung_up(call)
    return play >> phone("1001", PhoneState.IN_USE)


def test_a_longer_wait_is_not_told_in_another_queue_either() -> None:
    there = Ending(say=None, then=Then.QUEUE, queue="second")
    play = overflowing(for_at_most=50, on_timeout=there)
    play >> arrived("c1", dialled="4001")
    play.after(30) << told(*number(1), "expected_wait", "one_minute")
    play >> heard()
    play.after(20).quiet()
    play.after(30) << told(*number(1), nth=2)
    play.check()
    ours = [(each.queue, each.estimate) for each in play.recorded(WaitAnnounced) if each.call == "c1"]
    assert ours == [("orders", pytest.approx(60)), ("second", None)]


def test_who_chose_another_queue_by_key_may_be_told_a_longer_wait() -> None:
    other = WaitOffer(key="1", then=Then.QUEUE, queue="second", say="mine", after=3600)
    play = overflowing(offers=(other,))
    play >> arrived("c1", dialled="4001")
    play.after(30) << told(*number(1), "expected_wait", "one_minute")
    play >> heard() >> DigitPressed(call="c1", digit="1")
    play.after(30) << told(*number(1), "expected_wait", "num_10", "minutes", nth=2)


def test_a_new_engine_tells_no_longer_wait_in_another_queue_unless_he_chose_it() -> None:
    for chose, sounds in (
        ((), number(1)),
        (
            ((0.0, codes.CHOSE, "1", "queue", "second"),),
            (*number(1), "expected_wait", "num_10", "minutes"),
        ),
    ):
        play = overflowing()
        play >> arrived("c1", dialled="4002")
        queued = play.last(CallQueued)
        trace = ((0.0, codes.TOLD_WAIT, "orders", 1, 60.0), *chose)
        known = RestoredCall(
            arrived=arrived(), arrived_at=queued.at, placement=queued.placement, trace=trace
        )
        play >> hung_up("c1")
        play >> StateRestored(agents=(), calls=(known,))
        live = LiveCall(arrived=arrived(), created_at=queued.at)
        phones = (("1001", PhoneState.IN_USE),)
        play >> ChannelsReconciled(node=NODE, restarted=False, calls=(live,), phones=phones)
        play.after(30) << told(*sounds)
        play.check()


def test_a_new_engine_knows_what_the_calls_of_the_past_taught() -> None:
    """They took an agent a minute each, a ring of a minute for nothing included in every second one;
    half of those who had to wait gave up."""
    answered = PastCall(queue="orders", wait=60.0, handled=30.0)
    rung = PastCall(queue="orders", wait=60.0, handled=30.0, wasted=(("orders", 60.0),))
    lost = PastCall(queue="orders", wait=60.0, gave_up=True)
    away = PastCall(queue="closed down", handled=3600.0)
    no_wait = PastCall(queue="orders")
    play = busy() >> PastCallsRestored(calls=(answered, rung, lost, lost, away, no_wait) * 20)
    play >> arrived("c1") >> arrived("c2")
    play.after(30)
    giving_up = 1 / 120
    assert [each.estimate for each in play.recorded(WaitAnnounced)] == pytest.approx(
        [expected_wait(ahead, 1, 1 / 60, giving_up) for ahead in (0, 1)], rel=0.02
    )


def test_where_no_wait_is_told_nothing_is_learnt() -> None:
    play = Playbook(centre(queues=[queue()]))
    play >> PastCallsRestored(calls=(PastCall(queue="orders", wait=60.0, handled=30.0),))
    play.quiet()
