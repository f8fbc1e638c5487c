"""Playbooks of call-flow.md, 1.6 to 1.8: waiting, widening, time-out, nobody, full, overflow."""

from __future__ import annotations

from typing import Any

import pytest

from acd.core import codes
from acd.core.commands import EndCause
from acd.core.events import RingFailure
from acd.core.facts import (
    CallEnded,
    CallMissed,
    CallOutcome,
    CallQueued,
    CallWidened,
    MissedReason,
    QueueLeft,
    VisitOutcome,
)
from acd.core.routing import DialledIs, Effect, Ending, FirstTarget, Rule, Then, WideningStep
from agents.model import AgentAct, PhoneState
from tests.playbooks.centre import GOODBYE, agent, centre, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import (
    act,
    agent_hung_up,
    answered,
    arrived,
    connected,
    end,
    failed,
    hung_up,
    music,
    on_duty,
    phone,
    prompt_over,
    ring,
    ringback,
    says,
    stop_ringing,
    talk,
)


def busy(**changes: Any) -> Playbook:
    """One agent, who is on the phone privately."""
    play = on_duty(Playbook(centre(queues=[queue(**changes)])), "1001")
    return play >> phone("1001", PhoneState.IN_USE)


# 6. the queue


def test_nobody_idle_means_music() -> None:
    play = busy()
    play >> arrived() << music()
    play.check()
    assert play.last(CallQueued).placement.joined_at == play.now


def test_callers_are_served_in_the_order_of_their_arrival() -> None:
    play = busy()
    play >> arrived("c1")
    play.after(1) >> arrived("c2") >> phone("1001") << ring("c1-o1")
    talk(play, "c1-o1") >> agent_hung_up("c1-o1") << end("c1") << ring("c2-o1")


def test_arrivals_of_the_same_instant_are_served_in_order_too() -> None:
    play = busy()
    play >> arrived("b") >> arrived("a") >> phone("1001") << ring("b-o1")


def test_tier_is_above_every_head_start() -> None:
    emergency = Rule(name="emergency", when=(), then=Effect(tier=1))
    play = on_duty(Playbook(centre(rules=[emergency])), "1001")
    play >> phone("1001", PhoneState.IN_USE) >> arrived("c1")
    view = play.core.view_call("c1")
    assert view is not None
    assert (view.tier, view.position) == (1, 1)


def test_requirement_widens_by_level() -> None:
    wide = WideningStep(after=20, needs=(("orders", 1),))
    routing = centre(
        agents=[agent("1001", orders=5), agent("1002", orders=1)],
        queues=[queue(needs=(("orders", 3),), widen=(wide,))],
    )
    play = on_duty(Playbook(routing), "1001", "1002")
    talk(play >> arrived("c0"), "c0-o1")
    play >> arrived() << music()
    play.after(19.9).quiet()
    play.after(0.1) << ring(agent="1002")
    assert play.last(CallWidened).step == 1


def test_requirement_widens_by_group_and_keeps_what_it_had() -> None:
    steps = (
        WideningStep(after=20, needs=(("orders", 1),)),
        WideningStep(after=60, groups=frozenset({"back"})),
    )
    routing = centre(
        agents=[agent("1001", orders=5), agent("1002", groups=("back",))],
        queues=[queue(needs=(("orders", 3),), widen=steps)],
    )
    play = on_duty(Playbook(routing), "1001", "1002")
    talk(play >> arrived("c0"), "c0-o1")
    play >> arrived() << music()
    play.after(59).quiet()
    assert [fact.step for fact in play.recorded(CallWidened)] == [1]
    play.after(1) << ring(agent="1002")
    play >> failed(reason=RingFailure.REFUSED)
    play.quiet()
    view = play.core.view_call("c1")
    assert view is not None
    assert view.asks_for == ("orders ≥ 1", "group back")


def test_widening_while_first_targets_are_asked_counts_afterwards() -> None:
    rule = Rule(name="first", when=(), then=Effect(first=FirstTarget(agent="1001", hold=30)))
    routing = centre(
        agents=[agent("1001"), agent("1002", orders=1)],
        queues=[queue(needs=(("orders", 3),), widen=(WideningStep(after=20, needs=(("orders", 1),)),))],
        rules=[rule],
    )
    play = on_duty(Playbook(routing), "1001", "1002")
    talk(play >> arrived("c0"), "c0-o1")
    play >> arrived() << music()
    play.after(20).quiet()
    assert play.last(CallWidened).step == 1
    play.after(10) << ring(agent="1002")


