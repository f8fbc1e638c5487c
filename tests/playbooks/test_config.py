"""Playbooks of a routing that is replaced while calls wait."""

from __future__ import annotations

from acd.core.events import ConfigReplaced
from acd.core.facts import (
    AgentSessionEnded,
    CallMissed,
    CallQueued,
    CallWidened,
    QueueLeft,
    RoutingTaken,
    VisitOutcome,
)
from acd.core.routing import Effect, FirstTarget, NumberRoute, Rule, Strategy, WideningStep
from agents.model import AgentAct, AgentState, PhoneState
from tests.playbooks.centre import agent, centre, queue
from tests.playbooks.harness import START, Playbook
from tests.playbooks.seen import state
from tests.playbooks.words import (
    act,
    agent_hung_up,
    arrived,
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
    talk,
)


def test_waiting_calls_keep_their_places() -> None:
    play = on_duty(Playbook(centre()), "1001")
    play >> phone("1001", PhoneState.IN_USE) >> arrived("c1")
    play.after(1) >> arrived("c2")
    play >> ConfigReplaced(routing=centre(revision="r2", queues=[queue(label="new")]))
    play.quiet()
    assert play.last(RoutingTaken).revision == "r2"
    assert play.core.view_queues()[0].waiting == ("c1", "c2")
    assert play.core.view_queues()[0].label == "new"
    play >> phone("1001") << ring("c1-o1")


def test_what_calls_ask_for_is_worked_out_anew() -> None:
    before = centre(agents=[agent("1001", orders=1)], queues=[queue(needs=(("orders", 3),))])
    after = centre(agents=[agent("1001", orders=5)], queues=[queue(needs=(("orders", 3),))])
    other = centre(
        agents=[agent("1001", orders=1), agent("1002", orders=3)], queues=before.queues.values()
    )
    play = on_duty(Playbook(other), "1002", "1001")
    talk(play >> arrived("c0"), "c0-o1") >> arrived() << music()
    play >> ConfigReplaced(routing=after) << ring()


def test_deadlines_are_planned_anew() -> None:
    play = on_duty(Playbook(centre()), "1001")
    play >> phone("1001", PhoneState.IN_USE) >> arrived()
    play.after(20) >> ConfigReplaced(routing=centre(queues=[queue(for_at_most=30)]))
    play.quiet()
    play.after(10) << says("all_busy_recorded")
    assert play.last(CallMissed).wait == 30


def test_steps_that_have_passed_are_caught_up_with() -> None:
    wide = WideningStep(after=10, groups=frozenset({"back"}))
    play = on_duty(Playbook(centre()), "1001")
    play >> phone("1001", PhoneState.IN_USE) >> arrived()
    play.after(20) >> ConfigReplaced(routing=centre(queues=[queue(widen=(wide,))]))
    assert play.last(CallWidened).step == 1
    play >> ConfigReplaced(routing=centre())
    view = play.core.view_call("c1")
    assert view is not None
    assert view.asks_for == ("anyone",)


def test_call_that_waits_for_its_first_target_alone_goes_on_doing_so() -> None:
    rule = Rule(name="first", when=(), then=Effect(first=FirstTarget(agent="1001", hold=30)))
    play = on_duty(Playbook(centre(rules=[rule])), "1001", "1002")
    talk(play >> arrived("c0"), "c0-o1") >> arrived() << music()
    play.after(10) >> ConfigReplaced(routing=centre(rules=[rule]))
    play.quiet()
    play.after(20) << ring(agent="1002")


def test_calls_of_a_queue_that_vanished_go_to_the_default_one_with_their_keys() -> None:
    queues = [queue("orders"), queue("extra", needs=(("extra", 1),))]
    numbers = dict(centre(queues=queues).numbers) | {"5001": centre(queues=queues[1:]).numbers["4001"]}
    agents = [agent("1001", extra=1)]
    play = on_duty(Playbook(centre(agents=agents, queues=queues, numbers=numbers)), "1001")
    play >> phone("1001", PhoneState.IN_USE) >> arrived("early", dialled="5001")
    play.after(5) >> arrived("late")
    play >> ConfigReplaced(routing=centre(agents=agents))
    play.quiet()
    play.check()
    assert (play.last(QueueLeft).queue, play.last(QueueLeft).outcome) == (
        "extra",
        VisitOutcome.OVERFLOWED,
    )
    assert play.last(CallQueued).placement.queue == "orders"
    assert play.core.view_queues()[0].waiting == ("early", "late")


def test_call_that_rings_for_a_vanished_queue_goes_on_ringing() -> None:
    queues = [queue("orders"), queue("extra")]
    numbers = {"4001": centre(queues=queues[1:]).numbers["4001"]}
    play = on_duty(Playbook(centre(queues=queues, numbers=numbers)), "1001")
    play >> arrived() << ring(queue="extra") << ringback()
    play >> ConfigReplaced(routing=centre())
    play.quiet()
    play >> failed() << music() << ring("c1-o2")


