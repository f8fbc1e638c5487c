"""Playbooks of call-flow.md, 8: Asterisk is lost and comes back, or died."""

from __future__ import annotations

import pytest

from acd.core.call import Call
from acd.core.commands import RingAgent
from acd.core.events import ChannelsReconciled, ConfigReplaced, LiveCall
from acd.core.facts import (
    CallEnded,
    CallEntered,
    CallMissed,
    CallOutcome,
    MissedReason,
    QueueLeft,
    VisitOutcome,
)
from acd.core.routing import Effect, Rule
from agents.model import AgentAct, AgentState, PhoneState
from agents.roster import Agent
from tests.playbooks.centre import NODE, agent, centre
from tests.playbooks.harness import Playbook
from tests.playbooks.node_centre import FREE, LOST, back, leg, one
from tests.playbooks.seen import state
from tests.playbooks.words import (
    act,
    agent_hung_up,
    arrived,
    end,
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


def test_waiting_calls_keep_their_order_and_their_times() -> None:
    play = one(for_at_most=100)
    play >> phone("1001", PhoneState.IN_USE)
    play >> arrived("c1")
    play.after(1) >> arrived("c2")
    play >> LOST
    play.after(60).quiet()
    play >> back(arrived("c2"), arrived("c1"), phones=FREE) << ring("c1-o1")
    play.after(20) << stop_ringing("c1-o1")
    play.check()
    assert not play.recorded(CallMissed)


def test_time_out_of_a_lost_node_acts_when_it_is_back() -> None:
    play = one(for_at_most=30)
    play >> phone("1001", PhoneState.IN_USE) >> arrived() >> LOST
    play.after(40).quiet()
    play >> back(arrived()) << says("all_busy_recorded")
    assert play.last(CallMissed).wait == 40


def test_agents_and_callers_of_a_lost_node_are_left_alone() -> None:
    routing = centre(agents=[agent("1001"), agent("2001", node="pbx2")])
    play = on_duty(Playbook(routing), "1001", "2001")
    play >> LOST >> arrived("c1")
    play.quiet()
    play >> arrived("c2", node="pbx2") << ring("c2-o1", "2001", node="pbx2") << ringback("c2")
    play >> arrived("c3", node="pbx2") << music("c3")
    play >> back(arrived("c1")) << ring("c1-o1") << ringback("c1")


def test_caller_of_another_node_gets_the_agent_who_is_back_if_he_came_first() -> None:
    routing = centre(agents=[agent("1001")])
    play = on_duty(Playbook(routing), "1001")
    play >> LOST >> arrived("early", node="pbx2") << music("early")
    play.after(1) >> arrived("late")
    play.after(1) >> back(arrived("late"), phones=FREE) << ring("early-o1") << music("late")


def test_caller_who_hung_up_meanwhile_was_abandoned() -> None:
    play = one()
    play >> phone("1001", PhoneState.IN_USE) >> arrived() >> LOST
    play.after(7) >> back()
    play.quiet()
    play.check()
    assert play.last(CallEnded).outcome is CallOutcome.ABANDONED
    assert play.last(CallMissed).reason is MissedReason.ABANDONED


def test_waiting_and_talking_callers_were_cut_off_when_asterisk_died() -> None:
    play = one()
    talk(play >> arrived("c1")) >> arrived("c2")
    play.after(5) >> LOST
    play.after(5) >> back(restarted=True, phones=FREE)
    play.quiet()
    play.check()
    assert [(f.call, f.outcome, f.talk) for f in play.recorded(CallEnded)] == [
        ("c1", CallOutcome.CUT_OFF, 10),
        ("c2", CallOutcome.CUT_OFF, 0),
    ]
    assert [f.reason for f in play.recorded(CallMissed)] == [MissedReason.CUT_OFF] * 2
    assert play.last(QueueLeft).outcome is VisitOutcome.CUT_OFF
    assert state(play) is AgentState.IDLE


def test_prompts_count_as_played() -> None:
    rules = [Rule(name="one", when=(), then=Effect(say="welcome"))]
    play = on_duty(Playbook(centre(rules=rules)), "1001")
    play >> arrived() << says("welcome")
    play >> LOST >> back(arrived()) << ring() << music()
    play >> prompt_over("welcome")
    play.quiet()


def test_leaving_caller_is_released() -> None:
    play = Playbook(centre())
    play >> arrived() << says("all_busy_recorded")
    play >> LOST >> back(arrived()) << end()
    play >> LOST >> back(arrived()) << end()
    play >> LOST >> back(restarted=True)
    assert play.last(CallEnded).outcome is CallOutcome.NOBODY


def test_unknown_caller_takes_his_place_by_when_his_channel_began() -> None:
    play = one()
    play >> phone("1001", PhoneState.IN_USE) >> arrived("c1")
    play.after(10) >> LOST
    found = (
        LiveCall(arrived=arrived("young"), created_at=play.now + 5),
        LiveCall(arrived=arrived("c1"), created_at=play.now - 10),
        LiveCall(arrived=arrived("old"), created_at=play.now - 100),
    )
    play.after(10) >> ChannelsReconciled(node=NODE, restarted=False, calls=found)
    play << music("old") << music("young")
    assert play.core.view_queues()[0].waiting == ("old", "c1", "young")
    assert [f.call for f in play.recorded(CallEntered)] == ["c1", "old", "young"]


def test_agent_who_becomes_free_on_a_lost_node_is_rung_when_it_is_back() -> None:
    play = one()
    play >> phone("1001", PhoneState.IN_USE) >> arrived("c0", node="pbx2") << music("c0")
    play >> LOST >> phone("1001") >> phone("1001")
    play.quiet()
    play >> back() << ring("c0-o1")


def test_paused_or_offline_agent_who_is_found_talking_goes_back_to_that() -> None:
    play = on_duty(Playbook(centre()), "1001") >> act("1001", AgentAct.PAUSE, reason="lunch")
    offers = (leg("c1-o1", how="connected"), leg("c2-o1", "1002", how="connected"))
    play >> back(arrived("c1"), arrived("c2"), offers=offers)
    assert (state(play, "1001"), state(play, "1002")) == (AgentState.TALKING, AgentState.TALKING)
    play >> agent_hung_up("c1-o1") >> agent_hung_up("c2-o1")
    assert (state(play, "1001"), state(play, "1002")) == (AgentState.PAUSED, AgentState.OFFLINE)


def test_last_agent_who_could_serve_logs_out_while_the_node_is_lost() -> None:
    play = one()
    play >> phone("1001", PhoneState.IN_USE) >> arrived() >> LOST >> act("1001", AgentAct.LOG_OUT)
    play.quiet()
    play >> back(arrived()) << says("all_busy_recorded")
    assert play.last(CallMissed).reason is MissedReason.NOBODY


def test_a_first_connection_changes_nothing() -> None:
    play = one()
    play >> back(phones=FREE) >> arrived() << ring() << ringback()


def test_one_call_that_fails_keeps_nobody_else_from_an_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    play = on_duty(Playbook(centre()), "1001", "1002")
    play >> LOST >> arrived("c1") >> arrived("c2") >> arrived("c3")
    waiting, staff = play.core._floor.call_machine.waiting, play.core._floor.staff
    resume, ready = waiting.resume, staff.ready

    def resumed(call: Call) -> None:
        if call.id == "c1" and waiting._gathered is None:
            raise ZeroDivisionError
        resume(call)

    def readied(each: Agent) -> None:
        if each.id == "1001" and staff._gathered is None:
            raise ZeroDivisionError
        ready(each)

    monkeypatch.setattr(waiting, "resume", resumed)
    monkeypatch.setattr(staff, "ready", readied)
    phones = (("1001", PhoneState.FREE), ("1002", PhoneState.FREE))
    with pytest.raises(ZeroDivisionError):
        play >> back(*(arrived(f"c{n}") for n in (1, 2, 3)), phones=phones)
    monkeypatch.undo()
    rung = [each for each in play.core.unfinished() if isinstance(each, RingAgent)]
    assert [(each.call, each.agent) for each in rung] == [("c2", "1002")]


def test_survey_that_fails_halfway_still_lets_calls_and_agents_meet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    play = on_duty(Playbook(centre()), "1001")
    play >> LOST
    monkeypatch.setattr(play.core._floor.call_machine, "arrive", None)
    with pytest.raises(TypeError):
        play >> back(arrived("c9"), phones=FREE)
    monkeypatch.undo()
    play >> arrived("c1")
    assert play.core._floor.call_machine.waiting._gathered is None
    play >> act("1002", AgentAct.LOG_IN) >> phone("1002") << ring("c1-o1", "1002")


def test_new_configuration_that_fails_halfway_still_lets_calls_and_agents_meet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    play = on_duty(Playbook(centre()), "1001") >> arrived("c0") >> arrived("c1")
    monkeypatch.setattr(play.core._floor.call_machine.waiting, "ask_anew", None)
    with pytest.raises(TypeError):
        play >> ConfigReplaced(routing=centre())
    monkeypatch.undo()
    play >> arrived("c2") << music("c2")
    play >> act("1002", AgentAct.LOG_IN) >> phone("1002") << ring("c2-o1", "1002")