def test_time_that_it_rings_is_caught_up_with_when_the_caller_is_back() -> None:
    wide = WideningStep(after=10, needs=(("orders", 1),))
    routing = centre(
        agents=[agent("1001", orders=5), agent("1002", orders=1)],
        queues=[queue(needs=(("orders", 3),), widen=(wide,), ring=15)],
    )
    play = on_duty(Playbook(routing), "1001", "1002")
    play >> arrived() << ring(agent="1001") << ringback()
    play.after(14).quiet()
    play.after(1) << stop_ringing() << ring("c1-o2", agent="1002")
    assert play.last(CallWidened).step == 1


def test_needs_that_a_rule_adds_hold_for_everybody() -> None:
    rule = Rule(name="english", when=(), then=Effect(needs=(("english", 4),)))
    routing = centre(agents=[agent("1001", english=3), agent("1002", english=4)], rules=[rule])
    play = on_duty(Playbook(routing), "1001", "1002")
    play >> arrived() << ring(agent="1002") << ringback()


# 7. time-out


def test_timeout_says_so_and_records_before_the_caller_can_hang_up() -> None:
    play = busy(for_at_most=180)
    play >> arrived() << music()
    play.after(179.9).quiet()
    play.after(0.1) << says("all_busy_recorded")
    missed = play.last(CallMissed)
    assert (missed.reason, missed.wait, missed.caller) == (MissedReason.TIMED_OUT, 180, "13800000001")
    assert play.last(QueueLeft).outcome is VisitOutcome.TIMED_OUT
    play >> prompt_over("all_busy_recorded") << end()
    play >> hung_up()
    assert play.last(CallEnded).outcome is CallOutcome.TIMED_OUT
    assert len(play.recorded(CallMissed)) == 1


def test_hanging_up_during_the_last_prompt_loses_nothing() -> None:
    play = busy(for_at_most=180)
    play >> arrived()
    play.after(180) >> hung_up()
    play.quiet()
    play.check()
    assert play.last(CallEnded).outcome is CallOutcome.TIMED_OUT
    assert len(play.recorded(CallMissed)) == 1


def test_nobody_is_sent_away_while_a_phone_rings_for_him() -> None:
    play = busy(for_at_most=30, ring=20)
    play >> arrived()
    play.after(25) >> phone("1001") << ring()
    play.after(6).quiet()
    play >> failed() << says("all_busy_recorded")


def test_timeout_without_a_callback_says_goodbye() -> None:
    play = busy(for_at_most=30, on_timeout=GOODBYE)
    play >> arrived()
    play.after(30) << end()
    assert not play.recorded(CallMissed)


def test_abandoned_caller_is_missed() -> None:
    play = busy()
    play >> arrived()
    play.after(12) >> hung_up()
    play.quiet()
    missed, ended = play.last(CallMissed), play.last(CallEnded)
    assert (missed.reason, missed.wait) == (MissedReason.ABANDONED, 12)
    assert (ended.outcome, ended.wait, ended.short) == (CallOutcome.ABANDONED, 12, False)
    assert play.last(QueueLeft).outcome is VisitOutcome.ABANDONED


@pytest.mark.parametrize(("waited", "short"), [(4.9, True), (5.0, False)])
def test_short_abandon_is_told_apart(waited: float, short: bool) -> None:
    play = busy()
    play >> arrived()
    play.after(waited) >> hung_up()
    assert play.last(CallEnded).short is short
    assert play.recorded(CallMissed)


# 8. nobody, full, overflow


def test_nobody_logged_in_who_could_serve_means_at_once() -> None:
    play = Playbook(centre())
    play >> arrived() << says("all_busy_recorded")
    assert play.last(CallMissed).reason is MissedReason.NOBODY
    assert not play.recorded(CallQueued)
    play >> prompt_over("all_busy_recorded") << end()
    play >> hung_up()
    assert play.last(CallEnded).outcome is CallOutcome.NOBODY


def test_who_could_serve_after_widening_counts() -> None:
    wide = WideningStep(after=20, groups=frozenset({"back"}))
    routing = centre(
        agents=[agent("1001", groups=("back",))],
        queues=[queue(needs=(("orders", 3),), widen=(wide,))],
    )
    play = on_duty(Playbook(routing), "1001")
    play >> arrived() << music()
    play.after(20) << ring(agent="1001")


def test_paused_agents_are_logged_in() -> None:
    play = on_duty(Playbook(centre()), "1001") >> act("1001", AgentAct.PAUSE)
    play >> arrived() << music()