def test_call_that_is_welcomed_for_a_vanished_queue_joins_the_default_one() -> None:
    welcome = Rule(name="one", when=(), then=Effect(say="welcome", queue="extra"))
    play = on_duty(Playbook(centre(queues=[queue("orders"), queue("extra")], rules=[welcome])), "1001")
    play >> arrived() << says("welcome")
    play >> ConfigReplaced(routing=centre())
    play >> prompt_over("welcome") << ring() << music()


def test_removed_agents_are_logged_out_after_their_call() -> None:
    play = on_duty(
        Playbook(centre(agents=[agent("1001"), agent("1002"), agent("1003")])), "1001", "1002"
    )
    talk(play >> arrived("c1"))
    play >> ConfigReplaced(routing=centre(agents=[agent("1004")]))
    assert [fact.agent for fact in play.recorded(AgentSessionEnded)] == ["1002"]
    assert play.core.view_agent("1002") is None
    assert play.core.view_agent("1003") is None
    assert state(play) is AgentState.TALKING
    play >> agent_hung_up() << end()
    assert play.core.view_agent("1001") is None
    assert play.last(AgentSessionEnded).agent == "1001"


def test_last_agent_who_is_removed_takes_hope_with_him() -> None:
    play = on_duty(Playbook(centre()), "1001")
    play >> phone("1001", PhoneState.IN_USE) >> arrived()
    play >> ConfigReplaced(routing=centre(agents=[agent("1002")])) << says("all_busy_recorded")


def test_strategy_may_change() -> None:
    play = on_duty(Playbook(centre()), "1002", "1001")
    fixed = queue(strategy=Strategy.FIXED_ORDER, order=("1001", "1002"))
    play >> ConfigReplaced(routing=centre(queues=[fixed]))
    play >> arrived() << ring(agent="1001") << ringback()


def test_agent_whose_phone_moves_to_another_node_is_rung_there() -> None:
    play = on_duty(Playbook(centre(agents=[agent("1001")])), "1001")
    moved = agent("1001", node="pbx2")
    play >> ConfigReplaced(routing=centre(agents=[moved]))
    play >> arrived() << ring(node="pbx2") << ringback()


def test_midnight_follows_the_time_zone() -> None:
    play = Playbook(centre(timezone="UTC")) >> ConfigReplaced(routing=centre(timezone="Asia/Shanghai"))
    shanghai = play.core.next_deadline()
    play >> ConfigReplaced(routing=centre(timezone="UTC"))
    utc = play.core.next_deadline()
    assert shanghai is not None
    assert utc is not None
    assert utc - shanghai == 8 * 3600
    assert shanghai > START


def test_new_rules_hold_for_new_calls() -> None:
    play = on_duty(Playbook(centre()), "1001")
    enough = Rule(name="enough", when=(), then=Effect(say="bye", end=True))
    play >> ConfigReplaced(routing=centre(rules=[enough])) >> arrived() << says("bye")
    play >> hung_up()


def test_agent_who_is_named_again_during_his_call_stays_logged_in() -> None:
    play = talk(on_duty(Playbook(centre()), "1001") >> arrived())
    without = centre(agents=[agent("1002")])
    play >> ConfigReplaced(routing=without) >> ConfigReplaced(routing=without)
    play >> ConfigReplaced(routing=centre()) >> ConfigReplaced(routing=centre())
    play >> hung_up() >> agent_hung_up()
    assert state(play) is AgentState.IDLE


def test_agent_who_asked_to_log_out_himself_is_logged_out_whatever_the_file_says() -> None:
    play = talk(on_duty(Playbook(centre()), "1001") >> arrived()) >> act("1001", AgentAct.LOG_OUT)
    play >> ConfigReplaced(routing=centre(agents=[agent("1002")])) >> ConfigReplaced(routing=centre())
    play >> hung_up() >> agent_hung_up()
    assert state(play) is AgentState.OFFLINE


def test_agent_who_went_home_before_the_file_named_him_again_is_offline() -> None:
    play = talk(on_duty(Playbook(centre()), "1001") >> arrived())
    play >> ConfigReplaced(routing=centre(agents=[agent("1002")]))
    play >> hung_up() >> agent_hung_up()
    play >> ConfigReplaced(routing=centre(agents=[agent("1002")])) >> ConfigReplaced(routing=centre())
    assert state(play) is AgentState.OFFLINE
    view = play.core.view_agent("1001")
    assert view is not None
    assert view.since == play.now


def test_hold_in_a_queue_that_vanishes_with_its_agent_is_over() -> None:
    rule = Rule(name="first", when=(), then=Effect(first=FirstTarget(agent="1001", hold=30)))
    before = centre(
        agents=[agent("1001"), agent("1002")],
        queues=[queue(), queue("english")],
        numbers={"4002": NumberRoute(number="4002", queue="english")},
        rules=[rule],
    )
    play = on_duty(Playbook(before), "1001", "1002") >> phone("1001", PhoneState.IN_USE)
    play >> arrived(dialled="4002") << music()
    play >> ConfigReplaced(routing=centre(revision="r2", agents=[agent("1002")]))
    play << ring("c1-o1", "1002")
