"""Playbooks of callbacks for which another routing holds from now on."""

from __future__ import annotations

from dataclasses import replace

from acd.core.callback_words import CallbackAct, CallbackClosed, CallbackOutcome
from acd.core.events import ConfigReplaced, NodeLost
from agents.model import PhoneState
from tests.playbooks.callback_centre import (
    CALLBACK,
    OFFER,
    acted,
    calling,
    committed,
    customer_rings,
    dial_failed,
    dialling,
    how_it_stands,
    missed,
    picked_up,
    rings_for,
    rule,
    told,
    wish,
)
from tests.playbooks.centre import agent, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import (
    agent_hung_up,
    answered,
    arrived,
    connect,
    on_duty,
    phone,
    ring,
    ringing,
)


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


def test_those_in_line_keep_their_order() -> None:
    play = missed() >> wish("w1", number="13900000001") >> wish("w2", number="13900000002")
    play >> acted(CallbackAct.CLOSE, callback="w1")
    play >> ConfigReplaced(routing=calling(revision="r2")) >> phone("1001") << rings_for()
    play >> ringing(OFFER) >> answered(OFFER) >> told() >> committed() >> dial_failed()
    (
        play
        >> told(prompt="customer_no_answer")
        >> agent_hung_up(OFFER)
        << rings_for("w2-a1-o1", caller="13900000002")
    )


def test_another_need_of_the_queue_holds_for_those_in_line() -> None:
    play = missed()
    needs = queue(needs=(("orders", 1),), callback=rule())
    play >> ConfigReplaced(routing=calling(queues=[needs], revision="r2")) >> phone("1001")
    play.quiet()
    able = [agent("1001", orders=5), agent("1002")]
    play >> ConfigReplaced(routing=calling(queues=[needs], agents=able, revision="r3")) << rings_for()


def test_an_agent_who_can_serve_by_now_is_rung_at_once() -> None:
    needs = queue(needs=(("orders", 1),), callback=rule())
    play = missed(calling(queues=[needs], agents=[agent("1001", orders=5), agent("1002")]))
    on_duty(play, "1002")
    able = [agent("1001", orders=5), agent("1002", orders=1)]
    play >> ConfigReplaced(routing=calling(queues=[needs], agents=able, revision="r2"))
    play << rings_for(agent="1002")


def test_one_that_only_one_agent_is_to_make_stands_in_line_again() -> None:
    play = on_duty(Playbook(calling()), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> wish(agent="1001") >> ConfigReplaced(routing=calling(revision="r2"))
    play >> phone("1001") << rings_for("w1-a1-o1")


def test_who_waits_goes_before_those_in_line_when_an_agent_moves_to_a_node_that_is_there() -> None:
    there = [agent("1001", node="pbx2"), agent("1002")]
    play = on_duty(Playbook(calling(agents=there)), "1001")
    play >> NodeLost(node="pbx2") >> wish() >> arrived("c2")
    play >> ConfigReplaced(routing=calling(revision="r2")) << ring("c2-o1", "1001")