def test_last_agent_who_logs_out_takes_hope_with_him() -> None:
    play = busy()
    play >> arrived("c1") >> arrived("c2")
    play.after(5) >> act("1001", AgentAct.LOG_OUT)
    play << says("all_busy_recorded", "c1") << says("all_busy_recorded", "c2")
    assert play.last(QueueLeft).outcome is VisitOutcome.NOBODY
    assert play.last(CallMissed).reason is MissedReason.NOBODY
    assert play.last(CallMissed).wait == 5


def test_last_agent_who_refuses_and_leaves_takes_hope_with_him() -> None:
    play = on_duty(Playbook(centre()), "1001")
    play >> arrived() << ring() << ringback()
    play >> act("1001", AgentAct.LOG_OUT)
    play >> failed() << music() << says("all_busy_recorded")


def test_full_queue_records_at_once() -> None:
    play = busy(at_most=1)
    play >> arrived("c1") << music("c1")
    play >> arrived("c2") << says("all_busy_recorded", "c2")
    assert play.last(CallMissed).reason is MissedReason.QUEUE_FULL
    play >> prompt_over("all_busy_recorded", "c2") >> hung_up("c2")
    assert play.last(CallEnded).outcome is CallOutcome.QUEUE_FULL


def test_full_queue_still_rings_an_idle_agent() -> None:
    routing = centre(queues=[queue(at_most=0)])
    play = on_duty(Playbook(routing), "1001")
    play >> arrived("c1") << ring() << ringback()
    play >> arrived("c2") << says("all_busy_recorded", "c2")


def test_overflow_keeps_the_time_of_arrival() -> None:
    there = Ending(say="moving", then=Then.QUEUE, queue="second")
    queues = [queue("orders", needs=(("orders", 1),), for_at_most=30, on_timeout=there), queue("second")]
    routing = centre(agents=[agent("1001", orders=1), agent("1002")], queues=queues)
    play = on_duty(Playbook(routing), "1001", "1002")
    talk(play >> arrived("c0"), "c0-o1")
    play >> phone("1002", PhoneState.IN_USE) >> arrived("c1") << music("c1")
    play.after(10) >> arrived("c2", dialled="other")
    play.after(20) << says("moving", "c1")
    assert play.last(QueueLeft).outcome is VisitOutcome.OVERFLOWED
    play >> prompt_over("moving", "c1") << music("c1")
    placed = play.last(CallQueued)
    assert (placed.placement.queue, placed.placement.visit) == ("second", 2)
    assert placed.placement.joined_at == play.now
    assert play.core.view_queues()[1].waiting == ("c1",)


def test_overflow_at_once_without_a_prompt() -> None:
    there = Ending(say=None, then=Then.QUEUE, queue="second")
    queues = [queue("orders", needs=(("orders", 1),), on_nobody=there), queue("second")]
    play = on_duty(Playbook(centre(queues=queues)), "1001")
    play >> arrived() << ring(queue="second") << ringback()
    assert play.last(CallQueued).placement.visit == 1


def test_overflow_while_waiting_without_a_prompt() -> None:
    there = Ending(say=None, then=Then.QUEUE, queue="second")
    queues = [queue("orders", for_at_most=30, on_timeout=there), queue("second")]
    play = on_duty(Playbook(centre(queues=queues)), "1001")
    play >> phone("1001", PhoneState.IN_USE) >> arrived()
    play.after(30).quiet()
    view = play.core.view_call("c1")
    assert view is not None
    assert (view.queue, view.state) == ("second", "waiting")


def test_overflow_in_a_circle_ends_in_a_callback() -> None:
    to_b = Ending(say=None, then=Then.QUEUE, queue="b")
    to_a = Ending(say="sorry", then=Then.QUEUE, queue="a")
    play = Playbook(centre(queues=[queue("a", on_nobody=to_b), queue("b", on_nobody=to_a)]))
    play >> arrived() << says("sorry")
    assert play.last(CallMissed).reason is MissedReason.NOBODY
    play >> hung_up()
    assert play.last(CallEnded).outcome is CallOutcome.NOBODY


def test_caller_who_was_never_picked_up_hears_busy() -> None:
    play = Playbook(centre(queues=[queue(on_nobody=GOODBYE)]))
    play >> arrived() << end(cause=EndCause.BUSY)


def test_what_waits_can_be_seen() -> None:
    play = busy(label="Orders", for_at_most=100)
    play >> arrived("c1")
    play.after(10) >> arrived("c2")
    view = play.core.view_queues()[0]
    assert (view.waiting, view.longest_wait, view.logged_in, view.idle) == (("c1", "c2"), 10, 1, 0)
    assert [each.position for each in play.core.view_calls("orders")] == [1, 2]
    why = play.core.why("c2")
    assert why is not None
    assert why.ahead == 1
    assert why.candidates == (("1001", "unavailable (phone_busy)"), ("1002", "offline"))
    play >> phone("1001") >> answered("c1-o1") >> connected("c1-o1")
    view = play.core.view_queues()[0]
    assert (view.waiting, view.ringing, view.talking) == (("c2",), 0, 1)


