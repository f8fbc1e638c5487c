"""What can be seen of the running core."""

from __future__ import annotations

from acd.core.events import NodeLost
from acd.core.routing import WideningStep
from agents.model import AgentAct, AgentState, PhoneState
from tests.playbooks.centre import agent, centre, queue
from tests.playbooks.harness import START, Playbook
from tests.playbooks.words import act, answered, arrived, on_duty, phone, prompt_over, talk

SKILLED = (("orders", 3),)
STEPS = (WideningStep(after=20, groups=frozenset({"back"})),)


def test_an_agent() -> None:
    play = on_duty(Playbook(centre(agents=[agent("1001", groups=("b", "a"), orders=3)])), "1001")
    talk(play >> arrived()) >> act("1001", AgentAct.PAUSE)
    view = play.core.view_agent("1001")
    assert view is not None
    assert (view.name, view.groups, view.skills) == ("Agent 1001", ("a", "b"), {"orders": 3})
    assert (view.state, view.call, view.pending) == (AgentState.TALKING, "c1", "pause")
    assert (view.phone, view.calls_today) == (PhoneState.FREE, 1)


def test_a_call_in_each_stage_of_its_life() -> None:
    play = on_duty(Playbook(centre()), "1001")
    play >> phone("1001", PhoneState.IN_USE) >> arrived()
    view = play.core.view_call("c1")
    assert view is not None
    assert (view.state, view.position, view.agent, view.asks_for) == ("waiting", 1, None, ("anyone",))
    play >> phone("1001")
    view = play.core.view_call("c1")
    assert view is not None
    assert (view.state, view.position, view.agent) == ("offered", None, "1001")
    play >> answered() >> arrived("c2")
    view = play.core.view_call("c1")
    assert view is not None
    assert (view.state, view.agent, view.answered_at) == ("connecting", "1001", None)
    assert play.core.view_call("nobody") is None
    assert play.core.why("nobody") is None


def test_a_call_that_has_no_queue_yet() -> None:
    play = Playbook(centre()) >> arrived()
    view = play.core.view_call("c1")
    assert view is not None
    assert (view.state, view.joined_at, view.asks_for) == ("leaving", None, ())
    why = play.core.why("c1")
    assert why is not None
    assert (why.candidates, why.ahead) == ((), 0)
    play >> prompt_over("all_busy_recorded")
    assert play.core.view_calls("orders")[0].state == "releasing"


def test_calls_of_one_queue_or_of_all() -> None:
    queues = [queue("orders"), queue("b")]
    numbers = {"b": centre(queues=queues[1:]).numbers["4001"]}
    play = on_duty(Playbook(centre(queues=queues, numbers=numbers)), "1001")
    play >> phone("1001", PhoneState.IN_USE) >> arrived("c1") >> arrived("c2", dialled="b")
    assert [view.call for view in play.core.view_calls()] == ["c1", "c2"]
    assert [view.call for view in play.core.view_calls("b")] == ["c2"]
    assert [view.position for view in play.core.view_calls()] == [1, 1]


def test_a_queue_counts_each_agent_once() -> None:
    routing = centre(
        agents=[agent("1001", groups=("back",), orders=5), agent("1002", orders=3), agent("1003")],
        queues=[queue(needs=SKILLED, groups=frozenset({"back"}))],
    )
    play = on_duty(Playbook(routing), "1001", "1002", "1003")
    view = play.core.view_queues()[0]
    assert (view.logged_in, view.idle, view.longest_wait) == (2, 2, 0)
    play >> arrived() >> phone("1002", PhoneState.IN_USE)
    view = play.core.view_queues()[0]
    assert (view.logged_in, view.idle, view.ringing) == (2, 0, 1)


def test_why_a_call_waits_names_what_rules_each_agent_out() -> None:
    agents = [agent("1001", orders=5), agent("1002", orders=5), agent("1003", groups=("back",))]
    agents += [agent("2001", orders=5, node="pbx2"), agent("1005")]
    routing = centre(agents=agents, queues=[queue(needs=SKILLED, widen=STEPS)])
    play = on_duty(Playbook(routing), "1001", "1002", "1003", "2001")
    play >> NodeLost(node="pbx2") >> act("1002", AgentAct.PAUSE, reason="lunch")
    talk(play >> arrived("c0"), "c0-o1") >> arrived()
    why = play.core.why("c1")
    assert why is not None
    assert dict(why.candidates) == {
        "1001": "talking",
        "1002": "paused (lunch)",
        "1003": "only asked for later",
        "2001": "the connection to the telephone system is lost",
    }
    assert why.trace[0][:2] == (START + 4, "entered")


def test_an_idle_agent_is_no_reason_for_a_call_of_a_lost_node() -> None:
    routing = centre(agents=[agent("2001", node="pbx2")])
    play = on_duty(Playbook(routing), "2001") >> NodeLost(node="pbx1") >> arrived()
    why = play.core.why("c1")
    assert why is not None
    assert why.candidates == (("2001", "the connection to the telephone system is lost"),)


def test_a_call_for_which_a_phone_rings_may_have_others_idle() -> None:
    play = on_duty(Playbook(centre()), "1001", "1002") >> arrived()
    why = play.core.why("c1")
    assert why is not None
    assert dict(why.candidates) == {"1001": "reserved", "1002": "idle"}
