"""Reasons about agents: bounded, and shared between calls."""

from __future__ import annotations

from unittest.mock import patch

from acd.core import codes, considered
from acd.core.records import Reason
from acd.core.requirement import Requirement
from acd.core.routing import SetAside, Strategy
from agents.model import AgentAct, PhoneState
from tests.playbooks.centre import agent, centre, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import act, arrived, failed, on_duty, phone, ringing


def trace(play: Playbook, call: str = "c1") -> tuple[Reason, ...]:
    why = play.core.why(call)
    assert why is not None
    return why.trace


def of(trace: tuple[Reason, ...], code: str) -> list[Reason]:
    return [reason for reason in trace if reason[1] == code]


def test_who_is_chosen_and_who_was_idle_too() -> None:
    play = on_duty(Playbook(centre()), "1001", "1002") >> arrived()
    (chosen,) = of(trace(play), codes.CHOSEN)
    assert chosen[2:4] == ("1001", "longest_idle")
    assert [name for name, _ in chosen[5]] == ["1002"]
    assert chosen[6] == 0


def test_the_agents_who_are_named_are_few() -> None:
    names = [str(1000 + n) for n in range(20)]
    routing = centre(agents=[agent(name) for name in names])
    play = on_duty(Playbook(routing), *names)
    play >> arrived()
    (chosen,) = of(trace(play), codes.CHOSEN)
    assert (len(chosen[5]), chosen[6]) == (considered.CONSIDERED, 19 - considered.CONSIDERED)
    for name in names:
        play >> phone(name, PhoneState.IN_USE)
    play >> arrived("c2")
    (none,) = of(trace(play, "c2"), codes.NONE_IDLE)
    assert (len(none[2]), none[3]) == (considered.CONSIDERED, 20 - considered.CONSIDERED)


def test_states_are_shared_between_calls() -> None:
    play = on_duty(Playbook(centre()), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> arrived("c1") >> arrived("c2")
    (first,), (second,) = (of(trace(play, call), codes.NONE_IDLE) for call in ("c1", "c2"))
    assert first[2][0] is second[2][0]


def test_ring_all_names_all() -> None:
    play = on_duty(Playbook(centre(queues=[queue(strategy=Strategy.RING_ALL)])), "1001", "1002")
    play >> arrived()
    assert of(trace(play), codes.RING_ALL)[0][2] == ("1001", "1002")


def test_an_agent_who_became_free_says_how_many_others_wait() -> None:
    play = on_duty(Playbook(centre()), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> arrived("c1") >> arrived("c2") >> phone("1001")
    assert of(trace(play), codes.FREED)[0][2:] == ("1001", 1)


def test_words_are_remembered_up_to_a_bound() -> None:
    floor = Playbook(centre()).core._floor
    asked = (Requirement(group="a"),)
    with patch.object(considered, "REMEMBERED", 1):
        assert considered.words(floor, asked) is considered.words(floor, asked)
        considered.words(floor, (Requirement(group="b"),))
        assert len(floor.interned.words) == 1


def test_agent_who_did_not_answer_is_told_of_as_what_he_becomes() -> None:
    for aside, word in (
        (SetAside(pause_reason="no answer"), "paused"),
        (SetAside(rest=10), "unavailable"),
    ):
        play = on_duty(Playbook(centre(queues=[queue(no_answer=aside)])), "1001")
        play >> arrived() >> ringing()
        play.after(20)
        (none,) = of(trace(play), codes.NONE_IDLE)
        assert none[2] == (("1001", word), ("1002", "offline"))
        why = play.core.why("c1")
        assert why is not None
        assert why.candidates[0] == ("1001", word)
        play >> failed()
        assert [each.becomes for each in play.core._floor.roster] == [None, None]


def test_pending_log_out_goes_before_what_a_queue_says() -> None:
    play = on_duty(Playbook(centre()), "1001") >> arrived() >> ringing()
    play >> act("1001", AgentAct.LOG_OUT)
    play.after(20)
    (none,) = of(trace(play), codes.NONE_IDLE)
    assert none[2][0] == ("1001", "ringing")


STAFF = [
    agent("1001", orders=5, english=1),
    agent("1002", orders=1),
    agent("1003", orders=2, english=1),
    agent("1004"),
    agent("1005", orders=2),
]
ORDERS = queue(needs=(("english", 1), ("orders", 3)))


def test_agents_who_almost_could_are_named_with_what_they_lack() -> None:
    play = on_duty(Playbook(centre(agents=STAFF, queues=[ORDERS])), "1001", "1002", "1003", "1004")
    play >> act("1001", AgentAct.PAUSE) >> arrived()
    (none,) = of(trace(play), codes.NONE_IDLE)
    assert none[4] == (
        ("1003", "orders 2 < 3"),
        ("1002", "english 0 < 1, orders 1 < 3"),
        ("1004", "english 0 < 1, orders 0 < 3"),
    )
    play >> arrived("c2")
    (again,) = of(trace(play, "c2"), codes.NONE_IDLE)
    assert again[4][0] is none[4][0]
    why = play.core.why("c1")
    assert why is not None
    assert why.candidates == (("1001", "paused (lunch)"), *none[4])


def test_agents_who_almost_could_are_named_where_nobody_could() -> None:
    vip = queue(needs=None, groups=frozenset({"vip"}))
    staff = [agent("1001"), agent("1002", groups=["vip"])]
    play = on_duty(Playbook(centre(agents=staff, queues=[vip])), "1001") >> arrived()
    (nobody,) = of(trace(play), codes.NOBODY)
    assert nobody[2:] == ("orders", (("1001", "not in group vip"),))


def test_who_lacks_what_is_remembered_for_so_many_requirements_only() -> None:
    play = on_duty(Playbook(centre(agents=STAFF, queues=[ORDERS])), "1002")
    floor = play.core._floor
    asks = [(Requirement(needs=(("orders", level),)),) for level in (6, 7)]
    with patch.object(considered, "REMEMBERED", 1):
        for each in asks:
            considered.near_misses(floor, each)
    assert set(floor.interned.near) == {asks[1]}
    assert considered.near_misses(floor, (Requirement(agent="1003"),)) == ()


def test_near_misses_are_remembered_up_to_a_bound_and_sought_among_a_bounded_number() -> None:
    routing = centre(agents=[agent(str(n), orders=n % 3) for n in range(5)])
    play = on_duty(Playbook(routing), "0", "1", "2", "3", "4")
    floor = play.core._floor
    asked = (Requirement(needs=(("orders", 9),)),)
    with patch.object(considered, "REMEMBERED", 1), patch.object(considered, "LOOKED_AT", 2):
        near = considered.near_misses(floor, asked)
        assert len(near) == 2
        considered.near_misses(floor, (Requirement(group="b"),))
        assert list(floor.interned.near) == [(Requirement(group="b"),)]


def test_near_misses_who_are_named_are_few() -> None:
    names = [str(1000 + n) for n in range(20)]
    play = on_duty(Playbook(centre(agents=[agent(name) for name in names])), *names)
    near = considered.near_misses(play.core._floor, (Requirement(needs=(("orders", 9),)),))
    assert near == tuple((name, "orders 0 < 9") for name in names[: considered.CONSIDERED])