@pytest.mark.parametrize("what", ["paused", "phone unreachable"])
def test_first_target_who_will_not_be_free_by_himself_costs_no_time(what: str) -> None:
    rule = Rule(name="first", when=(), then=Effect(first=FirstTarget(agent="1001", hold=30)))
    play = on_duty(Playbook(centre(rules=[rule])), "1001", "1002")
    if what == "paused":
        play >> act("1001", AgentAct.PAUSE)
    else:
        play >> phone("1001", PhoneState.UNREACHABLE)
    play >> arrived() << ring("c1-o1", "1002") << ringback()
    why = play.core.why("c1")
    assert why is not None
    assert (codes.FIRST_AWAY, "agent 1001", what) in [reason[1:] for reason in why.trace]


def test_first_group_is_waited_for_while_one_of_it_will_be_free_by_himself() -> None:
    rule = Rule(name="first", when=(), then=Effect(first=FirstTarget(group="vip", hold=30)))
    staff = [agent(name, groups=["vip"]) for name in ("1001", "1002", "1003")] + [agent("1004")]
    play = on_duty(Playbook(centre(agents=staff, rules=[rule])), "1001", "1002", "1004")
    play >> act("1001", AgentAct.PAUSE) >> phone("1002", PhoneState.IN_USE)
    play >> arrived() << music()
    play >> act("1002", AgentAct.PAUSE) << ring("c1-o1", "1004")
    play >> hung_up() << stop_ringing() >> failed()
    play >> arrived("c2") << ring("c2-o1", "1004") << ringback("c2")


@pytest.mark.parametrize("what", ["pauses", "logs out", "phone unreachable"])
def test_hold_ends_at_once_when_its_target_goes_away(what: str) -> None:
    """Two wait for the same agent, who talks privately; another's caller is none of his business."""
    rules = [
        Rule(
            name=name,
            when=(DialledIs(numbers=frozenset({dialled})),),
            then=Effect(first=FirstTarget(agent=name, hold=30)),
        )
        for name, dialled in (("1001", "4001"), ("1002", "4002"))
    ]
    staff = [agent("1001"), agent("1002"), agent("1003")]
    play = on_duty(Playbook(centre(agents=staff, rules=rules)), "1001", "1002", "1003")
    play >> phone("1001", PhoneState.IN_USE) >> phone("1002", PhoneState.IN_USE)
    play >> arrived() << music() >> arrived("c2") << music("c2")
    play >> arrived("c3", dialled="4002") << music("c3")
    if what == "pauses":
        play >> act("1001", AgentAct.PAUSE) << ring("c1-o1", "1003")
    elif what == "logs out":
        play >> act("1001", AgentAct.LOG_OUT) << ring("c1-o1", "1003")
    else:
        play >> phone("1001", PhoneState.UNREACHABLE) << ring("c1-o1", "1003")
    play >> phone("1002") << ring("c2-o1", "1002")
    assert play.core.why("c3") is not None


def test_hold_ends_for_a_caller_whose_phone_rings_meanwhile() -> None:
    first = [
        Rule(name=name, when=(), then=Effect(first=FirstTarget(agent=name, hold=30)))
        for name in ("1001", "1002")
    ]
    staff = [agent("1001"), agent("1002"), agent("1003")]
    play = on_duty(Playbook(centre(agents=staff, rules=first)), "1001", "1002", "1003")
    play >> phone("1001", PhoneState.IN_USE) >> phone("1002", PhoneState.IN_USE)
    play >> arrived() << music()
    play.after(30) >> phone("1001") << ring("c1-o1", "1001")
    play >> act("1002", AgentAct.PAUSE)
    play >> failed("c1-o1", RingFailure.REFUSED) << ring("c1-o2", "1003")


def test_hold_goes_on_while_one_of_the_group_will_be_free_by_himself() -> None:
    rule = Rule(name="first", when=(), then=Effect(first=FirstTarget(group="vip", hold=30)))
    staff = [agent(name, groups=["vip"]) for name in ("1001", "1002")] + [agent("1003")]
    play = on_duty(Playbook(centre(agents=staff, rules=[rule])), "1001", "1002", "1003")
    play >> phone("1001", PhoneState.IN_USE) >> phone("1002", PhoneState.IN_USE)
    play >> arrived() << music() >> act("1001", AgentAct.PAUSE)
    play.quiet()
    play.after(30) << ring("c1-o1", "1003")
